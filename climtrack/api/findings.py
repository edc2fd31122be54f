"""What climtrack knows about a series or a region."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from climtrack.api.access import baseline_of, config, date_of, pairing_of, stored_series
from climtrack.vocabulary.baselines import DEFAULT, Baseline

if TYPE_CHECKING:
    from climtrack.vocabulary.results import Study


def study(
    variable: str = "air",
    region: str = "nh",
    *,
    baseline: str | Baseline = DEFAULT,
    as_of: str | dt.date | None = None,
    known_on: str | dt.date | None = None,
    offline: bool = False,
    sample: bool = False,
) -> Study:
    """
    Every question that climtrack asks of a series, answered.

    Parameters
    ----------
    variable, region : str
        As in `climtrack.open`.
    baseline : str or Baseline, default "1991-2020"
        Years of the average.
    as_of, known_on : str or date, optional
        As in `climtrack.open`.
    offline, sample : bool, default False
        As in `climtrack.open`.

    Returns
    -------
    Study
        The series, its climatology, tables by year and day, and ``findings``.

    Examples
    --------
    >>> found = climtrack.study("air", "nh", sample=True).findings
    >>> found.year_over_year.difference < 0, found.anomaly.value > 0   # doctest: +SKIP
    (True, True)
    """
    from climtrack.analysis.survey import study as survey

    settings = config()
    series = stored_series(variable, region, known_on=known_on, offline=offline, sample=sample)
    return survey(series, settings.region(series.key.region), baseline=baseline_of(baseline), as_of=date_of(as_of))


def facts(
    region: str = "nh",
    *,
    baseline: str | Baseline = DEFAULT,
    as_of: str | dt.date | None = None,
    offline: bool = False,
    sample: bool = False,
) -> dict[str, Any]:
    """
    The document that ``climtrack facts --json`` prints.

    Parameters
    ----------
    region : str, default "nh"
        Region, with the sea that answers for it.
    baseline : str or Baseline, default "1991-2020"
        Years of the average.
    as_of : str or date, optional
        As in `climtrack.open`.
    offline, sample : bool, default False
        As in `climtrack.open`.

    Returns
    -------
    dict
        ``climtrack.facts/1``, as its JSON Schema in the package describes it.
    """
    import json

    from climtrack.reporter.documents import facts_json

    pair = pairing_of(region)
    found = [
        study(option, key.region, baseline=baseline, as_of=as_of, offline=offline, sample=sample)
        for option, key in (("air", pair.air), ("sst", pair.sst))
        if key is not None
    ]
    document: dict[str, Any] = json.loads(facts_json(pair, found).data)
    return document
