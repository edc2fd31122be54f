"""Every finding of a series as rows of text, for a person at a terminal."""

from __future__ import annotations

from climtrack.cli.cells import (
    Rows,
    difference_row,
    gap_cell,
    number,
    plus,
    rank_row,
    run_cells,
    signed,
    slope_row,
    unknown_row,
)
from climtrack.cli.record_rows import record_rows, streak_rows
from climtrack.vocabulary.findings import (
    BaselineAnomaly,
    Heatwaves,
    Preindustrial,
    Spread,
    Trend,
    Unknown,
    YearEnd,
)
from climtrack.vocabulary.results import Study

CATEGORIES = ("none", "moderate", "strong", "severe", "extreme")


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
    rows: Rows = [("latest", f"{number(found.latest.value, 3)} °C", f"{found.latest.date}, {found.latest.status}")]
    for name, card in found.anomalies.items():
        rows.append(_anomaly(f"above {name}", card))
    rows.append(difference_row("anomaly, year to date", found.anomaly_year_to_date, f"{found.days_known} days"))
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
        rows.append(rank_row(f"rank, {title}", place))
    rows.extend(_outlook(study))
    noise = found.revision_noise
    rows.append(
        (
            "revision noise",
            f"{number(noise.typical, 3)} °C",
            f"largest {number(noise.largest, 3)}; {noise.origin}",
        )
    )
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
        return unknown_row(name, card.why)
    site = "the site shows none" if card.site_value is None else f"the site shows {signed(card.site_value)}"
    spread = f"{plus(card.sigma, 1)}σ raw, {plus(card.sigma_detrended, 1)}σ detrended"
    beside = f"{site}; {spread}; percentile {number(card.percentile, 0)}"
    return (name, signed(card.value), beside)


def _year_over_year(study: Study) -> Rows:
    """This year against the other; how long it has been above it, across years, where that is not last year."""
    found = study.findings.year_over_year
    if isinstance(found, Unknown):
        return [unknown_row("year over year", found.why)]
    crossed = f", since {found.last_crossing}" if found.last_crossing else ""
    rows: Rows = [
        ("year over year", signed(found.difference), f"{number(found.value, 2)} °C on {found.partner}"
         + (" (29 February faces 28 February)" if found.leap_day else "")),
        ("year over year, 7 days", signed(found.mean_7d), f"run of {found.run_length} days on this side{crossed}"),
        ("days below, last 14", str(found.days_below_last_14), f"of {found.days_compared_last_14} compared"),
        ("days of the year", f"{found.days_warmer} warmer", f"{found.days_cooler} cooler, {found.days_level} level, "
         f"of {found.days_compared}; widest {gap_cell(found.warmest)} and {gap_cell(found.coldest)}"),
    ]  # fmt: skip
    if found.other_year != study.year - 1:
        from climtrack.analysis.streaks import run_above

        days, first, last = run_cells(run_above(study, found.other_year))
        rows.append((f"above {found.other_year}, now", days, f"{first} to {last}" if first else "not above it now"))
    return rows


def _direction(study: Study) -> Rows:
    """Slopes and verdict."""
    found = study.findings.direction
    verdict, season = found.verdict, found.seasonal_14d
    share = season.why if isinstance(season, Unknown) else f"season alone {plus(season, 3)} °C/day over 14 days"
    return [
        slope_row("slope, 14 days", found.slope_14d),
        slope_row("slope of the anomaly, 14 days", found.anomaly_slope_14d),
        slope_row("slope, 30 days", found.slope_30d),
        slope_row("slope of the anomaly, 30 days", found.anomaly_slope_30d),
        unknown_row("the anomaly is", verdict.why)
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
        interval = f"95 % interval {number(trend.low, 2)} to {number(trend.high, 2)}"
        beside = f"{interval}; {trend.first_year}–{trend.last_year}"
        rows.append(("trend", f"{signed(trend.per_decade)} a decade", beside))
    else:
        rows.append(unknown_row("trend", trend.why))
    if isinstance(end, YearEnd):
        chance = f"record in {100 * end.chance_of_record:.0f} % of {end.analogues} analogues"
        beside = f"{number(end.low, 2)} to {number(end.high, 2)}; {chance}"
        rows.append((f"mean of {end.year}, expected", f"{number(end.estimate, 2)} °C", beside))
    else:
        rows.append(unknown_row("mean of the year", end.why))
    if isinstance(spread, Spread):
        fixed = number(spread.percentile, 0)
        beside = f"percentile {number(spread.shifting_percentile, 0)}, against {fixed} on the fixed baseline"
        rows.append((f"above {spread.shifting_baseline} (shifting)", signed(spread.shifting_value), beside))
    else:
        rows.append(unknown_row("shifting baseline", spread.why))
    rows.extend(_heatwaves(found.heatwaves))
    past = found.preindustrial
    if isinstance(past, Preindustrial):
        beside = f"{past.days_above_1_5} of {past.days} days of the year above 1.5 °C"
        rows.append(("above 1850–1900", signed(past.value), beside))
        rows.append(("above 1850–1900, year to date", signed(past.year_to_date), ""))
    else:
        rows.append(unknown_row("above 1850–1900", past.why))
    return rows


def _heatwaves(found: Heatwaves | Unknown) -> Rows:
    """Marine heatwaves, the caution beside them."""
    if isinstance(found, Unknown):
        return [unknown_row("marine heatwave", found.why)]
    now = found.current
    rows: Rows = [("marine heatwave days this year", str(found.days_this_year), found.caution)]
    if now is not None:
        kinds = f"{CATEGORIES[now.category]}, {CATEGORIES[now.category_shifting]} on the shifting baseline"
        rows.append(
            (
                "marine heatwave now",
                f"{now.days} days",
                f"since {now.first}; {kinds}; peak {signed(now.intensity_max)}",
            )
        )
    return rows
