"""
How far a command walks: distinct functions and files of climtrack that it enters, and those given a region's name.

``python -m benchmarks.walk`` runs three commands in this process, against the simulated sample on loopback.
"""

import datetime as dt
import os
import sys
import tempfile
import threading
from dataclasses import fields, is_dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from inspect import CO_OPTIMIZED
from pathlib import Path

from climtrack.cli.app import main
from climtrack.fetcher.fetch import SOURCES
from climtrack.fetcher.reanalyzer import SIMULATED
from climtrack.fetcher.sample import payload

NOW = dt.datetime(2026, 7, 11, 12, tzinfo=dt.UTC)
COMMANDS = ("fetch nh", "report --region nh --chart year-lines --lang en --offline --out report", "refresh")
SETTINGS = '[report]\ncharts = ["year-lines"]\npresets = ["wide"]\nlanguages = ["en"]\n[refresh]\nregions = ["nh"]\n'


def carries(value: object, depth: int = 3) -> bool:
    """Whether a value is the region's name, or holds it."""
    if isinstance(value, str):
        return value == "nh" or value.startswith("nh-")
    held = value[:3] if isinstance(value, tuple | list) else ()
    if is_dataclass(value):
        held = [getattr(value, one.name, None) for one in fields(value)]
    return depth > 0 and any(carries(one, depth - 1) for one in held)


def walk(command: str) -> None:
    """Run a command and print its counts."""
    entered, given = set(), set()

    def look(frame, event, _):  # type: ignore[no-untyped-def]
        code = frame.f_code
        function = code.co_flags & CO_OPTIMIZED and code.co_name[0] != "<"  # no class body, no comprehension
        if event == "call" and function and f"{os.sep}climtrack{os.sep}" in code.co_filename:
            entered.add(code)
            if code not in given and any(map(carries, frame.f_locals.values())):
                given.add(code)

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        main(command.split())
    except SystemExit as end:
        sys.setprofile(None)
        for what, codes in ((f"entered, exit {end.code}", entered), ("given the region", given)):
            files = len({code.co_filename for code in codes})
            print(f"{command.split()[0]:8} {len(codes):5} functions in {files:3} files {what}", file=sys.stderr)


if __name__ == "__main__":
    os.chdir(tempfile.mkdtemp())
    for key, endpoint in (one for source in SOURCES for one in source.ENDPOINTS.items()):
        path = Path(endpoint.path.format(year=NOW.year))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(payload(key, NOW.date()).replace(SIMULATED.encode(), b""))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory="."))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Path("config.toml").write_text(SETTINGS, encoding="utf-8")
    os.environ |= {"CLIMTRACK_HOME": "home", "CLIMTRACK_CONFIG": "config.toml", "CLIMTRACK_NOW": NOW.isoformat()}
    os.environ |= {"CLIMTRACK_BASE_URL": f"http://127.0.0.1:{server.server_port}/", "LANG": "C.UTF-8"}
    for command in COMMANDS:
        walk(command)
