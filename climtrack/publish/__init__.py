"""Pictures and findings → pages, posts, a site and its server."""
