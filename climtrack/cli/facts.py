"""`climtrack facts`, `compare` and `records`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from climtrack.cli.grid import (
    DASH,
    Row,
    Rows,
    difference_row,
    gap_cell,
    interval,
    listed,
    rank_row,
    run_cells,
    slope_row,
    unknown_row,
    why,
)
from climtrack.cli.options import (
    AsOf,
    ConfigPath,
    Json,
    KnownOn,
    NoSample,
    Offline,
    Regions,
    Tongue,
    Variables,
    Years,
    configuration,
    now,
    past,
    several,
    tongue,
    variables,
)
from climtrack.cli.output import as_json, leave, note, notes, progress, say
from climtrack.vocabulary.findings import (
    AirSea,
    BaselineAnomaly,
    Comparison,
    Heatwaves,
    NinoState,
    Preindustrial,
    Record,
    Shares,
    Spread,
    Study,
    Trend,
    Unknown,
    YearEnd,
)
from climtrack.vocabulary.registry import Baseline
from climtrack.words.language import Language

if TYPE_CHECKING:
    from climtrack.config import Config
    from climtrack.run.facts import CrossCheck
    from climtrack.run.run import Run
    from climtrack.vocabulary.findings import Reconciled


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


# `climtrack verify`: is the site right, as far as others can tell?


def verify_add_to(app: typer.Typer) -> None:
    """Give the application this file's command."""
    app.command()(verify)


