"""OAI-PMH 2.0: the catalogue for harvesters.

`ledger` follows the change log and keeps one entry per record; `protocol` reads requests; `selection` takes pages of
the ledger; `answers` writes the XML; `routes` is the HTTP. Public face: `provider.answer`, `ledger.catch_up`.
"""
