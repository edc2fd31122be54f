"""config.toml → frozen Config: the only place that reads settings and the environment."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from platformdirs import user_config_path, user_data_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from climtrack import __version__
from climtrack.errors import ClimtrackError, ConfigError, DiskError, Notice
from climtrack.files import disk_error, shortened
from climtrack.vocabulary.notice import clean
from climtrack.vocabulary.registry import (
    BUILT_IN,
    FEEDS,
    PLACES,
    REGIONS,
    VARIABLES,
    Baseline,
    Product,
    Region,
    folded,
    resembling,
    unknown,
    unknown_name,
    use_products,
)
from climtrack.vocabulary.series import SeriesKey
from climtrack.words.catalogue import catalogue

# Mistakes in config.toml: what is wrong, on which line, and what was perhaps meant; all of them at once.


#: Tables of which there may be several.
LISTED = ("endpoints", "products")
#: Mistakes that are told one by one.
MOST = 20
#: Letters from which a part of a region's title stands for it in a suggestion.
SAID = 5


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong; where it is stands as tables and key, items of a list by number."""

    where: tuple[str, ...]
    what: Notice
    names_key: bool = False  # the sentence says itself which key it is about


def refused(wrong: Iterable[Mistake], path: Path | None, text: str) -> ConfigError:
    """Every mistake as ``file:line: key: problem; remedy``, one line each."""
    listed = list(wrong)
    lines = []
    for one in listed[:MOST]:
        place = f"{shortened(path, 110)}:{_line(text, one.where)}" if path else "CLIMTRACK_BASE_URL"
        kind = "config.mistake.named" if one.names_key else "config.mistake"
        lines.append(Notice(kind, place=place, key=".".join(one.where)[:60], what=one.what))
    if len(listed) > MOST:
        lines.append(Notice("config.more", n=len(listed) - MOST))
    return ConfigError("config.mistakes", mistakes=lines)


def no_place(name: str, own: Iterable[str]) -> ConfigError:
    """That a place is none of the regions: which one its name resembles, else how a series of it is computed."""
    titles = {folded(title): title for one in REGIONS.values() for title in (one.title, one.title_es)}
    bare, known = folded(name), sorted({*REGIONS, *own})
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    near += (titles[one] for one in difflib.get_close_matches(bare, titles, n=1, cutoff=0.9))
    near += (title for one, title in titles.items() if len(bare) >= SAID and bare in one)
    if not near:
        return ConfigError("config.no_place", name=name[:40])
    return unknown_name("region", name, near, known)


def theme_mistake(problem: ConfigError) -> Mistake:
    """What a theme refuses, as a mistake of the file; credit, logo, font and scale stand in [theme] itself."""
    _, name, role = str(problem.facts["where"]).split(".", 2)
    own = role.partition("_")[0]
    where = ("theme", own) if own in {"credit", "logo", "font", "scale"} else ("theme", name, role)
    named = Notice(problem.id, **{**problem.facts, "where": ".".join(where)})
    return Mistake(where, Notice("config.because", problem=named), names_key=True)


def _from_pydantic(problem: ValidationError, model: type[BaseModel]) -> Iterator[Mistake]:
    """What a model says is wrong, in our words."""
    errors = problem.errors(include_url=False)
    deeper = {error["loc"][:-1] for error in errors}  # a list with a bad item is also called too short
    for error in (error for error in errors if error["loc"] not in deeper):
        where = tuple(str(part) for part in error["loc"])
        facts: dict[str, Any] = dict(error.get("ctx", {}))
        if error["type"] == "extra_forbidden":
            yield Mistake(where, Notice("config.extra", near=resembling(where[-1], _siblings(where[:-1], model))))
        elif error["type"] == "value_error":
            (what,) = facts["error"].args
            yield Mistake(where, what)
        else:
            facts["expected"] = re.findall(r"'([^']*)'", facts.get("expected", ""))
            yield Mistake(where, _known(f"config.{error['type']}", shown=_shown(error.get("input")), **facts))


