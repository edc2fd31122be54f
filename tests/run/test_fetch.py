"""Fetch → store, on loopback copies of the site."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

from climtrack.config import Config
from climtrack.run.fetch import fetch
from climtrack.run.run import Outcome, Run
from climtrack.run.series import Change, english
from climtrack.run.status import status
from climtrack.store.store import Store
from climtrack.vocabulary.series import SeriesKey
from climtrack.words.language import Language
from tests.loopback import serving

SST = "climate_reanalyzer"
NATLAN = SeriesKey("oisst", "sst", "natlan")


def settings(home: Path, base: str) -> Config:
    """Built-in settings with another address."""
    config = Config(home=home)
    return config.model_copy(update={"fetch": config.fetch.model_copy(update={"base_urls": (base,)})})


def round_of(
    folder: Path, home: Path, now: dt.datetime, regions: tuple[str, ...] = ("natlan",)
) -> tuple[tuple[Change, ...], Outcome]:
    """Fetch some regions from a folder served on loopback."""
    copy = _as_of(folder, home.parent / f"site-{now:%d-%H}", now)
    with serving(copy) as (base, _), Run(settings(home, base), now) as run:
        return fetch(run, regions, ("air", "sst")), run.outcome


def _as_of(folder: Path, copy: Path, now: dt.datetime) -> Path:
    """A copy whose files were last modified now: the snapshots' own times say nothing."""
    shutil.copytree(folder, copy)
    for path in copy.rglob("*.json"):
        os.utime(path, (now.timestamp(), now.timestamp()))
    return copy


def test_new_then_revised_then_older_copies(shared_data: Path, tmp_path: Path) -> None:
    """Days arrive, preliminary ones become final, and an older copy rewinds nothing."""
    (first,), outcome = round_of(
        shared_data / SST / "2026-08-03", tmp_path / "home", dt.datetime(2026, 8, 3, 18, tzinfo=dt.UTC)
    )
    assert outcome.code == 0
    assert first.series is not None
    assert first.added == first.series.values.size
    (second,), _ = round_of(
        shared_data / SST / "2026-08-22", tmp_path / "home", dt.datetime(2026, 8, 22, 18, tzinfo=dt.UTC)
    )
    assert second.added == 20  # preliminary to 1 August, then to 21 August
    assert second.finalised == 14
    assert 0 < second.largest_revision < 0.08  # natlan's largest change is 0.079
    held = Store(tmp_path / "home").read(NATLAN)
    _, outcome = round_of(
        shared_data / SST / "2026-08-03", tmp_path / "home", dt.datetime(2026, 8, 22, 19, tzinfo=dt.UTC)
    )
    assert outcome.code in (0, 4)
    assert Store(tmp_path / "home").read(NATLAN).digest == held.digest


def test_what_is_expected_is_kept_once_a_week(shared_data: Path, tmp_path: Path) -> None:
    """The first download keeps five days ahead, the day of the next issue among them; one of the same week none."""
    for day, hour in (("2026-08-03", 6), ("2026-08-03", 18), ("2026-08-22", 18)):
        now = dt.datetime.fromisoformat(day).replace(hour=hour, tzinfo=dt.UTC)
        round_of(shared_data / SST / day, tmp_path / "home", now)
    kept = [one for one in Store(tmp_path / "home").estimates(NATLAN) if one.kind == "outlook"]
    leads = [(one.target - one.made).days for one in kept]
    assert {one.made for one in kept} == {dt.date(2026, 8, 1), dt.date(2026, 8, 21)}
    assert leads == [7, 14, 16, 21, 28, 7, 14, 15, 21, 28]
    assert all(one.low < one.expected < one.high for one in kept)


def test_one_bad_series_leaves_the_others(shared_data: Path, tmp_path: Path) -> None:
    """A web page in place of one file: exit 3, one line, the other series stored."""
    site = tmp_path / "site"
    shutil.copytree(shared_data / SST / "2026-08-22", site)
    bad = site / "clim/sst_daily/json_2clim/oisst2.1_natlan_sst_day.json"
    bad.chmod(0o644)  # the snapshots may be read-only, and so are then copies of them
    bad.write_text("<!doctype html><title>Houston</title>")
    now = dt.datetime(2026, 8, 22, 18, tzinfo=dt.UTC)
    _, done = round_of(site, tmp_path / "home", now, ("natlan", "gom"))
    assert done.code == 3
    (line,) = [line for line in map(english, done.notices) if "not updated" in line]
    assert line.startswith("natlan-sst: not updated: received a web page")
    assert len(line) <= 200
    store = Store(tmp_path / "home")
    assert [key.region for key in sorted(store.keys())] == ["gom"]
    seen = status(Run(settings(tmp_path / "home", "http://127.0.0.1:9/"), now))
    assert [row.key.region for row in seen.rows] == ["gom", "natlan"]
    assert "web page" in seen.rows[1].cells(Language("en"))[-1]
    assert "página web" in seen.rows[1].cells(Language("es"))[-1]


def test_what_is_stored_is_never_said_of_a_series_without_data(shared_data: Path, tmp_path: Path) -> None:
    """The same cause hits a series with data and one without: two lines, each true of its own."""
    now = dt.datetime(2026, 8, 22, 18, tzinfo=dt.UTC)
    round_of(shared_data / SST / "2026-08-22", tmp_path / "home", now)
    broken = tmp_path / "site"
    for name in ("natlan", "gom"):
        file = broken / f"clim/sst_daily/json_2clim/oisst2.1_{name}_sst_day.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("[]")
    _, later = round_of(broken, tmp_path / "home", now + dt.timedelta(hours=1), ("natlan", "gom"))
    lines = [line for line in map(english, later.notices) if "not updated" in line]
    assert [line.partition(":")[0] for line in lines if "Using data as of 2026-08-21" in line] == ["natlan-sst"]
    assert [line.partition(":")[0] for line in lines if "Nothing is stored" in line] == ["gom-sst"]
