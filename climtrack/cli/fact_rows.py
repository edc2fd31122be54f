"""Every finding of a series as rows of text, for a person at a terminal."""

from __future__ import annotations

from climtrack.cli.cells import (
    DASH,
    Row,
    Rows,
    difference_row,
    gap_cell,
    interval,
    rank_row,
    run_cells,
    slope_row,
    unknown_row,
    why,
)
from climtrack.cli.record_rows import record_rows, streak_rows
from climtrack.reporter.language import Language
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

PERIODS = ("day", "month_to_date", "month", "season_to_date", "season", "year_to_date", "year")


def fact_rows(study: Study, language: Language) -> Rows:
    """Every finding of a series."""
    say, found = language.text, study.findings
    status = say("cell.preliminary" if found.latest.status == "preliminary" else "cell.final")
    rows: Rows = [
        (
            say("cell.latest"),
            language.temperature(found.latest.value, 3),
            say("cell.latest.beside", date=found.latest.date, status=status),
        )
    ]
    rows += [
        _anomaly(say("cell.above", years=name.replace("-", "–")), card, language)
        for name, card in found.anomalies.items()
    ]
    days = say("days", found.days_known)
    rows.append(difference_row(say("cell.anomaly.todate"), found.anomaly_year_to_date, language, days))
    rows += [*_year_over_year(study, language), *_direction(study, language), *_ranks(study, language)]
    rows += [*_records(study, language), *_outlook(study, language)]
    noise, source = found.revision_noise, study.series.source
    largest, origin = language.number(noise.largest, 3), why(noise.origin, language)
    rows.append(
        (
            say("cell.noise"),
            language.temperature(noise.typical, 3),
            say("cell.noise.beside", largest=largest, origin=origin),
        )
    )
    moment = f"{source.retrieved:%Y-%m-%d %H:%M} UTC"
    product = source.data_source or study.series.key.product
    rows.append((say("cell.source"), product, say("cell.source.beside", url=source.url, moment=moment)))
    return rows


def _anomaly(name: str, card: BaselineAnomaly | Unknown, language: Language) -> Row:
    """The day against one baseline."""
    if isinstance(card, Unknown):
        return unknown_row(name, card.why, language)
    say, site = language.text, card.site_value
    beside = say(
        "cell.anomaly.beside",
        site=say("cell.site.none") if site is None else say("cell.site", value=language.difference(site, 2)),
        raw=language.signed(card.sigma, 1),
        detrended=language.signed(card.sigma_detrended, 1),
        percentile=language.number(card.percentile, 0),
    )
    return (name, language.difference(card.value, 2), beside)


def _year_over_year(study: Study, language: Language) -> Rows:
    """This year against the other; how long it has been above it, across years, where that is not last year."""
    say, found = language.text, study.findings.year_over_year
    if isinstance(found, Unknown):
        return [unknown_row(say("cell.yoy"), found.why, language)]
    other = found.other_year
    last = other == study.year - 1
    partner = say("cell.yoy.partner", value=language.temperature(found.value, 2), partner=found.partner)
    run = say("cell.yoy.run", found.run_length)
    tally = say(
        "cell.yoy.tally",
        cooler=found.days_cooler,
        level=found.days_level,
        compared=found.days_compared,
        warmest=gap_cell(found.warmest, language),
        coldest=gap_cell(found.coldest, language),
    )
    rows: Rows = [
        (
            say("cell.yoy") if last else say("cell.yoy.other", other=other),
            language.difference(found.difference, 2),
            say("cell.yoy.leap", beside=partner) if found.leap_day else partner,
        ),
        (
            say("cell.yoy.week") if last else say("cell.yoy.week.other", other=other),
            language.difference(found.mean_7d, 2),
            say("cell.yoy.since", run=run, date=found.last_crossing) if found.last_crossing else run,
        ),
        (
            say("cell.yoy.fortnight"),
            str(found.days_below_last_14),
            say("cell.yoy.compared", found.days_compared_last_14),
        ),
        (say("cell.yoy.year"), say("cell.yoy.warmer", found.days_warmer), tally),
    ]
    if not last:
        from climtrack.analysis.streaks import run_above

        days, first, end = run_cells(run_above(study, other), language)
        span = say("cell.span", first=first, last=end) if first else say("cell.yoy.above.not")
        rows.append((say("cell.yoy.above", other=other), days, span))
    return rows


