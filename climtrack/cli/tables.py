"""Findings as tables for people: ruled in a terminal, tab-separated in a pipe; the reason where a fact is not known."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from climtrack.cli.output import say
from climtrack.reporter.reasons import spanish_reason
from climtrack.reporter.sentences import place
from climtrack.vocabulary.findings import (
    AirSea,
    BaselineAnomaly,
    Comparison,
    Gap,
    Heatwaves,
    NinoState,
    Preindustrial,
    Rank,
    Record,
    Run,
    Shares,
    Slope,
    Spread,
    Study,
    Trend,
    Unknown,
    YearEnd,
)
from climtrack.words.language import Language

# Cells and rows that several tables share: two decimals, the reason where a fact is not known, in either language.


Row = tuple[str, ...]
Rows = list[Row]

DASH = "–"


def heading(study: Study, language: Language) -> str:
    """What a table is about."""
    say, latest, absent = language.text, study.findings.latest, len(study.findings.absent_years)
    text = say(
        "cell.heading",
        name=place(study.region, language).name,
        quantity=say(f"quantity.{study.series.key.variable}"),
        date=latest.date,
    )
    text = say("cell.heading.preliminary", heading=text) if latest.status == "preliminary" else text
    text = say("cell.heading.absent", absent, heading=text) if absent else text
    return say("cell.simulated", heading=text) if study.simulated else text


def why(reason: str, language: Language) -> str:
    """A reason of the analysis in the reader's language."""
    if not language.spanish:
        return reason
    said = spanish_reason(reason)
    return re.sub(r"(?<=\d),(?=\d)", ".", said) if language.number(0.5) == "0.5" else said


def unknown_row(name: str, reason: str, language: Language) -> Row:
    """A fact that cannot be known."""
    return (name, DASH, why(reason, language))


def difference_row(name: str, value: float | Unknown, language: Language, beside: str = "", places: int = 2) -> Row:
    """A signed temperature difference, or why there is none."""
    if isinstance(value, Unknown):
        return unknown_row(name, value.why, language)
    return (name, language.difference(value, places), beside)


def interval(low: float, high: float, places: int, language: Language, *, sign: bool = True) -> str:
    """The 95 % interval of a rate."""
    printed = [language.signed(end, places) if sign else language.number(end, places) for end in (low, high)]
    return language.text("cell.interval", low=printed[0], high=printed[1])


def slope_row(name: str, found: Slope | Unknown, language: Language) -> Row:
    """A slope with its interval."""
    if isinstance(found, Unknown):
        return unknown_row(name, found.why, language)
    rate = language.text("cell.slope.value", value=language.signed(found.per_day, 3))
    return (name, rate, interval(found.low, found.high, 3, language))


def rank_row(name: str, found: Rank | Unknown, language: Language) -> Row:
    """A place among years."""
    if isinstance(found, Unknown):
        return unknown_row(name, found.why, language)
    say = language.text
    joint = say("cell.rank.level", years=listed(found.tied_with, language)) if found.tied else ""
    best = language.temperature(found.best_value, 2)
    beside = say(
        "cell.rank.beside",
        value=language.temperature(found.value, 2),
        claim=say(f"claim.{found.claim.value}"),
        level=joint,
        best="" if found.rank == 1 else say("cell.rank.best", year=found.best_year, value=best),
        span=str(found.first) if found.first == found.last else say("cell.span", first=found.first, last=found.last),
    )
    return (name, say("cell.rank", rank=found.rank, of=found.of), beside)


def listed(values: Sequence[Any], language: Language) -> str:
    """At most four of them."""
    text = ", ".join(map(str, values[:4]))
    return text if len(values) <= 4 else language.text("cell.more", len(values) - 4, listed=text)


def gap_cell(found: Gap, language: Language) -> str:
    """A day's difference."""
    return language.text("cell.on", value=language.difference(found.difference, 2), date=found.date)


