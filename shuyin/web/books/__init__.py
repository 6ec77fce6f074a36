"""Pages of the book catalogue: results, record, MARC view, downloads."""