def _from_toml(problem: Exception, path: Path) -> ConfigError:
    """What a parser's complaint means; its sentences are known by their words, without what they quote."""
    found = re.search(r"\(at line (\d+), column \d+\)", str(problem))
    text = re.sub(r"\s*\(at .*\)$", "", str(problem))
    quoted = re.search(r"\(.*\)|'.*'|\".*\"", text)
    words = re.sub(r"[^a-z]+", "_", re.sub(r"\(.*\)|'.*'|\".*\"", "", text).lower()).strip("_")
    what = _known(f"config.toml.{words}", quoted=quoted[0][:40].strip("'\"") if quoted else "")
    return ConfigError("config.toml", place=f"{shortened(path, 110)}:{found[1] if found else 1}", what=what)


def _known(message: str, **facts: Any) -> Notice:
    """What a parser says, or that it says something, where a newer release of it has new words."""
    return Notice(message if message in catalogue("en") else f"{message.rpartition('.')[0]}.other", **facts)


def _names(table: Mapping[str, Any], usual: frozenset[str]) -> Iterator[Mistake]:
    """Names of regions, charts, sizes and colours that nothing is known of, and what stands in a list twice."""
    yield from _regions(table)
    yield from _pictures(table, usual)
    yield from _theme(table)
    for section, key in (
        *(("report", key) for key in ("regions", "variables", "languages", "charts", "presets", "themes", "formats")),
        ("refresh", "regions"), ("refresh", "charts"), ("schedule", "hours"),
    ):  # fmt: skip
        items = _inside(table, section).get(key)
        seen: list[object] = []
        for number, item in enumerate(items if isinstance(items, list) else ()):
            one = PLACES.get(folded(item), item) if key == "regions" and isinstance(item, str) else item
            if one in seen:
                yield Mistake((section, key, str(number)), Notice("config.twice", name=str(item)[:40]))
            elif isinstance(one, str | int) and len(seen) < 1000:
                seen.append(one)


