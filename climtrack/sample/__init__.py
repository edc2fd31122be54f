"""A simulated climate in the site's own JSON dialect."""
