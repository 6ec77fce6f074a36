"""Small tools around standard numbers (row A12): ISBN, ISRC and the e-book extension identifier."""
