"""Every picture that can be asked for, and what may be wrong with one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from climtrack.reporter.canvas import Canvas
from climtrack.reporter.charts import CHARTS
from climtrack.reporter.geometry import Rect
from climtrack.vocabulary.findings import Study
from tests.reporter.studies import sample_months


def subject(chart: str, studies: Sequence[Study]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a chart is drawn of, and its options; no studies where it takes more than there are."""
    spec, options = CHARTS[chart], {}
    air, sea = ([one for one in studies if one.series.key.variable == name] for name in ("t2m", "sst"))
    if spec.needs == "months":
        return (sample_months("nh"),), {}
    if spec.needs == "both":
        return (air[0], sea[0]) if air and sea else (), {}
    shown = tuple((air if len(air) > 1 else studies)[: spec.series[1]])
    if "since" in spec.options:
        options["since"] = studies[0].series.end - dt.timedelta(days=17)
    return shown if len(shown) >= spec.series[0] else (), options


def combinations_of(studies: Sequence[Study]) -> Iterator[tuple[str, str, tuple[Any, ...], dict[str, Any]]]:
    """Chart, preset, studies and options of every picture of some studies."""
    for name, chart in CHARTS.items():
        shown, options = subject(name, studies)
        if shown:
            for preset in chart.presets:
                yield name, preset, shown, options


def faults(canvas: Canvas) -> list[str]:
    """What is wrong with the places and sizes of the texts; nothing, in a good picture."""
    boxes, preset = canvas.boxes, canvas.preset
    inner = [(box.text, box.rect.grown(-0.3)) for box in boxes]
    found = [f"{a!r} touches {b!r}" for (a, one), (b, other) in combinations(inner, 2) if one.touches(other)]
    page = Rect(0, 0, preset.width, preset.height).grown(-preset.margin + 0.5, -8)
    found += [f"{b.text!r} leaves the margins" for b in boxes if not page.contains(b.rect)]
    for trace in canvas.traces:
        xs, ys = _dense(trace)
        for box in boxes:
            rect = box.rect.grown(0.8)
            if ((xs > rect.left) & (xs < rect.right) & (ys > rect.top) & (ys < rect.bottom)).any():
                found.append(f"{box.text!r} lies on this year's line")
    for line in canvas.named_lines():
        xs, ys = _dense(line)
        for leader in canvas.leaders:
            steps = np.linspace(leader[0], leader[1], 100)
            if xs.size and np.hypot(xs[:, None] - steps[:, 0], ys[:, None] - steps[:, 1]).min() < 0.2:
                found.append(f"a leader crosses a line near {leader[0].round()}")
    small = {"source", "notes", "warning"}
    found += [f"{b.text!r} is set in {b.size}" for b in boxes if b.size < (10.8 if b.name in small else 12.0)]
    return found


def _dense(trace: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Points along a line no more than two thirds of a day apart; pieces broken by gaps stay apart."""
    both = ~np.isnan(trace).any(axis=1)
    joined = both[1:] & both[:-1]
    starts, stops = trace[:-1][joined], trace[1:][joined]
    steps = np.linspace(0, 1, 4)[:, None, None]
    dense = (starts[None] * (1 - steps) + stops[None] * steps).reshape(-1, 2)
    return np.append(dense[:, 0], trace[both][:, 0]), np.append(dense[:, 1], trace[both][:, 1])
