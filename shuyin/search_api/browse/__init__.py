"""Browse lists: authors, subjects, classes, publishers, series in order, with references, counts and jumps."""
