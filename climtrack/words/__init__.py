"""Languages: catalogues, numbers and dates in words."""
