"""A round with its book-keeping: the log, what is on disk for the schedule, and who is told."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from climtrack.config import Config
from climtrack.errors import ClimtrackError, ConfigError, StoreBusy
from climtrack.pipeline.notify import notify
from climtrack.pipeline.refresh import Publish, Refreshed, refresh
from climtrack.pipeline.rhythm import Book, Progress
from climtrack.pipeline.runlog import run_log
from climtrack.vocabulary.payload import Transport
from climtrack.vocabulary.series import SeriesKey

#: Failures in a row before somebody is told: one that the next try cures is nobody's business.
_WORTH_TELLING = 2


def unattended_round(
    *,
    config: Config,
    transport: Callable[[], Transport],
    now: dt.datetime,
    publish: Publish | None,
    second: Callable[[], Transport] | None = None,
    on_done: Callable[[SeriesKey], None] = lambda _: None,
    book: Book | None = None,
) -> Refreshed:
    """One round, remembered on disk."""
    book = book or Book(config.home)
    with run_log(config.home) as log:
        log.info("round begins")
        try:
            done = refresh(config=config, transport=transport, now=now, publish=publish, second=second, on_done=on_done)
        except StoreBusy as busy:
            log.warning("%s", busy)
            raise
        except ClimtrackError as problem:
            log.error("%s", problem)
            _remember(config, book, now, 2 if isinstance(problem, ConfigError) else 5, False, (str(problem),), log)
            raise
        except Exception:  # a bug: into the log, where a person finds it, and on to whoever called
            log.exception("a bug ended the round")
            _remember(config, book, now, 1, False, ("a bug ended the round; it is in the log",), log)
            raise
        for line in done.lines:
            log.warning("%s", line)
        changed = sum(bool(one.added or one.revised or one.finalised) for one in done.updates)
        log.info(
            "round ends: exit %d, %d of %d series changed, snapshot %s, %d of %d pictures drawn, %s",
            done.code, changed, len(done.updates), done.snapshot or "none", done.drawn, done.pictures,
            "published" if done.published else "not published",
        )  # fmt: skip
        if done.interrupted:
            return done
        lines = _remember(config, book, now, done.code, done.stale, done.lines, log)
        return replace(done, lines=(*done.lines, *lines))


def _remember(
    config: Config, book: Book, now: dt.datetime, code: int, stale: bool, lines: tuple[str, ...], log: logging.Logger
) -> tuple[str, ...]:
    """Write what the schedule needs; tell of a failure that lasts, and of its end."""
    before = book.read()
    after = before.after(now, code, stale=stale)
    told: tuple[str, ...] = ()
    if code and not before.told and (after.tries >= _WORTH_TELLING or code == 5):
        sent = notify(config.notify, _message("failure", now, code, after, lines))
        after, told = replace(after, told=sent.given), sent.lines
    elif not code and before.told:
        sent = notify(config.notify, _message("recovery", now, code, before, lines))
        after, told = replace(after, told=not sent.given), sent.lines
    for line in told:
        log.warning("%s", line)
    try:
        book.write(after)
    except ClimtrackError as problem:
        return (*told, str(problem))
    return told


def _message(event: str, now: dt.datetime, code: int, progress: Progress, lines: tuple[str, ...]) -> dict[str, Any]:
    """What a monitor or a person is told."""
    return {
        "schema": "climtrack.notice/1",
        "event": event,
        "at": now.isoformat(),
        "exit_code": code,
        "failing_since": progress.failing_since.isoformat() if progress.failing_since else None,
        "last_success": progress.success.isoformat() if progress.success else None,
        "lines": list(lines),
    }
