"""Findings as rows of text, for a person at a terminal: two decimals, the reason where a fact is not known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from climtrack.vocabulary.context import AirSea, Comparison, NinoState, Shares
from climtrack.vocabulary.findings import (
    BaselineAnomaly,
    Claim,
    Gap,
    Heatwaves,
    Preindustrial,
    Rank,
    Record,
    Run,
    Slope,
    Spread,
    Trend,
    Unknown,
    YearEnd,
)
from climtrack.vocabulary.results import Study
from climtrack.vocabulary.rounding import rounded
from climtrack.vocabulary.variables import VARIABLES

Rows = list[tuple[str, ...]]

CLAIMS = {Claim.SAFE: "safe", Claim.WITHIN_NOISE: "within noise", Claim.TIE: "tie", Claim.PRELIMINARY: "preliminary"}
CATEGORIES = ("none", "moderate", "strong", "severe", "extreme")
SHOWN_HOLDERS = 8
EQUATOR = "the source counts the equator in both halves"


def heading(study: Study) -> str:
    """
    What a table is about.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    str
        Region, variable, data-to date; SIMULATED where it is.
    """
    latest = study.findings.latest
    text = f"{study.region.title}: {VARIABLES[study.series.key.variable].title}, data to {latest.date}"
    text += " (preliminary)" if latest.status == "preliminary" else ""
    if study.findings.absent_years:
        text += f"; {len(study.findings.absent_years)} years absent"
    return f"SIMULATED · {text}" if study.simulated else text


def _unknown(name: str, why: str) -> tuple[str, ...]:
    """A fact that cannot be known."""
    return (name, "–", why)


def _row(name: str, value: float | Unknown, beside: str = "", places: int = 2) -> tuple[str, ...]:
    """A signed temperature difference, or why there is none."""
    return _unknown(name, value.why) if isinstance(value, Unknown) else (name, _signed(value, places), beside)


def _signed(value: float, places: int = 2) -> str:
    """Difference in °C; what rounds to nothing has no sign."""
    return f"{_sign(value, places)} °C"


def _num(value: float, places: int) -> str:
    """A number, rounded as everywhere."""
    return str(rounded(value, places))


def _sign(value: float, places: int) -> str:
    """A difference with its sign, unless it rounds to nothing."""
    figure = rounded(value, places)
    return f"{figure:+}" if figure else str(figure)


def _slope(name: str, found: Slope | Unknown) -> tuple[str, ...]:
    """A slope with its interval."""
    if isinstance(found, Unknown):
        return _unknown(name, found.why)
    return (
        name,
        f"{_sign(found.per_day, 3)} °C/day",
        f"95 % interval {_sign(found.low, 3)} to {_sign(found.high, 3)}",
    )


def _rank(name: str, found: Rank | Unknown) -> tuple[str, ...]:
    """A place among years."""
    if isinstance(found, Unknown):
        return _unknown(name, found.why)
    joint = f", level with {_listed(found.tied_with)}" if found.tied else ""
    best = "" if found.rank == 1 else f", warmest {found.best_year} with {_num(found.best_value, 2)} °C"
    span = str(found.first) if found.first == found.last else f"{found.first} to {found.last}"
    return (
        name,
        f"{found.rank} of {found.of}",
        f"{_num(found.value, 2)} °C, {CLAIMS[found.claim]}{joint}{best}; {span}",
    )


def _listed(values: Sequence[Any]) -> str:
    """At most four of them."""
    return ", ".join(map(str, values[:4])) + (f" and {len(values) - 4} more" if len(values) > 4 else "")


def _gap(found: Gap) -> str:
    """A day's difference."""
    return f"{_signed(found.difference)} on {found.date}"


