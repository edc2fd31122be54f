"""report.md: the region's answers, pictures and numbers, one section a language."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from climtrack.errors import Notice
from climtrack.reporter.answers import answers
from climtrack.reporter.months import MonthPhrases, phrases
from climtrack.reporter.sentences import FINE, Phrases, place
from climtrack.vocabulary.assets import Asset, Table
from climtrack.vocabulary.findings import (
    AnyStudy,
    BaselineAnomaly,
    MonthStudy,
    NinoState,
    Phase,
    Preindustrial,
    Rank,
    Record,
    Spread,
    Study,
    Trend,
)
from climtrack.vocabulary.notice import markdown, plain
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Pairing
from climtrack.words.attribution import attribution
from climtrack.words.language import Language
from climtrack.words.standing import begun, peak, standing

_PERIODS = ("day", "month_to_date", "month", "season_to_date", "season", "year_to_date", "year")


def grid(table: Table) -> list[str]:
    """A Markdown table under its name, numbers to the right."""
    title, head, rows = table
    rule = "| --- | " + " | ".join("---:" for _ in head[1:]) + " |"
    first, *lines = ("| " + " | ".join(markdown(cell) for cell in row) + " |" for row in (head, *rows))
    return [f"**{markdown(title)}**", "", first, rule, *lines, ""]


def short_tables(voice: Phrases) -> list[Table]:
    """What the page tables of one series: ranks, records, outlook."""
    return [table for table in (_ranks(voice), _records(voice), _outlook(voice)) if table[2]]


def _baselines(voice: Phrases) -> Table:
    """The latest day on every baseline."""
    language, say = voice.language, voice.language.text
    rows = []
    for name, found in voice.findings.anomalies.items():
        years = name.replace("-", "–")
        if isinstance(found, BaselineAnomaly):
            rows.append((
                years,
                language.temperature(found.normal, FINE),
                language.difference(found.value, FINE),
                "–" if found.site_value is None else language.difference(found.site_value, FINE),
                language.percentile(found.percentile),
            ))  # fmt: skip
        else:
            rows.append((years, say("table.unknown", why=language.what(found)), "", "", ""))
    head = [say(f"table.{name}") for name in ("baseline", "normal", "difference", "site", "percentile")]
    return say("table.baselines", day=voice.day_month), head, rows


def _ranks(voice: Phrases) -> Table:
    language, ranks, say = voice.language, voice.findings.ranks, voice.language.text
    names = {"season": ranks.season_name, "season_to_date": ranks.season_to_date_name}
    rows = []
    for period in _PERIODS:
        rank = getattr(ranks, period)
        if not isinstance(rank, Rank):
            continue
        season = names.get(period, "")
        span = _span(voice, rank)
        rows.append((
            f"{say(f'period.{period}', season=say(f'season.{season}') if season else '')}, {span}",
            language.temperature(rank.value, FINE),
            say("table.rank.of", rank=rank.rank, of=rank.of) + other_place(rank, language),
            f"{rank.best_year}: {language.temperature(rank.best_value, FINE)}",
            standing("claim", rank, language),
        ))  # fmt: skip
    head = [say(f"table.{name}") for name in ("period", "value", "rank", "best", "claim")]
    return say("table.ranks"), head, rows


def other_place(rank: Rank, language: Language) -> str:
    """The place of the same month in NOAA's data, in brackets; nothing where it is not known."""
    other = rank.other
    return (
        "" if other is None else language.text("table.rank.other", rank=other.rank, of=other.of, product=other.product)
    )


def _span(voice: Phrases, rank: Rank) -> str:
    """The days ranked, with their year where it is not this one."""
    if (rank.first.month, rank.first.day, rank.last.month, rank.last.day) == (1, 1, 12, 31):
        return str(rank.last.year)
    span = voice.language.date_range(rank.first, rank.last)
    shown = rank.first.year != rank.last.year or rank.last.year == voice.day.year
    return span if shown else f"{span} {rank.last.year}"


def _records(voice: Phrases) -> Table:
    """Three records, never mixed up."""
    language, records, say = voice.language, voice.findings.records, voice.language.text
    rows = []
    for name in ("warmest_day", "warmest_for_date", "largest_anomaly"):
        record = getattr(records, name)
        if not isinstance(record, Record):
            continue
        difference = name == "largest_anomaly"
        shown = language.difference(record.value, FINE) if difference else language.temperature(record.value, FINE)
        rows.append((
            say(f"record.{name}", day=voice.day_month, baseline=voice.baseline),
            peak(record, language),
            shown,
            "–" if math.isnan(record.margin) else language.difference(record.margin, FINE),
            standing("claim", record, language),
        ))  # fmt: skip
    head = [say(f"table.{name}") for name in ("record", "date", "value", "margin", "claim")]
    return say("table.records", first=voice.first), head, rows


