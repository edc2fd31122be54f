"""
The report's work by climtrack's own parts, in one process: all series read, all findings, four charts as PNG and SVG.

``python -m benchmarks.job HOME OUT`` does it; with ``parts`` instead of OUT it prints what importing, rasterising and
encoding cost alone, in milliseconds.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from climtrack.vocabulary.results import Study

CHARTS = ("year_lines", "anomaly", "year_over_year", "records")


def studies(home: Path) -> list[Study]:
    """Everything known of every stored series."""
    from climtrack.analysis.survey import study
    from climtrack.store.netcdf import Store
    from climtrack.vocabulary.regions import REGIONS

    store = Store(home)
    keys = tuple(store.keys())
    return [study(store.read(key), REGIONS[key.region], revision_noise=store.revision_noise(key)) for key in keys]


def job(home: Path, out: Path) -> None:
    """Read, compute, draw as `climtrack report` draws (two processes where there are two cores), write."""
    from climtrack.pipeline.drawing import Picture, draw
    from climtrack.reporter.theme import themed

    chosen = next(one for one in studies(home) if str(one.series.key) == "era5.t2m.nh")
    wanted = [Picture(chart, (chosen,), "wide", themed("light"), "en", ("png", "svg")) for chart in CHARTS]
    assets, undrawn = draw(wanted)
    assert not undrawn, undrawn
    for asset in assets:
        (out / asset.path).write_bytes(asset.data)


def parts(home: Path) -> dict[str, float]:
    """Import, rasterise and encode, each alone."""
    started = time.perf_counter()
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401
    import netCDF4  # noqa: F401
    from PIL import Image  # noqa: F401

    from climtrack.reporter import encode
    from climtrack.reporter.render import draw
    from climtrack.reporter.theme import COLOURS

    found = {"import": time.perf_counter() - started, "rasterise": 0.0, "encode": 0.0}
    chosen = next(one for one in studies(home) if str(one.series.key) == "era5.t2m.nh")
    for chart in CHARTS:
        canvas = draw(chart, [chosen], preset="wide", theme="light", language="en")
        began = time.perf_counter()
        image = encode.raster(canvas)
        drawn = time.perf_counter()
        encode.png(image, [getattr(canvas.theme, role) for role in COLOURS], *encode.STEPS[0])
        from climtrack.reporter.prose import words

        encode.svg(canvas, words(chart, [chosen], canvas.language))
        found["rasterise"] += drawn - began
        found["encode"] += time.perf_counter() - drawn
    return {name: 1000 * seconds for name, seconds in found.items()}


if __name__ == "__main__":
    if sys.argv[2] == "parts":
        print(json.dumps(parts(Path(sys.argv[1]))))
    else:
        job(Path(sys.argv[1]), Path(sys.argv[2]))