def _direction(study: Study, language: Language) -> Rows:
    """Slopes and verdict."""
    say, found = language.text, study.findings.direction
    verdict, season = found.verdict, found.seasonal_14d
    alone = (
        why(season.why, language)
        if isinstance(season, Unknown)
        else say("cell.season", value=language.signed(season, 3))
    )
    return [
        slope_row(say("cell.slope", 14), found.slope_14d, language),
        slope_row(say("cell.slope.anomaly", 14), found.anomaly_slope_14d, language),
        slope_row(say("cell.slope", 30), found.slope_30d, language),
        slope_row(say("cell.slope.anomaly", 30), found.anomaly_slope_30d, language),
        unknown_row(say("cell.verdict"), verdict.why, language)
        if isinstance(verdict, Unknown)
        else (say("cell.verdict"), say(f"cell.verdict.{verdict.value}"), alone),
    ]


def _ranks(study: Study, language: Language) -> Rows:
    """Places among years, by period."""
    say, ranks = language.text, study.findings.ranks
    names = {"season": ranks.season_name, "season_to_date": ranks.season_to_date_name}
    rows = []
    for period in PERIODS:
        season = names.get(period, "")
        named = say(f"period.{period}", season=say(f"season.{season}") if season else "")
        rows.append(rank_row(say("cell.rank.period", period=named), getattr(ranks, period), language))
    return rows


def _records(study: Study, language: Language) -> Rows:
    """Records and streaks, shorter than in their own table."""
    say = language.text
    rows: Rows = [
        (name, value, say("cell.record.beside", date=date, claim=claim) if claim else date)
        for name, value, date, claim, *_ in record_rows(study, language)
    ]
    for name, days, first, last in streak_rows(study, language):
        if days != DASH:
            span = say("cell.span", first=first, last=last) if first else ""
            rows.append((say("cell.streak", name=name), days, span))
    return rows


def _outlook(study: Study, language: Language) -> Rows:
    """Trend, year end, spread, heatwaves, pre-industrial view."""
    say, found = language.text, study.findings
    rows: Rows = []
    trend, end, spread, past = found.trend, found.year_end, found.spread, found.preindustrial
    if isinstance(trend, Trend):
        between = interval(trend.low, trend.high, 2, language, sign=False)
        beside = say("cell.trend.beside", interval=between, first=trend.first_year, last=trend.last_year)
        rate = say("cell.trend.value", value=language.difference(trend.per_decade, 2))
        rows.append((say("cell.trend"), rate, beside))
    else:
        rows.append(unknown_row(say("cell.trend"), trend.why, language))
    if isinstance(end, YearEnd):
        span = say("cell.span", first=language.number(end.low, 2), last=language.number(end.high, 2))
        chance = language.percent(100 * end.chance_of_record)
        beside = say("cell.end.beside", end.analogues, span=span, chance=chance)
        rows.append((say("cell.end", year=end.year), language.temperature(end.estimate, 2), beside))
    else:
        rows.append(unknown_row(say("cell.end.unknown"), end.why, language))
    if isinstance(spread, Spread):
        years = spread.shifting_baseline.label
        percentiles = [language.number(value, 0) for value in (spread.shifting_percentile, spread.percentile)]
        beside = say("cell.shifting.beside", shifting=percentiles[0], fixed=percentiles[1])
        rows.append((say("cell.shifting", years=years), language.difference(spread.shifting_value, 2), beside))
    else:
        rows.append(unknown_row(say("cell.shifting.unknown"), spread.why, language))
    rows.extend(_heatwaves(found.heatwaves, language))
    if isinstance(past, Preindustrial):
        limit = language.temperature(1.5)
        beside = say("cell.preindustrial.beside", past.days, above=past.days_above_1_5, limit=limit)
        rows.append((say("cell.preindustrial"), language.difference(past.value, 2), beside))
        rows.append((say("cell.preindustrial.todate"), language.difference(past.year_to_date, 2), ""))
    else:
        rows.append(unknown_row(say("cell.preindustrial"), past.why, language))
    return rows


def _heatwaves(found: Heatwaves | Unknown, language: Language) -> Rows:
    """Marine heatwaves, the caution beside them."""
    say = language.text
    if isinstance(found, Unknown):
        return [unknown_row(say("cell.heatwave"), found.why, language)]
    now = found.current
    caution = why(found.caution, language) if found.caution else ""
    rows: Rows = [(say("cell.heatwave.days"), language.count(found.days_this_year), caution)]
    if now is not None:
        beside = say(
            "cell.heatwave.beside",
            date=now.first,
            fixed=say(f"cell.category.{int(now.category)}"),
            shifting=say(f"cell.category.{int(now.category_shifting)}"),
            peak=language.difference(now.intensity_max, 2),
        )
        rows.append((say("cell.heatwave.now"), say("days", now.days), beside))
    return rows
