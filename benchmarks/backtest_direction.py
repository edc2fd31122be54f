"""Whether the line comes down, in past fortnights: how often yes or no is said, and what preliminary days do to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.backtest import series, stored
from climtrack.analysis.anomaly import anomalies
from climtrack.analysis.climatology import mean_cycle
from climtrack.analysis.direction import FORTNIGHT, direction
from climtrack.analysis.frame import Frame, default_noise
from climtrack.analysis.survey import study
from climtrack.reporter import means
from climtrack.reporter.charts.since_last_issue import span
from climtrack.vocabulary.findings import Answer, Direction, Unknown, beyond
from climtrack.vocabulary.registry import DEFAULT, REGIONS
from climtrack.vocabulary.series import Floats, Series, Status, YearTable, folded, means_of_days

SEAS = ("world2", "natlan", "natlsp", "atlhmdr", "gom", "gomex", "nino3.4")
AIR, OCEAN = "era5.t2m.world", "oisst.sst.natlan"
YEARS = 30
#: Days at the end of a sea series that are preliminary, and how their revisions correlate from day to day.
WAITING, LAG1 = 15, 0.6
#: Copies of the seas' feed; a preliminary value is issued once, so they tell what the feed was on the days between.
COPIES, FIRST, LAST = ("2026-08-03", "2026-08-14", "2026-08-22"), dt.date(2026, 8, 1), dt.date(2026, 8, 6)
#: Lengths of the time since the last issue, days.
ISSUES = (3, 7, 14, 21, 28, 60)
SAID, SAME = 0.55, 0.95
HEAD = f"""## Is the line coming down?

A report each fortnight of the last {YEARS} years, the last {WAITING} days of a sea preliminary: simulated with
revisions of the measured standard deviation and a lag-1 correlation of {LAG1}, and as the feed was on 1 to 6 August
2026. "Said" is the share of yes and no (the rest is level), "settled" that of answers without "for now", "same" how
many of them, and of all, stay what they were when the days become final; "turned" is the share of a yes that became
no, or a no that became yes.
"""
LIMIT = """Could yes or no be said of 55 % of fortnights and 95 % of all answers stay? Not for the North Atlantic
(every day of 30 years): revisions move the change between two fortnights by 0.016 °C (standard deviation), and
steps are so dense at any least change that leaves 55 % that one answer in nine moves across it, even where the
likeliest final answer is said of each first value. The mean revision (0.003 °C) is too small to matter, and
revisions a fortnight apart are independent: two fortnights that are equally preliminary would differ by more noise,
not less. Hence "for now"."""
#: Least changes of a fortnight that could be said to be one, °C, and how finely the first values are told apart.
LEASTS, FINE = (0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.15), 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A series on one climatology, for any of its days."""

    series: Series
    place: np.ndarray
    anomalies: YearTable
    normal: Floats

    def found(self, last: int, values: Floats | None = None) -> Direction:
        """The finding of day `last`; with `values`, whose end they are, the last days are preliminary."""
        one = self.series
        known, status = one.values[: last + 1].copy(), np.full(last + 1, Status.FINAL, np.int8)
        if values is not None:
            known[-values.size :], status[-values.size :] = values, Status.PRELIMINARY
        place = self.place[: last + 1]
        rows = int(place[-1]) // self.normal.size + 1
        table = YearTable(self.anomalies.years[:rows], self.anomalies.values[:rows].copy())
        table.values.ravel()[place] = known - self.normal[place % self.normal.size]
        cut = replace(one, values=known, status=status)
        frame = Frame(cut, REGIONS[one.key.region], table, place, None, table, default_noise(one.key))
        return direction(frame)


def past(one: Series) -> Past:
    table, place = folded(one)
    normal = mean_cycle(table, DEFAULT)
    return Past(one, place, anomalies(table, normal), normal.mean)


def revisions(rng: np.random.Generator, deviation: float) -> Floats:
    """What preliminary days lack: a red series."""
    found = rng.normal(size=WAITING)
    for i in range(1, WAITING):
        found[i] = LAG1 * found[i - 1] + (1 - LAG1**2) ** 0.5 * found[i]
    return deviation * found


def judge(key: str) -> tuple[Floats, Floats, Floats]:
    """Answers of past fortnights, final and as preliminary days would have had them, and whether these were settled."""
    one = past(series(key))
    rng = np.random.default_rng(13)
    deviation = default_noise(one.series.key).deviation
    end = one.series.values.size - 1 - int(one.series.preliminary.sum())
    rows = []
    for last in range(end - 365 * YEARS, end + 1, FORTNIGHT):
        early = one.series.values[last - WAITING + 1 : last + 1] - revisions(rng, deviation)
        final, then = one.found(last), one.found(last, early if deviation else None)
        rows.append((sign(final.answer), sign(then.answer), then.settled is True))
    final_answers, then_answers, settled = np.array(rows, dtype=np.float64).T
    return final_answers, then_answers, settled == 1


