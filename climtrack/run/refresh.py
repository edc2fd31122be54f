"""
One unattended round: fetch, merge, analyse, draw, publish, for everything that config.toml names.

A round holds a lock of its own from beginning to end, so that two never mix; a series, a chart or the publishing that
fails leaves the others and its own last good state alone.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from climtrack import __version__
from climtrack.config import Config, NotifySettings
from climtrack.errors import (
    BaselineNotCovered,
    ClimtrackError,
    ConfigError,
    DiskError,
    Notice,
    PublishError,
    SeriesError,
    StoreBusy,
    StoreError,
)
from climtrack.fetcher.pulse import COUNTERPARTS
from climtrack.files import make_folder, write_whole
from climtrack.grids import download
from climtrack.grids.download import Policy
from climtrack.publish.folder import Folder
from climtrack.reporter.theme import Theme
from climtrack.run.drawing import Request, charts_of, themes_of
from climtrack.run.facts import cross_check
from climtrack.run.fetch import document as fetch_document
from climtrack.run.fetch import say_failures
from climtrack.run.grids import StoredSeries, backfill, default_policy, job
from climtrack.run.publish import for_site, publish_report, site_folder
from climtrack.run.report import compose
from climtrack.run.run import SOME, Run
from climtrack.run.schedule import HistoryFile, RunHistory
from climtrack.run.series import VARIABLES, Change, english, extended, late_notices, refreshable, report_keys
from climtrack.store.lock import writers_lock
from climtrack.vocabulary.notice import network
from climtrack.vocabulary.series import Pairing, Series, SeriesKey

#: Seconds that the command, the webhook, and each address may take.
PATIENCE = 30
#: Characters that a message may have; Discord's limit is the lowest.
MESSAGE = 2000
_REFUSALS = {
    errno.ENOENT: "notify.no_program",
    errno.EACCES: "notify.forbidden",
    errno.EPERM: "notify.forbidden",
    errno.ENOEXEC: "notify.no_script",
}


def notify(settings: NotifySettings, document: Mapping[str, Any]) -> tuple[bool, tuple[Notice, ...]]:
    """
    Hand a document to the configured command, webhook and addresses; none is there by default.

    Returns whether somebody has it, or nobody is to have it, and what went wrong.
    """
    body = json.dumps(document, ensure_ascii=False).encode()
    results = []
    if settings.command:
        results.append(_run_command(settings.command, body))
    if settings.webhook:
        results.append(_in_time(partial(_post, settings.webhook, body), "notify.unreached"))
    for place, url in enumerate(settings.urls, 1):
        results.append(_in_time(partial(_apprise, place, url, document), "notify.not_taken", place=place))
    problems = tuple(problem for problem in results if problem is not None)
    return not results or len(problems) < len(results), problems


def _run_command(command: Sequence[str], body: bytes) -> Notice | None:
    """Run the command with the document on its input; what was wrong with it."""
    try:
        # The owner's own words from config.toml, without a shell. What it prints goes nowhere, however much it is.
        child = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as problem:
        if problem.errno in _REFUSALS:
            return Notice(_REFUSALS[problem.errno])
        return Notice("notify.not_started", reason=problem.errno or str(problem))
    with child:
        try:
            child.communicate(body, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            _kill(child)
            return Notice("notify.late", seconds=PATIENCE)
        except BaseException:
            _kill(child)
            raise
    if child.returncode < 0:
        return Notice("notify.killed", signal=-child.returncode)
    return Notice("notify.ended", code=child.returncode) if child.returncode else None


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a command and what it has started, which would wait on in its place."""
    if sys.platform == "win32":
        child.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _in_time(give: Callable[[], Notice | None], late: str, **facts: Any) -> Notice | None:
    """What was wrong; in a thread, for a server that drips its headers and a silent resolver know no limit."""
    results: list[Notice | None] = []
    caller = threading.Thread(target=lambda: results.append(give()), name="climtrack-notify", daemon=True)
    caller.start()
    caller.join(PATIENCE)
    return results[0] if results else Notice(late, reason=Notice("fetch.timeout", seconds=PATIENCE), **facts)


