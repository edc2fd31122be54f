"""``python -m scripts.pictures``: pictures of README and gallery, from the simulated sample as of one fixed day."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path

from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from PIL import Image

from climtrack.analysis.months import month_study
from climtrack.analysis.survey import study
from climtrack.config import load
from climtrack.reporter.field_map import coastlines
from climtrack.reporter.fonts import font_file
from climtrack.reporter.render import render
from climtrack.reporter.theme import themed
from climtrack.run.run import sampled
from climtrack.vocabulary.findings import AnyStudy
from climtrack.vocabulary.registry import DEFAULT, REGIONS
from climtrack.vocabulary.series import SeriesKey

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
NOW = dt.datetime(2026, 11, 20, 18, tzinfo=dt.UTC)
#: Chart, series, preset, theme.
SHOWN = (
    ("both", ("era5.t2m.world", "oisst.sst.world2"), "wide", "light"),
    ("year_lines", ("era5.t2m.nh",), "wide", "light"),
    ("year_lines", ("oisst.sst.natlan",), "wide", "light"),
    ("year_lines", ("era5.t2m.nh",), "email", "light"),
    ("year_lines", ("era5.t2m.nh",), "phone", "dark"),
    ("year_lines", ("era5.t2m.nh",), "card", "light"),
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


def regions() -> bytes:
    """
    The built-in regions on one map, by the names that commands take: boxes, and zones as bars beside it.

    Returns
    -------
    bytes
        A picture in PNG.
    """
    light = themed("light")
    font = FontProperties(fname=font_file(light, "semibold"), size=13)
    figure = Figure(figsize=(14, 6), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-182, 262), ylim=(-94, 94), aspect="equal", frame_on=False)
    axes.set_axis_off()
    axes.add_collection(LineCollection(coastlines(smallest=30_000), colors=light.axis, linewidths=0.6))
    bars = 0
    for place in REGIONS.values():
        size = place.north - place.south
        if place.width < 360:
            box = (place.west, place.south), place.width, size
            axes.add_patch(Rectangle(*box, facecolor=light.average, alpha=0.15))
            axes.add_patch(Rectangle(*box, fill=False, edgecolor=light.average, linewidth=1.6))
            inside = place.width > 20
            axes.text(place.west + (1.5 if inside else -1.5), place.north - 1.5, place.name, font=font,
                      color=light.average, va="top", ha="left" if inside else "right")  # fmt: skip
        else:
            bars += 1
            axes.add_patch(Rectangle((174 + 11 * bars, place.south), 2, size, color=light.last_year))
            middle = place.south + size / 2
            axes.text(178 + 11 * bars, middle, place.name, font=font, rotation=90, va="center")
    stream = BytesIO()
    figure.savefig(stream, metadata={"Software": None})
    flat = BytesIO()
    with Image.open(stream) as drawn:
        drawn.convert("RGB").quantize(24).save(flat, "PNG", optimize=True)
    return flat.getvalue()


def main() -> None:
    """Draw them all, in both languages."""
    FOLDER.mkdir(exist_ok=True)
    known = studies()
    for chart, keys, preset, theme in SHOWN:
        for language in ("en", "es"):
            asset = render(chart, [known[key] for key in keys], preset=preset, theme=theme, language=language)
            (FOLDER / asset.path).write_bytes(asset.data)
            print(f"{asset.path}: {len(asset.data) // 1000} kB")
    (FOLDER / "regions.png").write_bytes(regions())


if __name__ == "__main__":
    main()
