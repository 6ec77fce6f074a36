"""Feeds: new books of the day and searches, as RSS 2.0, Atom and JSON Feed 1.1.

Public face: `writing.FORMATS`, `entries`, `new_books`, `routes.router`.
"""
