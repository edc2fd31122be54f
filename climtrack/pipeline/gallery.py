"""Every chart of the catalogue drawn of the sample, or of what is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from climtrack.analysis.enso import overlay
from climtrack.analysis.survey import study
from climtrack.config import Config
from climtrack.pipeline.drawing import Picture, draw
from climtrack.pipeline.looks import looks
from climtrack.pipeline.studies import sampled
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.gallery import gallery
from climtrack.store.netcdf import Store
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.context import Overlay
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import SeriesKey

NORTH, SOUTH = SeriesKey("era5", "t2m", "nh"), SeriesKey("era5", "t2m", "sh")
NINO = SeriesKey("oisst", "sst", "nino3.4")


def pictures(
    config: Config,
    store: Store | None,
    now: dt.datetime,
    *,
    charts: Sequence[str],
    languages: Sequence[str],
    themes: Sequence[str],
) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
    """The gallery: every chart in every composition, and the page that shows them."""
    keys = (NORTH, SOUTH, NINO)
    series = sampled(keys, now) if store is None else {key: store.read(key) for key in keys}
    known = {key: study(one, config.region(key.region)) for key, one in series.items()}
    found = overlay(known[NINO], known[NINO])
    wanted = [
        Picture(name, shown, preset, theme, language, ("png",), options)
        for name in charts
        for shown, options in (_subject(name, known, found if isinstance(found, Overlay) else None),)
        for language in languages
        for theme in looks(config, themes)
        for preset in CHARTS[name].presets
    ]
    assets, lines = draw(wanted)
    newest = max(one.series.end for one in known.values())
    kind = "Simulated data" if store is None else "Stored data"
    return (*assets, gallery(assets, said=f"{kind} to {newest:%-d %B %Y}.")), lines


def _subject(
    name: str, known: dict[SeriesKey, Study], overlay: Overlay | None
) -> tuple[tuple[Study, ...], dict[str, object]]:
    """What a chart is shown with."""
    if name == "el_nino_overlay":
        return (known[NINO],), {} if overlay is None else {"overlay": overlay}
    pair = (known[NORTH], known[SOUTH])
    return pair[: CHARTS[name].series[1]], {}
