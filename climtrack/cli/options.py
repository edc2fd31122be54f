"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.errors import ConfigError

if TYPE_CHECKING:
    from climtrack.config import Config
    from climtrack.publish.server import ServeSettings
    from climtrack.words.language import Language


# What the shell offers as values of an option, after a comma too; read from the registries when it asks.


def _offered(incomplete: str, names: Iterable[str]) -> list[str]:
    """Names that go on from what is typed, the values before the last comma kept."""
    head, comma, last = incomplete.rpartition(",")
    taken = head.split(",")
    return [f"{head}{comma}{name}" for name in names if name.startswith(last) and name not in taken]


def regions(incomplete: str) -> list[str]:
    from climtrack.vocabulary.registry import REGIONS

    return _offered(incomplete, REGIONS)


def baselines(incomplete: str) -> list[str]:
    from climtrack.vocabulary.registry import BASELINES

    return _offered(incomplete, BASELINES)


def charts(incomplete: str) -> list[str]:
    from climtrack.reporter.charts import CHARTS

    return _offered(incomplete, [chart.slug for chart in CHARTS.values()])


def presets(incomplete: str) -> list[str]:
    from climtrack.reporter.theme import PRESETS

    return _offered(incomplete, PRESETS)


def completion_variables(incomplete: str) -> list[str]:
    return _offered(incomplete, ("air", "sst", "all"))


def languages(incomplete: str) -> list[str]:
    return _offered(incomplete, ("en", "es", "es-MX"))


#: Where a day begins first.
EASTERNMOST = dt.timedelta(hours=14)

ConfigPath = Annotated[Path | None, typer.Option("--config", metavar="FILE", show_default=False)]
Regions = Annotated[list[str] | None, typer.Option("--region", "-r", metavar="NAME[,NAME]", autocompletion=regions)]
Variables = Annotated[
    list[str] | None, typer.Option("--variable", "-v", metavar="air|sst|all", autocompletion=completion_variables)
]
Languages = Annotated[list[str] | None, typer.Option("--lang", "-l", metavar="en,es,es-MX", autocompletion=languages)]
TableLanguage = Annotated[str | None, typer.Option("--lang", "-l", metavar="en|es|es-MX", autocompletion=languages)]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE")]
KnownOn = Annotated[str | None, typer.Option("--known-on", metavar="DATE")]
Offline = Annotated[bool, typer.Option("--offline")]
NoSample = Annotated[bool, typer.Option("--no-sample")]
Strict = Annotated[bool, typer.Option("--strict")]
Years = Annotated[str | None, typer.Option("--baseline", "-b", metavar="FIRST-LAST", autocompletion=baselines)]
Public = Annotated[bool, typer.Option("--public")]
Json = Annotated[bool, typer.Option("--json")]


def configuration(path: Path | None) -> Config:
    from climtrack.config import load

    settings = load(path, os.environ)
    _keep_fonts(settings.home)
    return settings


def _keep_fonts(folder: Path) -> None:
    """Have matplotlib keep its list of fonts here where the user has no home, as a service: it would complain else."""
    with suppress(RuntimeError):  # a user whom the system does not know
        if Path.home().is_dir() and os.access(Path.home(), os.W_OK):
            return
    os.environ.setdefault("MPLCONFIGDIR", str(folder / "matplotlib"))


def table_language(text: str | None) -> Language:
    """Language of a table: that of the terminal, as for ``--help``, unless another is asked for."""
    from climtrack.cli.overview import terminal_language
    from climtrack.words.language import LANGUAGES, Language

    chosen = several([text or terminal_language(os.environ)], (), LANGUAGES, "language")
    if len(chosen) != 1:
        raise ConfigError("cli.one_language", known=LANGUAGES)
    return Language(chosen[0])


def now() -> dt.datetime:
    """The time, once per command; `CLIMTRACK_NOW` sets it for tests and for looking back."""
    text = os.environ.get("CLIMTRACK_NOW", "")
    if not text:
        return dt.datetime.now(dt.UTC).replace(microsecond=0)
    try:
        moment = dt.datetime.fromisoformat(text)
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as problem:  # OverflowError: in UTC before the first year or after the last
        raise ConfigError("cli.bad_now", value=text[:40]) from problem


def date(text: str | None) -> dt.date | None:
    """Date typed by the user."""
    return None if text is None else day(text)


def day(text: str) -> dt.date:
    """Date that must be there."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as problem:
        raise ConfigError("cli.bad_date", value=text[:40]) from problem


def past(text: str | None, option: str, moment: dt.datetime) -> dt.date | None:
    """Date typed by the user that has come already."""
    day = date(text)
    if day is not None and day > (moment + EASTERNMOST).date():
        raise ConfigError("cli.future", option=option, date=day, today=moment.date())
    return day


def knowledge(text: str | None, moment: dt.datetime) -> dt.date | dt.datetime | None:
    """Day or time typed by the user, up to which something is to be known; it has come already."""
    if text is None:
        return None
    from climtrack.vocabulary.calendar import day_or_time

    when = day_or_time(text)
    if not isinstance(when, dt.datetime):
        return past(text, "--known-on", moment)
    if when > moment:
        raise ConfigError("cli.future", option="--known-on", date=text[:40], today=moment.date())
    return when


def several(
    given: Iterable[str] | None,
    default: Iterable[str],
    known: Collection[str],
    what: str,
    *,
    listed: Collection[str] = (),
) -> tuple[str, ...]:
    """Values of an option that takes commas and repetition; what is `listed`, else `known`, answers an unknown one."""
    words = [word.strip() for text in given or () for word in text.split(",")]
    chosen = dict.fromkeys(word for word in words if word) or dict.fromkeys(default)
    for word in chosen:
        if known and word not in known:
            from climtrack.config import unknown

            raise ConfigError("config.unknown_name", what=unknown(what, word, known), known=sorted(listed or known))
    return tuple(chosen)


def variables(given: Iterable[str] | None, default: Iterable[str]) -> tuple[str, ...]:
    """Air, sea or both."""
    chosen = several(given, default, ("air", "sst", "all"), "variable")
    return ("air", "sst") if "all" in chosen else chosen


def serving(settings: Config, *, host: str | None = None, port: int | None = None, public: bool) -> ServeSettings:
    """How the site is to be served."""
    from urllib.parse import urlsplit

    from climtrack.publish.server import ServeSettings

    name = urlsplit(settings.publish.public_url).hostname
    chosen = ServeSettings(
        host or settings.serve.host, settings.serve.port if port is None else port, frozenset({name} if name else ())
    )
    if not chosen.loopback and not public:
        raise ConfigError("cli.public_host", host=chosen.host[:40])
    return chosen
