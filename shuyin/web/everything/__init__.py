"""The page of the search over everything."""
