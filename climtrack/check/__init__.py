"""A second computation of a report: what it prints, recounted from the table of days beside it."""
