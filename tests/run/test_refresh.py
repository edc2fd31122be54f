"""One unattended round: each series on its own, everything remembered, nothing lost whenever it ends."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from climtrack.analysis import anomaly
from climtrack.analysis.climatology import climatology
from climtrack.config import Config, NotifySettings
from climtrack.errors import DiskError, Notice, SourceUnavailable, StoreBusy, StoreNewer
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.run import refresh as refresh_module
from climtrack.run import schedule
from climtrack.run import status as look
from climtrack.run.refresh import Round, refresh, round_request, unattended_round
from climtrack.run.run import ALL, SOME, Run
from climtrack.run.series import english
from climtrack.store.lock import writers_lock
from climtrack.store.store import Store
from climtrack.vocabulary.calendar import dayofyear
from climtrack.vocabulary.registry import DEFAULT
from climtrack.vocabulary.series import Payload, SeriesKey, Source, Status
from tests.faults import genuine
from tests.run.killed import STAGES, rounds_killed
from tests.run.site import AIR, NATLAN, NOON, Site, down, full, settings
from tests.store.faults import in_child

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


class Done:
    """A round, and how it went."""

    def __init__(self, run: Run, brought: Round) -> None:
        self.changes, self.snapshot = brought.changes, brought.snapshot
        self.pictures, self.drawn, self.published = brought.pictures, brought.drawn, brought.published
        self.code, self.lines = run.outcome.code, [english(line) for line in run.outcome.notices]
        self.document = brought.document(run)


def go(config: Config, site: Site, now: dt.datetime = NOON, second: Second | None = None) -> Done:
    """One round with its book-keeping."""
    run = Run(config, now, transport=site, second_source=second)
    return Done(run, unattended_round(run))


def seen(config: Config, now: dt.datetime) -> tuple[look.Status, list[str], list[str]]:
    """The status, its lines, and what a monitor is told."""
    run = Run(config, now)
    found = look.status(run)
    return found, [english(line) for line in found.notices], [english(line) for line in look.alarms(run, found)]


def page(key: SeriesKey, body: bytes) -> bytes:
    """A web page in place of the sea, the air as it is."""
    return b"<!doctype html><title>Houston, we've had a problem</title>" if key == NATLAN else body


def test_a_round_fetches_draws_remembers_and_logs(tmp_path: Path) -> None:
    """First everything is new; a second round finds nothing new and says so."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    first = go(config, site)
    assert first.code == 0
    assert [one.key for one in first.changes if not one.key.monthly] == [AIR, NATLAN]
    assert first.pictures == 2
    assert {p.name for p in (tmp_path / "report" / "nh").glob("*.png")} == {
        "nh-air.stripes.email.en.png", "natlan-sst.stripes.email.en.png",
    }  # fmt: skip
    document = json.loads(json.dumps(first.document))
    assert (document["schema"], document["exit_code"]) == ("climtrack.refresh/1", 0)
    assert document["series"]["oisst.sst.natlan"]["last_date"] == "2026-07-10"
    assert document["snapshot"] == Store(config.home).snapshot
    second = go(config, site, NOON + HOUR)
    assert (second.code, second.snapshot) == (0, first.snapshot)
    assert schedule.read(config.home).success == NOON + HOUR
    log = (config.home / "log" / "climtrack.log").read_text()
    assert log.count("round begins") == 2
    assert "exit 0, 4 of 4 series changed" in log
    assert "exit 0, 0 of 4 series changed" in log
    assert seen(config, NOON)[2] == []


