"""
The report's work by climtrack's own parts: all series read, all findings, four charts as PNG and SVG.

``python -m benchmarks.job HOME OUT PROCESSES`` does it; ``python -m benchmarks.job HOME`` prints what importing,
rasterising and encoding the same pictures cost alone, in one process, in milliseconds by the clock and of processor
time.
"""

from __future__ import annotations

import atexit
import gc
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from climtrack.vocabulary.findings import Study

CHARTS = ("year_lines", "anomaly", "year_over_year", "records")


def studies(home: Path) -> list[Study]:
    """Everything known of every stored series."""
    from climtrack.analysis.survey import study
    from climtrack.store.store import Store
    from climtrack.vocabulary.registry import REGIONS

    store = Store(home)
    stored = store.keys()
    keys = [key for key in stored if not key.monthly]
    return [study(store.read(key), REGIONS[key.region], revision_noise=store.revision_noise(key)) for key in keys]


def job(home: Path, out: Path, processes: int) -> None:
    """Read, compute, draw as `climtrack report` draws, write."""
    from climtrack.reporter.theme import themed
    from climtrack.run.drawing import Picture, draw

    chosen = next(one for one in studies(home) if str(one.series.key) == "era5.t2m.nh")
    wanted = [Picture(chart, (chosen,), "wide", themed("light"), "en", ("png", "svg")) for chart in CHARTS]
    assets, undrawn = draw(wanted, workers=processes)
    assert not undrawn, undrawn
    for asset in assets:
        (out / asset.path).write_bytes(asset.data)


class Meter:
    """Milliseconds by the clock and of processor time, laid to one part after another."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[float, float]] = {}
        self.start()

    def start(self) -> None:
        """Count from now."""
        self._began = time.perf_counter(), time.process_time()

    def lay(self, part: str) -> None:
        """Count what has passed to a part, and begin anew."""
        wall, processor = self.found.get(part, (0.0, 0.0))
        self.found[part] = (
            wall + 1000 * (time.perf_counter() - self._began[0]),
            processor + 1000 * (time.process_time() - self._began[1]),
        )
        self.start()


def parts(home: Path) -> dict[str, tuple[float, float]]:
    """Import, rasterise and encode, each alone."""
    meter = Meter()
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401
    import netCDF4  # noqa: F401
    from PIL import Image  # noqa: F401

    meter.lay("import")
    from climtrack.reporter import encode
    from climtrack.reporter.render import draw, words
    from climtrack.reporter.theme import COLOURS

    chosen = next(one for one in studies(home) if str(one.series.key) == "era5.t2m.nh")
    gc.freeze()  # as the job does: collecting garbage is none of the parts
    for chart in CHARTS:
        text = words(chart, [chosen])["en"]
        canvas = draw(chart, [chosen], preset="wide", theme="light", language="en", text=text)
        meter.start()
        image = encode.raster(canvas)
        meter.lay("rasterise")
        encode.png(image, [getattr(canvas.theme, role) for role in COLOURS], *encode.STEPS[0])
        encode.svg(canvas, text)
        meter.lay("encode")
    return meter.found


if __name__ == "__main__":
    if len(sys.argv) > 2:
        atexit.register(gc.freeze)  # as the command does
        job(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps(parts(Path(sys.argv[1]))))
