"""Settings: the tables of config.toml as values, with their defaults and what each of them may hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from climtrack.errors import ConfigError, SeriesError
from climtrack.mistakes import meant
from climtrack.vocabulary.baselines import Baseline
from climtrack.vocabulary.products import PRODUCTS
from climtrack.vocabulary.series import SeriesKey
from climtrack.vocabulary.variables import VARIABLES


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
