"""Tools of the house: they read the code and write pages, and are no part of the package."""