def _post(url: str, body: bytes) -> Notice | None:
    """Post it to the webhook."""
    import urllib3

    from climtrack.fetcher.http import trust

    # The last two are for ntfy, which else would show the JSON itself; others do not look at them.
    headers = {"Content-Type": "application/json", "User-Agent": "climtrack", "Template": "yes", "Message": "{{.text}}"}
    try:
        with urllib3.PoolManager(retries=False, timeout=PATIENCE / 3, ssl_context=trust()) as pool:
            answer = pool.request("POST", url, body=body, headers=headers, redirect=False, preload_content=False)
            answer.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as problem:
        return Notice("notify.unreached", reason=network(problem, urlsplit(url).hostname or ""))
    return Notice("notify.answered", status=answer.status) if answer.status >= 300 else None


def _apprise(place: int, url: str, document: Mapping[str, Any]) -> Notice | None:
    """Hand its text to Apprise, which knows mail and a hundred services by their addresses; these hold passwords."""
    try:
        import apprise
    except ImportError:
        return Notice("notify.extra")
    logging.getLogger("apprise").disabled = True  # it repeats addresses
    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="climtrack"))
    if not service.add(url):
        return Notice("notify.unknown", place=place)
    given = service.notify(
        document["text"], title="climtrack", notify_type="failure" if document["event"] == "failure" else "success"
    )
    return None if given else Notice("notify.not_taken", place=place, reason=Notice("notify.no"))


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
    """Log to the home folder while the block runs, where nobody does so already."""
    log = logging.getLogger("climtrack")
    if any(isinstance(handler, _Quiet) for handler in log.handlers):
        yield log
        return
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


#: Days that a refresh fetches one by one; more is a backfill's work.
LONGEST = 60


def increments(run: Run, policy: Policy | None = None) -> tuple[Change, ...]:
    """Bring the computed series up to date that rounds keep up, and say what became of each."""
    held = (run.held(key) for key in run.store if key.product == "oisst")
    changes: dict[SeriesKey, Change] = {}
    groups: dict[tuple[str, str], list[Series]] = {}  # those made alike, by weighting rule and grid
    for one in held:
        if one is not None and extended(one, run.config):
            days, since = (run.now.date() - _since(one)).days - 1, _since(one).year
            old = SeriesError("run.too_old", key=one.key.label, days=days, year=str(since)) if days > LONGEST else None
            changes[one.key] = Change(one.key, one, error=old)
            if old is None:
                details = one.source.details
                groups.setdefault((details["weights"].partition(":")[0], details["grid"]), []).append(one)
    # One that is too old, or made in another way, must not keep the others from their newest days.
    for (rule, _), group in sorted(groups.items()):
        try:
            for stored in _increment(run, rule, group, policy):
                key = stored.series.key
                changes[key] = Change.of(stored.merged) if stored.merged else Change(key, None, error=stored.refused)
        except ClimtrackError as problem:
            changes |= {one.key: Change(one.key, one, error=problem) for one in group}
    if groups:
        run.reopen()
    return tuple(replace(one, series=run.held(one.key)) for one in changes.values())


def _since(series: Series) -> dt.date:
    """The first day after the last final one."""
    return series.last_final + dt.timedelta(days=1)


