"""
The errors a user may meet; anything else is a bug.

::

    ClimtrackError
    ├── ConfigError                            the key, and what was expected
    │   └── ExtraMissing                       an optional package, and how to install it
    ├── FetchError                             the url
    │   ├── SourceUnavailable                  try again later: the only one retried
    │   └── SourceChanged                      the payload is not what we know: a person must look
    ├── SeriesError                            the key, and the days at fault
    ├── StoreError                             the file
    │   ├── SeriesNotFound
    │   ├── StoreBusy                          another refresh holds the writer's lock
    │   ├── StoreNewer                         a newer climtrack wrote it: to be read at most
    │   ├── StoreDamaged                       a file does not hold what the manifest says
    │   └── DiskError                          this computer: full, read-only, not ours
    ├── AnalysisError
    │   └── BaselineNotCovered
    ├── RenderError                            the chart, and why it cannot be drawn
    └── PublishError
"""

from __future__ import annotations

from pathlib import Path


class ClimtrackError(Exception):
    """What went wrong, in one line, and what to do about it."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        what = self.what if self.what.endswith("?") else f"{self.what}."
        return f"{what} {self.remedy}." if self.remedy else what


class ConfigError(ClimtrackError):
    """A setting, option or argument that cannot be used."""


class ExtraMissing(ConfigError):
    """An optional package that a command needs and that is not installed."""


class FetchError(ClimtrackError):
    """A download that gave no series."""

    def __init__(self, what: str, remedy: str = "", *, url: str = "", body: bytes = b"") -> None:
        super().__init__(what, remedy)
        self.url = url
        self.body = body


class SourceUnavailable(FetchError):
    """The source did not answer, or asked to be left alone for a while."""

    def __init__(
        self,
        what: str,
        remedy: str = "",
        *,
        url: str = "",
        body: bytes = b"",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what, remedy, url=url, body=body)
        self.retry_after = retry_after


class SourceChanged(FetchError):
    """The source answered with something that is not the series we know."""


class SeriesError(ClimtrackError):
    """A series that contradicts itself."""


class StoreError(ClimtrackError):
    """The store cannot do what was asked."""

    def __init__(self, what: str, remedy: str = "", *, path: Path | None = None) -> None:
        super().__init__(what, remedy)
        self.path = path


class SeriesNotFound(StoreError):
    """Nothing is stored under this key."""


class StoreBusy(StoreError):
    """Another process is writing."""


class StoreNewer(StoreError):
    """A newer climtrack wrote this store: this one reads what it can and writes nothing."""


class StoreDamaged(StoreError):
    """A stored file does not hold what was written."""


class DiskError(StoreError):
    """The computer refused: no space, no permission, no such folder."""


class AnalysisError(ClimtrackError):
    """A question that these data cannot answer."""


class BaselineNotCovered(AnalysisError):
    """The series lacks days of the baseline."""


class RenderError(ClimtrackError):
    """A chart that cannot be drawn from these data."""


class PublishError(ClimtrackError):
    """The published folder cannot be written."""
