"""The site's dialects become dated values: every slot is 1 January + i days."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.errors import SourceChanged
from climtrack.fetcher.reanalyzer import series_from_payload
from climtrack.vocabulary.series import Series, SeriesKey, Source, Status

AIR = SeriesKey("era5", "t2m", "world")
SEA = SeriesKey("oisst", "sst", "natlan")
SOURCE = Source("https://example.org/x", dt.datetime(2026, 1, 10, tzinfo=dt.UTC), "0" * 64)


def year(name: str, filled: range | list[int], base: float = 10.0, **more: Any) -> dict[str, Any]:
    """A row whose value at slot i is base + i / 1000."""
    return {"name": name, "data": [base + i / 1000 if i in set(filled) else None for i in range(366)], **more}


def read(*rows: dict[str, Any], key: SeriesKey = SEA) -> Series:
    """The series of some rows."""
    return series_from_payload(json.dumps(list(rows)).encode(), key, SOURCE)


def preliminary(series: Series) -> list[dt.date]:
    """Preliminary days."""
    return [series.start + dt.timedelta(days=int(i)) for i in np.flatnonzero(series.preliminary)]


def days(first: str, count: int) -> list[dt.date]:
    """Some days in a row."""
    return [dt.date.fromisoformat(first) + dt.timedelta(days=i) for i in range(count)]


def test_slots_are_days_since_new_year() -> None:
    """Slot 59 is 29 February in a leap year and 1 March in a common one; nothing stands between the years."""
    series = read(year("2023", range(365)), year("2024", range(366)), year("2025", range(3)))
    assert (series.start, series.end) == (dt.date(2023, 1, 1), dt.date(2025, 1, 3))
    assert series.value(dt.date(2023, 3, 1)) == 10.059
    assert series.value(dt.date(2024, 2, 29)) == 10.059
    assert series.value(dt.date(2024, 3, 1)) == 10.060
    assert series.value(dt.date(2024, 12, 31)) == 10.365
    assert not np.isnan(series.values).any()


def test_first_year_may_begin_late() -> None:
    """The sea begins on 1 September 1981, slot 243."""
    assert read(year("1981", range(243, 365)), year("1982", range(9))).start == dt.date(1981, 9, 1)


def test_absent_years_are_a_gap() -> None:
    """Years that the source does not hold are gaps, noted, and nothing is drawn together."""
    series = read(year("2000", range(366)), year("2023", range(365)), year("2024", range(10)))
    assert series.value(dt.date(2010, 5, 5)) is None
    assert int(np.isnan(series.values).sum()) == (dt.date(2023, 1, 1) - dt.date(2001, 1, 1)).days
    (note,) = series.source.notes
    assert str(note) == "the source lacks 22 years (2001 to 2022)"


def test_slots_left_out_at_the_end() -> None:
    """The last slot of a common year, and what has not come yet of the running year, may be left out; no other."""

    def cut(name: str, size: int, kept: int) -> dict[str, Any]:
        row = year(name, range(size))
        return row | {"data": row["data"][:kept]}

    whole = read(year("2023", range(365)), year("2024", range(366)), year("2025", range(300)))
    parts = cut("2023", 365, 365), year("2024", range(366)), cut("2025", 300, 300), cut("2026", 0, 0)
    assert read(*parts).digest == whole.digest
    assert read(*parts, cut("1991-2020", 365, 365)).site_climatology["1991-2020"].size == 366
    for short in (cut("2023", 364, 364), cut("2020", 366, 365), cut("1991-2020", 364, 364)):
        with pytest.raises(SourceChanged, match="values instead of 366"):
            read(short, *parts[1:])


def test_trailing_rows_are_found_by_name() -> None:
    """Climatology rows are kept by name wherever they stand, and never counted as years."""
    series = read(year("1991-2020", range(365), 5.0), year("2024", range(366)), year("plus 2σ", range(366), 7.0))
    assert set(series.site_climatology) == {"1991-2020", "plus 2σ"}
    assert series.site_climatology["1991-2020"][3] == 5.003
    assert np.isnan(series.site_climatology["1991-2020"][365])
    assert series.start == dt.date(2024, 1, 1)


def test_preliminary_continues_the_year() -> None:
    """Final to slot 99, preliminary on the next 14 slots."""
    series = read(year("2025", range(100)), year("Preliminary", range(100, 114), 11.0))
    assert preliminary(series) == days("2025-04-11", 14)
    assert series.value(dt.date(2025, 4, 11)) == 11.1
    assert series.end == dt.date(2025, 4, 24)


@pytest.mark.parametrize(("last", "slots", "expected"), [
    # final to 24 December 2025 (slot 357): the rest of December, then January, in one row
    (357, [*range(358, 365), *range(7)], days("2025-12-25", 14)),
    # only December's days are there yet
    (350, list(range(351, 365)), days("2025-12-18", 14)),
    # the row began anew in January while December is not final yet: its days are January's, with a gap before them
    (357, list(range(5)), days("2026-01-01", 5)),
    # the year is complete
    (364, list(range(9)), days("2026-01-01", 9)),
    (363, [364, *range(9)], days("2025-12-31", 10)),
])  # fmt: skip
def test_preliminary_across_new_year(last: int, slots: list[int], expected: list[dt.date]) -> None:
    """In January the row goes on in the next year, whether it wraps or begins anew, with an empty new row or none."""
    for more in ([], [year("2026", [])]):
        series = read(year("2024", range(366)), year("2025", range(last + 1)), *more, year("Preliminary", slots))
        assert preliminary(series) == expected


def test_preliminary_after_new_year() -> None:
    """Once the new year has final days, the row continues those; what it repeats of December is left out, and noted."""
    series = read(
        year("2025", range(365)), year("2026", range(3)), year("Preliminary", [*range(3, 9), *range(360, 365)])
    )
    assert preliminary(series) == days("2026-01-04", 6)
    assert series.value(dt.date(2025, 12, 31)) == 10.364
    (note,) = series.source.notes
    assert str(note) == "5 preliminary days are final already"


def test_preliminary_across_a_leap_years_end() -> None:
    """In a leap year slot 365 is 31 December."""
    series = read(year("2024", range(360)), year("Preliminary", [*range(360, 366), *range(8)]))
    assert preliminary(series) == days("2024-12-26", 14)


@pytest.mark.parametrize("slots", [[200], [20], list(range(100, 366)), [365]])
def test_preliminary_that_continues_nothing(slots: list[int]) -> None:
    """A value that is neither near after the last final day nor a repetition is not dated by guess."""
    with pytest.raises(SourceChanged, match=r"does not continue 2025-03-11"):
        read(year("2025", range(70)), year("Preliminary", slots))


def test_final_value_wins() -> None:
    """A day that is final keeps its final value, whatever the preliminary row repeats."""
    series = read(year("2025", range(100)), year("Preliminary", range(95, 110), 20.0))
    assert series.value(dt.date(2025, 4, 10)) == 10.099
    assert preliminary(series) == days("2025-04-11", 10)


def test_legacy_sea_is_preliminary_without_saying_so() -> None:
    """In the old dialect the last 14 days of the running year are preliminary."""
    series = read(year("2022", range(365)), year("2023", range(310)), year("1982-2011 mean", range(366)))
    assert preliminary(series) == days("2023-10-24", 14)


def test_source_is_told() -> None:
    """The payload's own name for its source is kept, every one of several, and may say simulated."""
    row = year("2025", range(9), data_source=" NOAA  OISST 2.1")
    assert read(row).source.data_source == "NOAA OISST 2.1"
    assert not read(row).source.simulated
    assert read(row, year("2026", range(9), data_source="X")).source.data_source == "NOAA OISST 2.1 / X"
    row["data_source"] = "NOAA OISST 2.1 (simulated by climtrack)"
    assert read(row).source.simulated


