"""Everything that a round takes from config.toml before its first request: what the fuzzers of the settings drive."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from climtrack.config import Config, load
from climtrack.errors import ClimtrackError
from climtrack.fetcher.http import Http
from climtrack.run import schedule
from climtrack.run.drawing import themes_of
from climtrack.run.publish import site_folder
from climtrack.run.refresh import round_request
from climtrack.run.run import Run
from climtrack.run.series import http_policy, keys_of

NOW = dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC)


def settled(path: Path) -> Config | None:
    """The settings, fit for a round; None where they were refused, in short lines that can be printed."""
    try:
        config = load(path, {"CLIMTRACK_HOME": "nowhere"})
        for publish in (True, False):
            chosen = config.refresh.model_copy(update={"publish": publish})
            themes_of(config, round_request(config.model_copy(update={"refresh": chosen})).themes)
        run = Run(config, NOW)
        assert keys_of(run.pairings(config.refresh.regions, ("air", "sst")), ("air", "sst"))
        assert run.endpoints
        Http(http_policy(config)).close()
        site_folder(config)
        said = config.schedule
        retry = dt.timedelta(minutes=said.retry_minutes)
        planned = schedule.next_run(
            NOW, schedule.RunHistory(attempt=NOW), schedule.Schedule(said.hours, said.zone, retry)
        )
        assert NOW <= planned <= NOW + 2 * dt.timedelta(days=1)
    except ClimtrackError as problem:
        for line in str(problem).splitlines():
            short = line.replace(str(path.parent), "")
            assert short.isprintable(), line
            assert len(short) <= 200, line
        return None
    return config
