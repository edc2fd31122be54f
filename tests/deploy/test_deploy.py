"""Deployment files: each is read by a parser of its kind, and by its own program where that is installed."""

from __future__ import annotations

import configparser
import datetime as dt
import http.client
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.main import get_command

from climtrack.cli.app import app
from climtrack.publish.folder import Folder
from climtrack.publish.server import ServeSettings, background
from climtrack.vocabulary.assets import Asset
from tests.test_serve import wait

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
COMMANDS = set(get_command(app).commands)  # type: ignore[attr-defined]


def unit(name: str) -> configparser.ConfigParser:
    """A systemd unit; keys keep their case, repeated ones are not used here."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "systemd" / name)
    return parser


def options(command: str) -> set[str]:
    """Options that a command of ours takes."""
    found = get_command(app).commands[command]  # type: ignore[attr-defined]
    return {option for parameter in found.params for option in parameter.opts}


def test_everything_is_in_the_table() -> None:
    """deploy/README.md names every file, and only files that exist."""
    named = set(
        re.findall(
            r"`([\w./-]+\.(?:service|timer|conf|yaml|yml)|crontab|Dockerfile)`", (DEPLOY / "README.md").read_text()
        )
    )
    there = {str(p.relative_to(DEPLOY)) for p in DEPLOY.rglob("*") if p.is_file()} - {"README.md"}
    assert named == there


@pytest.mark.parametrize("path", UNITS, ids=lambda p: p.name)
def test_units_are_accepted_by_systemd(path: Path, tmp_path: Path) -> None:
    """`systemd-analyze verify`, with a program that exists in the place of ours; not a word of complaint."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for each in UNITS:
        text = re.sub(r"/opt/climtrack/bin/(climtrack|python)", sys.executable, each.read_text())
        (tmp_path / each.name).write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / path.name)], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "climtrack" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("path", [p for p in UNITS if p.suffix == ".service"], ids=lambda p: p.name)
