"""A copy of the site on this computer."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from climtrack.fetcher.noaa import ENDPOINTS
from tests.faults import genuine


class _Handler(SimpleHTTPRequestHandler):
    """The standard library's file server, keeping a record instead of printing it."""

    log: list[tuple[str, int, str]]
    gate: Callable[[str], object]
    now: dt.datetime | None

    def do_GET(self) -> None:
        """Answer once the gate lets the path pass; with NOAA's simulated months where the folder has none."""
        type(self).gate(self.path)
        if (
            any(part in self.path for part in ("/climate-at-a-glance/", "/data/indices/"))
            and not Path(self.translate_path(self.path)).exists()
        ):
            body = months(self.path.lstrip("/"), self.now)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        super().do_GET()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """A header's date; that of an answer is of the clock given, if any."""
        return super().date_time_string(self.now.timestamp() if timestamp is None and self.now else timestamp)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's own name
        """Print nothing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Remember path, status and User-Agent."""
        self.log.append((self.path, int(code), self.headers.get("User-Agent", "")))


def months(path: str, now: dt.datetime | None = None) -> bytes:
    """NOAA's simulated months as of the clock given, the command's, or the beginning of the year asked for."""
    told = os.environ.get("CLIMTRACK_NOW")
    year = int(path.partition("1850-")[2][:4] or (told or "2026")[:4])
    day = now.date() if now else dt.date.fromisoformat(told[:10]) if told else dt.date(year, 2, 1)
    key = next(key for key, one in ENDPOINTS.items() if one.path.format(year=year) == path)
    return genuine(key, day)


@contextmanager
def serving(
    folder: Path, *, gate: Callable[[str], object] = lambda _: None, now: dt.datetime | None = None
) -> Iterator[tuple[str, list[tuple[str, int, str]]]]:
    """
    Serve a folder on loopback, a path when `gate` returns from it, by the clock given or the computer's.

    Gives the address and the list of (path, status, agent).
    """
    log: list[tuple[str, int, str]] = []
    handler = type("Handler", (_Handler,), {"log": log, "gate": staticmethod(gate), "now": now})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", log
        server.shutdown()
        thread.join()
