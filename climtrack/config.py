"""config.toml → frozen Config: the only place that reads settings and the environment."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from platformdirs import user_config_path, user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from climtrack.errors import ConfigError, SeriesError
from climtrack.files import disk_error
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.products import PRODUCTS
from climtrack.vocabulary.regions import REGIONS, Region
from climtrack.vocabulary.series import SeriesKey
from climtrack.vocabulary.variables import VARIABLES

LARGEST = 1_000_000
#: What a new installation starts from; the top-level config.toml is the same text.
TEMPLATE = Path(__file__).with_name("config.toml")

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.]{0,39}$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Text = Annotated[str, Field(max_length=200)]


S = TypeVar("S", bound="Section")


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
    folder: str = Field("climtrack-report", min_length=1)

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
    user_agent: Text = ""
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
    path: str = Field(pattern=r"^[A-Za-z0-9_./-]+$")
    data_source: str = ""

    @field_validator("key")
    @classmethod
    def _known(cls, text: str) -> str:
        try:
            key = SeriesKey.parse(text)
        except SeriesError as problem:
            raise ValueError(f"{problem.what}; {problem.remedy}") from problem
        for name, known in ((key.product, PRODUCTS), (key.variable, VARIABLES)):
            if name not in known:
                raise ValueError(f"{name!r} is unknown{_meant(name, known)}")
        return text


class RegionSettings(Section):
    """A region of the user's own."""

    title: Text = Field(min_length=1)
    title_es: Text = ""
    outline: str = ""
    south: float = Field(-90.0, ge=-90, le=90)
    north: float = Field(90.0, ge=-90, le=90)
    west: float = Field(-180.0, ge=-180, le=360)
    east: float = Field(180.0, ge=-180, le=360)

    @model_validator(mode="after")
    def _placed(self) -> RegionSettings:
        missing = {"south", "north"} - self.model_fields_set
        if missing and not self.outline:
            raise ValueError(f"{' and '.join(sorted(missing))} missing; write both, or an outline")
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

    command: tuple[str, ...] = ()
    webhook: str = Field("", pattern=r"^(https://\S+)?$")


class PublishSettings(Section):
    """The published site."""

    folder: str = Field("climtrack-site", min_length=1)
    public_url: str = Field("", pattern=r"^(https?://[^\s\"'<>]+)?$")
    title: Text = "climtrack"
    max_megabytes: int = Field(500, ge=10)
    prune: bool = False


class ServeSettings(Section):
    """The read-only server."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)


class ThemeSettings(Section):
    """The user's own look."""

    credit: Text = ""
    logo: str = ""
    font: str = ""
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


class Config(Settings):
    """
    Everything a run may depend on besides its arguments.

    Parameters
    ----------
    home : Path
        Folder of the store.
    path : Path or None
        File the settings were read from; None for the built-in defaults.
    """

    home: Path
    path: Path | None = None

    def region(self, name: str) -> Region:
        """
        Region by short name, built in or the user's own.

        Parameters
        ----------
        name : str
            Short name.

        Returns
        -------
        Region
            The region.

        Raises
        ------
        ConfigError
            If there is none.
        """
        if own := self.regions.get(name):
            if own.outline:
                return self._outlined(name, own)
            try:
                return Region(name, own.title, own.title_es or own.title, own.south, own.north, own.west, own.east)
            except ValueError as problem:
                raise ConfigError(str(problem), "Set south below north in config.toml") from problem
        if name in REGIONS:
            return REGIONS[name]
        known = sorted({*REGIONS, *self.regions})
        raise ConfigError(f"unknown region {name[:40]!r}{_meant(name, known)}", f"Known are {', '.join(known)}")

    def _outlined(self, name: str, own: RegionSettings) -> Region:
        """The user's region with an irregular outline: a GeoJSON file beside config.toml, or a name of regionmask."""
        from climtrack.gridded.outlines import from_geojson, named

        if ":" in own.outline and not own.outline.lower().endswith("json"):
            region = named(own.outline)
            return replace(region, name=name, title=own.title, title_es=own.title_es or own.title)
        file = (self.path.parent if self.path else Path()) / own.outline
        return from_geojson(_read(file), name, title=own.title, title_es=own.title_es or own.title)