def _streaks(voice: Phrases) -> Table:
    """Runs that include the latest day, and tallies of the year."""
    language, streaks, say = voice.language, voice.findings.streaks, voice.language.text
    rows = []
    for name in ("record_days", "above_last_year", "below_last_year", "above_average"):
        run = getattr(streaks, name)
        if run is not None:
            rows.append(
                (
                    say(f"streak.{name}", baseline=voice.baseline),
                    language.count(run.days),
                    begun(run, voice.study, language),
                )
            )
    if streaks.days_since_record is not None and streaks.last_record is not None:
        since = language.date_long(streaks.last_record)
        rows.append((say("streak.since_record"), language.count(streaks.days_since_record), since))
    start = language.date_long(voice.day.replace(month=1, day=1))
    if isinstance(days := voice.findings.records.days, tuple):
        rows.append((say("streak.year_records"), language.count(len(days)), start))
    if voice.yoy is not None:
        for name, count in (("warmer", voice.yoy.days_warmer), ("cooler", voice.yoy.days_cooler)):
            rows.append((say(f"streak.{name}", other=voice.yoy.other_year), language.count(count), start))
    return say("table.streaks"), [say(f"table.{name}") for name in ("what", "count", "from")], rows


def _outlook(voice: Phrases) -> Table:
    """The days ahead: what is expected, its range, the chances."""
    language, say, decimals = voice.language, voice.language.text, voice.decimals
    rows = []
    for day in voice.findings.outlook if isinstance(voice.findings.outlook, tuple) else ():
        low, high = language.signed(day.low, decimals), language.signed(day.high, decimals)
        chances = (day.chance_below_last_year, day.chance_record_for_date)
        rows.append((
            language.date_long(day.date),
            language.difference(day.anomaly, decimals),
            say("table.outlook.range", low=low, high=high),
            *("–" if math.isnan(chance) else language.share(chance) for chance in chances),
        ))  # fmt: skip
    head = [say("table.date"), *(say(f"table.outlook.{name}") for name in ("expected", "within", "below", "record"))]
    return say("table.outlook", baseline=voice.baseline), head, rows


def _numbers(voice: Phrases) -> list[str]:
    """Everything a report tables of one series, and what it says of it in sentences."""
    tables = (_ranks(voice), _baselines(voice), _records(voice), _streaks(voice))
    return [*(line for table in tables if table[2] for line in grid(table)), *_sentences(voice)]


def _sentences(voice: Phrases) -> list[str]:
    """Next issue, month, El Niño, shifting baseline, trends, year end, 1850–1900, revision noise, in sentences."""
    language, findings, say = voice.language, voice.findings, voice.language.text
    lines = [line for line in (voice.outlook(), voice.month(), nino_note(voice.study, language)) if line]
    if isinstance(findings.spread, Spread):
        spread = findings.spread
        lines.append(say("report.shifting", baseline=spread.shifting_baseline.label,
                        difference=language.difference(spread.shifting_value, FINE),
                        percentile=language.percentile(spread.shifting_percentile)))  # fmt: skip
    trends = [one for one in (findings.trend, findings.trend_30y) if isinstance(one, Trend)]
    spans = [say("report.trend.span", first=one.first_year, last=one.last_year,
                 trend=language.difference(one.per_decade, FINE), low=language.difference(one.low, FINE),
                 high=language.difference(one.high, FINE)) for one in trends]  # fmt: skip
    if spans:
        lines.append(say("report.trend", spans=language.list(spans)))
    if end := voice.year_end():
        lines.append(" ".join(filter(None, (*end, voice.preliminary()))))
    if isinstance(findings.preindustrial, Preindustrial):
        past = findings.preindustrial
        lines.append(say("report.preindustrial", value=language.size(past.value, voice.decimals),
                        todate=language.size(past.year_to_date, FINE), n=past.days_above_1_5,
                        days=past.days))  # fmt: skip
    noise = findings.revision_noise
    if noise.largest > 0 and noise.first and noise.last and not voice.study.simulated:
        lines.append(say("report.noise", noise.days, largest=language.size(noise.largest, FINE),
                        typical=language.size(noise.typical, 3), bias=language.difference(noise.bias, 3),
                        first=language.date_long(noise.first), last=language.date_long(noise.last)))  # fmt: skip
    return [*(f"- {markdown(line)}" for line in lines), ""] if lines else []


#: A clock this many days from the data cannot be right, so that no age is told.
_ODD_AGE = 3 * 366
#: Regions whose sea the site does not have.
HALVES = frozenset({"nh", "sh"})


def data_line(study: AnyStudy, language: Language, now: dt.datetime | None = None) -> str:
    """Which data they are: ``Data to 5 July 2024, retrieved 11 July 2024 16:42 UTC``, and now ``6 days old``."""
    end = study.series.end
    if isinstance(study, MonthStudy):
        moment = language.moment(study.series.source.retrieved)
        return language.text("report.data.months", month=language.month(end), moment=moment)
    day = language.date_long(end)
    moment = language.moment(study.series.source.retrieved)
    age = -1 if now is None else (now.date() - end).days
    if not 0 <= age <= _ODD_AGE:
        return language.text("report.data.noage", day=day, moment=moment)
    return language.text("report.data", age, day=day, moment=moment)


