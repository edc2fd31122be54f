"""Mean annual cycle and interannual spread over a baseline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from climtrack.analysis.frame import Bools, runs
from climtrack.errors import BaselineNotCovered, Notice
from climtrack.vocabulary.calendar import DAYS, LEAP_DAY
from climtrack.vocabulary.findings import Climatology, Method, Unknown
from climtrack.vocabulary.registry import BASELINES, Baseline
from climtrack.vocabulary.series import Alignment, Floats, Series, YearTable, year_table

HARMONICS = 8
#: Slots of the site's circular running mean.
WINDOW = 5
#: A year that lacks more days than this covers nothing (WMO-No. 1203 allows a month as many; we allow a year).
MISSING_ALLOWED = 10
#: Columns of the 365-day calendar.
COMMON = np.delete(np.arange(DAYS), LEAP_DAY - 1)


def uncovered(table: YearTable, baseline: Baseline) -> Unknown | None:
    """Why a baseline is not covered; None where every year lacks at most 10 days."""
    first = int(table.years[0])
    last = first + table.years.size - 1
    lo, hi = max(baseline.first, first), min(baseline.last, last)
    known = np.zeros(len(baseline.years), dtype=np.int64)
    if lo <= hi:
        known[lo - baseline.first : hi - baseline.first + 1] = (
            ~np.isnan(table.values[lo - first : hi - first + 1])
        ).sum(axis=1)
    days = dict(zip(baseline.years, known.tolist(), strict=True))
    absent = [year for year in days if not days[year]]
    partial = [year for year in days if 0 < days[year] < 365 - MISSING_ALLOWED]
    reasons = (
        [Notice("unknown.years_absent", n=len(absent), years=_spans(known == 0, baseline.first))] if absent else []
    )
    if partial:
        reasons.append(Notice("unknown.year_partial", n=days[partial[0]], year=partial[0]))
    if len(partial) > 1:
        reasons[-1] = Notice("unknown.years_partial", n=len(partial) - 1, year=reasons[-1])
    if len(reasons) > 1:
        reasons = [Notice("unknown.both", first=reasons[0], second=reasons[1])]
    return Unknown("unknown.baseline", years=baseline.label, why=reasons[0]) if reasons else None


def require_covered(table: YearTable, baseline: Baseline) -> None:
    """
    Refuse a baseline that the data do not cover.

    Raises
    ------
    BaselineNotCovered
        If a year of `baseline` lacks more than 10 days.
    """
    if why := uncovered(table, baseline):
        covered = [str(b) for b in BASELINES.values() if not uncovered(table, b)]
        raise BaselineNotCovered("analysis.uncovered" if covered else "analysis.none_covered", why=why, covered=covered)


def climatology(data: Series | YearTable, baseline: Baseline, *, method: Method = "harmonic") -> Climatology:
    """
    Mean annual cycle of a daily series over a baseline.

    ``harmonic``: mean by calendar day, smoothed by its first 8 annual harmonics on the 365-day calendar; 29 February
    is the mean of its neighbours. Copernicus's own daily climatology is reproduced to 0.009 °C that way [1]_.
    ``site``: mean by slot over the years that have the slot, then a 5-slot circular mean; reproduces the rows that
    Climate Reanalyzer publishes to their rounding.

    Parameters
    ----------
    data : Series or YearTable
        Daily values in degC; a table must be aligned by date for ``harmonic``, by slot for ``site``.

    Returns
    -------
    Climatology
        Mean and standard deviation (n - 1) across years in degC, both smoothed alike, shape (366,).

    Raises
    ------
    BaselineNotCovered
        If a year of `baseline` lacks more than 10 days; fewer gaps are skipped, never counted as zero.
    ValueError
        If a table is aligned the other way.

    References
    ----------
    .. [1] Copernicus Climate Change Service, Climate Pulse, column ``clim_91-20``.
    """
    alignment: Alignment = "date" if method == "harmonic" else "slot"
    table = year_table(data, alignment) if isinstance(data, Series) else data
    if table.alignment != alignment:
        raise ValueError(f"method {method!r} needs a table aligned by {alignment}, not by {table.alignment}")
    require_covered(table, baseline)
    return mean_cycle(table, baseline, method)


def mean_cycle(table: YearTable, baseline: Baseline, method: Method = "harmonic") -> Climatology:
    """The climatology of a table that is aligned as the method needs and known to cover the baseline."""
    if method == "harmonic":
        return mean_cycles(table, [baseline])[0]
    mean, spread = _moments(table.values[rows(table, baseline)])
    return Climatology(baseline, running_mean(mean), running_mean(spread), method)


def mean_cycles(table: YearTable, baselines: Sequence[Baseline]) -> list[Climatology]:
    """The ``harmonic`` climatologies of a table that is known to cover the baselines."""
    moments = np.reshape([_moments(table.values[rows(table, one)]) for one in baselines], (-1, 2, DAYS))
    smooth = zip(baselines, harmonic(moments), strict=True)
    return [Climatology(one, mean, np.maximum(spread, 0.0), "harmonic") for one, (mean, spread) in smooth]


def published(series: Series, baseline: Baseline) -> Climatology | None:
    """
    Mean annual cycle that came with a series whose own years do not cover the baseline, smoothed as ours are.

    Its row is that of a common year: slot i is 1 January + i days.

    Parameters
    ----------
    series : Series
        A row of `series.site_climatology` bears the name of the baseline.

    Returns
    -------
    Climatology or None
        Without a spread, which means do not tell; None where no whole row came, where the baseline was not over when
        the series ended, and of a series that lacks the year before.
    """
    row = series.site_climatology.get(str(baseline))
    if row is None or series.end.year <= baseline.last or np.isnan(row[: DAYS - 1]).any():
        return None
    if series.start > dt.date(series.end.year - 1, 1, 1):
        return None
    cycle = np.full(DAYS, np.nan)
    cycle[COMMON] = row[: DAYS - 1]
    return Climatology(baseline, harmonic(cycle), np.full(DAYS, np.nan), "published")


def rows(table: YearTable, baseline: Baseline) -> slice:
    """Rows of a covered baseline."""
    start = baseline.first - int(table.years[0])
    return slice(start, start + len(baseline.years))


def harmonic(cycle: Floats) -> Floats:
    """
    Annual cycle smoothed by its mean and first 8 annual harmonics.

    Parameters
    ----------
    cycle : array of float
        By day of year, shape (..., 366); 29 February is not used.

    Returns
    -------
    array of float
        Shape (..., 366), 29 February the mean of its neighbours.
    """
    coefficients = np.fft.rfft(cycle[..., COMMON], axis=-1)
    coefficients[..., HARMONICS + 1 :] = 0
    smooth = np.empty(cycle.shape)
    smooth[..., COMMON] = np.fft.irfft(coefficients, DAYS - 1, axis=-1)
    smooth[..., LEAP_DAY - 1] = (smooth[..., LEAP_DAY - 2] + smooth[..., LEAP_DAY]) / 2
    return smooth


def running_mean(cycle: Floats, window: int = WINDOW) -> Floats:
    """
    Centred circular running mean of an annual cycle.

    Parameters
    ----------
    cycle : array of float
        Shape (day,).
    window : int, default 5
        Odd length.

    Returns
    -------
    array of float
        Shape (day,).
    """
    half = window // 2
    around = np.concatenate([cycle[-half:], cycle, cycle[:half]])
    return np.convolve(around, np.full(window, 1 / window), mode="valid")


def _moments(values: Floats) -> tuple[Floats, Floats]:
    """Mean and sample standard deviation down the years, gaps skipped; a day that no year has takes its neighbours'."""
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / n
        squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
        spread = np.sqrt(squares / (n - 1))
    for line in (mean, spread):
        if (hole := ~np.isfinite(line)).any():
            line[hole] = (
                np.interp(np.flatnonzero(hole), np.flatnonzero(~hole), line[~hole], period=line.size)
                if not hole.all()
                else 0.0
            )
    return mean, spread


def _spans(flags: Bools, first: int) -> str:
    """Flagged years as spans: 1979–1981, 1990."""
    starts, stops = runs(flags)
    ends = zip((starts + first).tolist(), (stops + first - 1).tolist(), strict=True)
    text = [f"{first}–{last}" if last > first else str(first) for first, last in ends]
    return ", ".join(text[:4]) + (" …" if len(text) > 4 else "")
