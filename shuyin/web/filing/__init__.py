"""Pages of the filings: made from their declarations, the same for every kind."""
