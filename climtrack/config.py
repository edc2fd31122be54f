"""config.toml → frozen Config: the only place that reads settings and the environment."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from platformdirs import user_config_path, user_data_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from climtrack.errors import ClimtrackError, ConfigError, DiskError, SeriesError
from climtrack.files import disk_error, shortened
from climtrack.vocabulary.registry import PRODUCTS, REGIONS, VARIABLES, Baseline, Region
from climtrack.vocabulary.series import SeriesKey

# Mistakes in config.toml: what is wrong, on which line, and what was perhaps meant; all of them at once.


#: Mistakes that are told one by one.
MOST = 20


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong."""

    where: tuple[str, ...]  # Tables and key; items of a list by number
    what: str  # The problem and the remedy, without a full stop


def mistakes(problem: ValidationError, model: type[BaseModel]) -> tuple[Mistake, ...]:
    """What a model says is wrong, in our words."""
    errors = problem.errors(include_url=False)
    deeper = {error["loc"][:-1] for error in errors}  # a list with a bad item is also called too short
    found = []
    for error in (error for error in errors if error["loc"] not in deeper):
        where = tuple(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            detail = f"unknown key{meant(where[-1], _siblings(where[:-1], model))}; remove or correct it"
        else:
            detail = error["msg"].removeprefix("Value error, ")
            detail = detail[0].lower() + detail[1:]
            if error["type"] not in {"value_error", "missing"}:
                shown = repr(error.get("input"))
                detail = f"{shown if len(shown) <= 40 else shown[:39] + '…'}: {detail}"
        found.append(Mistake(where, detail))
    return tuple(found)


def names(table: Mapping[str, Any], *, usual: frozenset[str] = frozenset()) -> tuple[Mistake, ...]:
    """Names of regions, charts, sizes and colours that nothing is known of."""
    return (*_regions(table), *_pictures(table, usual), *_theme(table), *_twice(table))


def told(wrong: Iterable[Mistake], path: Path | None, text: str) -> str:
    """Every mistake as ``file:line: key: problem; remedy``, one line each."""
    lines = []
    listed = list(wrong)
    for one in listed[:MOST]:
        place = f"{shortened(path, 110)}:{_line(text, one.where)}" if path else "CLIMTRACK_BASE_URL"
        lines.append(f"{place}: {'.'.join(one.where)[:60]}: {one.what}"[:198])
    if len(listed) > MOST:
        lines.append(f"… and {len(listed) - MOST:,} more mistakes.")
    return "\n".join(lines)


def syntax(problem: Exception, path: Path) -> tuple[str, str]:
    """What a parser's complaint means."""
    found = re.search(r"\(at line (\d+), column \d+\)", str(problem))
    line = found.group(1) if found else "1"
    what = re.sub(r"\s*\(at .*\)", "", str(problem))[:80].lower()
    told_of = f"{shortened(path, 110)}:{line}: not TOML: {what}"
    return told_of, "Mend that line; `climtrack init` writes a sound file to compare with"


def meant(word: str, known: Iterable[str]) -> str:
    """The known word nearest to a mistyped one, as a question."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _regions(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Regions that are neither built in nor the user's own."""
    own = _inside(table, "regions")
    known = {*REGIONS, *own}
    for section in ("report", "refresh"):
        for n, name in _texts(table, section, "regions"):
            if name not in known:
                yield Mistake((section, "regions", n), _unknown("region", name, known))
    seen: set[str] = set()
    entries = table.get("endpoints")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        key = entry.get("key") if isinstance(entry, Mapping) else None
        if not isinstance(key, str) or key.count(".") < 2:
            continue
        region = key.split(".", 2)[2]
        if region not in known:
            what = f"{_unknown('region', region, known, listed=False)}; describe it under [regions.{region[:40]}]"
            yield Mistake(("endpoints", str(number), "key"), what)
        if key in seen:
            yield Mistake(("endpoints", str(number), "key"), f"{key[:40]!r} stands here twice; remove one")
        seen.add(key)


def _pictures(table: Mapping[str, Any], usual: frozenset[str]) -> Iterator[Mistake]:
    """Charts and sizes that do not exist."""
    asked = [
        (section, key, n, name)
        for section, key in (("report", "charts"), ("refresh", "charts"), ("report", "presets"))
        for n, name in _texts(table, section, key)
        if name not in usual
    ]
    if not asked:
        return
    from climtrack.reporter.charts import CHARTS
    from climtrack.reporter.theme import PRESETS

    known = {"charts": [*(chart.slug for chart in CHARTS.values()), "all"], "presets": list(PRESETS)}
    for section, key, n, name in asked:
        if name.replace("_", "-") not in known[key]:
            yield Mistake((section, key, n), _unknown(key[:-1], name, known[key]))


def _theme(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Colours that no theme has or that nobody could read, and a credit line too long."""
    own = _inside(table, "theme")
    common = {"credit": own["credit"]} if isinstance(own.get("credit"), str) and own["credit"] else {}
    for name in ("light", "dark"):
        chosen = {role: ink for role, ink in _inside(own, name).items() if isinstance(ink, str)}
        if not (chosen or (common and name == "light")):
            continue
        from climtrack.reporter.theme import COLOURS, themed

        strangers = [role for role in chosen if role not in COLOURS]
        for role in strangers:
            yield Mistake(("theme", name, role), _unknown("colour", role, COLOURS))
        try:
            if not strangers and all(re.fullmatch("#[0-9a-fA-F]{6}", ink) for ink in chosen.values()):
                themed(name, {**common, **chosen})
        except ConfigError as problem:
            key = ("theme", "credit") if ".credit" in problem.what.partition(" ")[0] else ("theme", name)
            yield Mistake(key, f"{problem.what.partition(' ')[2]}; {problem.remedy}")


def _twice(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Names and hours that stand in a list more than once: a region would be published twice."""
    for section, key in (
        *(("report", key) for key in ("regions", "variables", "languages", "charts", "presets", "themes", "formats")),
        ("refresh", "regions"), ("refresh", "charts"), ("schedule", "hours"),
    ):  # fmt: skip
        items = _inside(table, section).get(key)
        seen: list[object] = []
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if item in seen:
                yield Mistake((section, key, str(number)), f"{str(item)[:40]!r} stands here twice; remove one")
            elif isinstance(item, str | int) and len(seen) < 1000:
                seen.append(item)


def _inside(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table inside a table; empty where it is something else."""
    inner = table.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _texts(table: Mapping[str, Any], section: str, key: str) -> list[tuple[str, str]]:
    """Texts of a list, with their numbers."""
    items = _inside(table, section).get(key)
    return [(str(n), item) for n, item in enumerate(items if isinstance(items, list) else ()) if isinstance(item, str)]


def _unknown(kind: str, name: str, known: Iterable[str], *, listed: bool = True) -> str:
    """What is said of a name that nothing is known of."""
    near = meant(name, known)
    more = "" if near or not listed else f"; known are {', '.join(sorted(known))[:110]}"
    return f"unknown {kind} {name[:40]!r}{near or more}"


def _siblings(where: Sequence[str], model: type[BaseModel]) -> list[str]:
    """Keys that a table knows."""
    for part in where:
        field = model.model_fields.get(part)
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def _line(text: str, where: Sequence[str]) -> int:
    """Line on which a key stands; its table's line, or 1, where it does not stand by itself."""
    names = [part for part in where if not part.isdigit()]
    entry = int(where[1]) if len(where) > 1 and where[0] == "endpoints" and where[1].isdigit() else None
    table: list[str] = []
    best, entries = 1, -1
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            table = [part.strip(" \"'") for part in bare.strip("[]").split("]")[0].split(".")]
            entries += bare.startswith("[[") and table == ["endpoints"]
            if names[: len(table)] == table and entry in (None, entries):
                best = number
        elif "=" in bare:
            key = [part.strip(" \"'") for part in bare.split("=", 1)[0].split(".")]
            if [*table, *key] == names[: len(table) + len(key)] and (table != ["endpoints"] or entry == entries):
                return number
    return best


# Settings: the tables of config.toml as values, with their defaults and what each of them may hold.


def _shaped(pattern: str, remedy: str) -> AfterValidator:
    """A text of a certain shape; a reader is told how to write it, not the pattern."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{shown if len(shown := repr(text)) <= 40 else shown[:39] + '…'}: {remedy}")
        return text

    return AfterValidator(checked)


Name = Annotated[
    str, _shaped(r"[a-z0-9][a-z0-9.]{0,39}", "write small letters a to z, digits and dots, at most 40, no dot first")
]
Colour = Annotated[str, _shaped("#[0-9a-fA-F]{6}", "write it as #RRGGBB, for example #D55E00")]
Text = Annotated[str, Field(max_length=200)]

#: A host of the Internet by name, or by address in brackets.
_HOST = r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?|\[[0-9A-Fa-f:.]{2,45}\]"


def _place(text: str) -> str:
    """A path that this computer can take; a tilde stands for a home folder that there is."""
    if "\0" in text:
        raise ValueError("a path cannot hold a NUL character; write another")
    try:
        Path(text).expanduser()
    except RuntimeError as problem:
        owner = text.replace("\\", "/").partition("/")[0]
        raise ValueError(f"there is no home folder {owner[:40]!r}; write the path in full") from problem
    return text


Place = Annotated[str, AfterValidator(_place)]
Word = Annotated[str, _shaped(r"[^\x00]*", "leave the NUL character out")]


class Section(BaseModel):
    """A table of config.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ReportSettings(Section):
    """What `report` draws when the command line does not say otherwise."""

    regions: tuple[Name, ...] = Field(("nh",), min_length=1)
    variables: tuple[Literal["air", "sst"], ...] = Field(("air", "sst"), min_length=1)
    languages: tuple[Literal["en", "es", "es-MX"], ...] = Field(("en", "es"), min_length=1)
    baseline: str = "1991-2020"
    charts: tuple[str, ...] = Field(("year-lines", "anomaly", "year-over-year"), min_length=1)
    presets: tuple[str, ...] = Field(("wide", "email"), min_length=1)
    themes: tuple[Literal["light", "dark"], ...] = Field(("light",), min_length=1)
    formats: tuple[Literal["png", "svg", "webp", "pdf"], ...] = Field(("png",), min_length=1)
    folder: Place = Field("climtrack-report", min_length=1)

    @field_validator("baseline")
    @classmethod
    def _years(cls, text: str) -> str:
        try:
            return str(Baseline.parse(text))
        except ConfigError as problem:
            raise ValueError(f"{problem.what}; {problem.remedy}") from problem


class FetchSettings(Section):
    """How the source is asked."""

    base_urls: tuple[str, ...] = Field(("https://climatereanalyzer.org/", "https://cr.acg.maine.edu/"), min_length=1)
    user_agent: Annotated[str, _shaped("[ -~]{0,200}", "write at most 200 characters, without accents")] = ""
    connect_timeout: float = Field(5.0, gt=0, le=30)
    read_timeout: float = Field(10.0, gt=0, le=30)
    total_timeout: float = Field(30.0, gt=0, le=120)
    cross_check: bool = True
    cross_check_url: str = "https://sites.ecmwf.int/data/climatepulse/data/series/"

    @field_validator("base_urls")
    @classmethod
    def _addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_base_url(url) for url in urls)

    @field_validator("cross_check_url")
    @classmethod
    def _address(cls, url: str) -> str:
        return _base_url(url)


class EndpointSettings(Section):
    """A series that the built-in table does not know."""

    key: str
    path: Annotated[
        str,
        _shaped(
            "[A-Za-z0-9_-][A-Za-z0-9_./-]{0,199}", "write letters a to z, digits, dots, dashes, slashes, at most 200"
        ),
    ]
    data_source: str = ""

    @field_validator("path")
    @classmethod
    def _below(cls, path: str) -> str:
        if ".." in path.split("/"):
            raise ValueError(f"{path[:40]!r} leads out of the source's folder; write the path below base_urls")
        return path

    @field_validator("key")
    @classmethod
    def _known(cls, text: str) -> str:
        try:
            key = SeriesKey.parse(text)
        except SeriesError as problem:
            raise ValueError(f"{problem.what}; {problem.remedy}") from problem
        for name, known in ((key.product, PRODUCTS), (key.variable, VARIABLES)):
            if name not in known:
                raise ValueError(f"{name!r} is unknown{meant(name, known)}")
        return text


class RegionSettings(Section):
    """A region of the user's own."""

    title: Text = Field(min_length=1)
    title_es: Text = ""
    outline: Place = ""
    south: float = Field(-90.0, ge=-90, le=90)
    north: float = Field(90.0, ge=-90, le=90)
    west: float = Field(-180.0, ge=-180, le=360)
    east: float = Field(180.0, ge=-180, le=360)

    @model_validator(mode="after")
    def _placed(self) -> RegionSettings:
        missing = {"south", "north"} - self.model_fields_set
        if missing and not self.outline:
            raise ValueError(f"{' and '.join(sorted(missing))} missing; write both, or an outline")
        if not self.outline and self.south >= self.north:
            raise ValueError(f"south {self.south:g} is not below north {self.north:g}; swap them")
        return self


class GridSettings(Section):
    """Where gridded data are downloaded."""

    source: Literal["ncei", "aws", "psl", "psl-opendap"] = "ncei"
    bases: dict[Literal["ncei", "aws", "psl", "psl-opendap"], str] = Field(default_factory=dict)

    @field_validator("bases")
    @classmethod
    def _addresses(cls, bases: dict[str, str]) -> dict[str, str]:
        return {name: _base_url(url) for name, url in bases.items()}


class RefreshSettings(Section):
    """One unattended round."""

    regions: tuple[Name, ...] = Field(("nh", "sh", "world"), min_length=1)
    charts: tuple[str, ...] = ()
    publish: bool = True


class ScheduleSettings(Section):
    """When the unattended round runs."""

    hours: tuple[Annotated[int, Field(ge=0, le=23)], ...] = Field((17,), min_length=1)
    zone: str = "UTC"
    jitter: int = Field(1800, ge=0, le=7200)
    retry_minutes: int = Field(120, ge=10, le=1440)
    stale_days: int = Field(10, ge=1, le=366)

    @field_validator("zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as problem:
            raise ValueError(f"{name[:40]!r} is no time zone; write an IANA name such as Europe/Madrid") from problem
        return name


class NotifySettings(Section):
    """Who is told of failure and recovery."""

    command: tuple[Word, ...] = ()
    webhook: str = ""

    @field_validator("webhook")
    @classmethod
    def _address(cls, url: str) -> str:
        found = re.fullmatch(rf"https://({_HOST})(:([0-9]{{1,5}}))?([/?][!-~]*)?", url)
        if url and (not found or not 0 < int(found[3] or 443) < 65536):
            raise ValueError("write an https:// address")
        return url


class PublishSettings(Section):
    """The published site."""

    folder: Place = Field("climtrack-site", min_length=1)
    public_url: str = ""
    title: Text = "climtrack"
    max_megabytes: int = Field(500, ge=10)
    prune: bool = False

    @field_validator("public_url")
    @classmethod
    def _address(cls, url: str) -> str:
        try:
            if url and not (
                re.fullmatch(r"https?://[^\s\x00-\x1f\x7f\"'<>]+", url)
                and urlsplit(url).hostname
                and urlsplit(url).port != 0
            ):
                raise ValueError
        except ValueError as problem:  # a bracket left open, a port beyond the last
            raise ValueError(
                f"{url[:40]!r}: write the site's address, such as https://example.org/climate/"
            ) from problem
        return url


class ServeSettings(Section):
    """The read-only server."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)


class ThemeSettings(Section):
    """The user's own look."""

    credit: Text = ""
    logo: Place = ""
    font: Place = ""
    scale: float = Field(1.0, ge=0.9, le=1.3)
    light: dict[str, Colour] = Field(default_factory=dict)
    dark: dict[str, Colour] = Field(default_factory=dict)


class Settings(Section):
    """The whole of config.toml."""

    report: ReportSettings = ReportSettings()
    fetch: FetchSettings = FetchSettings()
    endpoints: tuple[EndpointSettings, ...] = ()
    regions: dict[Name, RegionSettings] = Field(default_factory=dict)
    grid: GridSettings = GridSettings()
    refresh: RefreshSettings = RefreshSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    notify: NotifySettings = NotifySettings()
    publish: PublishSettings = PublishSettings()
    serve: ServeSettings = ServeSettings()
    theme: ThemeSettings = ThemeSettings()


def _own(host: str) -> bool:
    """Whether a host is this computer by its very name."""
    from ipaddress import ip_address

    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _base_url(url: str) -> str:
    """Address of a source: https, or http on this computer only, ending in a slash."""
    found = re.fullmatch(r"(https?)://([A-Za-z0-9.-]+|\[::1\])(:([0-9]{1,5}))?(/[!-~]*)?", url)
    allowed = found and (_own(found[2]) or (found[1] == "https" and found[2][0] != "["))
    if not found or not allowed or int(found[4] or 0) > 65535 or set("?#@") & set(url):
        raise ValueError(f"{url[:40]!r}: write an https:// address (http:// is for this very computer only)")
    return url if url.endswith("/") else url + "/"


LARGEST = 1_000_000
#: What a new installation starts from; the top-level config.toml is the same text.
TEMPLATE = Path(__file__).with_name("config.toml")

S = TypeVar("S", bound=Section)


class Config(Settings):
    """Everything a run may depend on besides its arguments."""

    home: Path
    path: Path | None = None  # File the settings were read from; None for the built-in defaults

    def region(self, name: str) -> Region:
        """Region by short name, built in or the user's own."""
        if own := self.regions.get(name):
            if own.outline:
                return self._outlined(name, own)
            return Region(name, own.title, own.title_es or own.title, own.south, own.north, own.west, own.east)
        if name in REGIONS:
            return REGIONS[name]
        known = sorted({*REGIONS, *self.regions})
        raise ConfigError(f"unknown region {name[:40]!r}{meant(name, known)}", f"Known are {', '.join(known)}")

    def _outlined(self, name: str, own: RegionSettings) -> Region:
        """The user's region with an irregular outline: a GeoJSON file beside config.toml, or a name of regionmask."""
        from climtrack.grids.weights import from_geojson, named

        if ":" in own.outline and not own.outline.lower().endswith("json"):
            region = named(own.outline)
            return replace(region, name=name, title=own.title, title_es=own.title_es or own.title)
        file = (self.path.parent if self.path else Path()) / own.outline
        if not file.is_file():
            raise ConfigError(f"no such file: {own.outline[:60]}", "Give its path from config.toml's folder")
        return from_geojson(_read(file), name, title=own.title, title_es=own.title_es or own.title)


def load(path: Path | None, environment: Mapping[str, str]) -> Config:
    """Settings of this run."""
    chosen = _find(path, environment)
    table: dict[str, Any] = {}
    text = ""
    if chosen is not None:
        text = _read(chosen)
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError) as problem:  # ValueError itself: a number with thousands of digits
            raise ConfigError(*syntax(problem, chosen)) from problem
    home = _home(environment)
    settings = _validated(Settings, table, chosen, text)
    if base := environment.get("CLIMTRACK_BASE_URL"):
        urls = _validated(FetchSettings, {"base_urls": [base]}, None, "").base_urls
        settings = settings.model_copy(update={"fetch": settings.fetch.model_copy(update={"base_urls": urls})})
    config = Config(home=home, path=chosen, **dict(settings))
    wrong = []
    for name in config.regions:  # an outline is a file of its own
        try:
            config.region(name)
        except ClimtrackError as problem:
            wrong.append(Mistake(("regions", name, "outline"), f"{problem.what}; {problem.remedy}"))
    if wrong:
        raise ConfigError(told(wrong, chosen, text))
    return config


def _find(path: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The file to read, if any."""
    named = path or (Path(environment["CLIMTRACK_CONFIG"]) if environment.get("CLIMTRACK_CONFIG") else None)
    if named is not None:
        return named
    candidates = [Path("config.toml")]
    with suppress(RuntimeError):  # a user without a home folder, as in a container
        candidates.append(user_config_path("climtrack") / "config.toml")
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _home(environment: Mapping[str, str]) -> Path:
    """Folder of the store."""
    named = environment.get("CLIMTRACK_HOME", "")
    try:
        return Path(named).expanduser() if named else user_data_path("climtrack").expanduser()
    except RuntimeError as problem:
        if named:
            owner = named.replace("\\", "/").partition("/")[0]
            what, remedy = f"CLIMTRACK_HOME: there is no home folder {owner[:40]!r}", "Write the path in full"
            raise ConfigError(what, remedy) from problem
        what = "this user has no home folder on this computer"
        raise DiskError(what, "Set CLIMTRACK_HOME to a folder for the data") from problem


def _read(path: Path) -> str:
    """Text of a settings file, within reason."""
    try:
        with path.open("rb") as handle:
            data = handle.read(LARGEST + 1)
    except FileNotFoundError as problem:
        raise ConfigError(f"{path}: no such file", "Write one with `climtrack init`") from problem
    except OSError as problem:
        raise ConfigError(disk_error(problem, path).what, "Name a readable file with --config") from problem
    if len(data) > LARGEST:
        raise ConfigError(f"{path}:1: larger than 1 MB, which no settings are", "Name another file with --config")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8 text", "Save it as UTF-8, or name another file") from problem


def _validated(model: type[S], table: Mapping[str, Any], path: Path | None, text: str) -> S:
    """A table checked against its model; JSON on the way, for strict mode takes its lists as tuples."""
    strangers = names(table, usual=_usual()) if model is Settings else ()
    try:
        valid = model.model_validate_json(json.dumps(table, default=str))
    except ValidationError as problem:
        wrong = mistakes(problem, model)
        more = (one for one in strangers if not any(one.where[: len(other.where)] == other.where for other in wrong))
        raise ConfigError(told((*wrong, *more), path, text)) from problem
    if strangers:
        raise ConfigError(told(strangers, path, text))
    return valid


def _usual() -> frozenset[str]:
    """Charts and sizes of the defaults: known without a look at the registries, which take their time to import."""
    usual = ReportSettings()
    return frozenset((*usual.charts, *usual.presets))
