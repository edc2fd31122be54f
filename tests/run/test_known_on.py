"""What would have been shown then, byte for byte."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from climtrack.config import Config
from climtrack.errors import SeriesNotFound
from climtrack.run.refresh import round_request
from climtrack.run.report import report
from climtrack.run.run import Run
from climtrack.store.store import Store
from tests.run.site import AIR, NATLAN, NOON, Site, settings

DAY = dt.timedelta(days=1)


def shown(config: Config, now: dt.datetime, known_on: dt.date | None = None) -> dict[str, bytes]:
    """Every file of the report, by name."""
    request = replace(round_request(config), folder=None)
    regions = report(Run(config, now, offline=True, sample=False, known_on=known_on), request)
    return {asset.path: asset.data for one in regions for asset in one.assets}


def test_the_noon_between_two_rounds_of_a_day(tmp_path: Path) -> None:
    """A day shows its last state, a time of day what was known by then."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    Run(config, NOON, transport=site).update((AIR,))
    site.today += DAY
    Run(config, NOON + dt.timedelta(hours=5), transport=site).update((AIR,))
    later = NOON + 9 * DAY
    ends = [
        Run(config, later, offline=True, known_on=when).series([AIR])[AIR].end
        for when in (NOON, NOON + dt.timedelta(hours=5), NOON.date())
    ]
    assert ends[0] + DAY == ends[1] == ends[2]
    assert Run(config, later, known_on=NOON).now == NOON


def test_a_report_of_then_is_the_report_that_was_made_then(tmp_path: Path) -> None:
    """Pictures, pages, facts and tables, after sixty days of additions, revisions and measured noise."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    made: dict[dt.date, dict[str, bytes]] = {}
    for n in (0, 20, 40, 60):
        now = NOON + n * DAY
        site.today = now.date()
        Run(config, now, transport=site).update((AIR, NATLAN))
        made[now.date()] = shown(config, now)
    assert Store(config.home).revision_noise(NATLAN) is not None
    days = list(made)
    assert made[days[0]] != made[days[1]]
    for day in days:
        again = shown(config, NOON + 90 * DAY, known_on=day)
        assert again.keys() == made[day].keys()
        assert [name for name in again if again[name] != made[day][name]] == []
    between = shown(config, NOON + 90 * DAY, known_on=days[1] + 3 * DAY)
    assert between["nh-air.csv"] == made[days[1]]["nh-air.csv"]
    with pytest.raises(SeriesNotFound, match="nothing was stored by 2026-07-10"):
        shown(config, NOON, known_on=days[0] - DAY)