def _increment(run: Run, rule: str, group: Sequence[Series], policy: Policy | None) -> tuple[StoredSeries, ...]:
    """Series that are made alike, brought up to date together from a few small files."""
    config, since, until = run.config, min(map(_since, group)), run.now.date() - dt.timedelta(days=1)
    if since > until:
        return ()
    source = config.grid.source if download.PLACES[config.grid.source].per == "day" else "ncei"
    work = job(run, source, [config.region(one.key.region) for one in group], since, until, rule=rule)
    return backfill(run, work, policy=policy or replace(default_policy(config), attempts=2, patience=5.0))


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What a round has brought."""

    changes: tuple[Change, ...] = ()  # One per series asked for
    snapshot: str = ""  # State of the store after it
    pictures: int = 0  # How many the report shows
    drawn: int = 0  # How many of them were drawn in this round; the others are as they were
    published: bool = False  # Whether the site now shows this state

    def document(self, run: Run) -> dict[str, Any]:
        outcome = run.outcome
        return fetch_document(run, self.changes) | {
            "schema": "climtrack.refresh/1",
            "snapshot": self.snapshot,
            "stale": outcome.stale,
            "pictures": self.pictures,
            "drawn": self.drawn,
            "published": self.published,
            "interrupted": outcome.interrupted,
            "lines": [english(line) for line in outcome.notices],
        }


def refresh(run: Run) -> Round:
    """Bring everything that config.toml names up to date, and show it."""
    config = run.config
    make_folder(config.home)
    run.store.refuse_newer()
    with writers_lock(config.home, run.now, "refresh"):
        keys = report_keys(run.pairings(config.refresh.regions, VARIABLES), VARIABLES)
        request = round_request(config)
        themes = themes_of(config, request.themes)
        fetchable = run.fetchable(keys)
        try:
            changes = (*run.update(fetchable), *increments(run))
            say_failures(run, changes)
            pairs = run.pairings(config.refresh.regions, VARIABLES)  # a product that has just come may lead
            keys = report_keys(pairs, VARIABLES)
            series = {key: found for key in keys if (found := run.held(key)) is not None}
            _say_late(run, series, changes)
            done = Round(changes, run.store.snapshot)
            return _show(run, done, request, pairs, series, themes) if series else done
        except KeyboardInterrupt:
            count = sum(key in run.done for key in fetchable)
            run.interrupt(Notice("run.interrupted", done=count, n=len(fetchable)))
            return Round()


def round_request(config: Config) -> Request:
    """What a round draws, as config.toml says."""
    chosen = config.report
    request = Request(
        regions=config.refresh.regions,
        variables=VARIABLES,
        languages=chosen.languages,
        charts=charts_of(config.refresh.charts or chosen.charts),
        presets=chosen.presets,
        themes=chosen.themes,
        formats=chosen.formats,
        baseline=chosen.years,
        folder=Path(chosen.folder).expanduser(),
        nested=True,
    )
    return for_site(request) if config.refresh.publish else request


def _say_late(run: Run, series: Mapping[SeriesKey, Series], changes: Sequence[Change]) -> None:
    """Note what is older than usual, of the series that rounds can bring up to date."""
    failed = {one.key for one in changes if one.error is not None}
    judged = [one for one in series.values() if refreshable(one, run.config)]
    run.say(*late_notices([one for one in judged if one.key not in failed], run.now, beside=series.values()))
    late = late_notices(judged, run.now, beside=series.values())
    run.say(stale=bool(late) or not series)


def _show(
    run: Run,
    done: Round,
    request: Request,
    pairs: Sequence[Pairing],
    series: Mapping[SeriesKey, Series],
    themes: Sequence[Theme],
) -> Round:
    """The round's report drawn and published; what stands in its way leaves the stored data alone."""
    published = run.config.refresh.publish
    try:
        departures: Mapping[SeriesKey, Notice] = {}
        if run.second_source is not None and any(key in COUNTERPARTS for key in series):
            departures = cross_check(run).departures
        if (pictures := _unchanged(run)) is not None:
            return replace(done, pictures=pictures, published=published)
        report = compose(run, request, pairs, series, themes, departures=departures)
        if published:
            publish_report(run, report, run.config.report.languages)
    except PublishError as problem:
        run.say(problem, failed=SOME)
        return done
    except (StoreError, ConfigError, BaselineNotCovered) as problem:
        if isinstance(problem, DiskError):
            problem.facts["stored"] = any(one.added or one.revised or one.finalised for one in done.changes)
        run.say(problem, refusal=problem)
        return done
    pictures = sum(asset.media_type.startswith("image/") for one in report for asset in one.assets)
    if not any(one.undrawn for one in report):
        _remember_shown(run, pictures)
    return replace(done, pictures=pictures, drawn=pictures, published=published)


# What the last whole round has shown: where data, day, settings and program are the same, and its files are still
# there, the next one draws nothing.


SHOWN = "shown.json"