def run_cells(run: Run | None, language: Language) -> tuple[str, str, str]:
    """A run of days."""
    return (DASH, "", "") if run is None else (language.count(run.days), str(run.first), str(run.last))


# Tables for people: ruled in a terminal, tab-separated in a pipe.


def table(head: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table on standard output."""
    if not sys.stdout.isatty():
        if title:
            say(title)
        for cells in (head, *rows):
            say("\t".join(cell.replace("\n", " ").replace("\t", " ") for cell in cells))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ruled = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left")
    for name in head:
        ruled.add_column(Text(name))
    for cells in rows:
        ruled.add_row(*(Text(cell) for cell in cells))
    Console().print(ruled)


# Records, streaks and the holders of the calendar as rows of text.


SHOWN_HOLDERS = 8


def record_rows(study: Study, language: Language) -> Rows:
    """The three records."""
    found, say = study.findings.records, language.text
    years = study.baseline.label if study.baseline else ""
    rows: Rows = []
    for name, record, sign in (
        (say("cell.record.day"), found.warmest_day, False),
        (say("cell.record.date"), found.warmest_for_date, False),
        (say("cell.record.anomaly", years=years), found.largest_anomaly, True),
    ):
        if isinstance(record, Unknown):
            rows.append((name, DASH, why(record.why, language), "", "", "", ""))
            continue
        rows.append(
            (
                name,
                _value(record.value, sign, language),
                str(record.date),
                say(f"claim.{record.claim.value}"),
                _before(record, sign, language),
                "" if record.previous is None else language.difference(record.margin, 3),
                listed(record.tied_with, language),
            )
        )
    return rows


def _value(value: float, sign: bool, language: Language) -> str:
    """A record's value, to the thousandth."""
    return language.difference(value, 3) if sign else language.temperature(value, 3)


def _before(record: Record, sign: bool, language: Language) -> str:
    """What an earlier year had."""
    if record.previous is None:
        return language.text("cell.record.none")
    value = _value(record.previous.value, sign, language)
    return language.text("cell.on", value=value, date=record.previous.date)


def streak_rows(study: Study, language: Language) -> Rows:
    """The ledger of runs."""
    found, say = study.findings.streaks, language.text
    days = study.findings.records.days
    rows: Rows = [
        (say("cell.streak.record.now"), *run_cells(found.record_days, language)),
        (say("cell.streak.record.longest"), *run_cells(found.longest_record_days, language)),
        (say("cell.streak.above.year"), *run_cells(found.above_last_year, language)),
        (say("cell.streak.below.year"), *run_cells(found.below_last_year, language)),
        (say("cell.streak.above.average"), *run_cells(found.above_average, language)),
    ]
    name = say("cell.streak.days", year=study.year)
    ends = (str(days[0]), str(days[-1])) if days else ("", "")
    rows.append((name, language.count(len(days)), *ends))
    if found.last_record is not None and found.days_since_record is not None:
        since = language.count(found.days_since_record)
        rows.append((say("cell.streak.since"), since, str(found.last_record), str(study.series.end)))
    if found.next_milestone is not None:
        rows.append((say("cell.streak.next"), language.count(found.next_milestone), "", ""))
    return rows


def holder_rows(study: Study, language: Language) -> Rows:
    """Who holds the calendar."""
    say = language.text
    warm, cold = study.findings.records.warm_holders, study.findings.records.cold_holders
    top = zip_longest(warm[:SHOWN_HOLDERS], cold[:SHOWN_HOLDERS])
    rows: Rows = [
        (
            str(i + 1),
            *(say("cell.holder", year=one.year, days=say("days", one.days)) if one else "" for one in pair),
        )
        for i, pair in enumerate(top)
    ]
    others = [sum(one.days for one in side[SHOWN_HOLDERS:]) for side in (warm, cold)]
    return [*rows, (say("cell.others"), *(say("days", days) for days in others))]


# A comparison of regions, air minus sea and El Niño as rows of text.


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


# Every finding of a series as rows of text, for a person at a terminal.


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
        from climtrack.analysis.ranking import run_above

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
