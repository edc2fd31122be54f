"""Trust is comparison with what is held: real copies pass in their order, and nothing rewinds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from climtrack.errors import ConfigError, SourceChanged
from climtrack.fetcher.checks import check, is_older
from climtrack.fetcher.reanalyzer import ENDPOINTS, series_from_payload
from climtrack.vocabulary.series import Floats, Series, SeriesKey, Source, Status

KEY = SeriesKey("era5", "t2m", "world")
START = dt.date(2020, 1, 1)
TODAY = dt.date(2024, 1, 1)
SOURCE = Source("https://example.org/x", dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "0" * 64, data_source="ERA5")


def series(values: Floats, preliminary: int = 0, source: Source = SOURCE) -> Series:
    """A series whose last days are preliminary."""
    status = np.where(np.isnan(values), Status.MISSING, Status.FINAL).astype(np.int8)
    if preliminary:
        status[-preliminary:] = Status.PRELIMINARY
    return Series(KEY, START, values, status, source)


def wave(size: int) -> Floats:
    """A year's cycle of 4 °C whose largest step is 0.03 °C, with a little weather of 0.04 °C."""
    i = np.arange(size)
    return np.round(14 + 2 * np.sin(2 * np.pi * i / 365.25) + 0.04 * np.sin(i * 2.1), 3)


def test_nothing_new() -> None:
    """The same series again, and the same with five more days, pass without a word."""
    assert check(series(wave(1000)), series(wave(1000)), today=TODAY) == ()
    assert check(series(wave(1005)), series(wave(1000)), today=TODAY) == ()


def test_revisions_are_counted_and_sized() -> None:
    """Three final values moved by 0.06 °C pass with a note; by 0.061 they do not."""
    for by, fine in ((0.06, True), (0.061, False)):
        values = wave(1000)
        values[500:503] += by
        if fine:
            (note,) = check(series(values), series(wave(1000)), today=TODAY)
            assert str(note) == "3 past values revised, at most 0.060 °C"
        else:
            with pytest.raises(SourceChanged, match=r"changed by up to 0\.06 °C \(2021-05-15\)"):
                check(series(values), series(wave(1000)), today=TODAY)
            assert check(series(values), series(wave(1000)), today=TODAY, accept=True)


def test_only_the_named_days_are_let_through() -> None:
    """Two spikes, new and old: each alone is not enough, both are; nor does naming one excuse a past that moved."""
    values = wave(1005)
    values[1002] += 2.0
    values[500] += 1.5
    new, old = dt.date(2022, 9, 29), dt.date(2021, 5, 15)
    held = series(wave(1000))
    for named, other in (({new}, old), ({old}, new)):
        with pytest.raises(SourceChanged, match=str(other)):
            check(series(values), held, today=TODAY, accept=True, only=frozenset(named))
    assert check(series(values), held, today=TODAY, accept=True, only=frozenset({new, old}))
    assert check(series(values), None, today=TODAY, accept=True, only=frozenset({new, old})) == ()
    values[100:300] += 0.1
    with pytest.raises(SourceChanged, match=r"past values changed by up to 0\.10 °C"):
        check(series(values), held, today=TODAY, accept=True, only=frozenset({new, old}))
    with pytest.raises(ConfigError, match="no value on 2030-01-01"):
        check(series(wave(1000)), held, today=TODAY, accept=True, only=frozenset({dt.date(2030, 1, 1)}))


def test_preliminary_values_move_as_the_weather_does() -> None:
    """The largest step is 0.107 °C: a preliminary day may change by twice that, a final one not."""
    held = series(wave(1000), preliminary=10)
    step = float(np.abs(np.diff(held.values)).max())
    values = wave(1000)
    values[-5] += 1.9 * step
    (note,) = check(series(values), held, today=TODAY)
    assert str(note).startswith("1 preliminary value revised")
    values[-5] += 0.3 * step
    with pytest.raises(SourceChanged):
        check(series(values), held, today=TODAY)


def test_slightly_older_copy_is_kept_out() -> None:
    """Four days short is a lagging cache, five is a fault; neither takes the place of what is held."""
    held = series(wave(1000))
    (note,) = check(series(wave(996)), held, today=TODAY)
    assert str(note) == "the server sent a slightly older copy; keeping ours"
    assert is_older(series(wave(996)), held)
    with pytest.raises(SourceChanged, match="5 days older than ours"):
        check(series(wave(995)), held, today=TODAY)


def test_shorter_copy_with_final_news_is_no_older_one() -> None:
    """A copy that lost its last preliminary day but has made others final is taken, and the day stays held."""
    held = series(wave(1000), preliminary=14)
    new = series(wave(999), preliminary=11)
    assert not is_older(new, held)
    assert check(new, held, today=TODAY)