def test_one_bad_series_leaves_the_others(tmp_path: Path) -> None:
    """Exit 3, one line; the air is new, the sea drawn from what is held, the page kept for a person."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    go(config, site)
    site.today, site.mood = NOON.date() + DAY, page
    done = go(config, site, NOON + DAY)
    assert done.code == 3
    assert any(line.startswith("natlan-sst: not updated: received a web page") for line in done.lines)
    assert all(len(line) <= 200 for line in done.lines)
    assert [one.added for one in done.changes] == [1, 0, 1, 1]
    assert done.pictures == 2
    with closing(sqlite3.connect(config.home / "climtrack.sqlite")) as base:
        ((head,),) = base.execute("SELECT head FROM reject WHERE series = ?", (str(NATLAN),)).fetchall()
    assert head.startswith(b"<!doctype html>")
    assert Store(config.home).health(NATLAN).failing_since == NOON + DAY


def test_a_site_that_is_down_costs_nothing(tmp_path: Path) -> None:
    """Exit 4: with nothing stored no pictures; with something stored, that, with its date."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    site.mood = down
    assert (go(config, site).code, go(config, site).pictures) == (4, 0)
    assert seen(config, NOON)[2][0].startswith("nothing is stored yet")
    site.mood = lambda _, body: body
    go(config, site)
    site.mood = down
    done = go(config, site, NOON + 2 * DAY)
    assert (done.code, done.pictures) == (4, 2)
    assert "Using data as of 2026-07-05 to 2026-07-10" in done.lines[0]
    late = NOON + 30 * DAY
    old, failing, missed = seen(config, late)[2]
    assert old.startswith("older than 10 days: nh-air (36 days), nh-land-ocean (71 days)")
    assert failing.startswith("rounds have failed since 2026-07-13 12:00 UTC")
    assert missed.startswith("no round has begun since 2026-07-13 12:00 UTC. Start")


def test_a_monitor_is_told_only_of_what_rounds_refresh(tmp_path: Path) -> None:
    """A series taken out of config.toml grows old unjudged, and is named as such; one never received is told."""
    both, site = settings(tmp_path / "home", "nh", "gomex"), Site(NOON.date())
    go(both, site)
    nh = settings(tmp_path / "home")
    site.today = NOON.date() + 30 * DAY
    later = NOON + 30 * DAY
    go(nh, site, later)
    found, lines, alarmed = seen(nh, later)
    assert (lines, alarmed) == ([], [])
    assert [english(line) for line in look.unjudged(found)] == [
        "not checked, because no refresh includes them: gomex-sst."
    ]
    assert {key: row["refreshed"] for key, row in found.document()["series"].items()} == {
        "era5.t2m.nh": True, "oisst.sst.natlan": True, "oisst.sst.gomex": False,
        "noaaglobaltemp.land_ocean.nh": True, "noaaglobaltemp.ocean.nh": True,
    }  # fmt: skip
    found, _, alarmed = seen(both, later)
    assert alarmed == ["older than 10 days: gomex-sst (31 days)."]
    assert look.unjudged(found) == ()
    world = settings(tmp_path / "home", "nh", "world")
    never = "never received: world-air, world2-sst, world-land-ocean, world-air-pulse, world2-sst-pulse."
    assert never in seen(world, later)[2]