def fact_rows(study: Study) -> Rows:
    """
    Every finding of a series.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    list of tuple of str
        Fact, value, what belongs beside it.
    """
    found = study.findings
    rows: Rows = [("latest", f"{_num(found.latest.value, 3)} °C", f"{found.latest.date}, {found.latest.status}")]
    for name, card in found.anomalies.items():
        rows.append(_anomaly(f"above {name}", card))
    rows.append(_row("anomaly, year to date", found.anomaly_year_to_date, f"{found.days_known} days"))
    rows.extend(_year_over_year(study))
    rows.extend(_direction(study))
    ranks = found.ranks
    for title, place in (
        ("day", ranks.day),
        ("month to date", ranks.month_to_date),
        ("month", ranks.month),
        (f"{ranks.season_to_date_name} to date", ranks.season_to_date),
        (ranks.season_name, ranks.season),
        ("year to date", ranks.year_to_date),
        ("year", ranks.year),
    ):
        rows.append(_rank(f"rank, {title}", place))
    rows.extend(_outlook(study))
    noise = found.revision_noise
    rows.append(("revision noise", f"{_num(noise.typical, 3)} °C", f"largest {_num(noise.largest, 3)}; {noise.origin}"))
    source = study.series.source
    rows.append(
        (
            "source",
            source.data_source or study.series.key.product,
            f"{source.url}, {source.retrieved:%Y-%m-%d %H:%M} UTC",
        )
    )
    return rows


def _anomaly(name: str, card: BaselineAnomaly | Unknown) -> tuple[str, ...]:
    """The day against one baseline."""
    if isinstance(card, Unknown):
        return _unknown(name, card.why)
    site = "the site shows none" if card.site_value is None else f"the site shows {_signed(card.site_value)}"
    spread = f"{_sign(card.sigma, 1)}σ raw, {_sign(card.sigma_detrended, 1)}σ detrended"
    beside = f"{site}; {spread}; percentile {_num(card.percentile, 0)}"
    return (name, _signed(card.value), beside)


def _year_over_year(study: Study) -> Rows:
    """This year against the other; how long it has been above it, across years, where that is not last year."""
    found = study.findings.year_over_year
    if isinstance(found, Unknown):
        return [_unknown("year over year", found.why)]
    crossed = f", since {found.last_crossing}" if found.last_crossing else ""
    rows: Rows = [
        ("year over year", _signed(found.difference), f"{_num(found.value, 2)} °C on {found.partner}"
         + (" (29 February faces 28 February)" if found.leap_day else "")),
        ("year over year, 7 days", _signed(found.mean_7d), f"run of {found.run_length} days on this side{crossed}"),
        ("days below, last 14", str(found.days_below_last_14), f"of {found.days_compared_last_14} compared"),
        ("days of the year", f"{found.days_warmer} warmer", f"{found.days_cooler} cooler, {found.days_level} level, "
         f"of {found.days_compared}; widest {_gap(found.warmest)} and {_gap(found.coldest)}"),
    ]  # fmt: skip
    if found.other_year != study.year - 1:
        from climtrack.analysis.records import run_above

        days, first, last = _run(run_above(study, found.other_year))
        rows.append((f"above {found.other_year}, now", days, f"{first} to {last}" if first else "not above it now"))
    return rows


def _direction(study: Study) -> Rows:
    """Slopes and verdict."""
    found = study.findings.direction
    verdict, season = found.verdict, found.seasonal_14d
    share = season.why if isinstance(season, Unknown) else f"season alone {_sign(season, 3)} °C/day over 14 days"
    return [
        _slope("slope, 14 days", found.slope_14d),
        _slope("slope of the anomaly, 14 days", found.anomaly_slope_14d),
        _slope("slope, 30 days", found.slope_30d),
        _slope("slope of the anomaly, 30 days", found.anomaly_slope_30d),
        _unknown("the anomaly is", verdict.why)
        if isinstance(verdict, Unknown)
        else ("the anomaly is", verdict.value, share),
    ]


