"""The view above 1850–1900, for the world's air only."""

from __future__ import annotations

import numpy as np

from climtrack.vocabulary.calendar import DAYS, MONTH_STARTS
from climtrack.vocabulary.findings import Climatology, Preindustrial, Unknown
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import SeriesKey, YearTable

#: How far 1991–2020 lies above 1850–1900, January to December, degC (Copernicus Climate Change Service).
OFFSETS = np.array([0.96, 0.96, 0.95, 0.91, 0.87, 0.83, 0.80, 0.80, 0.81, 0.85, 0.89, 0.93])
#: The same for means of twelve months.
ANNUAL_OFFSET = 0.88
REFERENCE = Baseline(1991, 2020)


def refusal(key: SeriesKey) -> Unknown | None:
    """Why a series has no pre-industrial view; None for the world's air."""
    if key.variable != "t2m":
        return Unknown("unknown.offsets_air")
    if key.region != "world":
        return Unknown("unknown.offsets_world")
    if key.product not in ("era5", "climate-pulse"):
        return Unknown("unknown.offsets_product", product=key.product)
    return None


def above_preindustrial(anomaly: YearTable) -> YearTable:
    """
    Anomalies on 1991–2020 moved to 1850–1900, month by month.

    Parameters
    ----------
    anomaly : YearTable
        By date, relative to 1991–2020, of the world's air.

    Returns
    -------
    YearTable
        degC above 1850–1900, shape (year, 366).
    """
    by_day = np.repeat(OFFSETS, np.diff([*MONTH_STARTS, DAYS + 1]))
    return YearTable(anomaly.years, anomaly.values + by_day, anomaly.alignment)


def preindustrial(
    key: SeriesKey, table: YearTable, day_row: tuple[int, int], normal: Climatology | Unknown
) -> Preindustrial | Unknown:
    """
    The latest day and the year so far above 1850–1900.

    Parameters
    ----------
    day_row : tuple of int
        Row and column of the latest day.
    normal : Climatology or Unknown
        Of 1991-2020, or why there is none.

    Returns
    -------
    Preindustrial or Unknown
        Unknown with the reason for everything but the world's air.
    """
    if why := refusal(key):
        return why
    if isinstance(normal, Unknown):
        return normal
    row, column = day_row
    anomaly = YearTable(table.years[row : row + 1], table.values[row : row + 1] - normal.mean)
    year = above_preindustrial(anomaly).values[0, : column + 1]
    known = year[~np.isnan(year)]
    return Preindustrial(
        value=float(year[column]),
        year_to_date=float(known.mean()),
        days_above_1_5=int((known > 1.5).sum()),
        days_above_1=int((known > 1.0).sum()),
        days=int(known.size),
    )
