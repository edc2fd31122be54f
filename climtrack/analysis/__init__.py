"""Numbers from numbers."""
