"""The engine for long filings: a filing is declared as data, and everything else follows from it."""
