"""The read side over HTTP: JSON API, exports, protocols for librarians' software.

Public face: `services` (URL parameters → search request → answer), `routes.router`, `exports`.
"""
