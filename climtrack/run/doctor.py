"""
Doctor: everything that may stand between the user and a chart, looked at once, each finding with its remedy.

Nothing is changed by looking, and one finding never hides another. `repair` does what is safe to do unasked of anyone:
it makes the data folder and lets the store clean and mend itself.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from climtrack.config import Config
from climtrack.errors import ClimtrackError, ConfigError, StoreError
from climtrack.fetcher.reanalyzer import Endpoint
from climtrack.files import TEMPORARY, dangling_link, disk_error, make_folder
from climtrack.run.series import endpoints, held, http_policy
from climtrack.store.store import Store
from climtrack.vocabulary.notice import Severity, Symptom
from climtrack.vocabulary.series import SeriesKey, Transport

#: Bytes that a year of all series, history and charts needs, generously.
NEEDED = 200_000_000
#: Packages that a report needs, and the oldest release that is known to be safe or to work.
PACKAGES: Mapping[str, tuple[int, ...]] = {
    "numpy": (2, 0), "netCDF4": (1, 7), "xarray": (2025, 1), "matplotlib": (3, 10), "pillow": (11,),
    "urllib3": (2, 6, 3),
    "pydantic": (2, 10), "jinja2": (3, 1, 5), "typer": (0, 16), "apscheduler": (3, 11), "certifi": (2024,),
}  # fmt: skip


def examine(
    config: Config,
    *,
    now: dt.datetime,
    transport: Transport | None = None,
    keys: Iterable[SeriesKey] = (),
    on_done: Callable[[str], None] = lambda _: None,
) -> tuple[Symptom, ...]:
    """Look at everything."""
    parts: list[tuple[str, Callable[[], Iterable[Symptom]]]] = [
        ("versions", versions),
        ("config", lambda: settings(config)),
        ("folder", lambda: folders(config)),
        ("fonts", lambda: fonts(config)),
        ("store", lambda: stored(config, now)),
    ]
    if transport is not None:
        from climtrack.fetcher import diagnosis  # urllib3: only when the network is looked at

        table = endpoints(config)
        chosen = [table[key] for key in (keys or table) if key in table]
        if chosen:
            parts.append(("network", lambda: diagnosis.hosts(http_policy(config), chosen[0].path, now=now)))
        for endpoint in chosen:

            def look(one: Endpoint = endpoint) -> Iterable[Symptom]:
                return diagnosis.feed(one, held(Store(config.home), one.key), transport=transport, now=now)

            parts.append((endpoint.key.label, look))
    found: list[Symptom] = []
    for topic, part in parts:
        try:
            found += part()
        except ClimtrackError as problem:
            found.append(Symptom(topic, Severity.PROBLEM, problem.what, problem.remedy))
        except OSError as problem:
            refusal = disk_error(problem, Path(os.fsdecode(problem.filename or config.home)))
            found.append(Symptom(topic, Severity.PROBLEM, refusal.what, refusal.remedy))
        except Exception as bug:  # where all may be broken, what breaks one look must not hide the others
            what = f"this could not be looked at: {type(bug).__name__}: {str(bug)[:80]}"
            found.append(Symptom(topic, Severity.PROBLEM, what, "Please report this, with `climtrack doctor --json`"))
        on_done(topic)
    return tuple(found)


def versions() -> tuple[Symptom, ...]:
    """Look at Python and the packages."""
    known: dict[str, str] = {}
    bad: list[Symptom] = []
    for name, oldest in PACKAGES.items():
        try:
            known[name] = version(name)
        except PackageNotFoundError:
            bad.append(Symptom("versions", Severity.PROBLEM, f"{name} is not installed", f"pip install {name}"))
            continue
        parts = tuple(int(part) for part in known[name].split(".")[: len(oldest)] if part.isdigit())
        if parts < oldest:
            needed = ".".join(map(str, oldest))
            what = f"{name} {known[name]} is older than {needed}"
            bad.append(Symptom("versions", Severity.PROBLEM, what, f"pip install '{name}>={needed}'"))
    listed = ", ".join(f"{name} {number}" for name, number in known.items())
    python = f"Python {platform.python_version()} on {platform.system()}"
    return (Symptom("versions", Severity.GOOD, f"{python}; {listed}"), *bad)


def settings(config: Config) -> tuple[Symptom, ...]:
    """Look at the settings and the time zone."""
    where = (
        f"settings from {config.path}" if config.path else "built-in settings; `climtrack init` writes a config.toml"
    )
    found = [Symptom("config", Severity.GOOD, where)]
    loopback = [url for url in config.fetch.base_urls if url.startswith("http://")]
    if loopback:
        what = f"data come from this computer itself ({loopback[0]})"
        found.append(Symptom("config", Severity.NOTE, what, "Unset CLIMTRACK_BASE_URL to use the site"))
    zone = config.schedule.zone
    here = dt.datetime.now(ZoneInfo(zone)).strftime("%H:%M")
    hours = ", ".join(f"{hour}:00" for hour in config.schedule.hours)
    found.append(Symptom("time zone", Severity.GOOD, f"{zone}, where it is {here} now; refresh at {hours}"))
    if config.serve.host not in {"127.0.0.1", "localhost", "::1"}:
        what = f"the server would listen on {config.serve.host}, for others than this computer"
        found.append(Symptom("config", Severity.NOTE, what, 'Set serve.host = "127.0.0.1" unless that is meant'))
    return tuple(found)


def folders(config: Config) -> tuple[Symptom, ...]:
    """Look at the folders that are written to."""
    from climtrack.run.publish import site_folder

    found: list[Symptom] = []
    for topic, folder in (("data folder", config.home), ("published folder", site_folder(config))):
        there = folder
        while not there.exists() and there != there.parent:
            there = there.parent
        if link := dangling_link(folder):
            remedy = "Make the folder it leads to, or remove it"
            found.append(Symptom(topic, Severity.PROBLEM, f"{link} is a link to what is not there", remedy))
            continue
        if not there.is_dir():
            found.append(Symptom(topic, Severity.PROBLEM, f"{there} is a file, not a folder", "Move it away"))
            continue
        if not os.access(there, os.W_OK | os.X_OK):
            remedy = "Give this user the right to write there, or choose another folder"
            found.append(Symptom(topic, Severity.PROBLEM, f"{there} cannot be written by this user", remedy))
            continue
        new = there != folder
        if new and topic == "data folder":
            found.append(
                Symptom(topic, Severity.NOTE, f"{folder} is not there yet", "It is made when needed", "folder")
            )
        else:
            found.append(Symptom(topic, Severity.GOOD, f"{folder} {'can be made' if new else 'can be written'}"))
        free = shutil.disk_usage(there).free
        room = f"{free / 1e6:,.0f} MB free"
        if free < NEEDED:
            what = f"{room} on the disk of {folder}; a year needs up to {NEEDED / 1e6:.0f} MB"
            found.append(Symptom("disk", Severity.PROBLEM, what, "Free some space"))
        else:
            found.append(Symptom("disk", Severity.GOOD, f"{room} for the {topic}"))
    return tuple(found)


def fonts(config: Config) -> tuple[Symptom, ...]:
    """Look at the typefaces of the charts, and at what [theme] makes of them."""
    from climtrack.reporter.fonts import WEIGHTS, font_file
    from climtrack.reporter.theme import themed
    from climtrack.run.drawing import themes_of

    try:
        missing = [face for face in WEIGHTS if not font_file(themed("light"), face).is_file()]
    except ModuleNotFoundError:
        missing = list(WEIGHTS)
    if missing:
        what = f"the typeface of the charts is missing ({', '.join(missing)})"
        return (Symptom("fonts", Severity.PROBLEM, what, "pip install --force-reinstall font-source-sans-pro"),)
    try:
        themes_of(config, ("light", "dark"))
    except ConfigError as problem:
        return (Symptom("fonts", Severity.PROBLEM, problem.what, problem.remedy),)
    return (Symptom("fonts", Severity.GOOD, "the charts' typeface is there"),)


def stored(config: Config, now: dt.datetime) -> tuple[Symptom, ...]:
    """Look at every stored series, and through it at this computer's clock."""
    store = Store(config.home)
    found: list[Symptom] = []
    mend = "Run `climtrack doctor --fix`; what is damaged is set aside, never deleted"
    sound = 0
    newest: dt.date | None = None
    keys = store.keys()
    for key in keys:
        try:
            end = store.read(key).end
        except StoreError as problem:
            found.append(Symptom("store", Severity.PROBLEM, problem.what, mend, "store"))
            continue
        sound += not store.notices  # else only a copy of it is
        newest = max(newest or end, end)
        health = store.health(key)
        if health.error:
            found.append(Symptom(key.label, Severity.NOTE, f"last time: {health.error}"))
    if store.newer:
        found += [Symptom("store", Severity.PROBLEM, store.notices[0].rstrip("."), "Upgrade climtrack")]
    else:
        found += [Symptom("store", Severity.PROBLEM, notice.rstrip("."), mend, "store") for notice in store.notices]
    if config.home.is_dir() and any(config.home.rglob(f"{TEMPORARY}[0-9]*")):
        what = "files of an interrupted run are left over"
        found.append(Symptom("store", Severity.NOTE, what, "The next refresh removes them", "store"))
    plural = "series is" if sound == 1 else "series are"
    found.insert(0, Symptom("store", Severity.GOOD, f"{sound} {plural} stored and whole"))
    if newest is not None and not newest <= now.date() <= newest + dt.timedelta(days=3 * 366):
        what = f"this computer's clock says {now.date()}; newest data {newest}"
        found.append(Symptom("clock", Severity.PROBLEM, what, "Set the clock, best by network time (NTP)"))
    return tuple(found)


def repair(symptoms: Iterable[Symptom], config: Config, *, now: dt.datetime) -> tuple[str, ...]:
    """Do what is safe."""
    wanted = {symptom.fix for symptom in symptoms} - {""}
    done: list[str] = []
    if "folder" in wanted and not config.home.exists():
        make_folder(config.home)
        done.append(f"made {config.home}")
    if "store" in wanted:
        store = Store(config.home)
        before = set(store.notices)
        with store.writer(now):
            pass  # opening it to write cleans and mends it
        done += [notice.rstrip(".") for notice in store.notices if notice not in before]
        done.append("cleaned and checked the store")
    return tuple(done)


def document(symptoms: Iterable[Symptom], now: dt.datetime) -> dict[str, Any]:
    """The examination for machines."""
    found = list(symptoms)
    return {
        "schema": "climtrack.doctor/1",
        "at": now.isoformat(),
        "python": sys.version.split()[0],
        "problems": sum(symptom.severity is Severity.PROBLEM for symptom in found),
        "findings": [
            {"topic": s.topic, "severity": str(s.severity), "what": s.what, "remedy": s.remedy or None} for s in found
        ],
    }
