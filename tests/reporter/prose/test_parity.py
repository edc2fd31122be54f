"""
Every language is told the same: numbers, dates and direction are read back from the texts and compared.

And no limit is ever broken, whatever the findings and whatever a user calls a region.
"""

import datetime as dt
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climtrack.reporter import render
from climtrack.reporter.answers import answers
from climtrack.reporter.charts import CHARTS
from climtrack.vocabulary.findings import Claim, Gap, Holder, Reading, Record, Run, Trend, YearEnd
from climtrack.vocabulary.registry import Region
from climtrack.words.language import LANGUAGES, Language
from tests.reporter import made
from tests.reporter.studies import sample_months

PLACES = (
    ("nh", "era5.t2m.nh"),
    ("natlan", "oisst.sst.natlan"),
    ("atlhmdr", "oisst.sst.atlhmdr"),
    ("tropics", "era5.t2m.tropics"),
)
LIMITS = {"subtitle": 150, "caption": 400, "alt_short": 125, "alt": 300, "long": 1000}
ENGLISH, SPANISH = (
    {**{name: i for i, name in enumerate(Language(code).month_names, 1)},
     **{name: i for i, name in enumerate(Language(code).month_short, 1)}}
    for code in ("en", "es")
)  # fmt: skip
ORDINALS = {Language(code).ordinal(n): n for code in ("en", "es") for n in range(2, 11)}
NUMERALS = {Language(code).text(f"numeral.{n}"): n for code in ("en", "es") for n in range(2, 11)}
UP = (
    r"\babove\b|\bwarm(?:er|est|ed)\b|\bris(?:e|es)\b|gone up|\bis up\b|\bmore (?:over|in|than)\b|highest|\bpeak\b"
    r"|más que|más el|más de media|por encima|sobre la media|más cálid|\bsub(?:e|ir|ida|ido)\b|calentado|máximo"
    r"|más alta|super(?:ó|a)|batió|the most"
)
DOWN = (
    r"\bbelow\b|\bcool(?:er|ed)\b|\bfalls?\b|come down|\bis down\b|\bless (?:over|in|than)\b"
    r"|menos que|menos el|menos de media|por debajo|bajo (?:la|su) m|más frí|\bbaj(?:a|ar|ada|ado)\b|enfriado"
    r"|the least|el mínimo"
)
LEVEL = (
    r"\blevel\b|\bjoint\b|\bties\b|the same (?:as|over)|has held"
    r"|\bigual(?:a|es)?\b|lo mismo que|en (?:la|su) media|al nivel de|mantiene|estable|la misma media"
)


def numbers(text: str, code: str) -> Counter:
    """Every number of a text, dates as month-day tokens, ordinals and numerals as digits."""
    months = ENGLISH if code == "en" else SPANISH
    text = text.replace("\u00a0", " ").replace(" de ", " ") if code != "en" else text.replace("\u00a0", " ")
    text = re.sub(r"(\d) (\w+)", lambda m: f"{m[1]} month{months[m[2]]}" if m[2] in months else m[0], text)
    text = re.sub(r"\b(\w+)-(?:warmest|coolest)", lambda m: f"rank{ORDINALS.get(m[1], m[1])}", text)
    place = "|".join(ORDINALS)
    text = re.sub(rf"\b({place}) (\d+ month\d+|\w+) más", lambda m: f"rank{ORDINALS[m[1]]} {m[2]}", text)
    text = re.sub(rf"\b({place}) periodo", lambda m: f"rank{ORDINALS[m[1]]}", text)
    text = re.sub(r"(\d+)(?:th|st|nd|rd)\b|(\d+)\.º", r"\1\2", text)
    text = re.sub(r"[Ll]ast (\w+) days|Los últimos (\w+) días",
                  lambda m: f"last {NUMERALS.get(m[1] or m[2], m[1] or m[2])}", text)  # fmt: skip
    text = re.sub(r"\bOne new day|Un día nuevo", "1 new", text)
    text = re.sub(r"\bone past episode|un episodio anterior", "1 past", text)
    if code == "en":
        text = re.sub(r"(\d),(\d{3})", r"\1\2", text)
    if code == "es":
        text = re.sub(r"(\d),(\d)", r"\1.\2", text)
    return Counter(re.findall(r"[−+]?\d+(?:\.\d+)?|month\d+|rank\d+", text))


