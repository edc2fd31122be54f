"""A comparison of regions, air minus sea and El Niño as rows of text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from climtrack.cli.cells import (
    DASH,
    Rows,
    difference_row,
    rank_row,
    slope_row,
    unknown_row,
    why,
)
from climtrack.reporter.language import Language
from climtrack.vocabulary.context import AirSea, Comparison, NinoState, Shares
from climtrack.vocabulary.findings import (
    Trend,
    Unknown,
)


def side_rows(found: Comparison, language: Language) -> Rows:
    """The sides of a comparison, a column each."""
    sides, say = found.sides, language.text
    cells: Rows = [(say("cell.compare.value"), *(language.temperature(side.value, 2) for side in sides))]
    for name, values in (
        (say("cell.compare.anomaly"), [side.anomaly for side in sides]),
        (say("cell.compare.month"), [side.anomaly_30d for side in sides]),
        (say("cell.compare.todate"), [side.anomaly_year_to_date for side in sides]),
        (say("cell.compare.yoy"), [side.year_over_year for side in sides]),
    ):
        cells.append((name, *(difference_row(name, value, language)[1] for value in values)))
    cells.append((say("cell.compare.rank"), *(rank_row("", side.rank, language)[1] for side in sides)))
    slopes = [slope_row("", side.anomaly_slope_30d, language)[1] for side in sides]
    cells.append((say("cell.compare.slope"), *slopes))
    verdicts = [DASH if isinstance(s.verdict, Unknown) else say(f"cell.verdict.{s.verdict.value}") for s in sides]
    cells.append((say("cell.compare.verdict"), *verdicts))
    trends = [language.difference(s.trend.per_decade, 2) if isinstance(s.trend, Trend) else DASH for s in sides]
    cells.append((say("cell.compare.trend"), *trends))
    return cells


def contrast_rows(found: Comparison, language: Language) -> Rows:
    """First series minus the others."""
    rows: Rows = []
    for one in found.contrasts:
        beside = language.text(
            "cell.contrast.beside",
            one.days_compared,
            month=language.difference(one.difference_30d, 2),
            year=language.difference(one.difference_year_to_date, 2),
            above=one.days_first_warmer,
            correlation=language.number(one.correlation, 2),
        )
        rows.append(
            (
                language.text("cell.contrast", first=one.first.label, second=one.second.label),
                language.difference(one.difference, 2),
                language.text("cell.contrast.opposite", beside=beside) if one.opposite else beside,
            )
        )
    return rows


def share_rows(found: Shares, language: Language) -> Rows:
    """The world's anomaly split into its halves."""
    percent, say = found.north_percent, language.text
    north = why(percent.why, language) if isinstance(percent, Unknown) else language.percent(percent)
    equator = say("cell.share.rest.beside", value=language.difference(found.equator, 3))
    return [
        (say("cell.share.world"), language.difference(found.world, 2), str(found.date)),
        (say("cell.share.north"), language.difference(found.north_share, 2), north),
        (say("cell.share.south"), language.difference(found.south_share, 2), ""),
        (say("cell.share.rest"), language.difference(found.remainder, 3), equator),
    ]


def air_sea_rows(pairs: Iterable[tuple[str, AirSea | Unknown]], language: Language) -> Rows:
    """Air minus sea of each region."""
    return [
        unknown_row(region, found.why, language)
        if isinstance(found, Unknown)
        else (
            region,
            language.difference(found.difference, 2),
            language.text(
                "cell.air_sea.beside",
                date=found.date,
                air=language.difference(found.air, 2),
                sea=language.difference(found.sea, 2),
                month=language.difference(found.difference_30d, 2),
            ),
        )
        for region, found in pairs
    ]


def nino_rows(found: NinoState, language: Language) -> Rows:
    """Where El Niño stands."""
    say = language.text
    episode = "cell.nino.episode" if found.episode else "cell.nino.not_yet" if found.onset else "cell.nino.range"
    run = say("cell.nino.run", found.months_running, episode=say(episode))
    rule = say("cell.nino.rule", rule=why(found.rule, language), years=found.baseline.label)
    return [
        (
            say("cell.nino.state"),
            say(f"cell.nino.{found.phase.value}"),
            say("cell.nino.since", month=_month(found.onset), run=run) if found.onset else run,
        ),
        (say("cell.nino.three"), language.difference(found.three_months, 2), rule),
        (_month(found.month_first), language.difference(found.month, 2), say("cell.nino.month")),
        (
            str(found.date),
            language.difference(found.day, 2),
            say("cell.nino.day", value=language.difference(found.last_30_days, 2)),
        ),
    ]


def _month(day: dt.date) -> str:
    return f"{day:%Y-%m}"
