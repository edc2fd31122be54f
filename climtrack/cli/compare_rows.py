"""A comparison of regions, air minus sea and El Niño as rows of text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from climtrack.cli.cells import (
    Rows,
    difference_row,
    number,
    rank_row,
    signed,
    slope_row,
    unknown_row,
)
from climtrack.vocabulary.context import AirSea, Comparison, NinoState, Shares
from climtrack.vocabulary.findings import (
    Trend,
    Unknown,
)

EQUATOR = "the source counts the equator in both halves"


def side_rows(found: Comparison) -> Rows:
    """
    The sides of a comparison, a column each.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    list of tuple of str
        Fact, then one cell per series.
    """
    sides = found.sides
    cells: Rows = [("value", *(f"{number(side.value, 2)} °C" for side in sides))]
    for name, values in (
        ("anomaly", [side.anomaly for side in sides]),
        ("anomaly, 30 days", [side.anomaly_30d for side in sides]),
        ("anomaly, year to date", [side.anomaly_year_to_date for side in sides]),
        ("year over year", [side.year_over_year for side in sides]),
    ):
        cells.append((name, *(difference_row(name, value)[1] for value in values)))
    cells.append(("rank of the day", *(rank_row("", side.rank)[1] for side in sides)))
    cells.append(("slope of the anomaly, 30 days", *(slope_row("", side.anomaly_slope_30d)[1] for side in sides)))
    cells.append(("the anomaly is", *("–" if isinstance(s.verdict, Unknown) else s.verdict.value for s in sides)))
    cells.append(
        ("trend a decade", *(signed(s.trend.per_decade) if isinstance(s.trend, Trend) else "–" for s in sides))
    )
    return cells


def contrast_rows(found: Comparison) -> Rows:
    """
    First series minus the others.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    list of tuple of str
        Pair, difference, what belongs beside it.
    """
    return [
        (
            f"{one.first.label} minus {one.second.label}",
            signed(one.difference),
            f"30 days {signed(one.difference_30d)}; year {signed(one.difference_year_to_date)}, higher on "
            f"{one.days_first_warmer} of {one.days_compared} days; correlation {number(one.correlation, 2)}"
            + ("; they move in opposite directions" if one.opposite else ""),
        )
        for one in found.contrasts
    ]


def share_rows(found: Shares) -> Rows:
    """
    The world's anomaly split into its halves.

    Parameters
    ----------
    found : Shares
        The shares.

    Returns
    -------
    list of tuple of str
        Half, share, what belongs beside it.
    """
    percent = found.north_percent
    north = percent.why if isinstance(percent, Unknown) else f"{number(percent, 0)} %"
    return [
        ("world", signed(found.world), str(found.date)),
        ("north, half of its anomaly", signed(found.north_share), north),
        ("south, half of its anomaly", signed(found.south_share), ""),
        ("remainder", signed(found.remainder, 3), f"absolute values differ by {signed(found.equator, 3)}: {EQUATOR}"),
    ]


def air_sea_rows(pairs: Iterable[tuple[str, AirSea | Unknown]]) -> Rows:
    """
    Air minus sea of each region.

    Parameters
    ----------
    pairs : iterable of (str, AirSea or Unknown)
        By region.

    Returns
    -------
    list of tuple of str
        Region, difference, what belongs beside it.
    """
    return [
        unknown_row(region, found.why)
        if isinstance(found, Unknown)
        else (
            region,
            signed(found.difference),
            f"{found.date}: air {signed(found.air)}, sea {signed(found.sea)}; 30 days {signed(found.difference_30d)}",
        )
        for region, found in pairs
    ]


def nino_rows(found: NinoState) -> Rows:
    """
    Where El Niño stands.

    Parameters
    ----------
    found : NinoState
        The state.

    Returns
    -------
    list of tuple of str
        Fact, value, what belongs beside it.
    """
    phase = {"el_nino": "El Niño", "la_nina": "La Niña", "neutral": "neutral"}[found.phase.value]
    since = f"since {_month(found.onset)}, " if found.onset else ""
    episode = "an episode" if found.episode else "not yet an episode" if found.onset else "neutral range"
    plural = "" if found.months_running == 1 else "s"
    return [
        ("state", phase, f"{since}{found.months_running} three-month mean{plural} in a row, {episode}"),
        ("last three months", signed(found.three_months), f"{found.rule}; climatology {found.baseline.label}"),
        (_month(found.month_first), signed(found.month), "last whole month"),
        (str(found.date), signed(found.day), f"last 30 days {signed(found.last_30_days)}"),
    ]


def _month(day: dt.date) -> str:
    """``2026-05``."""
    return f"{day:%Y-%m}"
