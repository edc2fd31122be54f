"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
import os
import re
from calendar import monthrange
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from climtrack.errors import ConfigError
from climtrack.vocabulary.registry import folded, unaccented

if TYPE_CHECKING:
    from climtrack.config import Config
    from climtrack.publish.server import ServeSettings
    from climtrack.vocabulary.registry import Baseline
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

    return _offered(incomplete, ("auto", *BASELINES))


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


#: Years that `CLIMTRACK_NOW` may set: the sea has a whole year, and nanoseconds since 1970 still fit.
YEARS = 1983, 2261
#: Where a day begins first.
EASTERNMOST = dt.timedelta(hours=14)

ConfigPath = Annotated[Path | None, typer.Option("--config", metavar="FILE", show_default=False)]
Regions = Annotated[list[str] | None, typer.Option("--region", "-r", metavar="NAME[,NAME]", autocompletion=regions)]
Variables = Annotated[
    list[str] | None, typer.Option("--variable", "-v", metavar="air|sst|all", autocompletion=completion_variables)
]
Languages = Annotated[list[str] | None, typer.Option("--lang", "-l", metavar="en,es,es-MX", autocompletion=languages)]
TableLanguage = Annotated[
    str | None,
    typer.Option("--lang", "-l", metavar="en|es|es-MX", autocompletion=languages, callback=lambda text: _one(text)),
]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE")]
KnownOn = Annotated[str | None, typer.Option("--known-on", metavar="DATE")]
Offline = Annotated[bool, typer.Option("--offline")]
NoSample = Annotated[bool, typer.Option("--no-sample")]
Strict = Annotated[bool, typer.Option("--strict")]
Years = Annotated[str | None, typer.Option("--baseline", "-b", metavar="FIRST-LAST|auto", autocompletion=baselines)]
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


def table_language(text: str | None, settings: Config | None = None) -> Language:
    """Language of a table: the terminal's, as for ``--help``; the author's own on an English one; or that asked for."""
    from climtrack.cli.overview import terminal_language
    from climtrack.words.language import Language

    own = terminal_language(os.environ)
    if own == "en" and settings is not None:
        own = own_first(settings)[0]
    return Language(text or own)


def _one(text: str | None) -> str | None:
    """Code of one language; another is refused before anything is done, tables or JSON."""
    from climtrack.words.language import LANGUAGES

    if text is None:
        return None
    (code, *more) = tongues([text], ())
    if more:
        raise ConfigError("cli.one_language", known=LANGUAGES)
    return code


def now() -> dt.datetime:
    """The time, once per command; `CLIMTRACK_NOW` sets it for tests and for looking back."""
    text = os.environ.get("CLIMTRACK_NOW", "")
    if not text:
        return dt.datetime.now(dt.UTC).replace(microsecond=0)
    try:
        moment = dt.datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as problem:  # OverflowError: in UTC before the first year or after the last
        raise ConfigError("cli.bad_now", value=text[:40]) from problem
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise ConfigError("cli.far_now", date=moment.date(), first=str(YEARS[0]), last=str(YEARS[1]))
    return moment


# Dates as people write them: 2026-11-07, 7/11/2026, 7 Nov, 7 de noviembre de 2026, yesterday, hace 2 semanas.

_DAYS_AGO = {"today": 0, "hoy": 0, "now": 0, "ahora": 0, "yesterday": 1, "ayer": 1, "the day before yesterday": 2,
             "anteayer": 2, "antes de ayer": 2, "antier": 2}  # fmt: skip
_DAYS_IN = {"day": 1, "dia": 1, "week": 7, "semana": 7, "fortnight": 14, "quincena": 14}
_MONTHS_IN = {"month": 1, "mes": 1, "year": 12, "ano": 12}
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "dos": 2, "tres": 3, "cuatro": 4,
            "cinco": 5, "seis": 6, "quince": 15}  # fmt: skip
_LINKS = {"de", "del", "of", "on", "the", "el"}
_UNIT = rf"(?P<unit>{'|'.join((*_DAYS_IN, *_MONTHS_IN))})"
_AGO = re.compile(
    rf"(?:hace )?(?P<n>\d{{1,3}}|an?|one|una?|{'|'.join(_NUMBERS)}) {_UNIT}(?:e?s)?(?: ago)?"
    rf"|last {_UNIT.replace('unit', 'last')}|(?:el|la) {_UNIT.replace('unit', 'gone')} pasad[oa]"
)


def date(text: str | None) -> dt.date | None:
    """Date typed by the user."""
    return None if text is None else day(text)


def day(text: str) -> dt.date:
    """Date that must be there."""
    with suppress(ValueError):
        return dt.date.fromisoformat(text.strip().replace("/", "-"))
    with suppress(ValueError, IndexError, OverflowError, StopIteration):
        if (found := _spoken(text, now().date())) is not None:
            return found
    raise ConfigError("cli.bad_date", value=text[:40])