def test_missing_days() -> None:
    """Twenty held days in a row may be missing from a copy, with a note; a month may not, nor days here and there."""
    values = wave(1000)
    values[100:120] = np.nan
    (note,) = check(series(values), series(wave(1000)), today=TODAY)
    assert str(note) == "20 days missing in the new copy (2020-04-10 to 2020-04-29); ours are kept"
    values[120] = np.nan
    with pytest.raises(SourceChanged, match="21 days that we hold are missing"):
        check(series(values), series(wave(1000)), today=TODAY)
    values = wave(1000)
    values[[100, 200, 300, 400]] = np.nan
    with pytest.raises(SourceChanged, match="4 days that we hold are missing"):
        check(series(values), series(wave(1000)), today=TODAY)


def test_days_counted_wrongly() -> None:
    """Newest values that are those of the day before are refused although each changed little."""
    held = series(wave(1000), preliminary=14)
    for by, late in ((1, "late"), (-1, "early")):
        values = wave(1000)
        values[-14:] = wave(1000)[-14 - by :][:14] if by == 1 else np.append(wave(1000)[-13:], wave(1001)[-1])
        with pytest.raises(SourceChanged, match=f"dated a day {late}"):
            check(series(values, preliminary=14), held, today=TODAY)


def test_precision() -> None:
    """Two decimals have been seen and are enough, one is not; a value may not stand still for eleven days."""
    check(series(np.round(wave(1000), 2)), None, today=TODAY)
    with pytest.raises(SourceChanged, match="fewer than 2 decimals"):
        check(series(np.round(wave(1000), 1)), series(wave(1000)), today=TODAY)
    for count in (10, 11):
        values = wave(1000)
        values[800 : 800 + count] = values[800]
        if count == 10:
            check(series(values), None, today=TODAY)
        else:
            with pytest.raises(SourceChanged, match="repeated for 11 days from 2022-03-11"):
                check(series(values), None, today=TODAY)


def test_climatology_must_be_of_its_years() -> None:
    """A provider's average outside the range of the years by more than 1.5 °C is refused, whatever the years say."""
    good = series(wave(2000))
    for by, fine in ((0.0, True), (1.0, True), (2.5, False)):
        row = np.append(wave(365), np.nan) + by
        new = replace(good, site_climatology={"1991-2020": row})
        if fine:
            assert check(new, good, today=dt.date(2026, 1, 1)) == ()
        else:
            with pytest.raises(SourceChanged, match='row "1991-2020" is not an average'):
                check(new, good, today=dt.date(2026, 1, 1))


def test_outage_in_what_is_new() -> None:
    """A gap after the held days is accepted, and said; a later back-fill is no fault."""
    values = wave(1030)
    values[1005:1017] = np.nan
    holed = series(values)
    (note,) = check(holed, series(wave(1000)), today=TODAY)
    assert str(note) == "12 days missing (2022-10-02 to 2022-10-13)"
    assert check(series(wave(1031)), holed, today=TODAY) == ()


def test_today_by_this_computer() -> None:
    """A value of today is possible, one of tomorrow is not, and the clock is named."""
    last = START + dt.timedelta(days=999)
    assert check(series(wave(1000)), None, today=last) == ()
    with pytest.raises(SourceChanged, match=r"1 value in the future .* clock says 2022-09-25"):
        check(series(wave(1000)), None, today=last - dt.timedelta(days=1))


def test_simulated_gives_way() -> None:
    """Real data replace the sample whatever their values, the sample never replaces real data."""
    sample = series(wave(1000) + 2, source=replace(SOURCE, simulated=True))
    assert check(series(wave(900)), sample, today=TODAY) == ()
    with pytest.raises(SourceChanged, match="simulated"):
        check(sample, series(wave(900)), today=TODAY)


def test_first_download_has_levels() -> None:
    """Without anything held the endpoint's levels decide."""
    assert check(series(wave(1000)), None, today=TODAY, levels=(10, 20)) == ()
    with pytest.raises(SourceChanged, match=r"believable here is 15\.0 to 20\.0"):
        check(series(wave(1000)), None, today=TODAY, levels=(15, 20))


