"""Pages of the directories: publishers and music companies."""
