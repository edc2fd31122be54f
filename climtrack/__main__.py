"""
`python -m climtrack` and the console script.

Overview and version are printed before anything is imported: Typer alone costs four times what starting Python does.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys


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
    code: int | str | None = 0
    try:
        try:
            from climtrack.signals import deliver_again, listen

            listen()
            deliver_again()
            atexit.register(_end)  # before others are: it runs after them
            from climtrack.cli.app import main as run

            run()
        except KeyboardInterrupt:  # told to stop while it was being imported, or once more on its way out
            code = 130
        except SystemExit as left:
            code = left.code
        _leave(code)
    except KeyboardInterrupt:  # told again at this very instant
        _leave(130)


def _leave(code: int | str | None) -> None:
    """Exit."""
    from climtrack.signals import leave

    leave(code)


def _end() -> None:
    """The last before Python takes itself apart: no garbage is looked for, and no signal changes the exit code."""
    from climtrack.signals import ignore_wishes

    gc.freeze()
    ignore_wishes()


if __name__ == "__main__":
    main()
