"""What would have been shown then, byte for byte."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from climtrack.config import Config
from climtrack.errors import SeriesNotFound
from climtrack.run.refresh import _request
from climtrack.run.report import report
from climtrack.run.series import Freshness, update
from climtrack.store.store import Store
from tests.run.site import AIR, NATLAN, NOON, Site, settings

DAY = dt.timedelta(days=1)


def shown(config: Config, now: dt.datetime, known_on: dt.date | None = None) -> dict[str, bytes]:
    """Every file of the report, by name."""
    request = replace(_request(config, write=True), folder=None, freshness=Freshness(True, False, known_on))
    done = report(request, config=config, transport=Site(now.date()), now=now)
    return {asset.path: asset.data for one in done.regions for asset in one.assets}


def test_a_report_of_then_is_the_report_that_was_made_then(tmp_path: Path) -> None:
    """Pictures, pages, facts and tables, after sixty days of additions, revisions and measured noise."""
    config, site = settings(tmp_path / "home"), Site(NOON.date())
    made: dict[dt.date, dict[str, bytes]] = {}
    for n in (0, 20, 40, 60):
        now = NOON + n * DAY
        site.today = now.date()
        update((AIR, NATLAN), config=config, store=Store(config.home), transport=site, now=now)
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
