"""Places: ties, margins, claims, periods, seasons of both hemispheres."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from climtrack.analysis.frame import claim, default_noise
from climtrack.analysis.ranking import rank, season_name, season_start
from climtrack.analysis.survey import study
from climtrack.errors import Notice
from climtrack.vocabulary.calendar import year_of
from climtrack.vocabulary.findings import Claim, Month, Rank, Ranks, RevisionNoise, Unknown
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import Series, SeriesKey
from tests.analysis.build import made, of, why

YEARS = np.arange(2001, 2006)


def _ranks(values: np.ndarray, first: dt.date, *, preliminary: int = 0, key: str = "era5.t2m.nh") -> Ranks:
    """Ranks of a made series."""
    series = of(first, values, key=key, preliminary=preliminary)
    return study(series, REGIONS[series.key.region]).findings.ranks


def test_first_second_and_margins() -> None:
    """The warmest has its margin over the next, the others theirs below the year one better."""
    values = np.array([10.0, 10.3, 9.0, 10.1, 10.25])
    assert rank(values, YEARS, 1) == (1, 5, (), pytest.approx(0.05), 1)
    assert rank(values, YEARS, 3) == (3, 5, (), pytest.approx(0.15), 1)
    assert rank(values, YEARS, 2)[:2] == (5, 5)


def test_equal_at_a_hundredth_is_a_tie() -> None:
    """17.152 and 17.151 tie; 17.152 and 17.145 do not."""
    values = np.array([17.151, 17.152, 17.145, 1.0, np.nan])
    place, of_, tied, margin, _ = rank(values, YEARS, 1)
    assert (place, of_, tied) == (1, 4, (2001,))
    assert margin == pytest.approx(0.001)


def test_tied_years_share_the_better_place() -> None:
    """17.149 ties with 17.152, which beats it by less than a hundredth: both are joint first, and 17.0 is third."""
    values = np.array([17.149, 17.152, 17.0])
    assert rank(values, YEARS[:3], 0) == (1, 3, (2002,), pytest.approx(-0.003), 1)
    assert rank(values, YEARS[:3], 1) == (1, 3, (2001,), pytest.approx(0.003), 1)
    assert rank(values, YEARS[:3], 2)[:3] == (3, 3, ())


def test_claims() -> None:
    """A tie before all else, then within noise, then preliminary, then safe."""
    noise = RevisionNoise(0.02, 0.09, 19, Notice("test"))
    assert claim(0.001, noise, preliminary=1) is Claim.TIE
    assert claim(0.015, noise, preliminary=1) is Claim.WITHIN_NOISE
    assert claim(0.02, noise, preliminary=1) is Claim.PRELIMINARY
    assert claim(0.5, noise, preliminary=1) is Claim.PRELIMINARY
    assert claim(0.01, noise) is Claim.SAFE
    assert claim(0.009, noise) is Claim.WITHIN_NOISE


def test_a_mean_is_preliminary_only_while_its_preliminary_days_could_turn_it() -> None:
    """14 of 28 days, each revised by two standard deviations of 0.045, can move a mean by 0.045."""
    noise = RevisionNoise(0.02, 0.12, 19, Notice("test"), deviation=0.045)
    assert claim(0.04, noise, days=28, preliminary=14) is Claim.PRELIMINARY
    assert claim(0.05, noise, days=28, preliminary=14) is Claim.SAFE
    assert claim(0.009, noise, days=28, preliminary=14) is Claim.WITHIN_NOISE


def test_default_noise() -> None:
    """Measured seas have their own noise; a hemisphere borrows the world ocean's, and says so."""
    assert default_noise(SeriesKey("oisst", "sst", "gom")).typical == 0.128
    borrowed = default_noise(SeriesKey("oisst", "sst", "nh"))
    assert (borrowed.typical, str(borrowed.origin)[:17]) == (0.020, "taken from world2")
    assert default_noise(SeriesKey("era5", "t2m", "nh")).largest == 0


def test_a_warming_series_is_first_everywhere() -> None:
    """A steady rise makes day, month, season, year so far and last year the warmest of all."""
    first = dt.date(2001, 1, 1)
    found = _ranks(np.arange((dt.date(2010, 7, 15) - first).days + 1) / 1000.0, first)
    for place in (found.day, found.month_to_date, found.month, found.season, found.season_to_date, found.year_to_date,
                  found.year):  # fmt: skip
        assert isinstance(place, Rank)
        assert (place.rank, place.tied, place.claim) == (1, False, Claim.SAFE)
    assert isinstance(found.day, Rank)
    assert found.day.margin == pytest.approx(0.365)
    assert isinstance(found.month, Rank)
    assert (found.month.first, found.month.last) == (dt.date(2010, 6, 1), dt.date(2010, 6, 30))
    assert isinstance(found.season, Rank)
    assert (found.season.first, found.season.last) == (dt.date(2010, 3, 1), dt.date(2010, 5, 31))
    assert (found.season_name, found.season_to_date_name) == ("northern spring", "northern summer")
    assert isinstance(found.year, Rank)
    assert (found.year.last, found.year.of) == (dt.date(2009, 12, 31), 9)


def test_29_february_is_ranked_among_leap_years_only() -> None:
    """Of 2001–2024 six years have the day."""
    found = _ranks(np.zeros((dt.date(2024, 2, 29) - dt.date(2001, 1, 1)).days + 1), dt.date(2001, 1, 1)).day
    assert isinstance(found, Rank)
    assert found.of == 6
    assert found.tied_with == (2004, 2008, 2012, 2016, 2020)


