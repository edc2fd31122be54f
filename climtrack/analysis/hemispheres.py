"""Series against one another: two hemispheres, their shares of the world's anomaly, air minus sea."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from climtrack.analysis.climatology import uncovered
from climtrack.analysis.frame import frame_of
from climtrack.analysis.survey import study as study_of
from climtrack.errors import AnalysisError
from climtrack.vocabulary.findings import (
    AirSea,
    Answer,
    Comparison,
    Contrast,
    Gap,
    Shares,
    Side,
    Study,
    Unknown,
    YearOverYear,
)
from climtrack.vocabulary.registry import BASELINES, Baseline
from climtrack.vocabulary.series import Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Common:
    """Studies cut to their last common day, with their daily anomalies on one baseline and one calendar."""

    date: dt.date
    baseline: Baseline | None
    studies: tuple[Study, ...]
    anomalies: Floats

    def day(self, index: int | np.signedinteger) -> dt.date:
        """Date of a column of `anomalies`, whose last column is the common day."""
        return self.date - dt.timedelta(days=self.anomalies.shape[1] - 1 - int(index))

    @property
    def this_year(self) -> slice:
        """Columns of the year so far."""
        return slice(max(self.anomalies.shape[1] - self.date.timetuple().tm_yday, 0), None)


def compare(studies: Sequence[Study]) -> Comparison:
    """
    Several series against one another on their last common day.

    Parameters
    ----------
    studies : sequence of Study
        At least two, the first being the one that the others are compared with. Where the two hemispheres and the
        world of one variable are among them, the world's anomaly is split into their shares.

    Returns
    -------
    Comparison
        On the first one's baseline if all cover it, else on the first named one that all cover.

    Raises
    ------
    AnalysisError
        If there are fewer than two, or no day on which all have a value.
    """
    if len(studies) < 2:
        raise AnalysisError("analysis.two_series")
    common = _common(studies)
    sides = tuple(_side(study, row) for study, row in zip(common.studies, common.anomalies, strict=True))
    contrasts: tuple[Contrast, ...] = ()
    if common.baseline is not None:
        contrasts = tuple(_contrast(common, 0, i) for i in range(1, len(sides)))
    return Comparison(common.date, common.baseline, sides, contrasts, _shares(common))


def air_minus_sea(air: Study, sea: Study) -> AirSea | Unknown:
    """
    The air's anomaly minus the sea's on their last common day.

    Parameters
    ----------
    air, sea : Study
        Of one region, or of the regions that answer for one.

    Returns
    -------
    AirSea or Unknown
        Unknown where no baseline is covered by both.

    Raises
    ------
    AnalysisError
        If there is no common day.
    """
    for one in (air, sea):
        if not isinstance(one, Study):
            raise AnalysisError("api.study", given=type(one).__name__)
    common = _common([air, sea])
    if common.baseline is None:
        return Unknown("unknown.no_baseline_both")
    gap = common.anomalies[0] - common.anomalies[1]
    year = gap[common.this_year]
    return AirSea(
        date=common.date,
        baseline=common.baseline,
        air=float(common.anomalies[0, -1]),
        sea=float(common.anomalies[1, -1]),
        difference=float(gap[-1]),
        difference_30d=float(np.nanmean(gap[-30:])),
        difference_year_to_date=float(np.nanmean(year)),
        days=int((~np.isnan(year)).sum()),
    )


def _common(studies: Sequence[Study]) -> _Common:
    """Studies cut to the last day on which all have a value, and to one baseline."""
    start = max(study.series.start for study in studies)
    end = min(study.series.end for study in studies)
    if end < start:
        raise AnalysisError("analysis.no_common_day")
    values = np.array(
        [s.series.values[(start - s.series.start).days : (end - s.series.start).days + 1] for s in studies]
    )
    known = np.flatnonzero(~np.isnan(values).any(axis=0))
    if not known.size:
        raise AnalysisError("analysis.no_common_day")
    date = start + dt.timedelta(days=int(known[-1]))
    choices = [studies[0].requested, *BASELINES.values()]
    baseline = next((b for b in choices if not any(uncovered(study.table, b) for study in studies)), None)
    cut = tuple(
        study
        if study.series.end == date and study.baseline == baseline
        else study_of(
            study.series,
            study.region,
            baseline=baseline,
            as_of=date,
            revision_noise=study.findings.revision_noise,
        )
        for study in studies
    )
    rows = []
    for study in cut:
        offset = (start - study.series.start).days
        if baseline is None or study.anomalies is None:
            rows.append(np.full(study.series.values.size - offset, np.nan))
        else:
            rows.append(frame_of(study).daily(study.anomalies.values)[offset:])
    return _Common(date, baseline, cut, np.array(rows))


def _side(study: Study, anomaly: Floats) -> Side:
    """One series of a comparison."""
    found = study.findings
    absent = Unknown("unknown.no_baseline_all")
    known = not np.isnan(anomaly[-1])
    past = found.year_over_year
    return Side(
        key=study.series.key,
        value=found.latest.value,
        anomaly=float(anomaly[-1]) if known else absent,
        anomaly_30d=float(np.nanmean(anomaly[-30:])) if known else absent,
        anomaly_year_to_date=found.anomaly_year_to_date if known else absent,
        year_over_year=past.difference if isinstance(past, YearOverYear) else past,
        rank=found.ranks.day,
        change_14d=found.direction.change_14d,
        answer=found.direction.answer,
        trend=found.trend,
    )


def _contrast(common: _Common, first: int, second: int) -> Contrast:
    """One series minus another, in anomalies."""
    a, b = common.anomalies[first], common.anomalies[second]
    gap = a - b
    year = np.arange(gap.size)[common.this_year]
    year = year[~np.isnan(gap[year])]
    recent = np.flatnonzero(~np.isnan(gap))[-365:]
    widest, narrowest = year[np.argmax(gap[year])], year[np.argmin(gap[year])]
    answers = {common.studies[i].findings.direction.answer for i in (first, second)}
    return Contrast(
        first=common.studies[first].series.key,
        second=common.studies[second].series.key,
        difference=float(gap[-1]),
        difference_30d=float(np.nanmean(gap[-30:])),
        difference_year_to_date=float(gap[year].mean()),
        widest=Gap(common.day(widest), float(gap[widest])),
        narrowest=Gap(common.day(narrowest), float(gap[narrowest])),
        days_first_warmer=int((gap[year] > 0).sum()),
        days_compared=int(year.size),
        correlation=_correlation(a[recent], b[recent]),
        opposite=answers == {Answer.YES, Answer.NO},
    )


def _correlation(a: Floats, b: Floats) -> float:
    """Pearson's correlation; NaN where one of them does not vary."""
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else np.nan


