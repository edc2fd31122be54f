"""
The stage on which the golden commands run: one process, one clock, one site, and a record of what each command did.

Nothing here knows how climtrack is built inside, so that the inside can be rebuilt under it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import io
import os
import re
import shlex
import shutil
import socket
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tests.fakes_server import FakeSite, Talk

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
LANGUAGES = {"en": "C.UTF-8", "es": "es_ES.UTF-8"}
#: The site's address is the same in every run, since it stands in provenance; connections to it go to a free port.
PORT = 8321
ADDRESS = f"http://127.0.0.1:{PORT}/"
DAYS = ("2026-07-11T18:00:00Z", "2026-07-12T18:00:00Z")
AIR = "clim/t2_daily/json/era5_{}_t2_day.json"
SEA = "clim/sst_daily/json_2clim/oisst2.1_{}_sst_day.json"
DISK = SimpleNamespace(total=10**12, used=10**11, free=9 * 10**11)
TEXT = {".csv", ".html", ".json", ".md", ".svg", ".txt", ".xml"}
#: Where real snapshots are, if anywhere.
SHARED = Path(os.environ.get("CLIMTRACK_SHARED_DATA", HERE.parents[2] / "shared" / "data"))
REAL = SHARED / "climate_reanalyzer_constructed" / "2024-07-05"
PULSE = SHARED / "climate_pulse" / "2024-02-23"


# climtrack is known here by these two functions and by three variables (CLIMTRACK_HOME, CLIMTRACK_BASE_URL,
# CLIMTRACK_NOW) only.


def command_line(words: list[str]) -> None:
    """Run a command as the program does. Imported late: the command looks at once whether it writes to a terminal."""
    from climtrack.cli.app import main

    main(words)


@functools.cache
def copy_of(path: str, day: dt.date) -> bytes | None:
    """The simulated series of a path as the site would serve it on a day, passing for the site's own."""
    from climtrack.fetcher.sample import SampleTransport

    try:
        answer = SampleTransport(day).get(path)
    except Exception:  # the sample has no such path, whatever its error is called
        return None
    return answer.body.replace(b" (simulated by climtrack)", b"") if answer else None


def parts() -> list[tuple[str, str]]:
    """Every scene in every language of a terminal that it is played in."""
    return [(name, language) for name, scene in scenes().items() for language in scene.get("languages", LANGUAGES)]


def scenes() -> dict[str, dict[str, Any]]:
    """The scenes of scenes.toml by name."""
    return tomllib.loads((HERE / "scenes.toml").read_text(encoding="utf-8"))


class Site(FakeSite):
    """The site on loopback, in one of several moods; its day is set by the clock of the command."""

    def __init__(self) -> None:
        super().__init__()
        self.day = dt.date(2026, 7, 11)
        self.mood = "well"
        self.fault("*", self._answer)

    def _answer(self, talk: Talk) -> bool:
        """Whether the good answer follows."""
        path = talk.request.path
        if self.mood == "missing":
            talk.answer("404 Not Found", b"<html>Houston, we've had a problem</html>", "Content-Type: text/html")
            return False
        if self.mood == "page":
            talk.answer("200 OK", b"<!DOCTYPE html><html><title>Maintenance</title></html>", "Content-Type: text/html")
            return False
        if self.mood == "real":
            file = PULSE / path.removeprefix("pulse/") if path.startswith("pulse/") else REAL / path
            body = file.read_bytes() if file.is_file() else None
        else:
            body = copy_of(path, self.day)
        if self.mood == "hot" and path == AIR.format("nh") and body:
            body = _hotter(body)
        if body is not None:
            self.put(path, body)
        return True


def _hotter(body: bytes) -> bytes:
    """The newest day of the current year 9 degrees warmer, as no day follows another."""
    rows = body.splitlines(keepends=True)
    place = next(i for i, row in enumerate(rows) if b'"name":"2026"' in row)
    values = rows[place].partition(b"[")[2].partition(b"]")[0].split(b",")
    newest = max(i for i, value in enumerate(values) if value != b"null")
    values[newest] = b"%.3f" % (float(values[newest]) + 9)
    head, _, rest = rows[place].partition(b"[")
    rows[place] = head + b"[" + b",".join(values) + b"]" + rest.partition(b"]")[2]
    return b"".join(rows)


