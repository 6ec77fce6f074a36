"""Importers: files and other catalogues → MARC21 records → `records.services`.

Public face: `readers` (file → stream of incoming records), `services.import_file`.
"""