def test_the_running_month_is_compared_with_the_same_days() -> None:
    """Ten warm days of July face the first ten days of other Julys, not the whole month."""
    first = dt.date(2001, 1, 1)
    values = np.zeros((dt.date(2003, 7, 10) - first).days + 1)
    values[-10:] = 1.0
    july = (dt.date(2002, 7, 11) - first).days
    values[july : july + 21] = 9.0
    found = _ranks(values, first).month_to_date
    assert isinstance(found, Rank)
    assert (found.rank, found.value, found.best_year) == (1, pytest.approx(1.0), 2003)


def test_a_gap_is_not_counted_as_zero() -> None:
    """A year that lacks a fifth of the month is not ranked; the others compare the days that this year knows."""
    first = dt.date(2001, 1, 1)
    values = np.full((dt.date(2004, 6, 30) - first).days + 1, 5.0)
    june = (dt.date(2002, 6, 1) - first).days
    values[june : june + 6] = np.nan
    found = _ranks(values, first).month
    assert isinstance(found, Rank)
    assert (found.of, found.tied_with) == (3, (2001, 2003))


def test_december_to_february_crosses_the_year() -> None:
    """On 1 March the southern summer that began in December is the last whole season."""
    first = dt.date(2001, 1, 1)
    values = np.zeros((dt.date(2004, 3, 1) - first).days + 1)
    december = (dt.date(2003, 12, 1) - first).days
    values[december : december + 91] = 3.0
    series = of(first, values, key="era5.t2m.sh")
    found = study(series, REGIONS["sh"]).findings.ranks
    assert found.season_name == "southern summer"
    assert isinstance(found.season, Rank)
    assert (found.season.first, found.season.last) == (dt.date(2003, 12, 1), dt.date(2004, 2, 29))
    assert (found.season.rank, found.season.value, found.season.of) == (1, pytest.approx(3.0), 3)


def test_preliminary_days_weaken_the_claim() -> None:
    """A day's place on a preliminary value is preliminary, however wide the margin."""
    first = dt.date(2001, 1, 1)
    values = np.arange((dt.date(2010, 7, 15) - first).days + 1) / 100.0
    found = _ranks(values, first, preliminary=14, key="oisst.sst.natlan")
    assert isinstance(found.day, Rank)
    assert found.day.claim is Claim.PRELIMINARY
    assert isinstance(found.year_to_date, Rank)
    assert found.year_to_date.claim is Claim.SAFE


def test_one_year_has_nothing_to_compare_with() -> None:
    """A single year gives no place."""
    found = study(made(dt.date(2020, 1, 1), dt.date(2020, 5, 5)), REGIONS["nh"]).findings.ranks
    assert why(found.day) == "no other year to compare with"
    assert isinstance(found.year, Unknown)


@pytest.mark.parametrize(
    ("day", "start"),
    [((2024, 1, 5), (2023, 12, 1)), ((2024, 12, 5), (2024, 12, 1)), ((2024, 2, 29), (2023, 12, 1)),
     ((2024, 3, 1), (2024, 3, 1)), ((2024, 11, 30), (2024, 9, 1))],
)  # fmt: skip
def test_season_start(day: tuple[int, int, int], start: tuple[int, int, int]) -> None:
    """Meteorological seasons begin in December, March, June and September."""
    assert season_start(dt.date(*day)) == dt.date(*start)


def test_season_names() -> None:
    """Seasons are named with their hemisphere, and by months across the equator."""
    assert season_name(12, REGIONS["nh"]) == "northern winter"
    assert season_name(12, REGIONS["antarctic"]) == "southern summer"
    assert season_name(6, REGIONS["world"]) == "June–August"


def test_the_anomaly_of_a_month(world: Series) -> None:
    """C3S's bulletins: +0.81 °C in February 2024, +0.67 °C in June 2024, against 1991-2020."""
    for day, first, published in (
        (dt.date(2024, 3, 4), dt.date(2024, 2, 1), 0.81),
        (dt.date(2024, 7, 5), dt.date(2024, 6, 1), 0.67),
    ):
        found = study(world, REGIONS["world"], as_of=day).findings
        assert isinstance(found.month, Month)
        assert (found.month.first, found.month.rank) == (first, 1)
        assert found.month.anomaly == pytest.approx(published, abs=0.01)
    assert isinstance(found.month_to_date, Month)
    assert (found.month_to_date.first, found.month_to_date.last) == (dt.date(2024, 7, 1), dt.date(2024, 7, 5))


def test_the_anomaly_of_a_month_against_the_year_before() -> None:
    """Each year 0.1 °C warmer: 29 February has no partner, a month that the year before lacks is told of alone."""
    first = dt.date(1991, 1, 1)
    years = year_of(np.datetime64(first, "D") + np.arange((dt.date(2024, 3, 10) - first).days + 1))
    values = (years - 2005.5) / 10
    series = of(first, values)
    found = study(series, REGIONS["nh"]).findings
    assert isinstance(found.month, Month)
    assert (found.month.last, found.month.rank, found.month.of) == (dt.date(2024, 2, 29), 1, 34)
    assert found.month.anomaly == pytest.approx(1.85)
    assert found.month.year_over_year == pytest.approx(0.1)
    values[years == 2023] = np.nan
    found = study(of(first, values), REGIONS["nh"]).findings
    assert isinstance(found.month, Month)
    assert why(found.month.year_over_year) == "no value of 2023"
    assert why(study(of(first, values), REGIONS["nh"], as_of=dt.date(1991, 3, 2)).findings.month) == (
        "no other year to compare with"
    )