@contextlib.contextmanager
def stage(folder: Path, language: str) -> Iterator[tuple[Site, Path]]:
    """A folder to work in, the environment of a new user, and the site; as before afterwards."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLIMTRACK_", "LC_", "LANG", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"))
        and not name.lower().endswith("_proxy")
        and name != "SOURCE_DATE_EPOCH"
    }
    ours = {
        "LANG": LANGUAGES[language],
        "COLUMNS": "80",
        "CLIMTRACK_HOME": "home",  # relative, so that no line is as long as the name of a temporary folder
        "CLIMTRACK_BASE_URL": ADDRESS,
        "CLIMTRACK_NOW": DAYS[-1],
        "XDG_CONFIG_HOME": str(folder.parent / "nobody"),
    }
    work = folder / "work"
    work.mkdir(parents=True)
    with (
        mock.patch.dict(os.environ, {**kept, **ours}, clear=True),
        # One core: pictures are drawn in this process, where they cost least.
        mock.patch.object(os, "sched_getaffinity", return_value={0}),
        mock.patch.object(shutil, "disk_usage", return_value=DISK),
        contextlib.chdir(work),
        Site() as site,
        _routed(site),
    ):
        yield site, work


@contextlib.contextmanager
def _routed(site: Site) -> Iterator[None]:
    """Connections to the site's address go to the port where it listens, or nowhere while it is down."""
    connect = socket.socket.connect

    def routed(self: socket.socket, address: Any) -> None:
        if address[:2] == ("127.0.0.1", PORT):
            if site.mood == "down":
                raise ConnectionRefusedError(111, "Connection refused")
            address = ("127.0.0.1", site.port)
        connect(self, address)

    with mock.patch.object(socket.socket, "connect", routed):
        yield


def stocked(folder: Path) -> Path:
    """The store of two days of downloads that most scenes begin with, made by the program itself."""
    with stage(folder, "en") as (site, work):
        for moment in DAYS:
            _set(site, "now", moment)
            code, _, err = _run("climtrack fetch")
            if code:
                raise RuntimeError(f"the store of the golden transcript could not be made: {err}")
    return work / "home"


def play(scene: Mapping[str, Any], language: str, store: Path, folder: Path) -> str:
    """Play a scene; what its commands said and made, as text."""
    lines = [f"# {scene['about']}"]
    with stage(folder, language) as (site, work):
        if scene.get("store", "held") == "held":
            shutil.copytree(store, work / "home")
        if "config" in scene:
            (work / "config.toml").write_text(scene["config"].replace("LANG", language), encoding="utf-8")
        for file, text in scene.get("files", {}).items():
            (work / file).write_text(text, encoding="utf-8")
        if scene.get("grid"):
            _grid(work / "sea.nc")
        if scene.get("real"):
            _set(site, "site", "real")
        before: dict[str, tuple[Any, str]] = _files(work, {})
        for line in scene["commands"]:
            lines.append("")
            if line.startswith("@"):
                word, _, value = line[1:].partition(" ")
                lines.append(line)
                _set(site, word, value)
                continue
            typed = line.replace("LANG", language)
            code, out, err = _run(typed)
            after = _files(work, before)
            lines += [f"$ {typed}", f"exit {code}"]
            lines += _section("stdout", _plain(out, work))
            lines += _section("stderr", _plain(err, work))
            was = {path: digest for path, (_, digest) in before.items()}
            made = [f"{digest}  {path}" for path, (_, digest) in after.items() if was.get(path) != digest]
            made += [f"gone  {path}" for path in before if path not in after]
            if made:
                lines += ["--- files", *made]
            before = after
    return "\n".join(lines) + "\n"


def _set(site: Site, word: str, value: str) -> None:
    """Set the clock, and with it the day of the site, or the site's mood."""
    if word == "now":
        os.environ["CLIMTRACK_NOW"] = value
        site.day = dt.datetime.fromisoformat(value).date()
    elif word == "site":
        site.mood = value
    else:
        raise ValueError(f"unknown direction @{word}")


