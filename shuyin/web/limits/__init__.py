"""How many requests one client may make: token buckets by address and network, kept in memory."""
