"""Numbers → what a reader sees."""
