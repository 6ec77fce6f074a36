"""Pages of the tools (row A12)."""
