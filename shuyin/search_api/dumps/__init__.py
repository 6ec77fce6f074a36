"""Full dumps of the public records for reuse: written beside, swapped once, described in DCAT-AP.

Public face: `writing.write`, `shelf`, `dcat.description`.
"""
