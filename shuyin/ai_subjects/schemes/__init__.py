"""Official and starter schemes: reading their files, keeping them in the tables, looking things up, giving them out.

Public face: `reading.read_scheme`, `services.load`, `services.counts`, `lookup.Lookup`, `skos`.
"""