def load(path: Path | None, environment: Mapping[str, str]) -> Config:
    """
    Settings of this run.

    Parameters
    ----------
    path : Path or None
        File named on the command line, if any.
    environment : mapping of str to str
        The process's environment.

    Returns
    -------
    Config
        The settings.

    Raises
    ------
    ConfigError
        Naming file, line, key, problem and remedy of everything that is wrong, one line each.
    """
    chosen = _find(path, environment)
    table: dict[str, Any] = {}
    text = ""
    if chosen is not None:
        text = _read(chosen)
        try:
            table = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as problem:
            raise ConfigError(*_syntax(chosen, problem)) from problem
    home = environment.get("CLIMTRACK_HOME") or str(user_data_path("climtrack"))
    settings = _validated(Settings, table, chosen, text)
    if base := environment.get("CLIMTRACK_BASE_URL"):
        urls = _validated(FetchSettings, {"base_urls": [base]}, None, "").base_urls
        settings = settings.model_copy(update={"fetch": settings.fetch.model_copy(update={"base_urls": urls})})
    config = Config(home=Path(home).expanduser(), path=chosen, **dict(settings))
    for name in (*config.report.regions, *config.refresh.regions, *config.regions):
        config.region(name)
    return config


def _find(path: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The file to read, if any."""
    named = path or (Path(environment["CLIMTRACK_CONFIG"]) if environment.get("CLIMTRACK_CONFIG") else None)
    if named is not None:
        return named
    for candidate in (Path("config.toml"), user_config_path("climtrack") / "config.toml"):
        if candidate.is_file():
            return candidate
    return None


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
        raise ConfigError(f"{path}: larger than 1 MB, which no settings are", "Name another file with --config")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        raise ConfigError(f"{path}: is not UTF-8 text", "Save it as UTF-8, or name another file") from problem


def _validated(model: type[S], table: Mapping[str, Any], path: Path | None, text: str) -> S:
    """A table checked against its model; JSON on the way, for strict mode takes its lists as tuples."""
    try:
        return model.model_validate_json(json.dumps(table, default=str))
    except ValidationError as problem:
        raise ConfigError(_explain(path, text, problem)) from problem


def _syntax(path: Path, problem: Exception) -> tuple[str, str]:
    """What a parser's complaint means."""
    found = re.search(r"\(at line (\d+), column \d+\)", str(problem))
    line = found.group(1) if found else "1"
    what = re.sub(r"\s*\(at .*\)", "", str(problem))[:80].lower()
    return f"{path}:{line}: not TOML: {what}", "Mend that line; `climtrack init` writes a sound file to compare with"


def _explain(path: Path | None, text: str, problem: ValidationError) -> str:
    """Every complaint as ``file:line: key: problem; remedy``."""
    lines = []
    errors = problem.errors(include_url=False)
    deeper = {error["loc"][:-1] for error in errors}  # a list with a bad item is also called too short
    for error in (error for error in errors if error["loc"] not in deeper):
        where = [str(part) for part in error["loc"]]
        key = ".".join(where)
        place = f"{path}:{_line_of(text, where)}" if path else "CLIMTRACK_BASE_URL"
        if error["type"] == "extra_forbidden":
            detail = f"unknown key{_meant(where[-1], _siblings(where[:-1]))}; remove or correct it"
        else:
            detail = error["msg"].removeprefix("Value error, ")
            detail = detail[0].lower() + detail[1:]
            if error["type"] not in {"value_error", "missing"}:
                shown = repr(error.get("input"))
                detail = f"{shown if len(shown) <= 40 else shown[:39] + '…'}: {detail}"
        lines.append(f"{place}: {key[:60]}: {detail}"[:198])
    return "\n".join(lines)


def _siblings(where: list[str]) -> list[str]:
    """Keys that a table knows."""
    model: type[BaseModel] = Settings
    for part in where:
        field = model.model_fields.get(part)
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def _line_of(text: str, where: list[str]) -> int:
    """Line on which a key stands; its table's line, or 1, where it does not stand by itself."""
    names = [part for part in where if not part.isdigit()]
    table: list[str] = []
    best = 1
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            table = [part.strip(" \"'") for part in bare.strip("[]").split("]")[0].split(".")]
            if names[: len(table)] == table:
                best = number
        elif "=" in bare:
            key = [part.strip(" \"'") for part in bare.split("=", 1)[0].split(".")]
            if [*table, *key] == names[: len(table) + len(key)]:
                return number
    return best


def _meant(word: str, known: Any) -> str:
    """The known word nearest to a mistyped one, as a question."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _base_url(url: str) -> str:
    """Address of a source: https, or http on this computer only, ending in a slash."""
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?(/[^\s?#@]*)?", url) and not re.fullmatch(
        r"http://(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(/[^\s?#@]*)?", url
    ):
        raise ValueError("write an https:// address (http:// is for this computer's own loopback only)")
    return url if url.endswith("/") else url + "/"