def directions(text: str) -> set[str]:
    """Which ways a text says that things go."""
    return {name for name, pattern in (("up", UP), ("down", DOWN), ("level", LEVEL)) if re.search(pattern, text)}


numeric = st.floats(-2, 2).map(lambda v: round(v, 3))
claims = st.sampled_from(Claim)
days = st.sampled_from(
    [dt.date(2026, 11, 17), dt.date(2026, 1, 1), dt.date(2026, 1, 9), dt.date(2024, 2, 29), dt.date(2025, 12, 31),
     dt.date(2026, 5, 4), dt.date(2026, 9, 30)]
)  # fmt: skip


@st.composite
def found(draw):
    """Changes to the findings, together consistent."""
    day = draw(days)
    unknown = st.just(made.UNKNOWN)
    maybe = lambda strategy: st.one_of(strategy, strategy, strategy, unknown)  # noqa: E731
    value = round(draw(st.floats(-40, 35)), 3)
    difference = draw(st.one_of(numeric, st.sampled_from([0.0, 0.04, -0.04, -0.05, 0.05])))
    known = day.timetuple().tm_yday
    run, below = draw(st.integers(1, known + 200)), draw(st.integers(0, 14))
    yoy = made.yoy(
        difference,
        run=run,
        date=day,
        partner=dt.date(day.year - 1, day.month, 28 if day.month == 2 else day.day),
        other_year=draw(st.sampled_from([day.year - 1, day.year - 1, 2016])),
        last_crossing=draw(st.one_of(st.none(), st.just(day - dt.timedelta(days=run - 1)))),
        warmest=Gap(dt.date(day.year, 1, 1), abs(draw(numeric))),
        leap_day=day.month == 2,
        mean_14d=draw(maybe(numeric)),
        days_below_last_14=below,
        days_above_last_14=14 - below,
        days_level_last_14=0,
    )
    place = draw(st.integers(1, 30))
    tied = draw(st.sampled_from([(), (), (2024,), (1998, 2016, 2024)]))
    records = made.findings().records
    counts = draw(st.permutations([209, 120, 36]))
    holders = sorted(map(Holder, (day.year, 2024, 2016), counts), key=lambda holder: -holder.days)
    largest = Record(day, 2.1, None, 0.1, draw(claims))
    cases = draw(st.sampled_from([(0, 21, 5, 4, 0), (2, 9, 9, 9, 1), (30, 0, 0, 0, 0), (17, 13, 0, 0, 0), (0,) * 5]))
    chances = {str(rank): n / 30 for rank, n in enumerate(cases, 1)}
    return {
        "latest": Reading(day, value),
        "preliminary_from": draw(st.one_of(st.none(), st.integers(0, 14).map(lambda n: day - dt.timedelta(days=n)))),
        "missing": draw(st.sampled_from([(), (Run(day.replace(month=1, day=1), day.replace(month=1, day=4), 4),)])),
        "absent_years": draw(st.sampled_from([(), (1950,), tuple(range(1941, 1950))])),
        "anomalies": {"1991-2020": draw(maybe(st.one_of(numeric, st.just(0.0)).map(made.anomaly)))},
        "anomaly_year_to_date": draw(maybe(numeric)),
        "days_above_average": draw(maybe(st.integers(0, known))),
        "days_known": known,
        "year_over_year": draw(maybe(st.just(yoy))),
        "direction": made.direction(draw(numeric) / 4, draw(numeric), draw(st.sampled_from([0.0, 0.04, 0.17, 0.5]))),
        "ranks": replace(made.findings().ranks, day=draw(maybe(st.just(made.rank(place, 87, draw(claims), tied))))),
        "records": replace(
            records,
            warmest_day=draw(st.sampled_from([records.warmest_day, Record(day, value, None, 0.1, draw(claims))])),
            largest_anomaly=draw(maybe(st.sampled_from([records.largest_anomaly, largest]))),
            warm_holders=tuple(holders),
            cold_holders=(Holder(1956, 61), Holder(1950, 60)),
        ),
        "year_end": draw(
            maybe(st.just(YearEnd(day.year, 9.0, known, value, value - 0.1, value + 0.2, 0.9, 30, chances)))
        ),
        "trend": draw(maybe(st.floats(-0.1, 0.5).map(lambda t: Trend(1940, 2025, t, t - 0.1, t + 0.1, 0.5, 30.0)))),
    }  # fmt: skip


