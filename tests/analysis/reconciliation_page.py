"""
Write docs/reconciliation.md: published figures beside ours.

Run ``python -m tests.analysis.reconciliation_page SHARED_DATA`` after a change; the test next door compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

from climtrack.analysis.reconciliation import reconcile
from climtrack.vocabulary.findings import Reconciled, Unknown
from climtrack.vocabulary.series import Series, SeriesKey
from tests.analysis.build import pulse, real

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reconciliation.md"

FILES = {
    "era5.t2m.world": "climate_reanalyzer_constructed/2026-02-08/clim/t2_daily/json/era5_world_t2_day.json",
    "era5.t2m.nh": "climate_reanalyzer_constructed/2024-07-05/clim/t2_daily/json/era5_nh_t2_day.json",
    "cfsr.t2m.world": "climate_reanalyzer/2023-12-01/clim/t2_daily/json/cfsr_world_t2_day.json",
    "oisst.sst.natlan": "climate_reanalyzer/2026-08-22/clim/sst_daily/json_2clim/oisst2.1_natlan_sst_day.json",
    "oisst.sst.world2": "climate_reanalyzer/2026-08-22/clim/sst_daily/json_2clim/oisst2.1_world2_sst_day.json",
    "climate-pulse.sst.world2": "climate_pulse/2024-02-23/era5_daily_series_sst_60S-60N.csv",
}

#: Why ours differs, by what the figure is and its period.
NOTES = (
    (
        {("days above the record of August 2016", "2023-07-03/2024-07-21")},
        "Four of the days lie less than 0.012 °C above the bar, closer than the two reductions of the same ERA5 hours "
        "agree (0.03 °C at most); Copernicus counts one of them out.",
    ),
    (
        {
            ("day above 1991–2020", "2023-11-17"),
            ("day above 1850–1900", "2023-11-17"),
            ("day above 1850–1900, provisional", "2023-11-18"),
        },
        "Published from provisional data against the normal then in use; Copernicus's own file of February 2024 gives "
        "+1.16 and +1.15 °C above 1991–2020 for 17 and 18 November, and ours lie within 0.01 °C of that.",
    ),
)

HEAD = """\
# Published figures beside ours

Every published figure that we know for these series, with what climtrack computes from stored copies of the feeds
(world air to 2 February 2026, sea to 21 August 2026, Climate Pulse to 21 February 2024). A figure agrees within
0.01 °C, or within half of the last digit where it was published with one decimal; counts agree exactly. This page is
written by `python -m tests.analysis.reconciliation_page SHARED_DATA`, and a test keeps it true.

| series | figure | period | published | ours | difference | | source |
| --- | --- | --- | ---: | ---: | ---: | --- | --- |
"""


def held(shared_data: Path) -> dict[SeriesKey, Series]:
    """The series that the page is made from."""
    found = {}
    for key, file in FILES.items():
        path = shared_data / file
        series = pulse(path, key)[0] if path.suffix == ".csv" else real(path, key)
        found[series.key] = series
    return found


def page(rows: tuple[Reconciled, ...]) -> str:
    """The page."""
    lines = []
    for row in rows:
        figure = row.published
        places = 0 if figure.decimals == 0 else 3
        if isinstance(row.ours, Unknown) or isinstance(row.difference, Unknown):
            ours = difference = "–"
            verdict = "not in the stored files"
        else:
            ours = f"{row.ours:.{places}f}"
            difference = f"{row.difference:+.{places}f}".replace("-", "−")
            verdict = "agrees" if row.agrees else "**differs**"
        for number, (figures, _) in enumerate(NOTES, start=1):
            if (str(figure.quantity), figure.period) in figures:
                verdict += f" [{number}]"
        lines.append(
            f"| `{figure.key}` | {figure.quantity} | {figure.period.replace('/', ' to ')} "
            f"| {figure.value:.{figure.decimals}f} | {ours} | {difference} | {verdict} | {figure.source} |"
        )
    known = [row for row in rows if not isinstance(row.ours, Unknown)]
    tail = [
        "",
        f"{sum(row.agrees for row in known)} of the {len(known)} figures that the files allow agree.",
        "",
        *(f"{i}. {note}" for i, (_, note) in enumerate(NOTES, start=1)),
    ]
    return HEAD + "\n".join([*lines, *tail]) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(reconcile(held(Path(sys.argv[1])))), encoding="utf-8")
