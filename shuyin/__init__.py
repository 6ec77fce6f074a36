"""書音 (Shuyin): an open catalogue of new books and recorded music in Taiwan.

Each package below is one room of the architecture (docs/architecture.md); the arrows between them
are checked by import-linter.
"""

__version__ = "0.1.0"
