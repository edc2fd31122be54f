"""Rules that every chart of the catalogue inherits, and proof that each can be broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import climtrack
from climtrack.reporter.canvas import Canvas
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.fonts import Line
from climtrack.reporter.render import draw
from climtrack.reporter.theme import THEMES
from climtrack.vocabulary.calendar import DAYS
from tests.reporter.pictures import subject
from tests.reporter.rules import illegible, leap_steps
from tests.reporter.studies import sample


def drawn(chart: str, preset: str = "phone", theme: str = "light") -> Canvas:
    """A chart of the sample."""
    shown, options = subject(chart, [sample("nh"), sample("sh"), sample("natlan", "sst")])
    return draw(chart, shown, preset=preset, theme=theme, language="en", **options)


#: Every chart is composed for the first two, the animation for its own alone.
SIZES = {"post", "phone", "motion"}


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_text_stands_out_from_what_lies_behind_it(chart: str, theme: str) -> None:
    """Against the pixels of its own place, not against the paper alone."""
    for preset in SIZES & {*CHARTS[chart].presets}:
        assert not illegible(drawn(chart, preset, theme))


@pytest.mark.parametrize("chart", CHARTS)
def test_no_line_jumps_on_the_leap_day(chart: str) -> None:
    """A common year steps over 29 February, a wash takes it from its neighbours."""
    for preset in SIZES & {*CHARTS[chart].presets}:
        assert not leap_steps(drawn(chart, preset))


def test_a_pale_label_is_found() -> None:
    """Grey on white is not enough."""
    canvas = drawn("year_lines")
    canvas.text("label", 40, 400, Line("pale", "regular", 13, "#D9D9D9"))
    assert [text for text in illegible(canvas) if "pale" in text]


def test_a_spike_is_found() -> None:
    """A mean of leap years alone stands out among those of all years, in a line and in a wash."""
    canvas = drawn("year_lines")
    axes, xs = canvas.figure.axes[0], np.arange(DAYS) + 0.5
    ys = np.where(np.arange(DAYS) == 59, 16.0, 15.0 + np.sin(xs / 58))
    axes.plot(xs, ys, gid="spiked")
    axes.fill_between(xs, ys - 1, ys, gid="wash")
    assert {step.split()[0] for step in leap_steps(canvas)} == {"spiked", "wash"}


DECADES = '''
"""decade_means: how warm was each decade?"""

import numpy as np

from climtrack.reporter import means
from climtrack.reporter.chart import Chart, Draft
from climtrack.reporter.layout import page


def _decades(study):
    years = means.annual(study)
    return {10 * d: np.mean([years[y] for y in years if y // 10 == d]) for d in sorted({y // 10 for y in years})}


def tell(each):
    (phrases,) = each
    titles = phrases.titles("title.value", value=phrases.value, day=phrases.day_month)
    short = phrases.alts_short("alt.short.bars")
    return Draft(each, titles=titles, subtitles=titles, lead=phrases.averaged(), alts_short=short, alts=short)


def table(studies):
    return ("decade", "anomaly"), list(_decades(studies[0]).items())


def draw(canvas, studies, words):
    found = _decades(studies[0])
    panel = canvas.panel(page(canvas, words, studies[0], []), (1930.0, 2030.0), (-2.0, 2.0))
    panel.axes.bar(list(found), list(found.values()), width=8, color=canvas.theme.warmer)


CHART = Chart("decade_means", 15, tell, draw, table)
'''
ASKING = """
from climtrack.cli.app import main
from climtrack.reporter.charts import CHARTS
print(list(CHARTS)[1:4])
try:
    main(["report", "--region", "nh", "--variable", "air", "--chart", "decade-means,records", "--preset", "phone",
          "--lang", "en,es", "--offline", "--out", "report"])
except SystemExit as left:
    assert not left.code, left.code
"""


def test_a_chart_is_one_file(tmp_path: Path) -> None:
    """A copy of the package with one module more: the catalogue and a report in two languages have it."""
    package = Path(climtrack.__file__).parent
    shutil.copytree(package, tmp_path / "climtrack", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "climtrack/reporter/charts/decade_means.py").write_text(DECADES)
    env = os.environ | {"PYTHONPATH": str(tmp_path), "CLIMTRACK_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "-c", ASKING], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "['year_lines', 'decade_means', 'anomaly']" in done.stdout
    assert len(list((tmp_path / "report").glob("nh-air.decade-means.phone.*.png"))) == 2
    assert "nh-air.decade-means.phone.en.png" in (tmp_path / "report/report.md").read_text()
    assert (tmp_path / "report/nh-air.decade-means.csv").read_text().splitlines()[-1].startswith("2020,")