def options(chart, study):
    """What a chart needs besides its studies."""
    if "since" in CHARTS[chart].options:
        return {"since": study.series.end - dt.timedelta(days=14)}
    return {}


def told(chart, changes, simulated=False, region="nh", key="era5.t2m.nh", codes=LANGUAGES):
    """Words of a chart by language."""
    start = dt.date(1982, 1, 1) if "sst" in key else dt.date(1940, 1, 1)
    study = made.study(region, key, simulated=simulated, start=start, **changes)
    studies = [study]
    if CHARTS[chart].needs == "months":
        studies = [sample_months("sh" if region == "sh" else "nh", simulated=simulated)]
    if CHARTS[chart].needs == "hemispheres":
        studies.append(made.study("sh", "era5.t2m.sh", simulated=simulated) if region == "nh" else study)
    if CHARTS[chart].needs == "both":
        other = ("natlan", "oisst.sst.natlan", 1982) if "t2m" in key else ("nh", "era5.t2m.nh", 1940)
        studies.append(
            made.study(*other[:2], simulated=simulated, start=dt.date(other[2], 1, 1), **changes | {"absent_years": ()})
        )
        studies.sort(key=lambda half: half.series.key.variable, reverse=True)
    words = render.words(chart, studies, **options(chart, study))
    return {code: words[code] for code in codes}


@pytest.mark.parametrize("chart", CHARTS)
@given(changes=found(), simulated=st.booleans(), place=st.sampled_from(PLACES))
@settings(max_examples=25)
def test_every_language_is_told_the_same(chart, changes, simulated, place):
    """Numbers, dates and direction of each text, and the limits of each."""
    words = told(chart, changes, simulated, *place)
    for code in ("es", "es-MX"):
        for field in ("title", "caption", "alt_short", "alt", "long"):
            english, other = getattr(words["en"], field), getattr(words[code], field)
            assert numbers(english, "en") == numbers(other, code), (english, other)
            assert directions(english) == directions(other), (english, other)
    for code, text in words.items():
        within_limits(text, 90 if code == "en" else 99)
        warning = "SIMULATED DATA" if code == "en" else "DATOS SIMULADOS"
        for field in ("caption", "alt_short", "alt", "long"):
            assert getattr(text, field).startswith(warning) == simulated
            assert "…" not in getattr(text, field)
        assert text.title.strip(".") == text.title


def within_limits(words, title):
    """Limits of the texts, to the character."""
    assert 0 < len(words.title) <= title
    for field, limit in LIMITS.items():
        assert 0 < len(getattr(words, field)) <= limit, field


@pytest.mark.parametrize("chart", CHARTS)
@given(changes=found(), title=st.text(max_size=200), spanish=st.text(max_size=200))
@settings(max_examples=15)
def test_no_name_breaks_a_limit(chart, changes, title, spanish):
    """Whatever a user calls a region, controls go and lengths hold."""
    region = Region("myplace", title, spanish, -10, 10)
    for words in told(chart, changes, region=region, key="oisst.sst.myplace", codes=("en", "es")).values():
        within_limits(words, 99)
        for field in ("title", "subtitle", "caption", "alt_short", "alt", "long"):
            assert getattr(words, field).replace("\u00a0", " ").isprintable()


@given(changes=found())
@settings(max_examples=60)
def test_the_three_answers_are_the_same(changes):
    """For the newsletter in either language."""
    study = made.study(**changes)
    both = (answers(study, Language(code)) for code in ("en", "es"))
    for english, spanish in zip(*both, strict=True):
        assert numbers(english, "en") == numbers(spanish, "es"), (english, spanish)
        plain = re.sub(r"^.*?[?] ", "", english)
        assert directions(plain) == directions(re.sub(r"^.*?[?] ", "", spanish)), (english, spanish)


@given(changes=found())
@settings(max_examples=60)
def test_never_last_year_alone(changes):
    """Where an average is known, whoever names last year in a text names the average in it too."""
    for chart in ("year_lines", "year_over_year"):
        every = told(chart, changes, codes=("en", "es"))
        if "anomalies" in changes and changes["anomalies"]["1991-2020"] is made.UNKNOWN:
            continue
        for code, average in (("en", "average"), ("es", "media")):
            for field in ("caption", "alt", "alt_short", "long"):
                assert average in getattr(every[code], field), (field, every[code])
