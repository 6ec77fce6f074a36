"""Pages of the daily new-book feed and of its e-mail subscription."""
