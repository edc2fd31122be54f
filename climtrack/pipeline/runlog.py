"""The log of unattended rounds: one file in the home folder, rotated, in UTC."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

FOLDER, FILE = "log", "climtrack.log"


class _Quiet(RotatingFileHandler):
    """A log that cannot be written is no reason to stop, nor to print a traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's own name
        """Go on without this line."""


class _Plain(logging.Formatter):
    """One line a message, whatever a feed has put into it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base class's own name
        """Message without control characters."""
        return "".join(c if c.isprintable() else " " for c in super().formatMessage(record))


@contextmanager
def run_log(home: Path) -> Iterator[logging.Logger]:
    """Log to the home folder while the block runs."""
    log = logging.getLogger("climtrack")
    handler: logging.Handler = logging.NullHandler()
    with suppress(OSError):
        (home / FOLDER).mkdir(parents=True, exist_ok=True)
        handler = _Quiet(home / FOLDER / FILE, maxBytes=1_000_000, backupCount=5, encoding="utf-8", delay=True)
    form = _Plain("%(asctime)sZ %(process)d %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler.setFormatter(form)
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        yield log
    finally:
        log.removeHandler(handler)
        log.setLevel(before)
        with suppress(OSError):  # what a full disk refused to take is still in its buffer
            handler.close()