def pairing_note(pair: Pairing, language: Language, *, months: bool = False) -> str:
    """Why the sea of a region is what it is; nothing where it needs no word."""
    if pair.region not in HALVES:
        return ""
    the = place(REGIONS[pair.region], language).the
    if pair.sea_computed:
        return language.text("report.pair.computed", the=the)
    if pair.sst is not None and pair.sst.region in REGIONS:
        sea = place(REGIONS[pair.sst.region], language).the
        return language.text("report.pair.natlan.months" if months else "report.pair.natlan", the=the, sea=sea)
    return language.text("report.pair.none.months" if months else "report.pair.none", the=the)


def nino_note(study: Study, language: Language) -> str:
    """Where El Niño stands by NOAA's index; nothing where that is not at hand."""
    found = study.findings.nino
    if not isinstance(found, NinoState):
        return ""
    whole = found.episode is not None or found.phase is Phase.NEUTRAL
    season = f"{language.month(found.season_first, year=False)}–{language.month(found.season_last)}"
    message = f"report.nino.{found.phase}{'' if whole else '.not_yet'}"
    return language.text(message, n=found.seasons_running, roni=language.difference(found.roni, FINE), season=season)


def report_markdown(
    pair: Pairing,
    studies: Sequence[AnyStudy],
    pictures: Iterable[Asset],
    languages: Sequence[str],
    *,
    now: dt.datetime,
    health: Sequence[Notice] = (),
    tables: Sequence[str] = (),
) -> Asset:
    """
    The report as Markdown.

    One file holds every language asked for, a section each, so that the folder has one front page whatever was asked.
    """
    drawn = [asset for asset in pictures if asset.words is not None]
    parts = [_section(pair, studies, drawn, Language(code), now, health, tables) for code in languages]
    return Asset("report.md", "text/markdown", ("\n---\n\n".join(parts)).encode())


def _section(
    pair: Pairing,
    studies: Sequence[AnyStudy],
    drawn: Sequence[Asset],
    language: Language,
    now: dt.datetime,
    health: Sequence[Notice],
    tables: Sequence[str],
) -> str:
    voices = [phrases(study, language) for study in studies]
    home = next((v for v in voices if v.study.region.name == pair.region), voices[0])
    newest = max(study.series.end for study in studies)
    title = language.text("report.title", name=home.place.name, date=language.date_long(newest))
    out = [f"# {markdown(title)}", ""]
    if any(study.simulated for study in studies):
        out += [f"**{language.text('report.simulated')}**", ""]
    note = pairing_note(pair, language, months=any(isinstance(study, MonthStudy) for study in studies))
    if note:
        out += [note, ""]
    first = [
        a for a in drawn if a.language == language.code and PurePosixPath(a.path).name.startswith(f"{pair.region}.")
    ]
    out += _pictures(first, "", language)
    shown = {asset.path for asset in first}
    for voice in voices:
        out += [f"## {markdown(voice.heading)}", ""]
        for answer in voice.answers() if isinstance(voice, MonthPhrases) else answers(voice.study, language):
            ask, _, tell = answer.partition("? ")
            out += [f"- **{markdown(ask)}?** {markdown(tell)}"]
        out += ["", markdown(data_line(voice.study, language, now)) + ".", ""]
        label = voice.study.series.key.stem
        own = [a for a in drawn if a.language == language.code and PurePosixPath(a.path).name.startswith(f"{label}.")]
        shown |= {asset.path for asset in own}
        out += _pictures(own, label, language)
        if not isinstance(voice, MonthPhrases):
            out += [f"### {language.text('report.tables')}", "", *_numbers(voice)]
    rest = [asset for asset in drawn if asset.language == language.code and asset.path not in shown]
    out += _pictures(rest, "", language)
    out += [f"## {language.text('report.sources')}", ""]
    noted = [
        f"{study.series.key.label}: {language.what(note)}." for study in studies for note in study.series.source.notes
    ]
    lines = dict.fromkeys(plain(line, 300) for line in (*map(language.say, health), *noted))
    if lines:
        out += [markdown(language.text("report.health", lines=" ".join(lines))), ""]
    else:
        out += [language.text("report.health.good"), ""]
    for line in dict.fromkeys(line for study in studies for line in attribution(study.series, language)):
        out += [f"- {markdown(line)}"]
    out += [f"- {language.text('report.method')}"]
    links = language.list([f"[{name}]({name})" for name in tables])
    files = language.text("report.files", links=links, facts="[facts.json](facts.json)")
    return "\n".join([*out, f"- {files}", ""])


def _pictures(own: Sequence[Asset], label: str, language: Language) -> list[str]:
    """Each chart once, with its caption; its other sizes as links."""
    charts: dict[str, list[Asset]] = {}
    for asset in own:
        chart = asset.path.removeprefix(f"{label}.").split(".")[0] if label else asset.path.rsplit(".", 4)[0]
        charts.setdefault(chart, []).append(asset)
    out: list[str] = []
    for first, *others in charts.values():
        if first.words is not None:
            out += [f"![{markdown(first.words.alt)}]({first.path})", "", f"*{markdown(first.words.caption)}*", ""]
        if others:
            links = language.list([f"[{other.path}]({other.path})" for other in others])
            out += [language.text("report.pictures.other", links=links), ""]
    return out
