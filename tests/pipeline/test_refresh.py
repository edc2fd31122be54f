"""One unattended round: each series on its own, everything remembered, nothing lost whenever it ends."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from climtrack.analysis.climatology import climatology
from climtrack.config import Config, NotifySettings
from climtrack.errors import SourceUnavailable, StoreBusy
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.pipeline import rhythm
from climtrack.pipeline.notify import notify
from climtrack.pipeline.refresh import Refreshed, refresh
from climtrack.pipeline.status import overdue, status
from climtrack.pipeline.unattended import unattended_round
from climtrack.pipeline.update import update
from climtrack.store.lock import writers_lock
from climtrack.store.netcdf import Store
from climtrack.store.rejects import kept
from climtrack.vocabulary.baselines import DEFAULT
from climtrack.vocabulary.calendar import dayofyear
from climtrack.vocabulary.payload import Payload
from climtrack.vocabulary.series import SeriesKey, Source, Status
from tests.faults import genuine
from tests.pipeline.site import AIR, NATLAN, NOON, Site, down, settings

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def go(config: Config, site: Site, now: dt.datetime = NOON) -> Refreshed:
    """One round with its book-keeping."""
    return unattended_round(config=config, transport=site, now=now, publish=None)


def page(key: SeriesKey, body: bytes) -> bytes:
    """A web page in place of the sea, the air as it is."""
    return b"<!doctype html><title>Houston, we've had a problem</title>" if key == NATLAN else body


def test_a_round_fetches_draws_remembers_and_logs(tmp_path: Path) -> None:
    """First everything is new; a second round finds nothing new and says so."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    first = go(config, site)
    assert first.code == 0
    assert [one.key for one in first.updates] == [AIR, NATLAN]
    assert first.pictures == 2
    assert {p.name for p in (tmp_path / "report" / "nh").glob("*.png")} == {
        "nh-air.year-lines.email.en.png", "natlan-sst.year-lines.email.en.png",
    }  # fmt: skip
    document = json.loads(json.dumps(first.document()))
    assert (document["schema"], document["exit_code"]) == ("climtrack.refresh/1", 0)
    assert document["series"]["oisst.sst.natlan"]["last_date"] == "2026-07-10"
    assert document["snapshot"] == Store(config.home).snapshot
    second = go(config, site, NOON + HOUR)
    assert (second.code, second.snapshot) == (0, first.snapshot)
    assert rhythm.read(config.home).success == NOON + HOUR
    log = (config.home / "log" / "climtrack.log").read_text()
    assert log.count("round begins") == 2
    assert "exit 0, 2 of 2 series changed" in log
    assert "exit 0, 0 of 2 series changed" in log
    assert overdue(status(config, now=NOON), config, now=NOON) == ()


def test_one_bad_series_leaves_the_others(tmp_path: Path) -> None:
    """Exit 3, one line; the air is new, the sea drawn from what is held, the page kept for a person."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    go(config, site)
    site.today, site.mood = NOON.date() + DAY, page
    done = go(config, site, NOON + DAY)
    assert done.code == 3
    assert any(line.startswith("natlan-sst: not updated: received a web page") for line in done.lines)
    assert all(len(line) <= 200 for line in done.lines)
    assert [one.added for one in done.updates] == [1, 0]
    assert done.pictures == 2
    assert kept(config.home, NATLAN)[0].path.read_bytes().startswith(b"<!doctype html>")
    assert Store(config.home).health(NATLAN).failing_since == NOON + DAY


def test_a_site_that_is_down_costs_nothing(tmp_path: Path) -> None:
    """Exit 4: with nothing stored no pictures; with something stored, that, with its date."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    site.mood = down
    assert (go(config, site).code, go(config, site).pictures) == (4, 0)
    assert overdue(status(config, now=NOON), config, now=NOON)[0].startswith("nothing is stored yet")
    site.mood = lambda _, body: body
    go(config, site)
    site.mood = down
    done = go(config, site, NOON + 2 * DAY)
    assert (done.code, done.pictures) == (4, 2)
    assert "Using data as of 2026-07-05 to 2026-07-10" in done.lines[0]
    late = NOON + 30 * DAY
    assert "older than 10 days: nh-air (36 days), natlan-sst (31 days)" in overdue(
        status(config, now=late), config, now=late
    )


