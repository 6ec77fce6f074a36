"""The read side of pages, news, questions and awards (A11)."""
