"""Tables: a series with everything that is drawn of it, day by day, as CSV."""

from __future__ import annotations

import numpy as np

from climtrack.reporter.plain import plain
from climtrack.vocabulary import calendar
from climtrack.vocabulary.assets import Asset
from climtrack.vocabulary.calendar import DAYS
from climtrack.vocabulary.products import PRODUCTS
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.series import Floats, Status
from climtrack.vocabulary.variables import VARIABLES

COLUMNS = ("date", "value", "status", "climatology", "anomaly", "last_year", "difference")
#: Decimals of computed columns; the value itself is printed as it is stored.
COMPUTED_DECIMALS = 6
_STATUS = {Status.MISSING: "missing", Status.FINAL: "final", Status.PRELIMINARY: "preliminary"}


def _last_year(study: Study) -> Floats:
    """Each day's partner of the year before, shape (time,); 28 February stands in for the 29th."""
    dates = study.series.dates
    years, days = calendar.year_of(dates), calendar.dayofyear(dates)
    table = study.table
    rows = years - 1 - int(table.years[0])
    found = np.full(dates.size, np.nan)
    held = rows >= 0
    found[held] = table.values[rows[held], days[held] - 1]
    leap = held & (days == calendar.LEAP_DAY)
    found[leap] = table.values[rows[leap], calendar.LEAP_DAY - 2]
    return found


def _printed(values: Floats) -> list[str]:
    """Numbers as text, gaps empty."""
    return ["" if v != v else repr(v) for v in np.round(values, COMPUTED_DECIMALS).tolist()]


def table_csv(study: Study) -> Asset:
    """
    A series day by day: value, status, average, anomaly, last year, difference.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    Asset
        ``nh-air.csv``: lines of ``#`` say what it is and whose, then a header and a row a day.
    """
    series, key = study.series, study.series.key
    days = calendar.dayofyear(series.dates) - 1
    normal = study.climatology.mean if study.climatology is not None else np.full(DAYS, np.nan)
    climatology = normal[days]
    last_year = _last_year(study)
    product = PRODUCTS.get(key.product)
    head = [
        f"{plain(study.region.title)}: {VARIABLES[key.variable].title}, daily mean, degC",
        f"series {key}, data to {series.end}, retrieved {series.source.retrieved:%Y-%m-%d %H:%M} UTC",
        f"climatology: {study.baseline or 'none, no baseline is covered'}, first 8 annual harmonics; "
        f"computed columns to {COMPUTED_DECIMALS} decimals; gaps are empty; 29 February is compared with 28 February",
        product.attribution(study.as_of.year) if product else plain(series.source.data_source),
    ]
    if study.simulated:
        head.insert(0, "SIMULATED DATA, not measurements")
    columns = (
        np.datetime_as_string(series.dates).tolist(),
        ["" if v != v else repr(v) for v in series.values.tolist()],
        [_STATUS[Status(flag)] for flag in series.status.tolist()],
        _printed(climatology),
        _printed(series.values - climatology),
        _printed(last_year),
        _printed(series.values - last_year),
    )
    lines = [*(f"# {line}" for line in head), ",".join(COLUMNS), *map(",".join, zip(*columns, strict=True))]
    return Asset(f"{key.label}.csv", "text/csv", ("\n".join(lines) + "\n").encode())