def _state(run: Run) -> list[str]:
    """Everything that pictures and pages are made from, and what lies where they are shown."""
    today = run.now.date()
    settings = hashlib.sha256(run.config.model_dump_json().encode()).hexdigest()
    if run.config.refresh.publish:
        site = Folder(site_folder(run.config))
        shown = [site.read().id, *site.faults(today)]
    else:
        folder = Path(run.config.report.folder).expanduser()
        sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
        shown = [str(len(sizes)), str(sum(sizes))]
    return [run.store.snapshot, today.isoformat(), settings, __version__, *shown]


def _unchanged(run: Run) -> int | None:
    """How many pictures are shown, where this round would show the same."""
    try:
        shown = json.loads((run.config.home / SHOWN).read_bytes())
        return int(shown["pictures"]) if shown["state"] == _state(run) else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _remember_shown(run: Run, pictures: int) -> None:
    """Note what is shown; without the note the next round draws everything, which is harmless."""
    with suppress(OSError, DiskError):
        write_whole(run.config.home / SHOWN, json.dumps({"pictures": pictures, "state": _state(run)}).encode())


#: Failures in a row before somebody is notified: one that the next try cures is nobody's business.
_WORTH_TELLING = 2


def unattended_round(run: Run, history: HistoryFile | None = None) -> Round:
    """One round, remembered on disk."""
    history = history or HistoryFile(run.config.home)
    with run_log(run.config.home) as log:
        log.info("round begins")
        # Said while all is well, too: then nobody is yet missed.
        if run.config.notify.urls and not find_spec("apprise"):
            run.say(Notice("notify.extra"))
        try:
            done = refresh(run)
        except StoreBusy as busy:
            log.warning("%s", busy)
            raise
        except ClimtrackError as problem:
            log.error("%s", problem)
            run.say(problem, refusal=problem)
            _remember(run, history, log)
            raise
        except Exception:  # a bug: into the log, where a person finds it, and on to whoever called
            log.exception("a bug ended the round")
            run.say(Notice("run.bug"), failed=1)
            _remember(run, history, log)
            raise
        outcome = run.outcome
        for line in outcome.notices:
            log.warning("%s", english(line))
        changed = sum(bool(one.added or one.revised or one.finalised) for one in done.changes)
        log.info(
            "round ends: exit %d, %d of %d series changed, snapshot %s, %d of %d pictures drawn, %s",
            outcome.code, changed, len(done.changes), done.snapshot or "none", done.drawn, done.pictures,
            "published" if done.published else "not published",
        )  # fmt: skip
        if not outcome.interrupted:
            _remember(run, history, log)
        return done


def _remember(run: Run, history: HistoryFile, log: logging.Logger) -> None:
    """Write what the schedule needs; notify of a failure that lasts, and of its end."""
    outcome, before = run.outcome, history.read()
    code = outcome.code
    after = before.after(run.now, code, stale=outcome.stale)
    lasts = after.tries >= _WORTH_TELLING or code == DiskError.exit_code
    if (code and lasts and not before.notified) or (before.notified and not code):
        given, problems = notify(run.config.notify, _message(run, after if code else before))
        after = replace(after, notified=given if code else not given)
        for problem in problems:
            log.warning("%s", english(problem))
        run.say(*problems)
    try:
        history.write(after)
    except ClimtrackError as refusal:
        run.say(refusal)


def _message(run: Run, history: RunHistory) -> dict[str, Any]:
    """What a monitor or a person is given; Slack and Mattermost show its ``text``, Discord its ``content``."""
    outcome = run.outcome
    event = "failure" if outcome.code else "recovery"
    lines = [english(line) for line in outcome.notices]
    since = history.failing_since or run.now
    first = Notice(f"notify.{event}", code=outcome.code, since=f"{since:%Y-%m-%d %H:%M}")
    text = "\n".join((english(first), *lines))
    text = text if len(text) <= MESSAGE else f"{text[: MESSAGE - 1]}…"
    return {
        "schema": "climtrack.notice/1",
        "event": event,
        "text": text,
        "content": text,
        "at": run.now.isoformat(),
        "exit_code": outcome.code,
        "failing_since": history.failing_since.isoformat() if history.failing_since else None,
        "last_success": history.success.isoformat() if history.success else None,
        "lines": lines,
    }
