"""
`python -m climtrack` and the console script.

Overview and version are printed before anything is imported: Typer alone costs four times what starting Python does.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line that this process was started with."""
    words = sys.argv[1:]
    completing = "_CLIMTRACK_COMPLETE" in os.environ  # the shell asks through the environment, with no words
    if not completing and words in ([], ["-h"], ["--help"]):
        from climtrack.cli.overview import overview, terminal_language

        text = overview(terminal_language(os.environ))
        sys.stdout.write(text.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding))
        sys.exit(0 if words else 2)
    if words == ["--version"]:
        from climtrack import __version__

        print(f"climtrack {__version__}")
        return
    try:
        from climtrack.signals import handle_signals, ignore_signals

        handle_signals()
        from climtrack.cli.app import main as run

        run()
    except KeyboardInterrupt:  # while it was being imported, or on its way out
        _interrupted()
    except SystemExit as end:
        if end.code == 130:
            _interrupted()
        ignore_signals()
        raise


def _interrupted() -> None:
    """Leave with 130: after a Ctrl-C in the making of a dataclass, Python's own exit would die of SIGINT instead."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(130)


if __name__ == "__main__":
    main()