def _regions(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """Regions and products that are neither built in nor the user's own, and products that are both."""
    known = {*REGIONS, *_inside(table, "regions")}
    own = table.get("products")
    names = [str(one.get("name")) for one in own if isinstance(one, Mapping)] if isinstance(own, list) else []
    products = {*BUILT_IN, *names}
    for number, name in enumerate(names):
        if name in BUILT_IN or name in names[:number]:
            yield Mistake(("products", str(number), "name"), Notice("config.twice", name=name[:40]))
    for section in ("report", "refresh"):
        for n, name in _texts(table, section, "regions"):
            if name not in known and folded(name) not in PLACES:
                problem = no_place(name, known)
                what = Notice("config.describe", what=problem.notice, region=folded(name)[:20])
                yield Mistake((section, "regions", n), problem.facts.get("what", what))
    seen: set[str] = set()
    entries = table.get("endpoints")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        key = entry.get("key") if isinstance(entry, Mapping) else None
        if not isinstance(key, str) or key.count(".") < 2:
            continue
        (product, _, region), where = key.split(".", 2), ("endpoints", str(number), "key")
        if product not in products:
            yield Mistake(where, Notice("config.key", name=_shown(product), near=resembling(product, products)))
        if region not in known:
            yield Mistake(where, Notice("config.describe", what=unknown("region", region, known), region=region[:40]))
        if key in seen:
            yield Mistake(where, Notice("config.twice", name=key[:40]))
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
            yield theme_mistake(problem)


def _inside(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A table inside a table; empty where it is something else."""
    inner = table.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _texts(table: Mapping[str, Any], section: str, key: str) -> list[tuple[str, str]]:
    """Texts of a list, with their numbers."""
    items = _inside(table, section).get(key)
    return [(str(n), item) for n, item in enumerate(items if isinstance(items, list) else ()) if isinstance(item, str)]


def _unknown(kind: str, name: str, known: Iterable[str]) -> Notice:
    """An unknown name, and the known ones where it resembles none."""
    what = unknown(kind, name, known)
    names = shorten(", ".join(sorted(known)), 90, placeholder=" …", break_on_hyphens=False)
    return what if what.facts["near"] else Notice("config.known", what=what, known=names)


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
    entry = int(where[1]) if len(where) > 1 and where[1].isdigit() and where[0] in LISTED else None
    table: list[str] = []
    best, entries = 1, -1
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("["):
            table = [part.strip(" \"'") for part in bare.strip("[]").split("]")[0].split(".")]
            entries += bare.startswith("[[") and table == names[:1]
            if names[: len(table)] == table and entry in (None, entries):
                best = number
        elif "=" in bare:
            key = [part.strip(" \"'") for part in bare.split("=", 1)[0].split(".")]
            if [*table, *key] == names[: len(table) + len(key)] and (table != names[:1] or entry in (None, entries)):
                return number
    return best


def _shown(value: object) -> object:
    """A value, or the beginning of its text."""
    text = value if isinstance(value, str) else repr(value)
    return f"{text[:39]}…" if len(text) > 40 else text if isinstance(value, list | dict) else value


def _refuse(message: str, **facts: Any) -> ValueError:
    """What pydantic takes for a wrong value, and `_from_pydantic` takes apart again."""
    return ValueError(Notice(message, **facts))


def _shaped(pattern: str, message: str) -> AfterValidator:
    """A text of a certain shape; a reader is told how to write it, not the pattern."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise _refuse(message, shown=_shown(text))
        return text

    return AfterValidator(checked)


def _parsed(text: str, parse: Callable[[str], object]) -> object:
    try:
        return parse(text)
    except ClimtrackError as problem:
        raise _refuse("config.because", problem=problem) from problem


def _years(text: str) -> str:
    return str(_parsed(text, Baseline.parse))


Name = Annotated[str, _shaped(r"[a-z0-9][a-z0-9.]{0,39}", "config.name")]
PlaceName = Annotated[str, AfterValidator(lambda text: PLACES.get(folded(text), text))]
Colour = Annotated[str, _shaped("#[0-9a-fA-F]{6}", "config.colour")]
Text = Annotated[str, Field(max_length=200), AfterValidator(clean)]

#: A host of the Internet by name, or by address in brackets.
_HOST = r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?|\[[0-9A-Fa-f:.]{2,45}\]"


def _place(text: str) -> str:
    """A path that this computer can take; a tilde stands for a home folder that there is."""
    if "\0" in text:
        raise _refuse("config.nul_path")
    try:
        Path(text).expanduser()
    except RuntimeError as problem:
        raise _refuse("config.no_home", owner=_owner(text)) from problem
    return text


def _owner(path: str) -> str:
    """Whose home folder a path names: ``~somebody``."""
    return path.replace("\\", "/").partition("/")[0][:40]


def _key(text: str) -> str:
    name = SeriesKey.parse(text).variable
    if name not in VARIABLES:
        raise _refuse("config.key", name=_shown(name), near=resembling(name, VARIABLES))
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as problem:
        raise _refuse("config.zone", name=name[:40]) from problem
    return name


def _own(host: str) -> bool:
    """Whether a host is this computer by its very name."""
    from ipaddress import ip_address

    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _source(url: str) -> str:
    """Address of a source: https, or http on this computer only, ending in a slash."""
    found = re.fullmatch(r"(https?)://([A-Za-z0-9.-]+|\[::1\])(:([0-9]{1,5}))?(/[!-~]*)?", url)
    allowed = found and (_own(found[2]) or (found[1] == "https" and found[2][0] != "["))
    if not found or not allowed or int(found[4] or 0) > 65535 or set("?#@") & set(url):
        raise _refuse("config.base_url", url=url[:40])
    return url if url.endswith("/") else url + "/"


def contact_address(text: str) -> str:
    """A page or e-mail address under which the operators of sources find whoever runs this program."""
    if text and not re.fullmatch(r"(https?://|[\w.+-]+@)[!-'*-~]{3,150}", text, re.ASCII):
        raise ConfigError("config.contact", shown=_shown(text))
    return text


def _proxy(url: str) -> str:
    if url and not re.fullmatch(rf"http://({_HOST}):([0-9]{{1,5}})/?", url):
        raise _refuse("config.proxy", shown=_shown(url))
    return url


def _webhook(url: str) -> str:
    found = re.fullmatch(rf"https://({_HOST})(:([0-9]{{1,5}}))?([/?][!-~]*)?", url)
    if url and (not found or not 0 < int(found[3] or 443) < 65536):
        raise _refuse("config.webhook")
    return url


def _site(url: str) -> str:
    try:
        sound = re.fullmatch(r"https?://[^\s\x00-\x1f\x7f\"'<>]+", url) and urlsplit(url).hostname
        if url and (not sound or urlsplit(url).port == 0):
            raise ValueError
    except ValueError as problem:  # a bracket left open, a port beyond the last
        raise _refuse("config.public_url", url=url[:40]) from problem
    return url


Place = Annotated[str, AfterValidator(_place)]
Source = Annotated[str, AfterValidator(_source)]
Site = Annotated[str, AfterValidator(lambda url: url and _source(url))]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ReportSettings(Section):
    """What `report` draws when the command line does not say otherwise."""

    regions: tuple[PlaceName, ...] = Field(("nh",), min_length=1)
    variables: tuple[Literal["air", "sst"], ...] = Field(("air", "sst"), min_length=1)
    languages: tuple[Literal["en", "es", "es-MX"], ...] = Field(("en", "es"), min_length=1)
    baseline: Annotated[str, AfterValidator(lambda text: text if text == "auto" else _years(text))] = "auto"
    charts: tuple[str, ...] = Field(("both", "year-lines", "anomaly", "year-over-year", "months"), min_length=1)
    presets: tuple[str, ...] = Field(("wide", "email"), min_length=1)
    themes: tuple[Literal["light", "dark"], ...] = Field(("light",), min_length=1)
    formats: tuple[Literal["png", "svg", "webp", "pdf", "mp4"], ...] = Field(("png", "svg"), min_length=1)
    folder: Place = Field("climtrack-report", min_length=1)

    @property
    def years(self) -> Baseline | None:
        """The baseline; None for the usual one that a series covers."""
        return None if self.baseline == "auto" else Baseline.parse(self.baseline)


class FetchSettings(Section):
    """How the source is asked."""

    base_urls: tuple[Source, ...] = Field(FEEDS["era5.t2m"].bases, min_length=1)
    contact: Annotated[str, AfterValidator(lambda text: str(_parsed(text, contact_address)))] = ""
    user_agent: Annotated[str, _shaped("", "config.user_agent")] = Field("", exclude=True)  # 0.1.0's `init` wrote it
    proxy: Annotated[str, AfterValidator(_proxy)] = ""
    connect_timeout: float = Field(5.0, gt=0, le=30)
    read_timeout: float = Field(10.0, gt=0, le=30)
    total_timeout: float = Field(30.0, gt=0, le=120)
    cross_check: bool = True
    cross_check_url: Source = FEEDS["climate-pulse.t2m"].bases[0]

    @property
    def agent(self) -> str:
        """Who asks, the same for every source: this program, and whom to write to where config.toml says so."""
        return f"climtrack/{__version__}" + (f" (+{self.contact})" if self.contact else "")


class EndpointSettings(Section):
    """A series that the built-in table does not know."""

    key: Annotated[str, AfterValidator(lambda text: str(_parsed(text, _key)))]
    path: Annotated[
        str,
        _shaped(r"https?://.*|(?=.{1,200}$)[A-Za-z0-9_-]([A-Za-z0-9_./-]|\{year\})*", "config.path"),
        _shaped(r"(?!(.*/)?\.\.(/|$)).*", "config.leads_out"),
        AfterValidator(lambda text: _source(text).removesuffix("/") if "://" in text else text),
    ]


class ProductSettings(Section):
    """A product that the built-in table does not know, such as the next one of a provider."""

    name: Annotated[str, _shaped("[a-z0-9][a-z0-9-]{0,19}", "config.product")]
    title: Text = Field(min_length=1)
    provider: Text = Field(min_length=1)
    licence: Text = Field(min_length=1)
    first_year: int = Field(ge=1800, le=2200)
    attribution: Text = ""


class RegionSettings(Section):
    """A region of the user's own."""

    title: Text = Field(min_length=1)
    title_es: Text = ""
    title_short: Text = ""
    title_short_es: Text = ""
    outline: Place = ""
    south: float = Field(-90.0, ge=-90, le=90)
    north: float = Field(90.0, ge=-90, le=90)
    west: float = Field(-180.0, ge=-180, le=360)
    east: float = Field(180.0, ge=-180, le=360)

    @model_validator(mode="after")
    def _placed(self) -> RegionSettings:
        missing = {"south", "north"} - self.model_fields_set
        if missing and not self.outline:
            raise _refuse("config.unplaced", missing=sorted(missing))
        if not self.outline and self.south >= self.north:
            raise _refuse("config.upside_down", south=f"{self.south:g}", north=f"{self.north:g}")
        return self


class GridSettings(Section):
    """Where gridded data are downloaded."""

    source: Literal["ncei", "aws", "psl", "psl-opendap"] = "ncei"
    bases: dict[Literal["ncei", "aws", "psl", "psl-opendap"], Source] = Field(default_factory=dict)


class RefreshSettings(Section):
    """One unattended round."""

    regions: tuple[PlaceName, ...] = Field(("nh", "sh", "world"), min_length=1)
    charts: tuple[str, ...] = ()
    publish: bool = True


class ScheduleSettings(Section):
    """When the unattended round runs."""

    hours: tuple[Annotated[int, Field(ge=0, le=23)], ...] = Field((17,), min_length=1)
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    jitter: int = Field(1800, ge=0, le=7200)
    retry_minutes: int = Field(120, ge=10, le=1440)
    stale_days: int = Field(10, ge=1, le=366)


class NotifySettings(Section):
    """Who is told of failure and recovery."""

    command: tuple[Annotated[str, _shaped(r"[^\x00]*", "config.nul")], ...] = ()
    webhook: Annotated[str, AfterValidator(_webhook)] = ""
    urls: tuple[str, ...] = ()


class PublishSettings(Section):
    """The published site."""

    folder: Place = Field("climtrack-site", min_length=1)
    public_url: Annotated[str, AfterValidator(_site)] = ""
    title: Text = "climtrack"
    max_megabytes: int = Field(500, ge=10)
    prune: bool = False


class DraftSettings(Section):
    """Where `post --draft` makes drafts; keys are no settings."""

    ghost: Site = ""
    wordpress: Site = ""
    mastodon: Site = ""
    bluesky: Site = "https://bsky.social/"
    buttondown: Site = "https://api.buttondown.com/"
    beehiiv: Site = "https://api.beehiiv.com/"


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
    products: tuple[ProductSettings, ...] = ()
    endpoints: tuple[EndpointSettings, ...] = ()
    sources: dict[Annotated[str, _shaped(rf"({_HOST})(:[0-9]{{1,5}})?", "config.source")], Source] = Field(
        default_factory=dict
    )
    regions: dict[Name, RegionSettings] = Field(default_factory=dict)
    grid: GridSettings = GridSettings()
    refresh: RefreshSettings = RefreshSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    notify: NotifySettings = NotifySettings()
    publish: PublishSettings = PublishSettings()
    drafts: DraftSettings = DraftSettings()
    serve: ServeSettings = ServeSettings()
    theme: ThemeSettings = ThemeSettings()


LARGEST = 1_000_000


def template(language: str, contact: str = "") -> str:
    """What a new installation starts from: config.toml beside this file, whose comments are ids of the catalogues."""
    words = catalogue(language)
    text = Path(__file__).with_name("config.toml").read_text(encoding="utf-8")
    text = text.replace('contact         = ""', f"contact         = {json.dumps(contact_address(contact))}")
    text = text if language == "en" else text.replace('["en", "es"]', f'["{language}", "en"]')
    return re.sub(r"\{(init\.\w+)\}", lambda found: words[found[1]][0].replace("\n", "\n# "), text)


S = TypeVar("S", bound=Section)


class Config(Settings):
    """Everything a run may depend on besides its arguments."""

    home: Path
    path: Path | None = None  # File the settings were read from; None for the built-in defaults

    def place(self, name: str) -> str:
        """Short name of a region, built in or the user's own, by whatever it is called in either language."""
        titles = {folded(one): short for short, own in self.regions.items() for one in (own.title, own.title_es) if one}
        found = name if name in self.regions else titles.get(folded(name)) or PLACES.get(folded(name))
        if not found:
            raise no_place(name, self.regions)
        return found

    def address(self, url: str) -> str:
        """Where a source is asked: [sources] moves a host, `base_urls` that are not the site's own move every one."""
        parts, bases = urlsplit(url), self.fetch.base_urls
        base = self.sources.get(parts.netloc, "") if set(bases) <= set(FEEDS["era5.t2m"].bases) else bases[0]
        return urljoin(base, parts.path.lstrip("/")) if base and parts.scheme == "https" else url

    def region(self, name: str) -> Region:
        """Region by any of its names."""
        name = self.place(name)
        if not (own := self.regions.get(name)):
            return REGIONS[name]
        region = Region(name, own.title, own.title_es or own.title, own.south, own.north, own.west, own.east)
        if own.outline:
            region = self._outlined(name, own)
        return replace(region, title_short=own.title_short, title_short_es=own.title_short_es or own.title_short)

    def _outlined(self, name: str, own: RegionSettings) -> Region:
        """The user's region with an irregular outline: a GeoJSON file beside config.toml, or a name of regionmask."""
        from climtrack.grids.weights import from_geojson, named

        if ":" in own.outline and not own.outline.lower().endswith("json"):
            region = named(own.outline)
            return replace(region, name=name, title=own.title, title_es=own.title_es or own.title)
        file = (self.path.parent if self.path else Path()) / own.outline
        if not file.is_file():
            raise ConfigError("config.no_outline", path=repr(own.outline[:60])[1:-1])
        return from_geojson(_read(file), name, title=own.title, title_es=own.title_es or own.title)


def load(path: Path | None, environment: Mapping[str, str]) -> Config:
    chosen = _find(path, environment)
    table: dict[str, Any] = {}
    text = ""
    if chosen is not None:
        text = _read(chosen)
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError) as problem:  # ValueError itself: a number with thousands of digits
            raise _from_toml(problem, chosen) from problem
    home = _home(environment)
    settings = _validated(Settings, table, chosen, text)
    if base := environment.get("CLIMTRACK_BASE_URL"):
        urls = _validated(FetchSettings, {"base_urls": [base]}, None, "").base_urls
        settings = settings.model_copy(update={"fetch": settings.fetch.model_copy(update={"base_urls": urls})})
    if secret := environment.get("CLIMTRACK_NOTIFY"):
        notify = settings.notify.model_copy(update={"urls": tuple(secret.split())})
        settings = settings.model_copy(update={"notify": notify})
    config = Config(home=home, path=chosen, **dict(settings))
    use_products(Product(citation="", **dict(one)) for one in config.products)
    wrong = []
    for name in config.regions:  # an outline is a file of its own
        try:
            config.region(name)
        except ClimtrackError as problem:
            wrong.append(Mistake(("regions", name, "outline"), Notice("config.because", problem=problem)))
    if wrong:
        raise refused(wrong, chosen, text)
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
            raise ConfigError("config.home", owner=_owner(named)) from problem
        raise DiskError("config.homeless") from problem


def _read(path: Path) -> str:
    """Text of a settings file, within reason."""
    try:
        with path.open("rb") as handle:
            data = handle.read(LARGEST + 1)
    except FileNotFoundError as problem:
        raise ConfigError("config.no_file", path=path) from problem
    except OSError as problem:
        raise ConfigError("config.unreadable", problem=disk_error(problem, path)) from problem
    if len(data) > LARGEST:
        raise ConfigError("config.too_large", path=path)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ConfigError("config.not_utf8", place=f"{path}:{line}") from problem


def _validated(model: type[S], table: Mapping[str, Any], path: Path | None, text: str) -> S:
    """A table checked against its model; JSON on the way, for strict mode takes its lists as tuples."""
    usual = ReportSettings()  # known without a look at the registries, which take their time to import
    strangers = list(_names(table, frozenset((*usual.charts, *usual.presets)))) if model is Settings else []
    try:
        valid = model.model_validate_json(json.dumps(table, default=str))
    except ValidationError as problem:
        wrong = list(_from_pydantic(problem, model))
        more = (one for one in strangers if not any(one.where[: len(other.where)] == other.where for other in wrong))
        raise refused((*wrong, *more), path, text) from problem
    except RecursionError as problem:  # a table's name in thousands of parts
        raise _from_toml(problem, path or Path()) from problem
    if strangers:
        raise refused(strangers, path, text)
    return valid