def test_interrupted_it_keeps_what_had_arrived(tmp_path: Path) -> None:
    """Ctrl-C when the first series is there and the others are on their way: 1 of 4 updated, exit 130."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    arrived: list[SeriesKey] = []

    def mood(key: SeriesKey, body: bytes) -> bytes:
        if key == AIR:
            return body
        while not arrived:
            time.sleep(0.01)
        raise KeyboardInterrupt

    site.mood = mood
    run = Run(config, NOON, transport=site, on_done=lambda key, _: arrived.append(key))
    refresh(run)
    assert run.outcome.code == 130
    assert [english(line) for line in run.outcome.notices] == [
        "interrupted; 1 of 4 series updated, the rest unchanged."
    ]
    assert Store(config.home).keys() == (AIR,)


def test_a_second_round_is_told_of_the_first(tmp_path: Path) -> None:
    """The lock of the round covers drawing and publishing too."""
    config = settings(tmp_path)
    with writers_lock(tmp_path, NOON, "refresh"), pytest.raises(StoreBusy, match="another refresh is running"):
        go(config, Site(NOON.date()))
    assert not (tmp_path / "schedule.json").exists()


def test_a_folder_of_a_newer_climtrack_is_shown_and_not_written(tmp_path: Path) -> None:
    """A round is refused (5) before it asks anybody; a report shows what is stored and says why it is not newer."""
    from climtrack.run.report import report
    from tests.store.test_store import newer

    config, site = settings(tmp_path / "home"), Site(NOON.date())
    go(config, site)
    newer(config.home, legible=True)
    site.asked.clear()
    before = (config.home / "climtrack.sqlite").read_bytes()
    with pytest.raises(StoreNewer, match="Upgrade climtrack"):
        go(config, site, NOON + DAY)
    assert site.asked == []
    run = Run(config, NOON + DAY, transport=site)
    assert len(report(run, round_request(config))) == 1
    lines = [english(line) for line in run.outcome.notices]
    assert any("newer climtrack" in line and "showing what is stored" in line for line in lines)
    assert (config.home / "climtrack.sqlite").read_bytes() == before


def test_somebody_is_told_once_when_it_lasts_and_once_when_it_ends(tmp_path: Path) -> None:
    """Not at the first failure, at the second; not at the third; then of the recovery."""
    notices = tmp_path / "notices"
    command = (sys.executable, "-c", f"import sys; open({str(notices)!r}, 'a').write(sys.stdin.read() + '\\n')")
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    config = config.model_copy(update={"notify": NotifySettings(command=command)})
    for hour, mood in enumerate((down, down, down, lambda _, body: body, lambda _, body: body)):
        site.mood = mood
        go(config, site, NOON + hour * HOUR)
    told = [json.loads(line) for line in notices.read_text().splitlines()]
    assert [one["event"] for one in told] == ["failure", "recovery"]
    assert told[0]["failing_since"] == NOON.isoformat()
    assert told[0]["exit_code"] == 4
    assert "did not answer" in told[0]["lines"][0]
    since, first = f"{NOON:%Y-%m-%d %H:%M}", told[0]["lines"][0]
    assert told[0]["text"].startswith(f"climtrack: rounds have failed since {since} UTC (exit code 4).\n{first}")
    assert told[0]["content"] == told[0]["text"]
    assert len(told[0]["text"]) <= 2000
    assert told[1]["text"].startswith("climtrack: all is well again.")
    assert told[1]["at"] == (NOON + 3 * HOUR).isoformat()


def test_a_full_disk_is_exit_5_and_somebody_is_told(tmp_path: Path) -> None:
    """At the first round that it refuses."""
    notices = tmp_path / "notices"
    command = (sys.executable, "-c", f"import sys; open({str(notices)!r}, 'a').write(sys.stdin.read() + '\\n')")
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    config = config.model_copy(update={"notify": NotifySettings(command=command)})
    go(config, site)
    with full(config.home), pytest.raises(DiskError):
        go(config, site, NOON + HOUR)
    (sent,) = [json.loads(line) for line in notices.read_text().splitlines()]
    assert (sent["event"], sent["at"], sent["exit_code"]) == ("failure", (NOON + HOUR).isoformat(), 5)


def test_where_not_a_byte_can_be_written_the_reason_is_still_told(tmp_path: Path) -> None:
    """A limit of 0 bytes a file: the log, which takes nothing either, never hides why the round failed."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())

    def limited() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        try:
            go(config, site)
        except DiskError as problem:
            named = "above the limit of a file" in problem.what and ".refresh.json" in problem.what
            return 5 if named else 1
        return 0

    assert in_child(limited) == 5


def test_a_report_on_a_full_disk_shows_what_is_stored(tmp_path: Path) -> None:
    """Exit 5, the reason and the date of the data; with nothing stored there is only the reason."""
    from climtrack.run.report import report

    config, site = settings(tmp_path / "home"), Site(NOON.date())
    request = round_request(config)
    with full(config.home), pytest.raises(DiskError, match="no room for"):
        report(Run(config, NOON, transport=site), request)
    go(config, site)
    site.today = NOON.date() + DAY
    run = Run(config, NOON + DAY, transport=site)
    with full(config.home):
        regions = report(run, request)
    outcome = run.outcome
    assert (outcome.code, outcome.stale, len(regions)) == (5, True, 1)
    lines = [english(line) for line in outcome.notices]
    assert "no room for" in lines[0]
    assert "showing what is stored: data as of 2026-07-05 to 2026-07-10 (2 to 7 days old)." in lines
    run = Run(config, NOON + DAY, transport=site)
    report(run, request)
    assert run.outcome.code == 0