def _outlook(study: Study) -> Rows:
    """Records, streaks, trend, year end, spread, heatwaves, pre-industrial view."""
    found = study.findings
    rows: Rows = [(row[0], row[1], f"{row[2]}, {row[3]}") for row in record_rows(study)]
    rows.extend((f"streak, {row[0]}", row[1], f"{row[2]} to {row[3]}") for row in streak_rows(study) if row[1] != "–")
    trend, end, spread = found.trend, found.year_end, found.spread
    if isinstance(trend, Trend):
        beside = f"95 % interval {_num(trend.low, 2)} to {_num(trend.high, 2)}; {trend.first_year}–{trend.last_year}"
        rows.append(("trend", f"{_signed(trend.per_decade)} a decade", beside))
    else:
        rows.append(_unknown("trend", trend.why))
    if isinstance(end, YearEnd):
        chance = f"record in {100 * end.chance_of_record:.0f} % of {end.analogues} analogues"
        beside = f"{_num(end.low, 2)} to {_num(end.high, 2)}; {chance}"
        rows.append((f"mean of {end.year}, expected", f"{_num(end.estimate, 2)} °C", beside))
    else:
        rows.append(_unknown("mean of the year", end.why))
    if isinstance(spread, Spread):
        fixed = _num(spread.percentile, 0)
        beside = f"percentile {_num(spread.shifting_percentile, 0)}, against {fixed} on the fixed baseline"
        rows.append((f"above {spread.shifting_baseline} (shifting)", _signed(spread.shifting_value), beside))
    else:
        rows.append(_unknown("shifting baseline", spread.why))
    rows.extend(_heatwaves(found.heatwaves))
    past = found.preindustrial
    if isinstance(past, Preindustrial):
        beside = f"{past.days_above_1_5} of {past.days} days of the year above 1.5 °C"
        rows.append(("above 1850–1900", _signed(past.value), beside))
        rows.append(("above 1850–1900, year to date", _signed(past.year_to_date), ""))
    else:
        rows.append(_unknown("above 1850–1900", past.why))
    return rows


def _heatwaves(found: Heatwaves | Unknown) -> Rows:
    """Marine heatwaves, the caution beside them."""
    if isinstance(found, Unknown):
        return [_unknown("marine heatwave", found.why)]
    now = found.current
    rows: Rows = [("marine heatwave days this year", str(found.days_this_year), found.caution)]
    if now is not None:
        kinds = f"{CATEGORIES[now.category]}, {CATEGORIES[now.category_shifting]} on the shifting baseline"
        rows.append(
            (
                "marine heatwave now",
                f"{now.days} days",
                f"since {now.first}; {kinds}; peak {_signed(now.intensity_max)}",
            )
        )
    return rows


def record_rows(study: Study) -> Rows:
    """
    The three records.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    list of tuple of str
        Record, value, date, claim, previous, margin, days level with it.
    """
    found = study.findings.records
    rows: Rows = []
    for name, record, sign in (
        ("warmest day of all", found.warmest_day, False),
        ("warmest for the date", found.warmest_for_date, False),
        (f"largest anomaly, {study.baseline}", found.largest_anomaly, True),
    ):
        if isinstance(record, Unknown):
            rows.append((name, "–", record.why, "", "", "", ""))
            continue
        rows.append(
            (
                name,
                _signed(record.value, 3) if sign else f"{_num(record.value, 3)} °C",
                str(record.date),
                CLAIMS[record.claim],
                _before(record, sign),
                "" if record.previous is None else _signed(record.margin, 3),
                _listed(record.tied_with),
            )
        )
    return rows


def _before(record: Record, sign: bool) -> str:
    """What an earlier year had."""
    if record.previous is None:
        return "no earlier year"
    value = _signed(record.previous.value, 3) if sign else f"{_num(record.previous.value, 3)} °C"
    return f"{value} on {record.previous.date}"