def test_services_call_commands_that_exist_and_are_confined(path: Path) -> None:
    """The command and its options are ours; the service may write nowhere but in its own folder."""
    service = unit(path.name)["Service"]
    program, command, *words = shlex.split(service["ExecStart"])
    assert program == "/opt/climtrack/bin/climtrack"
    assert command in COMMANDS
    assert {word for word in words if word.startswith("--")} <= options(command)
    for key, value in (("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("ProtectHome", "yes"),
                       ("User", "climtrack"), ("CapabilityBoundingSet", ""),
                       ("StateDirectory", "climtrack")):  # fmt: skip
        assert service[key] == value


def test_the_timer_catches_up_and_does_not_crowd() -> None:
    """Daily in UTC, persistent, spread out; it starts the service of the same name."""
    timer = unit("climtrack-refresh.timer")
    assert timer["Timer"]["OnCalendar"] == "*-*-* 17:00:00 UTC"
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Timer"]["RandomizedDelaySec"] == "30min"
    assert "Unit" not in timer["Timer"]
    assert unit("climtrack-refresh.service")["Service"]["SuccessExitStatus"] == "3 6"


def test_the_cron_line_is_one() -> None:
    """Five fields in range, a user, our command; every other line is a comment or sets a variable."""
    lines = [line for line in (DEPLOY / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    settings = [line for line in lines if re.match(r"[A-Z_]+=", line)]
    (line,) = [line for line in lines if line not in settings]
    minute, hour, *rest, user, words = re.match(r"(\S+) (\S+) (\S+) (\S+) (\S+) (\S+) (.+)", line).groups()  # type: ignore[union-attr]
    assert 0 <= int(minute) < 60
    assert 0 <= int(hour) < 24
    assert (rest, user) == (["*", "*", "*"], "climtrack")
    assert words.split("climtrack ")[-1] in COMMANDS
    assert "%" not in line


def test_nginx_answers_as_the_built_in_server(tmp_path: Path) -> None:
    """`nginx -t` accepts its file without a warning; both answer alike for a published site: status, type, sharing."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    site = tmp_path / "site"
    data = {"index.html": "text/html; charset=utf-8", "404.html": "text/html; charset=utf-8",
            "nh-air/index.html": "text/html; charset=utf-8", "data/nh/nh-air.csv": "text/csv; charset=utf-8",
            "data/nh/facts.json": "application/json", "latest/nh-air.png": "image/png",
            "data/series/x.json.sha256": "text/plain; charset=utf-8", "feed.xml": "application/atom+xml",
            "sitemap.xml": "application/xml", "favicon.ico": "image/vnd.microsoft.icon"}  # fmt: skip
    files = [Asset(path, kind, b"x") for path, kind in data.items()]
    Folder(site).publish(lambda before: (before, files), now=dt.datetime(2024, 7, 11, tzinfo=dt.UTC))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = (DEPLOY / "nginx.conf").read_text().replace("listen 80;", f"listen 127.0.0.1:{port};")
    text = text.replace("listen [::]:80;", "").replace("/var/lib/climtrack/climtrack-site", str(site))
    (tmp_path / "climtrack.conf").write_text(text)
    temporary = "".join(
        f'{name}_temp_path "{tmp_path}/{name}";' for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f'{user} daemon off; worker_processes 1; pid "{tmp_path}/pid"; error_log stderr; events {{}} '
        f'http {{ access_log off; {temporary} include "{tmp_path}/climtrack.conf"; }}'
    )
    words = [nginx, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
    done = subprocess.run([*words, "-t"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr

    def answers(address: str) -> list[tuple[str, int, list[str | None]]]:
        asked = [("GET", f"/{path}") for path in data] + [
            ("GET", "/nh-air/"),
            ("POST", "/"),
            ("GET", "/.climtrack-lock"),
        ]
        asked += [("GET", "/latest/"), ("GET", "/nowhere"), ("GET", "/publication.json"), ("DELETE", "/feed.xml")]
        asked += [("GET", "/latest"), ("GET", "/nh-air")]
        told = ("content-type", "access-control-allow-origin", "cross-origin-resource-policy", "cache-control")
        found = []
        for method, path in asked:
            connection = http.client.HTTPConnection(address, timeout=60)
            connection.request(method, path)
            answer = connection.getresponse()
            found.append((path, answer.status, [answer.headers[name] for name in told if answer.status == 200]))
            connection.close()
        return found

    with background(site, ServeSettings(port=0), now=lambda: dt.datetime.now(dt.UTC)) as address:
        wait(address)
        ours = answers(urlsplit(address).netloc)
    with subprocess.Popen(words) as running:
        try:
            wait(f"http://127.0.0.1:{port}/")
            assert answers(f"127.0.0.1:{port}") == ours
        finally:
            running.terminate()
    assert [status for _, status, _ in ours] == [200] * (len(data) + 1) + [405, 404, 404, 404, 404, 405, 404, 308]


def instructions(text: str) -> list[tuple[str, str]]:
    """Instructions of a Dockerfile, continued lines joined, comments left out."""
    joined = re.sub(r"\\\n\s*", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [(word, rest) for line in joined.splitlines() if line.strip() for word, _, rest in [line.partition(" ")]]


def test_the_dockerfile_is_well_formed() -> None:
    """Known instructions, files that exist, every stage from a tagged image, not root, hashes required."""
    found = instructions((DEPLOY / "Dockerfile").read_text())
    words = [word for word, _ in found]
    assert words[0] == "FROM"
    assert set(words) <= {"FROM", "WORKDIR", "ENV", "RUN", "COPY", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD",
                          "HEALTHCHECK"}  # fmt: skip
    for word, rest in found:
        if word == "FROM":
            assert re.match(r"python:3\.\d+-slim-\w+( AS \w+)?$", rest)
    copied = {source for word, rest in found if word == "COPY" and "--from" not in rest for source in rest.split()[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    assert {"pyproject.toml", "hatch_build.py"} <= copied  # the second is part of the build
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    assert dict(found)["USER"] not in {"root", "0"}
    assert any("--require-hashes" in rest for word, rest in found if word == "RUN")
    assert found[-2:] == [("ENTRYPOINT", '["climtrack"]'), ("CMD", '["schedule"]')]
    assert "schedule" in COMMANDS


def read(name: str) -> Any:
    """A YAML file; no key twice."""

    class Strict(yaml.SafeLoader):
        """Refuses what the safe loader silently overwrites."""

    def mapping(loader: Strict, node: yaml.MappingNode) -> dict[Any, Any]:
        keys = [loader.construct_object(key) for key, _ in node.value]  # type: ignore[no-untyped-call]
        assert len(keys) == len(set(keys)), keys
        return dict(loader.construct_mapping(node, deep=True))

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    return yaml.load((DEPLOY / name).read_text(), Loader=Strict)


def test_the_compose_file_names_real_things() -> None:
    """Two confined services that share the data; the server can only read them; its port is on this host only."""
    whole = read("compose.yaml")
    assert set(whole) == {"services", "volumes", "x-settings"}
    refresh, serve = whole["services"]["refresh"], whole["services"]["serve"]
    for service in (refresh, serve):
        assert service["command"][0] in COMMANDS
        assert {w for w in service["command"] if w.startswith("--")} <= options(service["command"][0])
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        data, settings = service["volumes"]
        assert data.startswith("data:/data")
        assert (settings["source"], settings["target"]) == ("./config.toml", service["environment"]["CLIMTRACK_CONFIG"])
        assert settings["bind"] == {"create_host_path": False}  # an absent file is an error, not a new folder
    assert (DEPLOY / refresh["build"]["context"] / refresh["build"]["dockerfile"]).is_file()
    assert "data:/data:ro" in serve["volumes"]
    assert serve["ports"] == ["127.0.0.1:8000:8000"]
    ask = serve["healthcheck"]["test"][3]
    assert compile(ask, "healthcheck", "exec")
    assert ask in unit("climtrack-health.service")["Service"]["ExecStartPost"]
    assert '["climtrack", "status", "--check"]' in (DEPLOY / "Dockerfile").read_text()
    assert "--check" in options("status")


def test_the_workflow_is_pinned_and_least_privileged() -> None:
    """Every action by commit with its version; each job may do what it needs and no more; our commands exist."""
    text = (DEPLOY / "github-pages.yml").read_text()
    whole = read("github-pages.yml")
    assert whole["permissions"] == {}
    assert set(whole[True]) == {"schedule", "workflow_dispatch"}  # YAML 1.1 reads `on` as true
    assert re.fullmatch(r"\d{1,2} \d{1,2} \* \* \*", whole[True]["schedule"][0]["cron"])
    used = re.findall(r"uses: (\S+) # (v\d+\.\d+\.\d+)$", text, re.M)
    assert len(used) == text.count("uses:") == 5
    for action, _ in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
    jobs = whole["jobs"]
    assert jobs["refresh"]["permissions"] == {"contents": "read"}
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert jobs["deploy"]["needs"] == "refresh"
    for job in jobs.values():
        assert job["timeout-minutes"] <= 30
        for step in job["steps"]:
            assert {"uses", "run"} & step.keys()
    scripts = [step["run"] for step in jobs["refresh"]["steps"] if "run" in step]
    for command in re.findall(r"bin/climtrack (\w+)", "\n".join(scripts)):
        assert command in COMMANDS
    for script in scripts:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    for name in re.findall(r"-r (\S+\.txt)", "\n".join(scripts)):
        assert (ROOT / name).is_file()
