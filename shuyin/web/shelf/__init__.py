"""The reader's shelf: add, order, annotate, share, download."""