def _run(line: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command line."""
    program, *words = shlex.split(line)
    if program != "climtrack":
        raise ValueError(f"not a command of climtrack: {line}")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), mock.patch.object(sys, "argv", [program]):
        try:
            command_line(words)
            code: int | str | None = 0
        except SystemExit as left:
            code = left.code
    return (code if isinstance(code, int) else int(code is not None)), out.getvalue(), err.getvalue()


def _plain(text: str, work: Path) -> str:
    """What a command said, without what changes from one computer to the next."""
    text = text.replace(str(work), "{WORK}").replace(str(work.resolve()), "{WORK}")
    text = re.sub(r"Python [0-9.]+\S* on [^\n\"]+", "{VERSIONS}", text)
    return _steady(re.sub(r"(it is|ahora son las) [0-9]{2}:[0-9]{2}", r"\1 {TIME}", text))  # doctor: the true time


def _steady(text: str) -> str:
    """
    A text without the two things that may change although nothing does.

    The last digits of a float differ from one processor to the next; the name of a state of the store is the store's.
    """
    text = re.sub(r"-?\b[0-9]+\.[0-9]{11,}(e[-+]?[0-9]+)?\b", lambda found: f"{float(found[0]):.10f}", text)
    return re.sub(r'"snapshot": ?"[0-9a-f]{16}"', '"snapshot": "{SNAPSHOT}"', text)


def _section(title: str, text: str) -> list[str]:
    """What a stream held; a line without an end is marked."""
    if not text:
        return []
    return [f"--- {title}", *text.removesuffix("\n").split("\n"), *([] if text.endswith("\n") else ["(no newline)"])]


def _files(work: Path, known: Mapping[str, tuple[Any, str]]) -> dict[str, tuple[Any, str]]:
    """State and hash of every file but the store's own and locks; what has not been touched is not read again."""
    found: dict[str, tuple[Any, str]] = {}
    for path in sorted(work.rglob("*")):
        name = path.relative_to(work)
        if name.parts[0] == "home" or name.name.startswith(".climtrack-") or (path.is_dir() and not path.is_symlink()):
            continue
        facts = path.lstat()
        state = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
        before = known.get(name.as_posix())
        found[name.as_posix()] = before if before and before[0] == state else (state, _hash(path))
    return found


def _hash(path: Path) -> str:
    """Hash of a file's bytes; of a table's or a grid's values where bytes depend on a library's release."""
    if path.is_symlink():
        return f"link to {path.readlink()}"
    if path.suffix == ".nc":
        data = _netcdf(path)
    elif path.suffix == ".parquet":
        data = _parquet(path)
    elif path.suffix in TEXT:
        data = _steady(path.read_text(encoding="utf-8")).encode()
    else:
        data = path.read_bytes()
    return hashlib.sha256(data).hexdigest()[:24]


def _netcdf(path: Path) -> bytes:
    """Names, dimensions, attributes and values of a NetCDF file as text."""
    import numpy as np
    import xarray as xr

    lines = []
    with xr.open_dataset(path, decode_cf=False) as data:
        lines.append(_facts(data.attrs))
        for name in sorted(map(str, data.variables)):
            one = data.variables[name]
            lines.append(f"{name} {one.dims} {one.shape} {one.dtype} {_facts(one.attrs)}")
            values = np.round(one.values, 10) if one.dtype.kind == "f" else one.values
            lines.append(hashlib.sha256(values.tobytes()).hexdigest())
    return _steady("\n".join(lines)).encode()


def _facts(attributes: Mapping[Any, Any]) -> str:
    """Attributes in an order of their own."""
    return " ".join(f"{name}={attributes[name]!r}" for name in sorted(attributes, key=str))


def _parquet(path: Path) -> bytes:
    """Types and values of a Parquet file as text."""
    import pandas as pd

    table = pd.read_parquet(path)
    return f"{table.dtypes.to_dict()}\n{table.to_csv(index=False, float_format='%.10f')}".encode()


def played(name: str, language: str) -> Path:
    """File of an expected transcript."""
    return EXPECTED / f"{name}.{language}.txt"


def _grid(path: Path) -> None:
    """Two days of a coarse sea that nobody has seen, with the metadata by which the program knows OISST."""
    import netCDF4
    import numpy as np

    rows, columns = 36, 72
    lat = -90 + 180 / rows * (np.arange(rows) + 0.5)
    lon = 360 / columns * (np.arange(columns) + 0.5)
    warm = 2800 - (lat[:, None] ** 2) * 0.4 + (np.arange(columns) % 7)[None, :]
    dry = ((np.arange(rows)[:, None] * 5 + np.arange(columns)[None, :] * 3) % 11) < 3
    with netCDF4.Dataset(path, "w") as out:
        out.title = (
            "NOAA/NCEI 1/4 Degree Daily Optimum Interpolation Sea Surface Temperature (OISST) Analysis, Version 2.1"
        )
        out.Conventions = "CF-1.5"
        out.createDimension("time", None)
        time = out.createVariable("time", "f8", ("time",))
        time.setncatts({"units": "days since 1800-01-01 00:00:0.0", "standard_name": "time", "axis": "T"})
        for name, values, units in (("lat", lat, "degrees_north"), ("lon", lon, "degrees_east")):
            out.createDimension(name, len(values))
            out.createVariable(name, "f4", (name,))[:] = values
            out[name].units = units
        var = out.createVariable("sst", "i2", ("time", "lat", "lon"), fill_value=np.int16(-999))
        var.set_auto_maskandscale(False)
        var.setncatts({
            "long_name": "Daily Sea Surface Temperature", "standard_name": "sea_surface_temperature", "units": "degC",
            "scale_factor": np.float32(0.01), "add_offset": np.float32(0), "missing_value": np.int16(-999),
        })  # fmt: skip
        first = (dt.date(2023, 1, 1) - dt.date(1800, 1, 1)).days
        time[:] = [first, first + 1]
        for day in range(2):
            var[day] = np.where(dry, -999, np.round(warm) + 7 * day).astype(np.int16)