def verify(
    offline: Offline = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 where a series departs from the other.")] = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Hold world air and sea against Copernicus Climate Pulse, and our figures against the published ones.

    \b
    climtrack verify
    climtrack verify --offline --json
    """
    from climtrack.run.facts import cross_check
    from climtrack.run.run import SOME, Run

    with (
        progress("Asking Climate Pulse") as show,
        Run(configuration(config), now(), offline=offline, on_done=show) as run,
    ):
        found = cross_check(run)
    run.say(failed=SOME if strict and found.departures else 0)
    notes(run)
    if json:
        as_json(found.document())
    else:
        _print(found)
    leave(run)


def _print(found: CrossCheck) -> None:
    """Agreement by decade, then published figures."""
    from climtrack.vocabulary.findings import Unknown

    for key, agreed in found.agreements:
        if isinstance(agreed, Unknown):
            note(f"{key.label}: {agreed.why}.")
            continue
        known = f"; {agreed.known_years[0]}–{agreed.known_years[1]} are known to differ" if agreed.known_years else ""
        verdict = "agrees" if agreed.agrees else "DEPARTS"
        table(
            ("years", "days", "rms °C", "mean °C", "largest °C", "on"),
            [
                (
                    f"{one.first}–{one.last}",
                    str(one.days),
                    f"{one.rms:.4f}",
                    f"{one.bias:+.4f}",
                    f"{one.largest.difference:+.3f}",
                    str(one.largest.date),
                )
                for one in (*agreed.decades, agreed.overall)
            ],
            f"{key.label} minus Climate Pulse: {verdict}, {agreed.usual.rms:.4f} °C rms, allowed "
            f"{agreed.tolerance:.3f}{known}",
        )
    if found.published:
        rows = [_published(row) for row in found.published]
        table(("series", "figure", "period", "published", "ours", "", "source"), rows, "Published figures beside ours")


def _published(row: Reconciled) -> tuple[str, ...]:
    """A published figure beside ours."""
    figure = row.published
    places = 3 if figure.decimals else 0
    verdict = "agrees" if row.agrees else f"differs: {figure.why}" if figure.why else "DIFFERS"
    return (
        figure.key.label,
        figure.quantity,
        figure.period,
        f"{figure.value:.{figure.decimals}f}",
        f"{row.ours:.{places}f}" if isinstance(row.ours, float) else "–",
        verdict,
        figure.source,
    )


def add_to(app: typer.Typer) -> None:
    """Give the application this file's commands."""
    for command in (facts, compare, records):
        app.command()(command)


def facts(
    region: Regions = None,
    variable: Variables = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    against: Annotated[
        int | None, typer.Option("--against", metavar="YEAR", help="Compare with this year, not the one before.")
    ] = None,
    by: Annotated[str, typer.Option("--by", metavar="date|slot", help="Days alike by date, or by the site's slot.")] = (
        "date"
    ),
    lang: Tongue = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Print every finding of a region: anomalies, year over year, direction, ranks, records, trend, year end.

    \b
    climtrack facts --region nh
    climtrack facts --region world --baseline 1981-2010 --as-of 2024-07-23
    climtrack facts --region world --against 2016
    climtrack facts --region nh --json | jq .series.air.year_over_year
    """
    from climtrack.cli.grid import heading
    from climtrack.run.facts import facts_documents, region_studies, unique_studies

    settings, moment = configuration(config), now()
    choice = _choice(settings, moment, region, variable, baseline, as_of)
    (way,) = several([by], (), ("date", "slot"), "way to compare")
    with _run(settings, moment, known_on, offline, no_sample) as run:
        found = region_studies(run, **choice, against=against, by="slot" if way == "slot" else "date")
    notes(run)
    if json:
        documents = facts_documents(found)
        as_json(documents[0] if len(documents) == 1 else documents)
    else:
        language = tongue(lang)
        head = [language.text(f"cell.head.{name}") for name in ("fact", "value", "beside")]
        for study in unique_studies(found):
            table(head, fact_rows(study, language), heading(study, language))
    leave(run)


def compare(
    region: Annotated[list[str] | None, typer.Argument(metavar="REGION", help="Two regions or more: nh sh")] = None,
    variable: Variables = None,
    baseline: Years = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    lang: Tongue = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Hold regions against one another: anomalies, their shares of the world's, air minus sea, El Niño.

    \b
    climtrack compare nh sh
    climtrack compare arctic antarctic --baseline 1981-2010
    climtrack compare natlan gomex --variable sst --json
    """
    from climtrack.cli.grid import why
    from climtrack.run.facts import contrasts, contrasts_document
    from climtrack.vocabulary.findings import NinoState, Shares, Unknown

    settings, moment = configuration(config), now()
    choice = _choice(settings, moment, region or ["nh", "sh"], variable, baseline, as_of)
    with _run(settings, moment, known_on, offline, no_sample) as run:
        done = contrasts(run, **choice)
    notes(run)
    if json:
        as_json(contrasts_document(run, choice["regions"], choice["baseline"], done))
        return leave(run)
    language = tongue(lang)
    say, beside = language.text, [language.text(f"cell.head.{name}") for name in ("value", "beside")]
    for option, found in done.comparisons:
        if isinstance(found, Unknown):
            note(f"{option}: {why(found.why, language)}.")
            continue
        title = say(
            "cell.comparison" if found.baseline else "cell.comparison.none",
            variable=say(f"cell.variable.{option}"),
            date=found.date,
            years=found.baseline.label if found.baseline else "",
        )
        title = say("cell.simulated", heading=title) if run.simulated else title
        table(("", *(side.key.label for side in found.sides)), side_rows(found, language), title)
        table((say("cell.head.contrast"), *beside), contrast_rows(found, language))
        if isinstance(found.shares, Shares):
            table((say("cell.head.share"), *beside), share_rows(found.shares, language))
    if done.air_sea:
        table((say("cell.head.air_sea"), *beside), air_sea_rows(done.air_sea, language))
    if isinstance(done.nino, NinoState):
        table((say("cell.head.nino"), *beside), nino_rows(done.nino, language))
    return leave(run)


def records(
    region: Regions = None,
    variable: Variables = None,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    lang: Tongue = None,
    offline: Offline = False,
    no_sample: NoSample = False,
    json: Json = False,
    config: ConfigPath = None,
) -> None:
    """
    Print record days and streaks: warmest day of all, warmest for the date, largest anomaly, kept apart.

    \b
    climtrack records --region world
    climtrack records --region nh,sh --json
    """
    from climtrack.cli.grid import heading
    from climtrack.run.facts import records_document, region_studies, unique_studies

    settings, moment = configuration(config), now()
    choice = _choice(settings, moment, region, variable, None, as_of)
    with _run(settings, moment, known_on, offline, no_sample) as run:
        found = region_studies(run, **choice)
    notes(run)
    if json:
        as_json(records_document(run, found))
    else:
        language = tongue(lang)
        first, second, third = (
            [language.text(f"cell.head.{name}") for name in names]
            for names in (
                ("record", "value", "date", "claim", "before", "margin", "level"),
                ("streak", "days", "from", "to"),
                ("calendar", "warmest", "coldest"),
            )
        )
        for study in unique_studies(found):
            table(first, record_rows(study, language), heading(study, language))
            table(second, streak_rows(study, language))
            table(third, holder_rows(study, language))
    leave(run)


class _Choice(TypedDict):
    """What the options of a command choose."""

    regions: tuple[str, ...]
    variables: tuple[str, ...]
    baseline: Baseline
    as_of: dt.date | None


def _choice(
    settings: Config,
    moment: dt.datetime,
    region: list[str] | None,
    variable: list[str] | None,
    baseline: str | None,
    as_of: str | None,
) -> _Choice:
    """What the options choose, the rest as in config.toml."""
    defaults = settings.report
    return {
        "regions": several(region, defaults.regions, (), "region"),
        "variables": variables(variable, defaults.variables),
        "baseline": Baseline.parse(baseline or defaults.baseline),
        "as_of": past(as_of, "--as-of", moment),
    }


@contextmanager
def _run(settings: Config, moment: dt.datetime, known_on: str | None, offline: bool, no_sample: bool) -> Iterator[Run]:
    """A run that shows which series is done."""
    from climtrack.run.run import Run

    known = past(known_on, "--known-on", moment)
    with (
        progress("Fetching") as show,
        Run(settings, moment, offline=offline, sample=not no_sample, known_on=known, on_done=show) as run,
    ):
        yield run