def test_interrupted_it_keeps_what_had_arrived(tmp_path: Path) -> None:
    """Ctrl-C while the second series is on its way: 1 of 2 updated, exit 130."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    arrived: list[SeriesKey] = []

    def mood(key: SeriesKey, body: bytes) -> bytes:
        if key == NATLAN:
            while not arrived:
                time.sleep(0.01)
            raise KeyboardInterrupt
        return body

    site.mood = mood
    done = refresh(config=config, transport=site, now=NOON, publish=None, on_done=arrived.append)
    assert done.code == 130
    assert done.lines == ("interrupted; 1 of 2 series updated, the rest unchanged.",)
    assert Store(config.home).keys() == (AIR,)


def test_a_second_round_is_told_of_the_first(tmp_path: Path) -> None:
    """The lock of the round covers drawing and publishing too."""
    config = settings(tmp_path)
    with writers_lock(tmp_path, NOON, "refresh"), pytest.raises(StoreBusy, match="another refresh is running"):
        go(config, Site(NOON.date()))
    assert not (tmp_path / "schedule.json").exists()


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
    assert told[1]["at"] == (NOON + 3 * HOUR).isoformat()


def test_a_notice_that_cannot_be_given_is_a_line(tmp_path: Path) -> None:
    """A missing command, a failing one, a webhook that nobody answers."""
    assert notify(NotifySettings(command=(str(tmp_path / "none"),)), {})[0].startswith("notify.command failed")
    assert notify(NotifySettings(command=("false",)), {})[0].startswith("notify.command ended with 1")
    assert notify(NotifySettings(webhook="https://127.0.0.1:9/hook"), {})[0].startswith("notify.webhook failed")
    assert notify(NotifySettings(), {}) == ()


def test_a_chart_that_cannot_be_drawn_is_exit_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data are stored all the same."""
    from climtrack.errors import RenderError
    from climtrack.pipeline import drawing

    def fail(*args: object, **named: object) -> None:
        raise RenderError("no ink")

    monkeypatch.setattr(drawing, "rendered", fail)
    config = settings(tmp_path / "home")
    done = go(config, Site(NOON.date()))
    assert (done.code, done.pictures) == (3, 0)
    assert any("not drawn: no ink" in line for line in done.lines)
    assert len(Store(config.home).keys()) == 2


class Second:
    """Climate Pulse, for the world's air: what the site says, and so much more."""

    def __init__(self, more: float) -> None:
        self.more = more

    def __call__(self) -> Second:
        """The transport, as the pipeline opens it."""
        return self

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """A CSV file of the world's air; nobody answers for the sea."""
        if "2t" not in path:
            raise SourceUnavailable("the server did not answer within 30 s", "Will try again at the next refresh")
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
    """In the round's lines and in the report's; its own silence is a line and no failure."""
    config = settings(tmp_path / "home", "world")
    done = unattended_round(config=config, transport=Site(NOON.date()), now=NOON, publish=None, second=Second(more))
    assert done.code == 0
    assert SeriesKey("climate-pulse", "t2m", "world") in Store(config.home).manifest.series
    assert any("departs from Climate Pulse" in line for line in done.lines) == departs
    assert any("did not answer" in line for line in done.lines)
    said = (tmp_path / "report" / "world" / "report.md").read_text()
    assert ("departs from Climate Pulse" in said) == departs
    assert "did not answer" not in said


def test_random_kills_of_whole_rounds(tmp_path: Path) -> None:
    """C1, small: killed anywhere between the first request and the last picture."""
    killed(tmp_path, 5, random.Random(5))


@pytest.mark.soak
def test_a_thousand_kills_of_whole_rounds(tmp_path: Path) -> None:
    """C1: 1,000 of them."""
    killed(tmp_path, 1000, random.Random(6))


