"""A copy of the site on this computer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(SimpleHTTPRequestHandler):
    """The standard library's file server, keeping a record instead of printing it."""

    log: list[tuple[str, int, str]]
    gate: Callable[[str], object]

    def do_GET(self) -> None:
        """Answer once the gate lets the path pass."""
        type(self).gate(self.path)
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's own name
        """Print nothing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Remember path, status and User-Agent."""
        self.log.append((self.path, int(code), self.headers.get("User-Agent", "")))


@contextmanager
def serving(
    folder: Path, *, gate: Callable[[str], object] = lambda _: None
) -> Iterator[tuple[str, list[tuple[str, int, str]]]]:
    """Serve a folder on loopback, a path when `gate` returns from it; address and list of (path, status, agent)."""
    log: list[tuple[str, int, str]] = []
    handler = type("Handler", (_Handler,), {"log": log, "gate": staticmethod(gate)})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", log
        server.shutdown()
        thread.join()
