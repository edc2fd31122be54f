"""docs/methods.md: the worked numbers of El Niño, hemispheres and cross-checks are what the code finds."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np

from climtrack.analysis.enso import Index, nino_index, nino_state
from climtrack.analysis.reconciliation import agreement
from climtrack.analysis.survey import study
from climtrack.vocabulary.findings import NinoState
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Series
from tests.analysis.build import pulse

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")
SEASONS = ["DJF", "JFM", "FMA", "MAM", "AMJ", "MJJ", "JJA", "JAS", "ASO", "SON", "OND", "NDJ"]


def says(section: str, *numbers: str) -> None:
    """The section of the page names every number."""
    text = PAGE.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    for number in numbers:
        assert number in text, f"{section}: {number} is not what the page says"


def test_el_nino(snapshot: Callable[[str, str], Series], shared_data: Path) -> None:
    """State and agreement with NOAA."""
    nino = study(snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.nino3.4"), REGIONS["nino3.4"])
    state, index = nino_state(nino), nino_index(nino)
    assert isinstance(state, NinoState)
    assert isinstance(index, Index)
    assert (state.date, state.onset, state.months_running) == (dt.date(2026, 8, 21), dt.date(2026, 5, 1), 2)
    rows = [line.split() for line in (shared_data / "noaa" / "oni.txt").read_text().splitlines()[1:]]
    theirs = {(int(year), SEASONS.index(season) + 1): float(value) for season, year, _, value in rows}
    pairs = [
        (value, theirs[day.year, day.month])
        for i, value in enumerate(index.three_months)
        if not np.isnan(value) and ((day := index.first_day(i)).year, day.month) in theirs
    ]
    ours, noaa = np.array(pairs).T
    says(
        "El Niño",
        f"over {len(pairs)} three-month means",
        f"**{np.corrcoef(ours, noaa)[0, 1]:.3f}**",
        f"**{np.sqrt(((ours - noaa) ** 2).mean()):.2f} °C**",
        f"**{state.three_months:+.2f} °C**",
    )


def test_checked_against_others(world: Series, snapshot: Callable[[str, str], Series], shared_data: Path) -> None:
    """Climate Pulse, air and sea."""
    folder = shared_data / "climate_pulse" / "2024-02-23"
    air = agreement(world, pulse(folder / "era5_daily_series_2t_global.csv", "climate-pulse.t2m.world")[0])
    says(
        "Checked against others",
        f"**{air.usual.rms:.4f} °C**",
        f"**{air.usual.days:,}**",
        f"**{air.overall.largest.difference:.3f} °C** on 22 May 1972",
    )
    sea = agreement(
        snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.world2"),
        pulse(folder / "era5_daily_series_sst_60S-60N.csv", "climate-pulse.sst.world2")[0],
    )
    first, last = sea.decades[0].bias, sea.decades[-1].bias
    says("Checked against others", f"(−{-first:.2f} °C in the 1980s, {last:+.2f} °C in the 2020s)")


def test_hemispheres(shared_data: Path) -> None:
    """The equator effect on the nine days of the site that we hold."""
    text = (shared_data / "climate_reanalyzer_derived" / "tothur_latest_2026-05-25_2026-06-02.csv").read_text()
    days: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        days.setdefault(row["fetched_utc"], {})[row["region"]] = float(row["value"])
    excess = [(day["nh"] + day["sh"]) / 2 - day["world"] for day in days.values()]
    says("Hemispheres, world, air and sea", f"**{min(excess):.3f} to {max(excess):.3f} °C**")
