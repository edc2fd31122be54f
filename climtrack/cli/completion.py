"""What the shell offers as values of an option, after a comma too; read from the registries when it asks."""

from __future__ import annotations

from collections.abc import Iterable


def _offered(incomplete: str, names: Iterable[str]) -> list[str]:
    """Names that go on from what is typed, the values before the last comma kept."""
    head, comma, last = incomplete.rpartition(",")
    taken = head.split(",")
    return [f"{head}{comma}{name}" for name in names if name.startswith(last) and name not in taken]


def regions(incomplete: str) -> list[str]:
    """Names of the regions."""
    from climtrack.vocabulary.regions import REGIONS

    return _offered(incomplete, REGIONS)


def baselines(incomplete: str) -> list[str]:
    """The named baselines."""
    from climtrack.vocabulary.baselines import BASELINES

    return _offered(incomplete, BASELINES)


def charts(incomplete: str) -> list[str]:
    """The charts as they are written on the command line."""
    from climtrack.reporter.charts import CHARTS

    return _offered(incomplete, [chart.slug for chart in CHARTS.values()])


def presets(incomplete: str) -> list[str]:
    """Sizes of a picture."""
    from climtrack.reporter.presets import PRESETS

    return _offered(incomplete, PRESETS)


def variables(incomplete: str) -> list[str]:
    """Air, sea, or both."""
    return _offered(incomplete, ("air", "sst", "all"))


def languages(incomplete: str) -> list[str]:
    """Languages of pictures and words."""
    return _offered(incomplete, ("en", "es", "es-MX"))
