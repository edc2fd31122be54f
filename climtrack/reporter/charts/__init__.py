"""The catalogue of charts: every module of this folder is one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from climtrack.reporter.chart import Chart

_found: list[Chart] = [import_module(f"{__name__}.{module.name}").CHART for module in iter_modules(__path__)]
CHARTS: Mapping[str, Chart] = MappingProxyType(
    {chart.name: chart for chart in sorted(_found, key=lambda chart: (chart.order, chart.name))}
)
