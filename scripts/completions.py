"""``python -m scripts.completions``: shell completions and manual page, written where the wheel takes them from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.reference import man

SHARE = Path(__file__).resolve().parents[1] / "share"
FILES = {
    "bash": SHARE / "bash-completion" / "completions" / "climtrack",
    "zsh": SHARE / "zsh" / "site-functions" / "_climtrack",
    "fish": SHARE / "fish" / "vendor_completions.d" / "climtrack.fish",
}
PAGE = SHARE / "man" / "man1" / "climtrack.1"
#: As the console script starts, so that the text names `climtrack`.
START = "import sys; sys.argv[0] = 'climtrack'; from climtrack.__main__ import main; main()"


def completion(shell: str) -> str:
    """
    Script that makes a shell complete commands and options.

    Parameters
    ----------
    shell : {"bash", "zsh", "fish"}
        The shell.

    Returns
    -------
    str
        As ``climtrack --show-completion`` prints it there.
    """
    run = subprocess.run(  # noqa: S603 - this interpreter, on this package
        [sys.executable, "-c", START],
        env=os.environ | {"_CLIMTRACK_COMPLETE": f"source_{shell}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip() + "\n"


def main() -> None:
    """Write them all."""
    for path, text in {**{FILES[shell]: completion(shell) for shell in FILES}, PAGE: man()}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