def killed(tmp_path: Path, times: int, rng: random.Random) -> None:
    """Store old or new, every picture whole, the next round fine, nothing left over, no orphan at work."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    began = time.perf_counter()
    go(config, site)
    usual = time.perf_counter() - began
    for n in range(1, times + 1):
        before = Store(config.home).snapshot
        site.today = NOON.date() + n * DAY
        pid = os.fork()
        if pid == 0:
            go(config, site, NOON + n * DAY)
            os._exit(0)
        time.sleep(rng.uniform(0, usual))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        store = Store(config.home)
        assert store.notices == ()
        ends = {key: store.read(key).end for key in (AIR, NATLAN)}
        assert store.snapshot == before or max(ends.values()) == site.today - DAY
        for picture in (tmp_path / "report").rglob("*.png"):
            data = picture.read_bytes()
            assert data.startswith(b"\x89PNG")
            assert data.endswith(b"IEND\xaeB`\x82")
        if n % 3 == 0:
            assert go(config, site, NOON + n * DAY).code == 0
            assert Store(config.home).read(NATLAN).end == site.today - DAY
            assert [p.name for p in tmp_path.rglob("*") if ".climtrack-" in p.name] == []


def test_a_year_in_seconds(tmp_path: Path) -> None:
    """C10, small: 40 days, one series, one seed."""
    lived(tmp_path, days=40, keys=(NATLAN,), seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_a_year_in_minutes(tmp_path: Path, seed: int) -> None:
    """C10: 365 days, every series."""
    from climtrack.fetcher.endpoints import ENDPOINTS

    lived(tmp_path, days=365, keys=tuple(ENDPOINTS), seed=seed)


def lived(tmp_path: Path, *, days: int, keys: tuple[SeriesKey, ...], seed: int) -> None:
    """Daily updates with faults, kills and an outage with late back-fill: at its end the store equals the truth."""
    rng, site = random.Random(seed), Site(NOON.date())
    config = settings(tmp_path / "home")
    outage = range(days // 4, days // 4 + 30 * days // 365 + 1)
    copies: dict[SeriesKey, list[tuple[dt.datetime, str]]] = {key: [] for key in keys}

    def mood(key: SeriesKey, body: bytes) -> bytes:
        luck = rng.random()
        if luck < 0.02:
            return down(key, body)
        if luck < 0.04:
            return body[: len(body) // 2]
        if luck < 0.06:
            return b"<html>"
        if luck < 0.08:
            return genuine(key, site.today - rng.randrange(1, 4) * DAY)
        return body.replace(b"2026", b"9999") if luck < 0.10 else body

    site.mood = mood
    for n in range(days):
        now = NOON + n * DAY
        if n not in outage:
            site.today = now.date()
        if rng.random() < 0.01:
            pid = os.fork()
            if pid == 0:
                update(keys, config=config, store=Store(config.home), transport=site, now=now)
                os._exit(0)
            time.sleep(rng.uniform(0, 0.4))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        store = Store(config.home)
        update(keys, config=config, store=store, transport=site, now=now)
        assert store.notices == ()
        for key in store.manifest.series:
            copies[key].append((now, store.read(key).digest))
    site.mood = lambda _, body: body
    end = NOON + days * DAY
    site.today = end.date()
    store = Store(config.home)
    assert all(one.error is None for one in update(keys, config=config, store=store, transport=site, now=end))
    truth = Store(tmp_path / "truth")
    update(keys, config=replace_home(config, tmp_path / "truth"), store=truth, transport=site, now=end)
    for key in keys:
        assert store.read(key).digest == truth.read(key).digest
        for now, digest in rng.sample(copies[key], 10):
            assert store.history.known_on(key, now).digest == digest
    assert (store.read(NATLAN).status == Status.PRELIMINARY).sum() == 14
    noise = store.revision_noise(NATLAN)
    assert noise is not None
    assert 0 < noise.typical < noise.largest < 0.4
    assert (config.home / "history.sqlite").stat().st_size < 50e6


def replace_home(config: Config, home: Path) -> Config:
    """The same settings for another folder."""
    return config.model_copy(update={"home": home})


def test_a_line_from_a_feed_stays_one_line_in_the_log(tmp_path: Path) -> None:
    """Control characters in an error never reach the log."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    site.mood = lambda _, body: body.replace(b'"1950"', b'"19\\u001b[31m\\n50"')
    go(config, site)
    text = (config.home / "log" / "climtrack.log").read_text()
    assert "\x1b" not in text
    assert all(line[:4].isdigit() for line in text.splitlines())
