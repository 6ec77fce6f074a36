"""The book's JSON shape → the formats that other software reads.

Each module is one format and one function: a `BookJson` in, an element, a mapping or a text out. `url` is always the
record's public address. Public face: `dublin_core`, `mods`, `ris`, `bibtex`, `csl`, `citations`, `schema_org`, `coins`.
"""
