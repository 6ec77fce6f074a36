"""The page and the files of the full dumps."""
