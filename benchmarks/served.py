"""
The served site under load, beside nginx serving the same folder in the same run.

``python -m benchmarks.served [SECONDS] [ROUNDS]`` publishes a site, then loads each server in turn with wrk (64
connections; 80 % pictures of 120 KB, 15 % conditional requests answered 304, 5 % pages of 115 KB) while a new
publication appears every three seconds and a reader of its own checks bodies against their tags. The table goes into
``docs/benchmarks.md``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import http.client
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from climtrack.publish.folder import Folder
from climtrack.publish.site import Publication
from climtrack.vocabulary.assets import Asset

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
CONNECTIONS = 64
EVERY = 3.0
WRK = shutil.which("wrk") or ""
PICTURE = random.Random(7).randbytes(120_000)  # noqa: S311 - the same bytes in every run
DATED = f"/2026-11-17/nh.both.email.en.{hashlib.sha256(PICTURE).hexdigest()[:12]}.png"
SCRIPT = """
local tag, n = "{tag}", 0
request = function()
  n = n + 1
  local k = n % 20
  if k < 16 then return wrk.format("GET", "{dated}") end
  if k < 19 then return wrk.format("GET", "{dated}", {{["If-None-Match"] = tag}}) end
  return wrk.format("GET", "/")
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load of one server showed: requests per second, 99th percentile in ms, failures, torn bodies, checked."""

    rate: float
    p99: float
    failed: int
    torn: int
    checked: int


def publish(root: Path, number: int) -> None:
    """A picture that stays, one that changes, and a front page that changes."""
    rng = random.Random(8)  # noqa: S311 - the same bytes in every run
    changing = PICTURE[:-8] + f"{number:08d}".encode()
    page = f"<!doctype html><title>{number}</title>".encode() + rng.randbytes(43_000).hex().encode()
    files = [
        Asset(DATED[1:], "image/png", PICTURE),
        Asset("latest/p.png", "image/png", changing),
        Asset("index.html", "text/html; charset=utf-8", page + b"0" * 29_000),
        Asset("404.html", "text/html; charset=utf-8", b"<!doctype html><title>404</title>"),
    ]
    Folder(root).publish(lambda before: (Publication(files=before.files), files), now=dt.datetime.now(dt.UTC))


def ask(port: int, path: str) -> tuple[int, str, bytes]:
    """Status, tag and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.headers.get("etag", ""), answer.read()
    connection.close()
    return found


@contextlib.contextmanager
def ours(root: Path, port: int) -> Iterator[None]:
    """The built-in server, in a process of its own."""
    command = [sys.executable, "-m", "climtrack", "serve", str(root), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait(port)
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def nginx(root: Path, port: int) -> Iterator[None]:
    """Debian's nginx with the file in ``deploy/``, one worker as ours is one process."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed")
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("listen [::]:80;", "")
    text = re.sub(r"root \S+;", f"root {root};", text)
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "nginx.conf"
        temporary = "".join(
            f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        types = "include /etc/nginx/mime.types;" if Path("/etc/nginx/mime.types").exists() else ""
        settings.write_text(
            f"user root; daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit; events {{}} "
            f"http {{ sendfile on; access_log off; {types} {temporary} {text} }}"
        )
        process = subprocess.Popen([program, "-c", str(settings), "-p", folder])
        try:
            wait(port)
            yield
        finally:
            process.terminate()
            process.wait(10)


def wait(port: int) -> None:
    """Until it answers."""
    for _ in range(200):
        with contextlib.suppress(OSError):
            if ask(port, "/")[0] == 200:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


def load(root: Path, port: int, seconds: int, *, tags: bool) -> Load:
    """Load from wrk in a second process, publications in the middle, a reader that checks."""
    done, torn, checked = threading.Event(), [0], [0]

    def republish() -> None:
        number = 0
        while not done.wait(EVERY):
            number += 1
            publish(root, number)

    def check() -> None:
        while not done.wait(0.02):
            for path in ("/latest/p.png", "/"):
                status, tag, body = ask(port, path)
                whole = len(body) == (120_000 if path != "/" else len(body))
                named = not tags or tag.strip('"') == hashlib.sha256(body).hexdigest()[:32]
                checked[0] += 1
                torn[0] += not (status == 200 and whole and named)

    threads = [threading.Thread(target=republish), threading.Thread(target=check)]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT.format(tag=ask(port, DATED)[1].replace('"', '\\"'), dated=DATED))
        script.flush()
        for thread in threads:
            thread.start()
        told = subprocess.run(
            [WRK, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", script.name, f"http://127.0.0.1:{port}/"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        done.set()
        for thread in threads:
            thread.join()
    found = re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if not found or not rate:
        raise SystemExit(told)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    failed = sum(map(int, errors.groups())) if errors else 0
    failed += int(refused[1]) if refused else 0
    p99 = float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]
    return Load(float(rate[1]), p99, failed, torn[0], checked[0])


def main() -> None:
    """Run, print, write the table."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if not WRK:
        raise SystemExit("wrk is not installed: apt-get install wrk nginx-light")
    results: dict[str, list[Load]] = {"climtrack serve": [], "nginx": []}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "site"
        publish(root, 0)
        for _ in range(rounds):
            with ours(root, 8471):
                results["climtrack serve"].append(load(root, 8471, seconds, tags=True))
            with nginx(root, 8472):
                results["nginx"].append(load(root, 8472, seconds, tags=False))
    today = dt.date.today()
    lines = [
        f"Python {platform.python_version()}, 2 cores shared by server and wrk, {rounds} round(s) of {seconds} s each, "
        f"a new publication every {EVERY:.0f} s, {today.day} {today:%B %Y}.",
        "",
        "| server | requests a second | p99 ms | failed | torn, of those checked | goal |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, found in results.items():
        rate, p99 = (statistics.median(getattr(one, key) for one in found) for key in ("rate", "p99"))
        failed, torn, checked = (sum(getattr(one, key) for one in found) for key in ("failed", "torn", "checked"))
        goal = "≥ 2,500, p99 ≤ 60 ms, 0, 0" if name != "nginx" else "its own figures"
        lines.append(f"| {name} | {rate:,.0f} | {p99:.0f} | {failed} | {torn} of {checked} | {goal} |")
    table = "\n".join(lines)
    print(table)
    text = PAGE.read_text("utf-8")
    if "<!-- served -->" in text:
        PAGE.write_text(
            re.sub(
                r"<!-- served -->.*?<!-- /served -->", f"<!-- served -->\n{table}\n<!-- /served -->", text, flags=re.S
            ),
            "utf-8",
        )


if __name__ == "__main__":
    main()
