"""Climate Pulse's table becomes a series of its own product."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.errors import SourceChanged
from climtrack.fetcher.checks import check
from climtrack.fetcher.fetch import fetch_all
from climtrack.fetcher.http import Http, HttpPolicy
from climtrack.fetcher.pulse import COUNTERPARTS, PULSE, series_from_csv
from climtrack.run.series import moves
from climtrack.vocabulary.registry import FEEDS
from climtrack.vocabulary.series import Series, SeriesKey, Source
from climtrack.words.attribution import attribution
from climtrack.words.language import Language
from tests.fakes_server import FakeSite

AIR = SeriesKey("climate-pulse", "t2m", "world")
SEA = SeriesKey("climate-pulse", "sst", "world2")
SOURCE = Source("https://example.org/x.csv", dt.datetime(2024, 3, 5, tzinfo=dt.UTC), "0" * 64)
NEW = b"""# Description: anything
# Last updated: 23 Feb 2024
date,2t,clim_91-20,ano_91-20,status
2024-02-27,13.42,12.70,0.72,FINAL
2024-02-28,13.44,12.71,0.73,FINAL
2024-02-29,13.45,12.72,0.73,FINAL
2024-03-01,13.47,12.73,0.74,PRELIMINARY
"""
OLD = b"# x\ndate,temp,status\n1940-01-01,11.72,FINAL\n1940-01-04,11.68,FINAL\n"


def test_columns_are_found_by_name() -> None:
    """Values, status and Copernicus's climatology by day of year: 29 February at index 59, 1 March at 60."""
    series = series_from_csv(NEW, AIR, SOURCE)
    assert series.values.tolist() == [13.42, 13.44, 13.45, 13.47]
    assert series.preliminary.tolist() == [False, False, False, True]
    assert series.site_climatology["1991-2020"][57:61].tolist() == [12.70, 12.71, 12.72, 12.73]
    assert np.isnan(series.site_climatology["1991-2020"]).sum() == 362
    assert series.source.data_source == "Copernicus Climate Pulse"


def test_blanks_that_only_python_calls_blank() -> None:
    """A unit separator before a number, which the fuzzer found, is white space like any other."""
    assert series_from_csv(NEW.replace(b"13.44", b"\x1f13.44"), AIR, SOURCE).values[1] == 13.44


def test_older_header_and_gaps() -> None:
    """The header of January 2024 is read too; days that are not there are gaps."""
    series = series_from_csv(OLD, AIR, SOURCE)
    assert (series.start, series.end) == (dt.date(1940, 1, 1), dt.date(1940, 1, 4))
    assert np.isnan(series.values[1:3]).all()
    assert not series.site_climatology
    assert series_from_csv(b"date,sst\n2024-01-01,20.1\n", SEA, SOURCE).values.tolist() == [20.1]


@pytest.mark.parametrize(("body", "words"), [
    (b"", "empty answer"),
    (b"# only words\n", "empty answer"),
    (b"<html>maintenance</html>", "web page"),
    (NEW.replace(b"date,2t", b"day,2t"), 'no column "date"'),
    (NEW.replace(b"2t,", b"t,"), 'no column "2t"'),
    (NEW.replace(b"13.44", b"warm"), "not a number: warm"),
    (NEW.replace(b"13.44", b"Infinity"), "not a number"),
    (NEW.replace(b"2024-02-28", b"28.02.2024"), "not a date"),
    (NEW.replace(b"2024-02-28", b"2024-02-30"), "not a date"),
    (NEW.replace(b"2024-02-28", b"0024-02-28"), "not a date"),
    (NEW.replace(b"2024-02-28", b"2024-02-27"), "appears twice"),
    (NEW.replace(b",0.73,FINAL", b",0.73", 1), "different lengths"),
    (NEW.replace(b"13.42", b'"13'), "not CSV"),
    (b"date,2t\n", "without rows"),
    (b"date,2t\n2024-01-01,\n", "not one value"),
    (b"\xff\xfe" + NEW, "not UTF-8"),
    (b"date,2t\n" + b"2024-01-01,1\n" * 120_001, "too many rows"),
])  # fmt: skip
def test_what_is_no_such_table(body: bytes, words: str) -> None:
    """Each is refused by name, in one short line."""
    with pytest.raises(SourceChanged, match=words) as caught:
        series_from_csv(body, AIR, SOURCE)
    assert len(str(caught.value)) <= 122


@given(st.one_of(st.binary(max_size=300), st.text('date,2tsFINAL0123456789.-\n"#', max_size=300).map(str.encode)))
def test_fuzz(body: bytes) -> None:
    """Whatever the bytes, a sound series or the one error."""
    try:
        series = series_from_csv(b"date,2t\n" + body, AIR, SOURCE)
    except SourceChanged:
        return
    assert np.isfinite(series.values[[0, -1]]).all()


def test_products_are_known() -> None:
    """Its product is registered, with Copernicus's sentence and without the site's name."""
    words = " ".join(attribution(series_from_csv(NEW, AIR, SOURCE), Language("en")))
    assert "Climate Pulse" in words
    assert "Contains modified Copernicus" in words
    assert "Reanalyzer" not in words
    assert set(COUNTERPARTS.values()) == set(PULSE)


def test_fetched_like_any_other() -> None:
    """The same door and the same checks serve it, conditional requests included."""
    with FakeSite() as site:
        site.put(PULSE[AIR].path, NEW)
        held: dict[SeriesKey, Series] = {}
        now = dt.datetime(2024, 3, 5, tzinfo=dt.UTC)
        with Http(HttpPolicy((site.url,))) as network:
            (first,) = fetch_all([PULSE[AIR]], held.get, transport=network, now=now)
            assert first.series is not None
            held[AIR] = first.series
            (second,) = fetch_all([PULSE[AIR]], held.get, transport=network, now=now)
        assert second.unchanged


def test_other_first_words_are_read_and_named() -> None:
    """A header that is not as it was is stored with a note, which `status` and `doctor` show."""
    with FakeSite() as site:
        site.put(PULSE[AIR].path, NEW.replace(b"date,2t,", b"date,t2m,"))
        with Http(HttpPolicy((site.url,))) as network:
            (found,) = fetch_all([PULSE[AIR]], lambda _: None, transport=network, now=SOURCE.retrieved)
    assert found.series is not None
    assert [str(line) for line in moves(found.series)] == [
        "world-air-pulse: begins with “date,t2m,clim_91-20,ano_91-20,status”, where the source used to begin with "
        "“date,2t,clim_91-20,ano_91-20,status”"
    ]


@pytest.mark.shared
@pytest.mark.parametrize("key", PULSE, ids=str)
def test_real_copies_follow_one_another(key: SeriesKey, shared_data: Path) -> None:
    """The five states of early 2024 are read, and accepted one after another with revisions of one hundredth."""
    held: Series | None = None
    name = FEEDS[f"{key.product}.{key.variable}"].files[-1]  # those of 2024 bear the name of then
    files = sorted((shared_data / "climate_pulse").glob(f"*/{name}"))
    assert len(files) == 5
    for path in files:
        new = series_from_csv(path.read_bytes(), key, SOURCE)
        notes = check(new, held, today=dt.date(2024, 2, 24), levels=PULSE[key].levels)
        assert all("at most 0.010" in str(note) for note in notes)
        assert not np.isnan(new.values).any()
        held = new
    assert held is not None
    assert held.end == dt.date(2024, 2, 21)
