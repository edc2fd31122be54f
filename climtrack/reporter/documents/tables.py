"""Tables: a series with everything that is drawn of it, day by day, as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from climtrack.reporter.sentences import plain
from climtrack.vocabulary import calendar
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import VARIABLES
from climtrack.words.attribution import attribution
from climtrack.words.language import Language

COLUMNS = ("date", "value", "status", "climatology", "anomaly", "last_year", "difference")
#: Decimals of computed columns; the value itself is printed as it is stored.
COMPUTED_DECIMALS = 6
#: By `climtrack.vocabulary.series.Status`.
_STATUS = np.array(["missing", "final", "preliminary"], dtype=object)


def _partners(study: Study) -> npt.NDArray[np.int64]:
    """Row of each day's partner of the year before, shape (time,), -1 without one; 28 February for the 29th."""
    dates = study.series.dates
    years, days = calendar.year_of(dates), calendar.dayofyear(dates)
    days = np.where(days == calendar.LEAP_DAY, calendar.LEAP_DAY - 1, days)
    rows = np.full((int(years[-1] - years[0]) + 2, DAYS + 1), -1)
    rows[years - years[0] + 1, calendar.dayofyear(dates)] = np.arange(dates.size)
    return np.asarray(rows[years - years[0], days])


def _texts(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.object_]:
    """Numbers as text, gaps empty."""
    return np.array(["" if v != v else repr(v) for v in values.tolist()], dtype=object)


def head(study: Study) -> tuple[str, ...]:
    """What a table is and whose, for the lines above it."""
    series, key = study.series, study.series.key
    lines = (
        f"{plain(study.region.title)}: {VARIABLES[key.variable].title}, daily mean, degC",
        f"series {key}, data to {series.end}, retrieved {series.source.retrieved:%Y-%m-%d %H:%M} UTC",
        f"climatology: {study.baseline or 'none, no baseline is covered'}, first 8 annual harmonics; "
        f"computed columns to {COMPUTED_DECIMALS} decimals; gaps are empty; 29 February is compared with 28 February",
        " ".join(attribution(study.series, Language("en"))),
    )
    return ("SIMULATED DATA, not measurements", *lines) if study.simulated else lines


def sheet(path: str, comments: Iterable[str], columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Asset:
    """A table as a file."""
    lines = [*(f"# {line}" for line in comments), ",".join(columns), *map(",".join, rows)]
    return Asset(path, "text/csv", ("\n".join(lines) + "\n").encode())


def table_csv(study: Study) -> Asset:
    """A series day by day: value, status, average, anomaly, last year, difference."""
    series = study.series
    days = calendar.dayofyear(series.dates) - 1
    normal = study.climatology.mean if study.climatology is not None else np.full(DAYS, np.nan)
    partners = _partners(study)
    values = _texts(series.values)
    earlier = np.where(partners >= 0, series.values[partners], np.nan)
    columns = (
        np.datetime_as_string(series.dates).tolist(),
        values.tolist(),
        _STATUS[series.status].tolist(),
        _texts(np.round(normal, COMPUTED_DECIMALS))[days].tolist(),
        _texts(np.round(series.values - normal[days], COMPUTED_DECIMALS)).tolist(),
        np.where(partners >= 0, values[partners], "").tolist(),
        _texts(np.round(series.values - earlier, COMPUTED_DECIMALS)).tolist(),
    )
    return sheet(f"{series.key.label}.csv", head(study), COLUMNS, zip(*columns, strict=True))