def test_a_monitor_is_told_of_damage_until_the_next_round(tmp_path: Path) -> None:
    """`status` says which file, `--check` fails; the round mends it, and both are silent again."""
    said = "climtrack.sqlite is damaged or missing; using its copy of 2026-07-11 12:00 UTC."
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    go(config, site)
    file = config.home / "climtrack.sqlite"
    file.write_bytes(file.read_bytes()[:-60])
    _, lines, alarmed = seen(config, NOON)
    assert said in lines
    assert said in alarmed
    go(config, site, NOON + HOUR)
    assert seen(config, NOON + HOUR)[1:] == ([], [])


def test_the_status_says_that_rounds_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since when, and where to read more; a monitor after two days, or at once where it is this computer that fails."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    go(config, site)
    site.mood = down
    go(config, site, NOON + HOUR)
    go(config, site, NOON + 2 * HOUR)
    (line,) = seen(config, NOON + 2 * HOUR)[1]
    assert line == "rounds have failed since 2026-07-11 13:00 UTC; see log/climtrack.log in home."
    assert [seen(config, NOON + hours * HOUR)[2] for hours in (49, 50)] == [[], [line]]
    rounds = schedule.HistoryFile(config.home)
    before = rounds.read()
    rounds.write(before.after(NOON + 2 * HOUR, 5, stale=True))
    assert seen(config, NOON + 2 * HOUR)[2] == [line]
    rounds.write(before)
    site.mood = lambda _, body: body
    go(config, site, NOON + 3 * HOUR)
    assert seen(config, NOON + 3 * HOUR)[1:] == ([], [])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    (line,) = seen(config, NOON + 3 * HOUR)[2]
    assert line.startswith("no room is left on the disk of ")


def test_a_bug_that_lasts_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1 twice in a row, although no error of ours was raised: it lies in no series, whose outcome it would be."""
    notices = tmp_path / "notices"
    command = (sys.executable, "-c", f"import sys; open({str(notices)!r}, 'a').write(sys.stdin.read() + '\\n')")
    config = settings(tmp_path / "home").model_copy(update={"notify": NotifySettings(command=command)})

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("climtrack.run.refresh.say_failures", broken)
    site = Site(NOON.date())
    for hour in range(3):
        with pytest.raises(ZeroDivisionError):
            go(config, site, NOON + hour * HOUR)
    (told,) = [json.loads(line) for line in notices.read_text().splitlines()]
    assert (told["event"], told["exit_code"], told["at"]) == ("failure", 1, (NOON + HOUR).isoformat())


def test_a_chart_that_cannot_be_drawn_is_exit_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data are stored all the same."""
    from climtrack.errors import RenderError
    from climtrack.run import drawing

    def fail(*args: object, **named: object) -> None:
        raise RenderError("no ink")

    monkeypatch.setattr(drawing, "render_formats", fail)
    config = settings(tmp_path / "home")
    done = go(config, Site(NOON.date()))
    assert (done.code, done.pictures) == (3, 0)
    assert any("not drawn: no ink" in line for line in done.lines)
    assert len(Store(config.home).keys()) == 4


class Second:
    """Climate Pulse, for the world's air: what the site says, and so much more."""

    def __init__(self, more: float) -> None:
        self.more = more

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """A CSV file of the world's air; nobody answers for the sea."""
        if "2t" not in path:
            raise SourceUnavailable("fetch.timeout", seconds=30)
        world = SeriesKey("era5", "t2m", "world")
        body = genuine(world, NOON.date())
        series = series_from_payload(body, world, Source("https://example.org", NOON, "0" * 64))
        normal = climatology(series, DEFAULT).mean[dayofyear(series.dates) - 1]
        days = zip(series.dates, series.values + self.more, normal + self.more, strict=True)
        rows = [f"{day},{value:.2f},{usual:.2f},{value - usual:.2f},FINAL" for day, value, usual in days]
        text = "\n".join(["# Climate Pulse", "date,2t,clim_91-20,ano_91-20,status", *rows])
        return Payload(url=f"https://example.org/{path}", body=text.encode())


