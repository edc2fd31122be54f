"""What a line on standard error must say: what happened, what is used, what to do, in 200 characters."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest

from climtrack.cli import output
from climtrack.errors import ClimtrackError, Notice, SourceChanged, SourceUnavailable
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.run.series import Change, failure_notices
from climtrack.vocabulary.notice import fitted
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status
from climtrack.words.language import Language

NOW = dt.datetime(2026, 8, 23, 7, tzinfo=dt.UTC)
DAY, TODAY = dt.date(2026, 11, 17), dt.date(2026, 11, 20)
DEGREES = Notice("fetch.degrees", value=286.6)
FIVE = ("t2m.nh", "sst.natlan", "t2m.sh", "t2m.world", "sst.world2")
#: Errors of every cause, as the rooms say them at their longest.
ERRORS: tuple[ClimtrackError, ...] = (
    SourceUnavailable("fetch.connection_refused"),
    SourceUnavailable("fetch.timeout", seconds=30.0),
    SourceUnavailable("fetch.unknown_host", host="climatereanalyzer.org"),
    SourceUnavailable("fetch.unreachable"),
    SourceUnavailable("fetch.dripping", seconds=30.0),
    SourceUnavailable("fetch.circles"),
    SourceUnavailable("fetch.refused", status=403),
    SourceUnavailable("fetch.gone", status=404),
    SourceUnavailable("fetch.wait", wait=Notice("fetch.wait.hours", count=24), status=429),
    SourceUnavailable("run.not_before", moment="2026-08-24 06:40 UTC"),
    SourceUnavailable("fetch.server_error", status=500),
    SourceUnavailable("fetch.certificate.expired", today=TODAY),
    SourceUnavailable("fetch.elsewhere", place=f"http://{'elsewhere.' * 6}example/"),
    SourceUnavailable("fetch.cut_short"),
    SourceChanged("fetch.web_page", size=40),
    SourceChanged("fetch.empty"),
    SourceChanged("fetch.gzip"),
    SourceChanged("fetch.too_large", megabytes=4.0),
    SourceChanged("fetch.changed", found=Notice("fetch.format.no_data", row="2026")),
    SourceChanged("fetch.changed", found=Notice("fetch.format.climatology_range", row="1990", low=-60.0, high=50.0)),
    SourceChanged("fetch.odd", n=3, day=DAY, value=DEGREES, known=Notice("fetch.known.range", low=8.0, high=21.8)),
    SourceChanged("fetch.odd", n=1, day=DAY, value=DEGREES, known=Notice("fetch.known.step", usual=0.30)),
    SourceChanged("fetch.future", n=2, end=dt.date(2026, 12, 31), today=TODAY),
    SourceChanged("fetch.past", worst=0.80, day=dt.date(1997, 3, 4)),
    SourceChanged("fetch.older", n=20),
    SourceChanged("fetch.lost", n=12, span=Notice("fetch.span", first=dt.date(2026, 9, 27), last=dt.date(2026, 10, 8))),
    SourceChanged("fetch.year_twice", year=2026),
)
ENGLISH = re.compile(
    r"\b(the|is|are|of|instead|has|have|not|values?|true|will|with|row|days?|and|more)\b", re.IGNORECASE
)


def held(key: SeriesKey, end: dt.date) -> Series:
    """Two days of a series."""
    source = Source("https://example.org/", NOW, "0" * 64)
    return Series(key, end - dt.timedelta(days=1), np.array([1.0, 2.0]), np.full(2, Status.FINAL, np.int8), source)


def lines(error: ClimtrackError, count: int) -> tuple[Notice, ...]:
    """The failure of some of the default series, or of all 13, their data of different age."""
    keys = list(ENDPOINTS)
    if count <= len(FIVE):
        keys = [next(key for key in keys if f"{key.variable}.{key.region}" == name) for name in FIVE][:count]
    days = [dt.date(2026, 7, 28) + dt.timedelta(days=2 * i) for i in range(count)]
    changes = [Change(key, held(key, day), error=error) for key, day in zip(keys[:count], days, strict=True)]
    return failure_notices(changes, NOW)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.what[:40])
def test_every_failure_says_all_three(
    error: ClimtrackError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who, what is used with its date, and to its last word what to do, whatever had to be shortened for it."""
    for lang in ("en_GB.UTF-8", "es_ES.UTF-8", "es_MX.UTF-8"):
        monkeypatch.setenv("LC_ALL", lang)
        for count in (1, 2, 5, 13):
            (line,) = lines(error, count)
            output.note(line)
            hold(capsys.readouterr().err.rstrip("\n"), error, lang, count)


def hold(said: str, error: ClimtrackError, lang: str, count: int) -> None:
    """Hold a line that was printed against what it must say."""
    assert len(said) <= 200
    assert "nh-air" in said or count == 13
    spanish = lang.startswith("es")
    assert re.search(r"datos guardados (?:de|hasta el) 2026-07-28" if spanish else "Using data as of 2026-07-28", said)
    remedy = f"{Language('es-MX' if 'MX' in lang else lang[:2]).remedy(error)}."
    assert said.endswith(f" {remedy}")
    if spanish:
        assert not ENGLISH.search(re.sub(r"«[^»]*»|`[^`]*`|\(http\S+", "", said)), said
        assert not re.search(r"\d\.\d" if "ES" in lang else r"\d,\d", re.sub(r"\(http\S+", "", said)), said


def test_the_commonest_failure_in_spanish(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The host is down, with the settings that come with the program: names give way, counted, and no word else."""
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    output.note(lines(ERRORS[0], 5)[0])
    assert capsys.readouterr().err.strip() == (
        "nh-air, natlan-sst y otras 3: sin actualizar: el servidor rechazó la conexión. Se usan "
        "datos guardados de 2026-07-28 a 2026-08-05 (de hace 18 a 26 días). Se reintentará en la próxima actualización."
    )


def test_a_line_that_cannot_be_parted_is_cut() -> None:
    """No names and one sentence: its beginning, and a sign that there was more."""
    assert fitted("x" * 300) == "x" * 199 + "…"
    assert fitted("a, b: " + "x " * 20 + "(" + "y" * 90 + "). Do this.", limit=120).endswith("y…) Do this.")
    assert len(fitted("a, b, c: " + "word " * 60 + ". Do this.")) <= 200
