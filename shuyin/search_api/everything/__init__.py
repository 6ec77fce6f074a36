"""One search over books, albums, tracks, organisations, headings, classes and pages."""
