"""Pages of the library's own people: queue, review, versions, audit trail, letters."""
