"""The table under a chart: the last days in words."""

from __future__ import annotations

import numpy as np

from climtrack.publisher.texts import Texts
from climtrack.vocabulary.calendar import dayofyear_of, same_day
from climtrack.vocabulary.results import Climatology, Study
from climtrack.vocabulary.series import Status

TABLE_DAYS = 30


def table_rows(study: Study, climatology: Climatology | None, ui: Texts) -> list[list[str]]:
    """The last 30 days in words."""
    series = study.series
    rows = []
    for i in range(series.values.size - 1, max(series.values.size - 1 - TABLE_DAYS, -1), -1):
        date = series.start + np.timedelta64(i, "D").astype(object)
        value = float(series.values[i])
        before = series.value(same_day(date, date.year - 1))
        missing = value != value
        rows.append(
            [
                ui.day(date, short=True),
                ui["noData"] if missing else ui.number(value, 2),
                "–" if missing or before is None else ui.signed(value - before, 2),
                "–"
                if missing or climatology is None
                else ui.signed(value - float(climatology.mean[dayofyear_of(date) - 1]), 2),
                "–" if missing else ui["preliminary" if series.status[i] == Status.PRELIMINARY else "final"],
            ]
        )
    return rows
