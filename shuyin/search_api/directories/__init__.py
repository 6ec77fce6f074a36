"""The read side of the directories: publishers and music companies, within what they agreed to show (A6, A9)."""
