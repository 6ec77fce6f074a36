"""SRU 1.2 (and 1.1) and 2.0: explain, searchRetrieve and scan over the books.

`request` reads parameters, `provider` answers, `writer` knows how the two versions differ, `explain` is the ZeeRex
record, `diagnostics` the list of numbers. Public face: `provider.answer`, `routes.router`.
"""