def streak_rows(study: Study) -> Rows:
    """
    The ledger of runs.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    list of tuple of str
        Streak, days, first and last day.
    """
    found = study.findings.streaks
    records = study.findings.records
    rows: Rows = [
        ("record days in a row, now", *_run(found.record_days)),
        ("record days in a row, longest", *_run(found.longest_record_days)),
        ("above last year, now", *_run(found.above_last_year)),
        ("below last year, now", *_run(found.below_last_year)),
        ("above average, now", *_run(found.above_average)),
    ]
    if records.days:
        rows.append(
            (f"record days of {study.year}", str(len(records.days)), str(records.days[0]), str(records.days[-1]))
        )
    else:
        rows.append((f"record days of {study.year}", "0", "", ""))
    if found.last_record is not None:
        rows.append(
            ("since the last record day", str(found.days_since_record), str(found.last_record), str(study.series.end))
        )
    if found.next_milestone is not None:
        rows.append(("next milestone", str(found.next_milestone), "", ""))
    return rows


def _run(run: Run | None) -> tuple[str, str, str]:
    """A run of days."""
    return ("–", "", "") if run is None else (str(run.days), str(run.first), str(run.last))


def holder_rows(study: Study) -> Rows:
    """
    Who holds the calendar.

    Parameters
    ----------
    study : Study
        What is known.

    Returns
    -------
    list of tuple of str
        Place; year and days of the warmest and of the coldest, at most eight, then all others.
    """
    warm, cold = study.findings.records.warm_holders, study.findings.records.cold_holders
    top = zip_longest(warm[:SHOWN_HOLDERS], cold[:SHOWN_HOLDERS])
    rows: Rows = [
        (str(i + 1), *(f"{one.year}: {one.days} days" if one else "" for one in pair)) for i, pair in enumerate(top)
    ]
    others = [sum(one.days for one in side[SHOWN_HOLDERS:]) for side in (warm, cold)]
    return [*rows, ("all other years", *(f"{days} days" for days in others))]


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
    cells: Rows = [("value", *(f"{_num(side.value, 2)} °C" for side in sides))]
    for name, values in (
        ("anomaly", [side.anomaly for side in sides]),
        ("anomaly, 30 days", [side.anomaly_30d for side in sides]),
        ("anomaly, year to date", [side.anomaly_year_to_date for side in sides]),
        ("year over year", [side.year_over_year for side in sides]),
    ):
        cells.append((name, *(_row(name, value)[1] for value in values)))
    cells.append(("rank of the day", *(_rank("", side.rank)[1] for side in sides)))
    cells.append(("slope of the anomaly, 30 days", *(_slope("", side.anomaly_slope_30d)[1] for side in sides)))
    cells.append(("the anomaly is", *("–" if isinstance(s.verdict, Unknown) else s.verdict.value for s in sides)))
    cells.append(
        ("trend a decade", *(_signed(s.trend.per_decade) if isinstance(s.trend, Trend) else "–" for s in sides))
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
            _signed(one.difference),
            f"30 days {_signed(one.difference_30d)}; year {_signed(one.difference_year_to_date)}, higher on "
            f"{one.days_first_warmer} of {one.days_compared} days; correlation {_num(one.correlation, 2)}"
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
    north = percent.why if isinstance(percent, Unknown) else f"{_num(percent, 0)} %"
    return [
        ("world", _signed(found.world), str(found.date)),
        ("north, half of its anomaly", _signed(found.north_share), north),
        ("south, half of its anomaly", _signed(found.south_share), ""),
        ("remainder", _signed(found.remainder, 3), f"absolute values differ by {_signed(found.equator, 3)}: {EQUATOR}"),
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
        _unknown(region, found.why)
        if isinstance(found, Unknown)
        else (
            region,
            _signed(found.difference),
            f"{found.date}: air {_signed(found.air)}, sea {_signed(found.sea)}; "
            f"30 days {_signed(found.difference_30d)}",
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
        ("last three months", _signed(found.three_months), f"{found.rule}; climatology {found.baseline.label}"),
        (_month(found.month_first), _signed(found.month), "last whole month"),
        (str(found.date), _signed(found.day), f"last 30 days {_signed(found.last_30_days)}"),
    ]


def _month(day: dt.date) -> str:
    """``2026-05``."""
    return f"{day:%Y-%m}"