@pytest.mark.parametrize(("more", "departs"), [(0.0, False), (0.3, True)])
def test_a_second_source_that_says_something_else_is_said(tmp_path: Path, more: float, departs: bool) -> None:
    """In the round's lines and in the report's; that it does not answer for the sea fails the round, no more."""
    config = settings(tmp_path / "home", "world")
    done = go(config, Site(NOON.date()), second=Second(more))
    assert done.code == 3
    assert SeriesKey("climate-pulse", "t2m", "world") in Store(config.home)
    assert any("departs from Climate Pulse" in line for line in done.lines) == departs
    assert any("did not answer" in line for line in done.lines)
    said = (tmp_path / "report" / "world" / "report.md").read_text()
    assert ("departs from Climate Pulse" in said) == departs
    assert "did not answer" not in said


def test_random_kills_of_whole_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C1, small: four rounds killed anywhere between the first request and the last file of the site."""
    counts = rounds_killed(tmp_path, monkeypatch, times=4, rng=random.Random(5))
    assert counts["left alone"] >= 1


@pytest.mark.soak
def test_a_thousand_kills_of_whole_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """
    C1: 1,000 rounds (fetch, merge, commit, draw, publish) killed while they run, at every stage (15 to 30 minutes).

    After each: store, history and site are those before or after, whole; nothing of the round lives on. Every third
    is followed by a round that must end well and leave nothing lying about.
    """
    counts = rounds_killed(tmp_path, monkeypatch, times=1000, rng=random.Random(6))
    for name, count in counts.items():
        record_property(name, count)
    assert all(counts[stage] >= 20 for stage in STAGES)
    assert counts["old"] >= 100
    assert counts["new"] >= 100


def test_a_year_in_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C10, small: 40 days, one series, one seed."""
    assert lived(tmp_path, monkeypatch, days=40, keys=(NATLAN,), seed=1)["notices"] >= 2


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_a_year_in_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """
    C10: 365 days with faults, kills and two outages; at its end the store equals the truth (5 to 15 minutes each seed).

    Each seed lives with the North Atlantic and three others, so that ten seeds know every series; years before 2005
    are left out of the copies, for neither faults nor kills know of them.
    """
    from climtrack.fetcher.reanalyzer import ENDPOINTS

    others = [key for key in ENDPOINTS if key != NATLAN]
    keys = (NATLAN, *(others[(3 * seed + i) % len(others)] for i in range(3)))
    for name, count in lived(tmp_path, monkeypatch, days=365, keys=keys, seed=seed).items():
        record_property(name, count)


