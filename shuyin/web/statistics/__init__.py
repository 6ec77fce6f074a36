"""Pages of the service statistics (row A10)."""
