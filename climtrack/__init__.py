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
    from climtrack.analysis.hemispheres import air_minus_sea as air_minus_sea
    from climtrack.api.data import anomaly, climatology, compare, reduce
    from climtrack.api.data import open as open  # noqa: A004 - climtrack.open, as xarray.open_dataset
    from climtrack.api.findings import (
        agreement,
        contrast,
        el_nino,
        facts,
        heatwaves,
        reconcile,
        study,
        study_of,
        two_years,
    )
    from climtrack.api.pictures import chart as chart
    from climtrack.api.pictures import plot as plot
    from climtrack.errors import ClimtrackError as ClimtrackError
    from climtrack.vocabulary.assets import Asset as Asset
    from climtrack.vocabulary.findings import Study
    from climtrack.vocabulary.registry import BASELINES, PRODUCTS, REGIONS, VARIABLES, Baseline
    from climtrack.vocabulary.series import Series, SeriesKey

__version__ = "0.1.0"

#: Public names, in the order in which a reader meets them, and where each lives.
_HOMES = {
    "open": "climtrack.api.data",
    "climatology": "climtrack.api.data",
    "anomaly": "climtrack.api.data",
    "compare": "climtrack.api.data",
    "reduce": "climtrack.api.data",
    "study": "climtrack.api.findings",
    "facts": "climtrack.api.findings",
    "study_of": "climtrack.api.findings",
    "two_years": "climtrack.api.findings",
    "heatwaves": "climtrack.api.findings",
    "contrast": "climtrack.api.findings",
    "air_minus_sea": "climtrack.analysis.hemispheres",
    "el_nino": "climtrack.api.findings",
    "agreement": "climtrack.api.findings",
    "reconcile": "climtrack.api.findings",
    "chart": "climtrack.api.pictures",
    "plot": "climtrack.api.pictures",
    "Baseline": "climtrack.vocabulary.registry",
    "BASELINES": "climtrack.vocabulary.registry",
    "REGIONS": "climtrack.vocabulary.registry",
    "VARIABLES": "climtrack.vocabulary.registry",
    "PRODUCTS": "climtrack.vocabulary.registry",
    "Series": "climtrack.vocabulary.series",
    "SeriesKey": "climtrack.vocabulary.series",
    "Study": "climtrack.vocabulary.findings",
    "Asset": "climtrack.vocabulary.assets",
    "ClimtrackError": "climtrack.errors",
}

#: What `import *` brings: all but `open`, which would take the place of Python's own.
__all__ = [
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
    "el_nino",
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


if not TYPE_CHECKING:  # type checkers read the imports above, and know what is none of them

    def __getattr__(name):
        """Fetch a public name from its home."""
        if name not in _HOMES:
            raise AttributeError(f"module 'climtrack' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return [*_HOMES, "__version__"]
