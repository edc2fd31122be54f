"""
climtrack: daily temperature of a hemisphere, as numbers, pictures and words.

>>> import climtrack
>>> air = climtrack.open("air", "nh", sample=True)
>>> warm = climtrack.anomaly(air, baseline="1991-2020")

Importing this package imports nothing else: each name is fetched when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers take it: the package imports nothing, so that Ctrl-C meets no line of it

if TYPE_CHECKING:
    from typing import Any

    from climtrack.api.anomalies import anomaly as anomaly
    from climtrack.api.anomalies import climatology as climatology
    from climtrack.api.data import compare as compare
    from climtrack.api.data import open as open  # noqa: A004 - climtrack.open, as xarray.open_dataset
    from climtrack.api.data import reduce as reduce
    from climtrack.api.events import el_nino_overlay as el_nino_overlay
    from climtrack.api.events import heatwaves as heatwaves
    from climtrack.api.findings import facts as facts
    from climtrack.api.findings import study as study
    from climtrack.api.pictures import chart as chart
    from climtrack.api.pictures import plot as plot
    from climtrack.api.questions import agreement as agreement
    from climtrack.api.questions import air_minus_sea as air_minus_sea
    from climtrack.api.questions import contrast as contrast
    from climtrack.api.questions import el_nino as el_nino
    from climtrack.api.questions import reconcile as reconcile
    from climtrack.api.questions import since as since
    from climtrack.api.questions import study_of as study_of
    from climtrack.api.questions import two_years as two_years
    from climtrack.errors import ClimtrackError as ClimtrackError
    from climtrack.vocabulary.assets import Asset as Asset
    from climtrack.vocabulary.baselines import BASELINES as BASELINES
    from climtrack.vocabulary.baselines import Baseline as Baseline
    from climtrack.vocabulary.products import PRODUCTS as PRODUCTS
    from climtrack.vocabulary.regions import REGIONS as REGIONS
    from climtrack.vocabulary.results import Study as Study
    from climtrack.vocabulary.series import Series as Series
    from climtrack.vocabulary.series import SeriesKey as SeriesKey
    from climtrack.vocabulary.variables import VARIABLES as VARIABLES

__version__ = "0.1.0"

#: Public names, in the order in which a reader meets them, and where each lives.
_HOMES = {
    "open": "climtrack.api.data",
    "climatology": "climtrack.api.anomalies",
    "anomaly": "climtrack.api.anomalies",
    "compare": "climtrack.api.data",
    "reduce": "climtrack.api.data",
    "study": "climtrack.api.findings",
    "facts": "climtrack.api.findings",
    "study_of": "climtrack.api.questions",
    "two_years": "climtrack.api.questions",
    "heatwaves": "climtrack.api.events",
    "contrast": "climtrack.api.questions",
    "air_minus_sea": "climtrack.api.questions",
    "since": "climtrack.api.questions",
    "el_nino": "climtrack.api.questions",
    "el_nino_overlay": "climtrack.api.events",
    "agreement": "climtrack.api.questions",
    "reconcile": "climtrack.api.questions",
    "chart": "climtrack.api.pictures",
    "plot": "climtrack.api.pictures",
    "Baseline": "climtrack.vocabulary.baselines",
    "BASELINES": "climtrack.vocabulary.baselines",
    "REGIONS": "climtrack.vocabulary.regions",
    "VARIABLES": "climtrack.vocabulary.variables",
    "PRODUCTS": "climtrack.vocabulary.products",
    "Series": "climtrack.vocabulary.series",
    "SeriesKey": "climtrack.vocabulary.series",
    "Study": "climtrack.vocabulary.results",
    "Asset": "climtrack.vocabulary.assets",
    "ClimtrackError": "climtrack.errors",
}

__all__ = [
    "open",
    "climatology",
    "anomaly",
    "compare",
    "reduce",
    "study",
    "facts",
    "study_of",
    "two_years",
    "heatwaves",
    "contrast",
    "air_minus_sea",
    "since",
    "el_nino",
    "el_nino_overlay",
    "agreement",
    "reconcile",
    "chart",
    "plot",
    "Baseline",
    "BASELINES",
    "REGIONS",
    "VARIABLES",
    "PRODUCTS",
    "Series",
    "SeriesKey",
    "Study",
    "Asset",
    "ClimtrackError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Fetch a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'climtrack' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
