"""Follows the change log and keeps the search indexes in step with the records.

Public face: `projection` (record → search document), `services` (`catch_up`, `rebuild`, `status`).
"""