def _spoken(text: str, today: dt.date) -> dt.date | None:
    """Date in figures by the terminal's order, in words, or so long ago; where it names no year, the last one."""
    from babel import Locale
    from babel.dates import parse_date

    from climtrack.cli.overview import terminal_locale

    words = " ".join(unaccented(text).replace(",", " ").split())
    if words in _DAYS_AGO:
        return today - dt.timedelta(days=_DAYS_AGO[words])
    if found := _AGO.fullmatch(words):
        number, unit = found["n"] or "1", found["unit"] or found["last"] or found["gone"]
        n = int(number) if number.isdigit() else _NUMBERS.get(number, 1)
        if unit in _DAYS_IN:
            return today - dt.timedelta(days=n * _DAYS_IN[unit])
        year, month = divmod(12 * today.year + today.month - 1 - n * _MONTHS_IN[unit], 12)
        return dt.date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    days = {unaccented(name): n for one in ("en", "es") for n, name in Locale(one).days["format"]["wide"].items()}
    if (name := re.sub(r"^(last|el|este) | pasado$", "", words)) in days:
        return today - dt.timedelta(days=(today.weekday() - days[name] - 1) % 7 + 1)
    figures, order = re.split(r"[./-]", words), "en_US" if terminal_locale(os.environ) == "en_us" else "es"
    if len(figures) == 1 or not figures[1].isdigit():  # a month by its name, before or behind its day
        tokens = [word for word in re.sub(r"[.-]|(?<=\d)(?:st|nd|rd|th|o)\b", " ", words).split() if word not in _LINKS]
        months = {
            unaccented(name): n for one in ("en", "es") for n, name in Locale(one).months["format"]["wide"].items()
        }
        (named,) = [word for word in tokens if not word.isdigit()]
        number = next(str(n) for month, n in months.items() if len(named) > 2 and month.startswith(named))
        first, *rest = [word for word in tokens if word.isdigit()]
        figures, order = [first, number, *rest], "es"
    years = (today.year, today.year - 1) if len(figures) == 2 else (figures.pop(),)
    if len(figures) != 2 or not all(one.isdigit() for one in (*figures, str(years[0]))):
        return None
    dates = (parse_date(f"{'/'.join(figures)}/{year}", locale=order, format="short") for year in years)
    return next((one for one in dates if one <= today or len(years) == 1), None)


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

    try:
        return past(text, "--known-on", moment)
    except ConfigError as problem:
        if problem.id != "cli.bad_date":
            raise
    when = day_or_time(text)
    if isinstance(when, dt.datetime) and when > moment:
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
    spelled = {name.casefold(): name for name in known}
    words = [word.strip() for text in given or () for word in text.split(",")]
    words = [word for word in words if word] or words[:1]  # one that is empty is refused, as from an unset variable
    chosen = dict.fromkeys(spelled.get(word.casefold(), word) for word in words) or dict.fromkeys(default)
    for word in chosen:
        if known and word not in known:
            from climtrack.vocabulary.registry import unknown_name

            raise unknown_name(what, word, known, sorted(listed or known))
    return tuple(chosen)


def places(settings: Config, given: Iterable[str] | None, default: Iterable[str] = ()) -> tuple[str, ...]:
    """Short names of regions, which may be given by any name in either language."""
    return tuple(dict.fromkeys(settings.place(name) for name in several(given, default, (), "region")))


#: What people call a variable besides its option, as `folded` leaves it.
_VARIABLES = {"aire": "air", "sea": "sst", "mar": "sst", "todo": "all"}
#: What people call a language besides its code, as `folded` leaves it.
_LANGUAGES = {
    "english": "en",
    "ingles": "en",
    "spanish": "es",
    "espanol": "es",
    "castellano": "es",
    "mexicano": "es-MX",
}


def tongues(given: Iterable[str] | None, default: Iterable[str]) -> tuple[str, ...]:
    """Languages by code, locale or name: ``es``, ``es_ES``, ``spanish``, ``español``."""
    from climtrack.words.language import LANGUAGES

    named = {folded(code): code for code in LANGUAGES} | _LANGUAGES

    def code(word: str) -> str:
        return named.get(folded(word)) or (word[:2].lower() if word[2:3] in ("-", "_") else word)

    chosen = several(given, default, (), "language")
    return several(map(code, chosen), (), LANGUAGES, "language")


def own_first(settings: Config) -> tuple[str, ...]:
    """Languages of a text, the terminal's before the others, unless config.toml has a choice of its own."""
    from climtrack.cli.overview import terminal_language

    chosen = settings.report.languages
    if chosen != type(settings.report)().languages:
        return chosen
    own = terminal_language(os.environ)
    return (own, *(code for code in chosen if code[:2] != own[:2]))


def years(settings: Config, given: str | None) -> Baseline | None:
    """Years of the average; None for ``auto``, the usual ones that a series covers."""
    from climtrack.vocabulary.registry import Baseline

    if given is None:
        return settings.report.years
    return None if given.strip().casefold() == "auto" else Baseline.parse(given)


def variables(given: Iterable[str] | None, default: Iterable[str]) -> tuple[str, ...]:
    """Air, sea or both."""
    named = (_VARIABLES.get(folded(word), word) for word in several(given, default, (), "variable"))
    chosen = several(named, (), ("air", "sst", "all"), "variable")
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
