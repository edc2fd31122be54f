"""OPeNDAP addresses, served by a small DAP2 server: the numbers of the file."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import netCDF4
import numpy as np
import pytest

from benchmarks import synthetic
from climtrack.errors import SourceUnavailable
from climtrack.grids import grids, opening
from climtrack.grids.reduce import Request, file_means
from climtrack.vocabulary.registry import REGIONS

NAMES = {"f4": ("Float32", ">f4"), "f8": ("Float64", ">f8"), "i2": ("Int16", ">i4")}  # XDR sends shorts as longs
HALVES = (REGIONS["nh"], REGIONS["sh"])


class Dataset:
    """A netCDF file as DAP2 describes and sends it."""

    def __init__(self, path: Path) -> None:
        with netCDF4.Dataset(path) as data:
            data.set_auto_maskandscale(False)
            self.values = {name: var[:] for name, var in data.variables.items()}
            self.dims = {name: var.dimensions for name, var in data.variables.items()}
            self.attrs = {n: {k: v.getncattr(k) for k in v.ncattrs()} for n, v in data.variables.items()}
            self.title = data.title

    def dds(self, shapes: dict[str, tuple[int, ...]]) -> str:
        """Structure of some variables."""
        rows = []
        for name, shape in shapes.items():
            kind = NAMES[self.values[name].dtype.str[1:]][0]
            rows.append(
                f"    {kind} {name}{''.join(f'[{d} = {n}]' for d, n in zip(self.dims[name], shape, strict=True))};"
            )
        return "Dataset {\n" + "\n".join(rows) + "\n} sea;\n"

    def das(self) -> str:
        """Attributes of all variables."""
        rows = ["Attributes {"]
        for name, attrs in [*self.attrs.items(), ("NC_GLOBAL", {"title": self.title})]:
            rows.append(f"    {name} {{")
            for key, value in attrs.items():
                kind = "String" if isinstance(value, str) else NAMES[np.asarray(value).dtype.str[1:]][0]
                rows.append(f"        {kind} {key} {f'{chr(34)}{value}{chr(34)}' if kind == 'String' else value};")
            rows.append("    }")
        return "\n".join([*rows, "}\n"])

    def dods(self, query: str) -> bytes:
        """Data of a constraint such as ``sst[0:1:0][2:4:35]``."""
        chosen: dict[str, np.ndarray] = {}
        for part in query.split(",") if query else list(self.values):
            name = part.partition("[")[0].split(".")[-1]
            cuts = [tuple(map(int, c.split(":"))) for c in re.findall(r"\[([\d:]+)\]", part)]
            place = tuple(
                slice(c[0], c[-1] + 1, c[1] if len(c) == 3 else 1) if len(c) > 1 else slice(c[0], c[0] + 1)
                for c in cuts
            )
            chosen[name] = self.values[name][place] if place else self.values[name]
        body = b""
        for name, values in chosen.items():
            size = np.array([values.size], ">u4").tobytes()
            body += size + size + values.astype(NAMES[self.values[name].dtype.str[1:]][1]).tobytes()
        return self.dds({n: v.shape for n, v in chosen.items()}).encode() + b"\nData:\n" + body


@contextmanager
def serving(paths: dict[str, Path], *, cut: int = 0) -> Iterator[tuple[str, list[int]]]:
    """A server of some files, and the bytes of each data answer; so many bytes of each field never come."""
    held = {name: Dataset(path) for name, path in paths.items()}
    sent: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = unquote(self.path).partition("?")
            name, _, kind = path.lstrip("/").rpartition(".")
            data = held.get(name)
            if data is None or kind not in ("dds", "das", "dods"):
                self.send_error(404)
                return
            if kind == "dods":
                body = data.dods(query)
                sent.append(len(body))
            else:
                whole = {n: v.shape for n, v in data.values.items()}
                body = (data.dds(whole) if kind == "dds" else data.das()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream" if kind == "dods" else "text/plain")
            self.send_header("Content-Description", f"dods-{kind.replace('dods', 'data')}")
            self.send_header("XDODS-Server", "DAP/2.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - cut] if len(body) > 5 * cut else body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", sent
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of a made-up year."""
    return synthetic.write_psl_year(tmp_path_factory.mktemp("dap") / "sea.nc", 2023, 72, 144, days=3)


def test_an_address_gives_the_numbers_of_the_file(sea: Path) -> None:
    """To the last bit, in threads too: netCDF is entered by one at a time."""
    with serving({"sst.day.mean.2023.nc": sea}) as (base, _):
        found = file_means([f"{base}sst.day.mean.2023.nc"], Request("sst", HALVES), workers=2)[0]
    plain = file_means([str(sea)], Request("sst", HALVES))[0]
    assert found.values.tobytes() == plain.values.tobytes()
    assert found.times.tolist() == plain.times.tolist()
    assert found.label == f"{base}sst.day.mean.2023.nc"


def test_an_answer_that_is_cut_off_is_no_field(sea: Path) -> None:
    """The C library would take what lies in memory behind it for the rest: a wrong mean, and not a word."""
    with (
        serving({"a.nc": sea}, cut=4000) as (base, _),
        pytest.raises(SourceUnavailable, match="the answer did not come, or was cut off"),
    ):
        file_means([f"{base}a.nc"], Request("sst", HALVES))


def test_netcdf3_files_are_read_by_threads_without_a_crash(tmp_path: Path) -> None:
    """netCDF4-python dies when two threads read at once, even through separate handles; here they take turns."""
    rng = np.random.default_rng(0)
    field = rng.integers(-180, 3000, (40, 36, 72)).astype(np.int16)
    attrs = {"long_name": "Daily sea surface temperature", "units": "Celsius", "scale_factor": 0.01}
    lat, lon = np.arange(-87.5, 90, 5), np.arange(2.5, 360, 5)
    paths = []
    for i in range(8):
        path, hours = tmp_path / f"{i}.nc", 24 * np.arange(40) + 960 * i
        synthetic.write_grid(path, field, lat, lon, hours, attrs=attrs, kind="NETCDF3_CLASSIC")
        paths.append(str(path))
    found = file_means(paths, Request("sst", HALVES), workers=4)
    assert len({one.values.tobytes() for one in found}) == 1


def test_the_netcdf_library_is_entered_by_one_thread_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash comes by chance, so the lock itself is watched: held whenever a field is read."""
    stored = np.arange(2 * 6 * 12, dtype=np.int16).reshape(2, 6, 12)
    attrs = {"long_name": "Daily sea surface temperature", "units": "degC", "scale_factor": 0.01}
    path = synthetic.write_grid(
        tmp_path / "a.nc", stored, np.arange(-75.0, 90, 30), np.arange(15.0, 360, 30), [0, 24], attrs=attrs,
        kind="NETCDF3_CLASSIC",
    )  # fmt: skip
    plain, held = opening._slices, []

    def watched(*given: Any) -> Iterator[Any]:
        for field in plain(*given):
            held.append(opening.NETCDF.locked())
            yield field

    monkeypatch.setattr(opening, "_slices", watched)
    assert len(list(grids.fields(grids.open_grid(str(path), "sst")))) == 2
    assert held == [True, True]
    assert not opening.NETCDF.locked()
