"""The read side of recorded music: search of albums and tracks, downloads (row A7)."""