def test_first_download_names_the_product() -> None:
    """Any spelling of the product's name will do, none and another's will not; what a person accepts is taken."""
    for label, fine in (
        ("ERA5 (Copernicus Climate Change Service)", True),
        ("era-5", True),
        ("ERA5 / ERA5T", True),
        ("ERA5 / CFSv2", False),
        ("CFSv2", False),
        ("", False),
    ):
        new = series(wave(1000), source=replace(SOURCE, data_source=label))
        if not fine:
            with pytest.raises(SourceChanged, match='not "era5"') as refusal:
                check(new, None, today=TODAY)
            assert "climtrack accept" in refusal.value.remedy
        assert check(new, None, today=TODAY, accept=not fine) == ()


def test_values_say_which_series_it_is() -> None:
    """A new label with 990 of 1,000 final days equal is the same series and noted; with 989 it is another."""
    held = series(wave(1014), preliminary=14)
    for moved, fine in ((10, True), (11, False)):
        values = wave(1014)
        values[100 : 100 + moved] += 0.05
        values[-14:] += 0.05  # preliminary days prove nothing
        new = series(values, preliminary=14, source=replace(SOURCE, data_source="C3S"))
        if fine:
            note, *_ = check(new, held, today=TODAY)
            assert str(note).endswith('name is now "C3S" (was "ERA5"); 990 held days are the same')
        else:
            with pytest.raises(SourceChanged, match='name is now "C3S", 11 past values differ'):
                check(new, held, today=TODAY)
            assert check(new, held, today=TODAY, accept=True)


def real(path: Path) -> Series:
    """A real file read, under the key of its own name, which two of the four dialects do not give."""
    product, region = path.name.split("_")[:2]
    key = SeriesKey(product.replace("oisst2.1", "oisst"), "t2m" if "_t2_" in path.name else "sst", region)
    found = series_from_payload(path.read_bytes(), key, SOURCE)
    return replace(found, source=replace(found.source, data_source=found.source.data_source or product))


@pytest.mark.shared
def test_real_copies(shared_data: Path) -> None:
    """No real copy is refused at first download, none when it follows an earlier one, and none rewinds a later one."""
    today = dt.date(2026, 11, 21)
    copies: dict[tuple[str, str], list[Series]] = {}
    for folder in ("climate_reanalyzer", "climate_reanalyzer_constructed"):
        for path in sorted((shared_data / folder).rglob("*.json")):
            copies.setdefault((path.name, path.parent.name), []).append(real(path))
    assert sum(map(len, copies.values())) >= 36
    followed = 0
    for found in copies.values():
        found.sort(key=lambda s: s.end)
        levels = ENDPOINTS[found[0].key].levels if found[0].key in ENDPOINTS else None
        for i, held in enumerate(found):
            check(held, None, today=today, levels=levels)
            for later in found[i + 1 :]:
                notes = check(later, held, today=today, levels=levels)
                assert not any("past" in str(note) for note in notes)
                assert not is_older(later, held)
                assert is_older(held, later)
                with pytest.raises(SourceChanged, match="days older than ours"):
                    check(held, later, today=today)
                followed += 1
    assert followed >= 20


@pytest.mark.shared
def test_cfsr_under_the_name_of_era5(shared_data: Path) -> None:
    """Under ERA5's name, its own or none: the values give it away, and an empty store wants to hear its name."""
    base, day = shared_data / "climate_reanalyzer", dt.date(2023, 11, 30)
    held = real(base / "2024-09-04/clim/t2_daily/json/era5_world_t2_day.json").upto(day)
    cfsr = real(base / "2023-12-01/clim/t2_daily/json/cfsr_world_t2_day.json").upto(day)
    begin = (cfsr.start - held.start).days  # as if ERA5 began in 1979 too, so that no day is missing
    held = replace(held, start=cfsr.start, values=held.values[begin:], status=held.status[begin:])
    for label, refusal in ((held.source.data_source, "fetch.other_values"), ("", "fetch.other_source")):
        new = replace(cfsr, key=held.key, source=replace(cfsr.source, data_source=label))
        with pytest.raises(SourceChanged) as refused:
            check(new, held, today=day)
        assert refused.value.id == refusal
        assert refused.value.facts["n"] > 16_000
        assert "[[products]]" in refused.value.remedy
    with pytest.raises(SourceChanged, match="name is missing"):
        check(new, None, today=day)


@pytest.mark.shared
def test_no_real_series_passes_for_another(shared_data: Path) -> None:
    """Each of the seven real seas is refused in the place of every other."""
    base = shared_data / "climate_reanalyzer/2026-08-22/clim/sst_daily/json_2clim"
    seas = [real(path) for path in sorted(base.glob("*.json"))]
    assert len(seas) == 7
    for mine in seas:
        for other in seas:
            if other is not mine:
                with pytest.raises(SourceChanged):
                    check(replace(other, key=mine.key), mine, today=dt.date(2026, 8, 22))
