"""Documents: what a report holds beside its pictures."""
