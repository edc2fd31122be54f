"""Notes: the last lines of a picture: what is shaded and dotted, what is missing, whose data these are."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

import numpy as np

from climtrack.reporter.presets import Preset
from climtrack.reporter.prose.voice import Voice
from climtrack.vocabulary.calendar import same_day
from climtrack.vocabulary.findings import Study
from climtrack.vocabulary.registry import PRODUCTS
from climtrack.words.language import Language

#: A gap of this many days is named.
NAMED_GAP = 3


def dotted(study: Study, language: Language) -> tuple[str, ...]:
    """What the dotted end means, where there is one."""
    return (language.text("note.dotted"),) if study.findings.preliminary_from is not None else ()


def missing(study: Study, language: Language) -> tuple[str, ...]:
    """Gaps of this year, and years that the series lacks."""
    gaps = [language.date_range(run.first, run.last) for run in study.findings.missing if run.days >= NAMED_GAP]
    found = list(_baseline(study, language))
    found += [language.text("note.gap", days=language.list(gaps))] if gaps else []
    absent = absent_years(study)
    if absent:
        found.append(language.text("note.gap.years", years=language.list(absent)))
    return tuple(found)


def partners(study: Study, language: Language, other: int) -> tuple[str, ...]:
    """Days of this year that the other year lacks: long gaps, and the latest day in any case."""
    end = study.series.end
    days = [dt.date(end.year, 1, 1) + dt.timedelta(days=i) for i in range(end.timetuple().tm_yday)]
    lacking = [study.series.value(same_day(day, other)) is None for day in days]
    runs = [list(run) for lacks, run in groupby(days, lambda day: lacking[day.timetuple().tm_yday - 1]) if lacks]
    told = [language.date_range(run[0], run[-1]) for run in runs if len(run) >= NAMED_GAP or run[-1] == end]
    return (language.text("note.partners", other=other, days=language.list(told)),) if told else ()


def _baseline(study: Study, language: Language) -> tuple[str, ...]:
    """Which average this is, where it is not the one asked for."""
    if study.baseline == study.requested:
        return ()
    if study.baseline is None:
        return (language.text("note.baseline.none", requested=study.requested.label),)
    return (language.text("note.baseline", requested=study.requested.label, baseline=study.baseline.label),)


def absent_years(study: Study) -> tuple[str, ...]:
    """Runs of whole years without a value between the first and the last: ``2001–2022``."""
    empty = study.table.years[np.isnan(study.table.values).all(axis=1)]
    runs: list[list[int]] = []
    for year in empty.tolist():
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return tuple(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def source(study: Study, language: Language, preset: Preset, credit: str = "") -> tuple[str, ...]:
    """Parts of the source line."""
    product = PRODUCTS[study.series.key.product]
    origin = Voice(study, language).origin
    values = {"product": product.title, "provider": product.provider}
    if study.simulated:
        parts = [language.text("picture.source.simulated", **values)]
    else:
        short = "" if preset.form == "wide" else ".short"
        hands = "" if origin == "reanalyzer" else f".{origin}"
        parts = [language.text(f"picture.source{hands}{short}", **values)]
        if product.copernicus:
            parts.append(language.text("picture.copernicus", year=study.as_of.year))
    if preset.form == "card":  # which has no subtitle to say it
        parts.insert(1, language.date_long(study.findings.latest.date))
    return (*parts, *((credit,) if credit else ()))


def warning(study: Study, language: Language) -> str:
    """What must be seen before the picture is believed: that it is the sample, or how old its newest value is."""
    if study.simulated:
        return language.text("picture.simulated")
    return (
        language.text("picture.overdue", days=study.overdue, day=language.date_long(study.series.end))
        if study.overdue
        else ""
    )
