"""Tasks that lose their worker; a process that is given one imports nothing more for it."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def die_once(marker: str) -> str:
    """A task whose worker is killed the first time."""
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return path.name


def die(_: str) -> str:
    """A task that kills every worker."""
    os.kill(os.getpid(), signal.SIGKILL)
    return ""
