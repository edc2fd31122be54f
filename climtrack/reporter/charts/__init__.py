"""One file per chart: a frozen spec and draw()."""
