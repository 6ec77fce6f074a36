"""Browse lists and the pages of authors, subjects, classes, publishers and series."""