def sign(answer: Answer | Unknown) -> float:
    """-1 for a fall, 1 for a rise."""
    return {Answer.YES: -1.0, Answer.LEVEL: 0.0, Answer.NO: 1.0}[answer] if isinstance(answer, Answer) else np.nan


def frontier(key: str) -> list[str]:
    """What other least changes would bring: how often yes or no is said, and how often that stays."""
    one, rng = past(series(key)), np.random.default_rng(13)
    mean = means_of_days(one.anomalies.values.ravel()[one.place][-365 * YEARS :], FORTNIGHT, FORTNIGHT)
    final = mean[FORTNIGHT:] - mean[:-FORTNIGHT]
    lack = np.array([revisions(rng, default_noise(one.series.key).deviation) for _ in final])
    first = final - lack[:, 1:].mean(axis=1) + lack[:, 0] / FORTNIGHT
    rows: list[list[float]] = []
    for least in LEASTS:
        then, now = (np.array([beyond(x, least) for x in steps.tolist()]) for steps in (first, final))
        alike = np.unique(np.rint(first / FINE), return_inverse=True)[1]
        best = np.max([np.bincount(alike, now == answer) for answer in (-1, 0, 1)], axis=0)
        rows.append([least, 100 * (then != 0).mean(), 100 * (then == now).mean(), 100 * best.sum() / now.size])
    names = "least change, °C", "said, %", "same, all, %", "same, of the likeliest final answer, %"
    table = [f"| {name} | " + " | ".join(f"{x:g}" if x < 1 else f"{x:.0f}" for x in row) + " |"
             for name, row in zip(names, zip(*rows, strict=True), strict=True)]  # fmt: skip
    return [table[0], "| --- |" + " ---: |" * len(LEASTS), *table[1:]]


def real(name: str) -> tuple[Floats, Floats]:
    """Whether the answers of days of August 2026 are what they are now, and whether they were settled."""
    first, second, final = (stored(f"climate_reanalyzer/{copy}", f"oisst.sst.{name}") for copy in COPIES)
    now, rows = past(final), []
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + dt.timedelta(days=n)
        dates = [day - dt.timedelta(days=i) for i in reversed(range(WAITING))]
        early = np.array([(first if one <= first.end else second).value(one) for one in dates], dtype=np.float64)
        last = (day - final.start).days
        then = now.found(last, early)
        rows.append((then.answer == now.found(last).answer, then.settled is True))
    same, settled = np.array(rows).T
    return same, settled


def contradictions(key: str) -> tuple[int, int]:
    """Reports whose picture since the last issue points the other way than the answer, and how many there are."""
    one, found, count = series(key), 0, 0
    for ago in range(0, 26 * 28, 28):
        day = one.end - dt.timedelta(days=ago)
        known = study(one, REGIONS[one.key.region], as_of=day)
        noise = known.findings.direction.noise
        for length in ISSUES:
            now, before = means.windows(known, span(known, day - dt.timedelta(days=length)))
            count += 1
            if isinstance(noise, float):
                found += beyond(now - before, noise) * sign(known.findings.direction.answer) < 0
    return found, count


def page() -> tuple[str, bool]:
    """The section of the page, and whether every goal is met."""
    lines = [
        "| series | fortnights | said | settled | same, settled | same, all | turned | August 2026: settled | all |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    met, against, reports = True, 0, 0
    for key in (AIR, *(f"oisst.sst.{name}" for name in SEAS)):
        final, then, settled = judge(key)
        same, kept = float((final == then).mean()), float((final == then)[settled].mean())
        said, turned = float((then != 0).mean()), float((final * then < 0).mean())
        counts = "– | –"
        if key != AIR:
            stayed, sure = real(key.removeprefix("oisst.sst."))
            counts = f"{int(stayed[sure].sum())} of {int(sure.sum())} | {int(stayed.sum())} of {stayed.size}"
        lines.append(
            f"| {key} | {final.size} | {100 * said:.0f} % | {100 * settled.mean():.0f} % | {100 * kept:.1f} % "
            f"| {100 * same:.0f} % | {100 * turned:.1f} % | {counts} |"
        )
        found, count = contradictions(key)
        against, reports = against + found, reports + count
        met &= kept >= SAME and (key not in (AIR, OCEAN) or said >= SAID)
    told = (
        f"Reports whose picture since the last issue points the other way than the answer: **{against} of {reports}**."
    )
    return "\n".join((HEAD, *lines, "", told, "", LIMIT, "", *frontier(OCEAN), "")), met and against == 0
