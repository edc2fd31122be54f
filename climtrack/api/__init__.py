"""climtrack for scientists; `import climtrack` gives the names of this package."""
