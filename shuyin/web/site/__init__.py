"""Home, static files, preferences, and what machines ask a site for."""
