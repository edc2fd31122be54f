"""What a line on standard error must say: what happened, what is used, what to do, in 200 characters."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest

from climtrack.cli import output
from climtrack.errors import ClimtrackError, Notice, SourceChanged, SourceUnavailable
from climtrack.fetcher.checks import ACCEPT
from climtrack.fetcher.reanalyzer import ENDPOINTS, LATER, MOVED, REPORT
from climtrack.run.series import Change, failure_notices
from climtrack.vocabulary.notice import fitted
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status

NOW = dt.datetime(2026, 8, 23, 7, tzinfo=dt.UTC)
CLOCK = "this computer's clock says 2026-11-20"
FIVE = ("t2m.nh", "sst.natlan", "t2m.sh", "t2m.world", "sst.world2")
#: The errors of RELIABILITY.md §3, as the rooms say them at their longest.
ERRORS: tuple[ClimtrackError, ...] = (
    SourceUnavailable("the server refused the connection", LATER),
    SourceUnavailable("the server did not answer within 30 s", LATER),
    SourceUnavailable("no address is known for climatereanalyzer.org", f"Is this computer online? {LATER}"),
    SourceUnavailable("the network cannot be reached", f"Is this computer online? {LATER}"),
    SourceUnavailable("the server kept sending for 30 s without finishing", LATER),
    SourceUnavailable("the server sent us round in circles", "See `user_agent` in the manual"),
    SourceUnavailable("the server refused this program (403)", "See `user_agent` in the manual"),
    SourceUnavailable("the address no longer exists (404)", MOVED),
    SourceUnavailable("the server asks to wait 24 h (429)", "Will not ask again before then"),
    SourceUnavailable("the server asked not to be called before 2026-08-24 06:40 UTC", "Run again after that"),
    SourceUnavailable("the server reports an error of its own (500)", LATER),
    SourceUnavailable(f"the certificate has expired; {CLOCK}", LATER),
    SourceUnavailable(f"the server pointed to another place (http://{'elsewhere.' * 6}example/); not followed", LATER),
    SourceUnavailable("the answer is cut short", LATER),
    SourceChanged("received a web page instead of data (text/html, 0.0 kB)", LATER),
    SourceChanged("received an empty answer", LATER),
    SourceChanged("the answer is damaged (gzip)", LATER),
    SourceChanged("answer larger than 4 MB; stopped", LATER),
    SourceChanged('the format changed (no field "data" in row "2026")', REPORT),
    SourceChanged('the format changed (row "1990" leaves -60.0 to 50.0 °C)', REPORT),
    SourceChanged(
        "3 values look wrong (2026-11-17: 286.6 °C, this series has never left 8.0...21.8)", ACCEPT
    ),
    SourceChanged("1 value looks wrong (2026-11-17: 29.9 °C, day to day this series moves 0.30 at most)", ACCEPT),
    SourceChanged(f"2 values in the future (to 2026-12-31; {CLOCK})", "Set the clock, or report it"),
    SourceChanged("past values changed by up to 0.80 °C (1997-03-04)", ACCEPT),
    SourceChanged("the copy is 20 days older than ours", LATER),
    SourceChanged("12 days that we hold are missing (2026-09-27 to 2026-10-08)", LATER),
    SourceChanged("year 2026 appears twice with different values", REPORT),
)  # fmt: skip
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


@pytest.mark.parametrize("count", [1, 2, 5, 13])
@pytest.mark.parametrize("lang", ["en_GB.UTF-8", "es_ES.UTF-8", "es_MX.UTF-8"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.what[:40])
def test_every_failure_says_all_three(
    error: ClimtrackError, lang: str, count: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who, what is used with its date, and to its last word what to do, whatever had to be shortened for it."""
    monkeypatch.setenv("LC_ALL", lang)
    (line,) = lines(error, count)
    output.note(line)
    said = capsys.readouterr().err.rstrip("\n")
    assert len(said) <= 200
    assert "nh-air" in said or count == 13
    spanish = lang.startswith("es")
    assert re.search(r"datos guardados (?:de|hasta el) 2026-07-28" if spanish else "Using data as of 2026-07-28", said)
    remedy = output.local(f"{error.remedy}.")
    assert said.endswith(f" {remedy}")
    if spanish:
        assert not ENGLISH.search(re.sub(r"«[^»]*»|`[^`]*`|\(http\S+", "", said)), said
        assert not re.search(r"\d\.\d" if "ES" in lang else r"\d,\d", re.sub(r"\(http\S+", "", said)), said


def test_the_commonest_failure_in_spanish(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The host is down, with the settings that come with the program: names give way, counted, and no word else."""
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    output.note(lines(ERRORS[0], 5)[0])
    assert capsys.readouterr().err.strip() == (
        "nh-air, natlan-sst, sh-air y 2 más: sin actualizar: el servidor rechazó la conexión. Se usan "
        "datos guardados de 2026-07-28 a 2026-08-05 (hace de 18 a 26 d). Se reintentará en la próxima ronda."
    )


def test_a_line_that_cannot_be_parted_is_cut() -> None:
    """No names and one sentence: its beginning, and a sign that there was more."""
    assert fitted("x" * 300) == "x" * 199 + "…"
    assert fitted("a, b: " + "x " * 20 + "(" + "y" * 90 + "). Do this.", limit=120).endswith("y…) Do this.")
    assert len(fitted("a, b, c: " + "word " * 60 + ". Do this.")) <= 200
