"""The only home of series."""
