"""``python -m scripts.pictures``: pictures of README and gallery, from the simulated sample as of one fixed day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from climtrack.analysis.months import month_study
from climtrack.analysis.survey import study
from climtrack.config import load
from climtrack.reporter.render import render
from climtrack.run.run import sampled
from climtrack.vocabulary.findings import AnyStudy
from climtrack.vocabulary.registry import DEFAULT
from climtrack.vocabulary.series import SeriesKey

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
NOW = dt.datetime(2026, 11, 20, 18, tzinfo=dt.UTC)
#: Chart, series, preset, theme.
SHOWN = (
    ("both", ("era5.t2m.world", "oisst.sst.world2"), "wide", "light"),
    ("year_lines", ("era5.t2m.nh",), "wide", "light"),
    ("year_lines", ("oisst.sst.natlan",), "wide", "light"),
    ("year_lines", ("era5.t2m.nh",), "phone", "dark"),
    ("anomaly", ("era5.t2m.nh",), "wide", "light"),
    ("year_over_year", ("era5.t2m.nh",), "wide", "light"),
    ("months", ("noaaglobaltemp.ocean.nh",), "wide", "light"),
    ("hemispheres", ("era5.t2m.nh", "era5.t2m.sh"), "panel", "light"),
    ("stripes", ("era5.t2m.nh",), "strip", "light"),
    ("year_to_date", ("era5.t2m.nh",), "wide", "light"),
    ("day_heatmap", ("era5.t2m.nh",), "grid", "light"),
    ("records", ("era5.t2m.nh",), "wide", "light"),
)


def studies() -> dict[str, AnyStudy]:
    """
    Everything known of the series shown.

    Returns
    -------
    dict of str to Study or MonthStudy
        By key.
    """
    names = sorted({name for _, keys, _, _ in SHOWN for name in keys})
    config = load(None, {})
    found = sampled([SeriesKey.parse(name) for name in names], NOW)
    places = {key: config.region(key.region) for key in found}
    return {
        str(key): month_study(series, places[key], DEFAULT) if key.monthly else study(series, places[key])
        for key, series in found.items()
    }


def main() -> None:
    """Draw them all, in both languages."""
    FOLDER.mkdir(exist_ok=True)
    known = studies()
    for chart, keys, preset, theme in SHOWN:
        for language in ("en", "es"):
            asset = render(chart, [known[key] for key in keys], preset=preset, theme=theme, language=language)
            (FOLDER / asset.path).write_bytes(asset.data)
            print(f"{asset.path}: {len(asset.data) // 1000} kB")


if __name__ == "__main__":
    main()
