"""`python -m climtrack` and the console script."""

from __future__ import annotations

from climtrack.cli.app import main

if __name__ == "__main__":
    main()
