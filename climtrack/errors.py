"""
What is said, as data, and the errors a user may meet; anything else is a bug.

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

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from climtrack.words.language import Language


@dataclass(frozen=True, slots=True, init=False)
class Notice:
    """
    Something to tell a reader: an id of the catalogues in ``words/locale`` and the facts that fill its sentence.

    `words.language.Language.say` makes the sentence, at the edge; nothing else builds one. The entry ``ID.remedy``,
    where there is one, says what to do.
    """

    id: str
    facts: Mapping[str, Any]

    def __init__(self, id: str, /, **facts: Any) -> None:  # noqa: A002 - the word of the catalogues
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "facts", facts)

    def __hash__(self) -> int:
        return hash((self.id, repr(self.facts)))

    def __str__(self) -> str:
        """What it says in English, without a full stop: for logs and tests."""
        return _english().what(self)

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "facts": {name: _to_json(fact) for name, fact in self.facts.items()}}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Notice:
        return cls(fields["id"], **{name: _from_json(fact) for name, fact in fields["facts"].items()})


def _to_json(fact: Any) -> Any:
    if isinstance(fact, Notice | ClimtrackError):
        return Notice(fact.id, **fact.facts).to_json()
    if isinstance(fact, list | tuple):
        return [_to_json(one) for one in fact]
    return fact if fact is None or isinstance(fact, bool | int | float | str) else str(fact)


def _from_json(fact: Any) -> Any:
    if isinstance(fact, list):
        return [_from_json(one) for one in fact]
    return Notice.from_json(fact) if isinstance(fact, dict) else fact


class ClimtrackError(Exception):
    """What went wrong and, where the catalogue has a remedy for it, what to do about it."""

    #: With which a command ends that cannot go on.
    exit_code = 2

    def __init__(self, id: str, /, **facts: Any) -> None:  # noqa: A002
        super().__init__(id)
        self.id = id
        self.facts = facts

    @property
    def notice(self) -> Notice:
        return Notice(self.id, **self.facts)

    @property
    def what(self) -> str:
        """What happened, in English, without a full stop."""
        return _english().what(self)

    @property
    def remedy(self) -> str:
        """What to do, in English, without a full stop, or nothing."""
        return _english().remedy(self)

    def __str__(self) -> str:
        return _english().say(self)


def _english() -> Language:
    from climtrack.words.language import Language  # the one import that points up: a traceback, too, shows a sentence

    return Language("en")


class ConfigError(ClimtrackError):
    """A setting, option or argument that cannot be used."""


class ExtraMissing(ConfigError):
    """An optional package that a command needs and that is not installed."""


class FetchError(ClimtrackError):
    """A download that gave no series."""

    exit_code = 4

    def __init__(self, id: str, /, *, url: str = "", body: bytes = b"", **facts: Any) -> None:  # noqa: A002
        super().__init__(id, **facts)
        self.url = url
        self.body = body


class SourceUnavailable(FetchError):
    """The source did not answer, or asked to be left alone for a while."""

    def __init__(self, id: str, /, *, retry_after: float | None = None, **facts: Any) -> None:  # noqa: A002
        super().__init__(id, **facts)
        self.retry_after = retry_after


class SourceChanged(FetchError):
    """The source answered with something that is not the series we know."""


class SeriesError(ClimtrackError):
    """A series that contradicts itself."""


class StoreError(ClimtrackError):
    """The store cannot do what was asked."""

    exit_code = 5

    def __init__(self, id: str, /, *, path: Path | None = None, **facts: Any) -> None:  # noqa: A002
        super().__init__(id, **facts)
        self.path = path


class SeriesNotFound(StoreError):
    """Nothing is stored under this key."""

    exit_code = 4  # nothing to show is nobody's fault


class StoreBusy(StoreError):
    """Another process is writing."""

    exit_code = 6


class StoreNewer(StoreError):
    """A newer climtrack wrote this store: this one reads what it can and writes nothing."""


class StoreDamaged(StoreError):
    """A stored file does not hold what was written."""


class DiskError(StoreError):
    """The computer refused: no space, no permission, no such folder; `stored`: after new data had been stored."""

    def __init__(self, id: str, /, *, path: Path | None = None, stored: bool = False, **facts: Any) -> None:  # noqa: A002
        super().__init__(id, path=path, stored=stored, **facts)


class AnalysisError(ClimtrackError):
    """A question that these data cannot answer."""


class BaselineNotCovered(AnalysisError):
    """The series lacks days of the baseline."""


class RenderError(ClimtrackError):
    """A chart that cannot be drawn from these data."""


class PublishError(ClimtrackError):
    """The published folder cannot be written."""