SNAPSHOTS = sorted(
    [
        "2023-07-08",
        "2023-09-28-reserialised",
        "2023-11-09",
        "2023-11-21",
        "2023-12-01",
        "2024-09-04",
        "2025-04-07-edited",
        "2026-08-03",
        "2026-08-14",
        "2026-08-22",
    ]
)


def real(path: Path) -> Series:
    """A real file read."""
    air = "t2_daily" in path.parts
    return series_from_payload(path.read_bytes(), AIR if air else SEA, SOURCE)


@pytest.mark.shared
@pytest.mark.parametrize("snapshot", SNAPSHOTS)
def test_real_snapshots(snapshot: str, shared_data: Path) -> None:
    """Every stored copy is read to its last day, without a gap, and its numbers are the file's own."""
    files = sorted((shared_data / "climate_reanalyzer" / snapshot).rglob("*.json"))
    assert files
    for path in files:
        series = real(path)
        assert not np.isnan(series.values).any()
        rows = {row["name"]: row["data"] for row in json.loads(path.read_bytes())}
        final = np.array([v for name in sorted(n for n in rows if n.isdigit()) for v in rows[name] if v is not None])
        ahead = np.array([v for v in rows.get("Preliminary", []) if v is not None])
        assert np.array_equal(series.values, np.concatenate([final, ahead]))
        legacy = "1982-2011 mean" in rows
        assert int((series.status == Status.PRELIMINARY).sum()) == (14 if legacy else ahead.size)
        lag = dt.date.fromisoformat(snapshot[:10]) - series.end
        assert snapshot == "2025-04-07-edited" or 1 <= lag.days <= 7


