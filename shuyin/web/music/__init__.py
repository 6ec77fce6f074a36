"""Pages of recorded music: search, albums, latest releases, downloads (rows A7, A8)."""
