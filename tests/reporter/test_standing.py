"""Ranks and records in words: as far as the claim bears, the rival named; record days headlined as records."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from climtrack.analysis.frame import MEASURED
from climtrack.analysis.survey import study
from climtrack.reporter import render
from climtrack.reporter.sentences import Phrases
from climtrack.reporter.titles import KINDS, kind
from climtrack.vocabulary.calendar import year_of
from climtrack.vocabulary.findings import Claim, Month, Reading, Record
from climtrack.vocabulary.registry import REGIONS
from climtrack.words.language import Language
from climtrack.words.standing import peak, seen_from, standing
from tests.reporter import made
from tests.reporter.studies import real

EN, ES = Language("en"), Language("es")
SEA = "climate_reanalyzer/2026-08-22/clim/sst_daily/json_2clim/oisst2.1_{}_sst_day.json"

#: 140 days in all.
RECORD_DAYS = {"atlhmdr": 14, "gom": 4, "gomex": 12, "natlan": 43, "natlsp": 0, "nino3.4": 14, "world2": 53}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("place", "rival", "noise", "english", "spanish"),
    [
        (2, 3, 0.01, "The third, 2016, is within 0.01 °C: closer than two reductions of the same data agree.",
         "El tercer puesto, el de 2016, está a menos de 0,01 °C: "
         "menos de lo que difieren dos cálculos hechos con los mismos datos."),
        (2, 1, 0.026, "The warmest, 2016, is within 0.026 °C: preliminary values usually still change by as much.",
         "El más cálido, el de 2016, está a menos de 0,026 °C: es lo que suele variar todavía un valor provisional."),
    ],
)  # fmt: skip
def test_a_near_rival_is_named(place, rival, noise, english, spanish):
    """A final value is held against 0.01 °C, a preliminary one against its revisions; either in its own words."""
    rank = replace(made.rank(place, claim=Claim.WITHIN_NOISE), rival=2016, rival_rank=rival, noise=noise)
    for language, said in ((EN, english), (ES, spanish)):
        assert plain(standing("rank", rank, language, day="28 February", first=1940)).endswith(said)


def test_the_peak_of_a_record_names_its_days():
    """Two days that share it, days apart, one day; and what is near in its words."""
    days = tuple(dt.date(2024, 7, day) for day in (22, 23))
    record = Record(days[1], 17.152, None, 0.08, Claim.SAFE, days=days)
    assert peak(record, EN) == "22–23 Jul 2024"
    assert plain(standing("label.record", record, EN, value="17.15 °C")) == "17.15 °C, 22–23 Jul 2024"
    apart = Record(days[1], 1.0, None, 0.1, Claim.PRELIMINARY, days=(dt.date(2024, 2, 29), days[1]))
    assert standing("label.record", apart, ES, value="1") == "1, 29 feb y 23 jul 2024, provisional"
    rival = Reading(dt.date(2016, 8, 1), 1.0)
    near = Record(days[1], 1.0, None, 0.1, Claim.WITHIN_NOISE, (rival.date,), rival=rival)
    assert plain(standing("label.record", near, EN, value="1")) == "1, 23 Jul 2024; 1 Aug 2016 within 0.01 °C"
    assert standing("anomaly.largest", record, EN, difference="+1").endswith("was +1, on 22 and 23 July 2024.")
    assert standing("anomaly.largest", near, ES, difference="+1").endswith(
        "fue de +1, el 23 de julio de 2024; la del 1 de agosto de 2016 está a menos de 0,01\u00a0°C."
    )
    assert seen_from(record, dt.date(2024, 7, 21), 17.0) is None
    tied = replace(near, claim=Claim.TIE, noise=0.02)
    title = standing("title.warmest", tied, EN, Subject="The sea", value="21.17 °C", on="")
    assert title == "The sea reached a preliminary 21.17 °C, level with its record of 1 August 2016"


def test_a_month_is_told_with_its_baseline_and_its_place():
    """Anomaly, change from the year before, place; in both languages."""
    month = Month(dt.date(2026, 7, 1), dt.date(2026, 7, 31), 0.71, 0.19, 1, 45)
    place = replace(made.rank(1, 45), first=month.first, last=month.last)
    found = {"month": month, "ranks": replace(made.findings().ranks, month=place)}
    assert plain(Phrases(made.study(**found), EN).month()) == (
        "July 2026 was 0.71 °C above the 1991–2020 average, 0.19 °C warmer than July 2025. "
        "It was the warmest July of 45 in this series, since 1940."
    )
    assert plain(Phrases(made.study(**found), ES).month()) == (
        "Julio de 2026 estuvo 0,71 °C por encima de la media de 1991–2020, 0,19 °C más cálido que julio de 2025. "
        "Fue el julio más cálido de los 45 de esta serie desde 1940."
    )
    alone = replace(month, anomaly=-0.002, year_over_year=made.UNKNOWN)
    said = plain(Phrases(made.study(**{**found, "month": alone}), EN).month())
    assert said.startswith("July 2026 was level with the 1991–2020 average. It was")


@pytest.mark.parametrize("region", sorted(MEASURED))
def test_a_day_above_every_earlier_year_is_headlined_as_a_record(shared_data, region):
    """Of the real seas: each day since 2010 that is the highest so far and beats all earlier years by the noise."""
    series = real(shared_data / SEA.format(region), region, "sst").series
    values, years = series.values, year_of(series.dates)
    highest = np.fmax.accumulate(np.nan_to_num(values, nan=-np.inf))
    before = np.concatenate([[-np.inf], highest[:-1]])
    earlier = np.array([highest[np.searchsorted(years, year) - 1] for year in years.tolist()])
    safe = (values > before) & (np.round(values - earlier, 9) >= MEASURED[region].typical) & (years >= 2010)
    for day in series.dates[safe].tolist():
        one = study(series, REGIONS[region], as_of=day)
        record = one.findings.records.warmest_day
        assert (day in record.days, record.claim) == (True, Claim.SAFE)
        for code, words in render.words("year_lines", [one]).items():
            voice = Phrases(one, Language(code))
            assert (kind(one), words.title in KINDS["highest"](voice)) == ("highest", True)
    assert safe.sum() == RECORD_DAYS[region]
