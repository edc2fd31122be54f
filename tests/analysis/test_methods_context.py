"""docs/methods.md: the worked numbers of El Niño, hemispheres and cross-checks are what the code finds."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np

from climtrack.analysis.enso import nino_state, offsets
from climtrack.analysis.reconciliation import agreement
from climtrack.analysis.survey import study
from climtrack.fetcher.noaa import ENDPOINTS, read
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.vocabulary.findings import NinoEstimate, NinoState
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import RONI, Series, SeriesKey, Source
from tests.analysis.build import pulse

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "methods.md").read_text(encoding="utf-8")


def says(section: str, *numbers: str) -> None:
    """The section of the page names every number."""
    text = PAGE.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    for number in numbers:
        assert number in text, f"{section}: {number} is not what the page says"


def test_el_nino(snapshot: Callable[[str, str], Series], shared_data: Path) -> None:
    """The state by NOAA's table, the estimate to date and its errors."""
    source = Source("https://www.cpc.ncep.noaa.gov/", dt.datetime(2026, 8, 22, tzinfo=dt.UTC), "0" * 64)
    roni = read((shared_data / "noaa" / "roni.txt").read_bytes(), ENDPOINTS[RONI], source)
    nino = study(snapshot("climate_reanalyzer/2026-08-22", "oisst.sst.nino3.4"), REGIONS["nino3.4"])
    state = nino_state(roni, nino)
    assert isinstance(state, NinoState)
    found = state.estimate
    assert isinstance(found, NinoEstimate)
    above = offsets(roni, nino)
    known = above[~np.isnan(above)]
    errors = known[3:] - (known[2:-1] + known[1:-2] + known[:-3]) / 3
    other = np.sign(np.where(np.abs(above + roni.values) < 0.495, 0, above + roni.values))
    official = np.sign(np.where(np.abs(roni.values) < 0.495, 0, roni.values))
    says(
        "El Niño",
        f"**{100 * (other != official)[~np.isnan(above)].mean():.0f} %**",
        f"**{found.judged}** earlier seasons, **{np.sqrt((errors**2).mean()):.2f} °C**",
        f"**{state.roni:+.2f} °C** for May to July",
        f"**{found.running:+.2f} °C**, the offset is **{found.offset:+.2f} °C**",
        f"**{found.value:+.2f} °C**, 9 times in 10 between **{found.low:+.2f}** and",
        f"**{found.high:+.2f} °C**",
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


def test_products(world: Series, shared_data: Path) -> None:
    """CFSR minus ERA5: the largest day, the largest year, and 2023."""
    path = shared_data / "climate_reanalyzer" / "2023-12-01" / "clim" / "t2_daily" / "json" / "cfsr_world_t2_day.json"
    source = Source("https://example.org/", dt.datetime(2023, 12, 1, tzinfo=dt.UTC), "0" * 64)
    cfsr = series_from_payload(path.read_bytes(), SeriesKey.parse("cfsr.t2m.world"), source)
    at = (cfsr.start - world.start).days
    gap = cfsr.values - world.values[at : at + cfsr.values.size]
    years = cfsr.dates.astype("datetime64[Y]").astype(int) + 1970
    largest = int(np.nanargmax(np.abs(gap)))
    means = {int(year): float(np.nanmean(gap[years == year])) for year in np.unique(years)}
    assert str(cfsr.dates[largest])[:10] == "1980-12-26"
    assert max(means, key=lambda year: abs(means[year])) == 2002
    says(
        "Products are never joined",
        f"**{gap[largest]:+.2f} °C**",
        f"**{means[2002]:+.2f} °C**",
        f"**{means[2023]:+.3f} °C**",
    )


def test_hemispheres(shared_data: Path) -> None:
    """The equator effect on the nine days of the site that we hold."""
    text = (shared_data / "climate_reanalyzer_derived" / "tothur_latest_2026-05-25_2026-06-02.csv").read_text()
    days: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(text.splitlines()):
        days.setdefault(row["fetched_utc"], {})[row["region"]] = float(row["value"])
    excess = [(day["nh"] + day["sh"]) / 2 - day["world"] for day in days.values()]
    says("Hemispheres, world, air and sea", f"**{min(excess):.3f} to {max(excess):.3f} °C**")
