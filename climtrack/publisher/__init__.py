"""Assets → posts, pages and a site."""
