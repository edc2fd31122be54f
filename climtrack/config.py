"""config.toml → frozen Config: the only place that reads settings and the environment."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_config_path, user_data_path
from pydantic import ValidationError

from climtrack.errors import ClimtrackError, ConfigError, DiskError
from climtrack.files import disk_error
from climtrack.mistakes import Mistake, meant, mistakes, names, syntax, told
from climtrack.settings import FetchSettings, RegionSettings, ReportSettings, Section, Settings
from climtrack.vocabulary.regions import REGIONS, Region

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
        from climtrack.gridded.outlines import from_geojson, named

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