def lived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, days: int, keys: tuple[SeriesKey, ...], seed: int
) -> Counter[str]:
    """
    Daily rounds, undrawn, with faults, kills and two outages: at the end the store equals the truth.

    In the first outage the copies stand still and are back-filled late, in the second nobody answers. Somebody is told
    once when failures begin that last, and once when they have ended.
    """
    rng, site, counts = random.Random(seed), Site(NOON.date(), since=2005), Counter[str]()
    config = settings(tmp_path / "home").model_copy(update={"notify": NotifySettings(command=("true",))})
    length = 30 * days // 365 + 2
    still, dark = range(days // 4, days // 4 + length), range(days // 2, days // 2 + length)
    copies: dict[SeriesKey, list[tuple[dt.datetime, str]]] = {key: [] for key in keys}
    told: list[tuple[int, str]] = []
    codes: list[int] = []

    def mood(key: SeriesKey, body: bytes) -> bytes:
        luck = rng.random()
        if luck < 0.02 or n in dark:
            return down(key, body)
        if luck < 0.04:
            return body[: len(body) // 2]
        if luck < 0.06:
            return b"<html>"
        if luck < 0.08:
            return site.copy(key, site.today - rng.randrange(1, 4) * DAY)
        return body.replace(b"2026", b"9999") if luck < 0.10 else body

    def undrawn(run: Run) -> Round:
        changes = run.update(keys)
        failed = sum(one.error is not None for one in changes)
        run.say(failed=0 if not failed else ALL if failed == len(changes) else SOME)
        return Round(changes)

    def heard(_: NotifySettings, document: Mapping[str, Any]) -> tuple[bool, tuple[Notice, ...]]:
        told.append((n, document["event"]))
        return True, ()

    monkeypatch.setattr(refresh_module, "refresh", undrawn)
    monkeypatch.setattr(refresh_module, "notify", heard)
    site.mood = mood
    for n in range(days):
        now = NOON + n * DAY
        if n not in still:
            site.today = now.date()
        if rng.random() < 0.01:
            pid = os.fork()
            if pid == 0:
                try:
                    Run(config, now, transport=site).update(keys)
                finally:
                    os._exit(0)
            time.sleep(rng.uniform(0, 0.4))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            counts["kills"] += 1
        done = go(config, site, now)
        codes.append(done.code)
        for one in done.changes:
            counts["refused" if one.error else "taken"] += 1
        store = Store(config.home)
        assert store.notices == ()
        for key in store:
            copies[key].append((now, store.read(key).digest))
    site.mood = lambda _, body: body
    n, end = days, NOON + days * DAY
    site.today = end.date()
    codes.append(go(config, site, end).code)
    assert codes[-1] == 0
    store = Store(config.home)
    truth = Run(config.model_copy(update={"home": tmp_path / "truth"}), end, transport=site)
    truth.update(keys)
    for key in keys:
        assert store.read(key).digest == truth.store.read(key).digest
        for now, digest in rng.sample(copies[key], 10):
            assert Store(config.home, known_on=now).read(key).digest == digest
    assert (store.read(NATLAN).status == Status.PRELIMINARY).sum() == 14
    noise = store.revision_noise(NATLAN)
    assert noise is not None
    assert 0 < noise.typical < noise.largest < 0.4
    size = (config.home / "climtrack.sqlite").stat().st_size
    assert size < 50e6
    spells = [list(spell) for fails, spell in itertools.groupby(range(days + 1), lambda i: codes[i] != 0) if fails]
    assert told == [
        notice
        for spell in spells
        if len(spell) > 1  # one that the next round cures is nobody's business
        for notice in ((spell[1], "failure"), (spell[-1] + 1, "recovery"))
    ]
    return counts + Counter({"states recalled": 10 * len(keys), "kB of history": size // 1000, "notices": len(told)})


def test_a_line_from_a_feed_stays_one_line_in_the_log(tmp_path: Path) -> None:
    """Control characters in an error never reach the log."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    site.mood = lambda _, body: body.replace(b'"1950"', b'"19\\u001b[31m\\n50"')
    go(config, site)
    text = (config.home / "log" / "climtrack.log").read_text()
    assert "\x1b" not in text
    assert all(line[:4].isdigit() for line in text.splitlines())


def test_an_unchanged_round_draws_nothing_and_shows_the_same(tmp_path: Path) -> None:
    """The same data, day, settings and program; a new day, another credit or a file that is gone draws all."""
    config, site, report = settings(tmp_path / "home"), Site(NOON.date()), tmp_path / "report"
    first = go(config, site)
    before = {path: path.read_bytes() for path in report.rglob("*") if path.is_file()}
    again = go(config, site, NOON + HOUR)
    assert [(one.code, one.pictures, one.drawn) for one in (first, again)] == [(0, 2, 2), (0, 2, 0)]
    assert again.document["drawn"] == 0
    assert {path: path.read_bytes() for path in report.rglob("*") if path.is_file()} == before
    for harm in (Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])):
        harm(report / "nh" / "natlan-sst.stripes.email.en.png")
        assert go(config, site, NOON + HOUR).drawn == 2
    signed = config.model_copy(update={"theme": config.theme.model_copy(update={"credit": "A. Author"})})
    assert [go(signed, site, NOON + HOUR).drawn for _ in range(2)] == [2, 0]
    for spoiled in (b"", b"[]", b"\xff", b"{}"):
        (config.home / "shown.json").write_bytes(spoiled)
        assert go(signed, site, NOON + HOUR).drawn == 2
    site.today = NOON.date() + DAY
    assert [go(signed, site, NOON + DAY).drawn for _ in range(2)] == [2, 0]
    site.mood = down  # pictures say their age while the source stays away
    assert [go(signed, site, NOON + days * DAY).drawn for days in (2, 30, 30)] == [2, 2, 0]


def published(config: Config, folder: Path) -> Config:
    """The same, published into a folder."""
    return config.model_copy(
        update={
            "publish": config.publish.model_copy(update={"folder": str(folder)}),
            "refresh": config.refresh.model_copy(update={"publish": True}),
        }
    )


def test_the_site_is_mended_by_the_next_round(tmp_path: Path) -> None:
    """Pictures, lists and pages as they were after the round; dated ones of earlier days from the history."""
    config, site, root = settings(tmp_path / "home", "natlan"), Site(NOON.date()), tmp_path / "site"
    config = published(config, root)
    first = go(config, site)
    before = {path: path.read_bytes() for path in root.rglob("*.png")}
    (dated,) = root.glob("2026-*/*.png")
    assert (first.published, len(before)) == (True, first.pictures + 1)
    again = go(config, site, NOON + HOUR)
    assert (again.published, again.pictures, again.drawn) == (True, first.pictures, 0)
    (root / "latest" / "natlan-sst.stripes.email.en.png").unlink()
    dated.write_bytes(b"?")
    mended = go(config, site, NOON + HOUR)
    assert (mended.code, mended.drawn) == (0, first.pictures)
    assert {path: path.read_bytes() for path in root.rglob("*.png")} == before
    site.today += DAY
    dated.unlink()
    (root / "publication.json").write_bytes(b"")
    later = go(config, site, NOON + DAY)
    assert dated.read_bytes() == before[dated]
    assert (later.code, later.lines[-2:]) == (0, [
        "Damaged or gone: publication.json; made again from the copy, or from the site's folder.",
        f"1 damaged picture drawn again: {dated.relative_to(root)}.",
    ])  # fmt: skip


def test_numbers_that_a_second_computation_does_not_find_are_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line and exit 3 while they differ, the last good site as it was; the next good round publishes again."""
    root = tmp_path / "site"
    config, site = published(settings(tmp_path / "home", "natlan"), root), Site(NOON.date())
    assert go(config, site).published
    page = (root / "natlan-sst" / "index.html").read_text()
    assert re.search(r"0 of [\d,]+ numbers differ from a second computation of 11 July 2026\.", page)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    site.today = NOON.date() + DAY
    with monkeypatch.context() as patched:
        patched.setattr(anomaly, "percentile", lambda *_: 50.0)
        bad = go(config, site, NOON + DAY)
    assert (bad.code, bad.published) == (3, False)
    (line,) = (line for line in bad.lines if "second computation" in line)
    assert "natlan-sst.anomalies.1991-2020.percentile: 50, not 100." in line
    assert len(line) <= 200
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert go(config, site, NOON + DAY).published
    assert (root / "natlan-sst" / "index.html").read_text() != page


@pytest.mark.parametrize("place", [".", "..", "series", "log/site"])
def test_no_site_is_published_into_the_data_folder(tmp_path: Path, place: str) -> None:
    """Nor around it, nor into a part of it: exit 3, the data stored, not one file of a site."""
    config = settings(tmp_path / "all" / "home", "natlan", folder=tmp_path / "report")
    done = go(published(config, config.home / place), Site(NOON.date()))
    assert (done.code, done.published) == (3, False)
    assert any("is the data folder" in line for line in done.lines)
    assert not list(tmp_path.rglob("index.html"))