@pytest.mark.shared
def test_dates_agree_with_climate_pulse(shared_data: Path) -> None:
    """World air agrees day by day with Copernicus's own file to rms 0.011 °C outside 1971-1978."""
    path = shared_data / "climate_reanalyzer/2024-09-04/clim/t2_daily/json/era5_world_t2_day.json"
    series = real(path)
    pulse = (shared_data / "climate_pulse/2024-02-23/era5_daily_series_2t_global.csv").read_text().splitlines()
    table = [line.split(",") for line in pulse if line[:1] in "12"]
    difference = np.array([
        float(row[1]) - series.value(dt.date.fromisoformat(row[0]))  # type: ignore[operator]
        for row in table
        if not "1971" <= row[0][:4] <= "1978" and row[-1] == "FINAL"
    ])  # fmt: skip
    assert difference.size > 27_000
    assert float(np.sqrt((difference**2).mean())) <= 0.011


@pytest.mark.shared
def test_the_post_this_project_grew_from(shared_data: Path) -> None:
    """Northern air on 5 July 2024 is 21.895 °C, 2001 to 2022 are a gap; the sea is preliminary from 21 June."""
    base = shared_data / "climate_reanalyzer_constructed/2024-07-05/clim"
    air = real(base / "t2_daily/json/era5_nh_t2_day.json")
    assert air.value(dt.date(2024, 7, 5)) == 21.895
    assert air.value(dt.date(2023, 7, 1)) == 21.681
    assert air.value(dt.date(2015, 7, 1)) is None
    sea = real(base / "sst_daily/json_2clim/oisst2.1_natlan_sst_day.json")
    assert preliminary(sea) == days("2024-06-21", 14)
    assert sea.value(dt.date(2024, 7, 4)) == pytest.approx(sea.value(dt.date(2023, 7, 4)) - 0.25, abs=0.05)  # type: ignore[operator]


# Fuzzing: whatever the bytes, a dated finite series or the one error.

names = st.one_of(
    st.integers(1940, 2026).map(str),
    st.sampled_from(["Preliminary", "1991-2020", "1979-2000 mean", "plus 2σ", "", "9999", "0", "２０２４"]),
    st.text(max_size=8),
    st.integers(),
    st.none(),
)
values = st.one_of(
    st.none(), st.floats(-80, 60), st.integers(-999, 10**9), st.text(max_size=6), st.booleans(), st.just(float("nan"))
)
datas = st.one_of(
    st.integers(0, 366).flatmap(lambda n: st.floats(-70, 40).map(lambda v: [v] * n + [None] * (366 - n))),
    st.lists(values, min_size=364, max_size=367),
    st.lists(values, max_size=4),
    st.text(max_size=20),
    st.none(),
)
tables = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"name": names, "data": datas}, optional={"data_source": st.one_of(st.text(), st.none())}
        ),
        st.dictionaries(st.text(max_size=5), values, max_size=3),
        values,
    ),
    max_size=6,
)