def _shares(common: _Common) -> Shares | Unknown:
    """
    Shares of the hemispheres, where the world and both of them are compared.

    Each hemisphere is half the Earth, so half of its anomaly is what it adds. The source counts the equator's grid
    row in full in both halves, which lifts their mean by about 0.025 °C above the world's; anomalies are hardly
    touched, and what remains is shown.
    """
    places = {
        (s.series.key.product, s.series.key.variable, s.series.key.region): i for i, s in enumerate(common.studies)
    }
    kinds = {key[:2] for key in places}
    kind = next((k for k in kinds if all((*k, region) in places for region in ("world", "nh", "sh"))), None)
    if kind is None:
        return Unknown("unknown.no_halves")
    if common.baseline is None:
        return Unknown("unknown.no_baseline_three")
    at = [places[*kind, region] for region in ("world", "nh", "sh")]
    world, north, south = (float(common.anomalies[i, -1]) for i in at)
    absolute = [common.studies[i].findings.latest.value for i in at]
    half = (north + south) / 2
    same_sign = north * south > 0
    return Shares(
        date=common.date,
        baseline=common.baseline,
        world=world,
        north=north,
        south=south,
        north_share=north / 2,
        south_share=south / 2,
        north_percent=50 * north / half if same_sign else Unknown("unknown.opposite_signs"),
        remainder=world - half,
        equator=(absolute[1] + absolute[2]) / 2 - absolute[0],
    )