def dated_or_refused(body: bytes) -> Series | None:
    """The series, sound in itself, or None where the one error was raised."""
    try:
        series = series_from_payload(body, SEA, SOURCE)
    except SourceChanged as refused:
        line = str(refused)
        if not line.isprintable() or len(line) > 122:
            pytest.fail(repr(line))
        return None
    assert np.isfinite(series.values[series.status != Status.MISSING]).all()
    assert series.start <= series.end
    assert all(str(note).isprintable() for note in series.source.notes)
    again = series_from_payload(body, SEA, SOURCE)
    assert again.digest == series.digest
    return series


@pytest.mark.parametrize("name", ["\U00011c90", "soft\u00adhyphen", "\ue000", "\U000e0041", "\ufff9", "\x00"])
def test_the_name_of_an_unknown_row_can_be_printed(name: str) -> None:
    """Unassigned, private, invisible: what no terminal shows is left out of the note."""
    series = dated_or_refused(json.dumps([year("2024", range(366)), {"name": name, "data": ""}]).encode())
    assert series is not None
    assert any(str(note).startswith("unknown row") for note in series.source.notes)


@given(tables)
def test_fuzz_tables(table: list[Any]) -> None:
    """Any table of rows is read or refused, and the order of its rows does not matter."""
    series = dated_or_refused(json.dumps(table).encode())
    if series is not None:
        turned = dated_or_refused(json.dumps(table[::-1]).encode())
        assert turned is not None
        assert turned.digest == series.digest


SEED = json.dumps([year("2024", range(366)), year("2025", range(300)), year("Preliminary", range(300, 314)),
                   year("1991-2020", range(366))], separators=(",", ":")).encode()  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(0, len(SEED) - 1), st.sampled_from(["set", "cut", "twice"]), st.integers(0, 255)),
        max_size=6,
    )
)
def test_fuzz_bytes(changes: list[tuple[int, str, int]]) -> None:
    """A file with a few bytes changed, cut or doubled is read or refused."""
    body = bytearray(SEED)
    for place, how, byte in changes:
        i = min(place, len(body) - 1)
        if how == "set":
            body[i] = byte
        elif how == "cut":
            del body[i : i + byte]
        else:
            body[i:i] = body[i : i + byte]
        body = body or bytearray(b"x")
    dated_or_refused(bytes(body))


@given(st.binary(max_size=200))
def test_fuzz_anything(body: bytes) -> None:
    """Any bytes at all."""
    dated_or_refused(body)


@given(st.text(alphabet='[]{}",:0123456789.-eE+ \\untrfalsN', max_size=300))
def test_fuzz_almost_json(text: str) -> None:
    """Anything made of the letters of JSON."""
    dated_or_refused(text.encode())


@pytest.mark.parametrize("body", [
    b"[" + b'"' * 400_001, b'["' + b'\\"' * 500_000, b'[{"name":"' + b"\\ud800" * 9 + b'"}]', b"[" + b"-" * 100_000,
    b"[" + b"1e" * 100_000, b"[" + b"0" * 1_000_000 + b"]", b'{"a":' * 100_000, b"[[[[[[", b"[" + b" " * 3_000_000,
    b'[{"name":"2024","data":"' + b"1," * 1_000_000 + b'"}]',
])  # fmt: skip
def test_costly_bodies(body: bytes) -> None:
    """Bodies made to be slow are refused within a second of the processor's time."""
    start = time.thread_time()
    assert dated_or_refused(body) is None
    assert time.thread_time() - start < 1.0
