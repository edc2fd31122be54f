"""Drafts of an issue: whose keys, over which connection, and what is remembered of each beside its files."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from climtrack.config import Config
from climtrack.errors import ConfigError, Notice, PublishError
from climtrack.fetcher.http import loopback, trust
from climtrack.files import write_whole
from climtrack.publish.drafts import PLATFORMS, Client, Newsletter, variable
from climtrack.publish.post import Issue
from climtrack.run.publish import site_folder
from climtrack.run.run import Run

#: What an issue's folder remembers of its drafts, by platform and language: ids and addresses, no key.
FILE = ".climtrack-drafts.json"


def clients(
    config: Config, environment: Mapping[str, str], platforms: Sequence[str], now: dt.datetime, *, send: bool
) -> tuple[Client, ...]:
    """Everyone who is to get a draft, by address and key; whoever lacks one of them is refused before any work."""
    newsletters = [name for name in platforms if isinstance(PLATFORMS[name], Newsletter)]
    if send and (newsletters or not platforms):
        raise ConfigError("drafts.send")
    return tuple(_client(config, environment, name, now) for name in platforms)


def _client(config: Config, environment: Mapping[str, str], name: str, now: dt.datetime) -> Client:
    import urllib3

    facts = {"platform": PLATFORMS[name].name, "key": name, "variable": variable(name)}
    base = str(getattr(config.drafts, name))
    if not base:
        raise ConfigError("drafts.no_base", **facts)
    key = (environment.get(variable(name)) or _kept(name)).strip()
    if not key:
        raise ConfigError("drafts.no_key", **facts)
    if not (key.isascii() and key.isprintable()):
        raise ConfigError("drafts.form", **facts)
    fetch = config.fetch
    options: dict[str, Any] = {
        "headers": {"User-Agent": fetch.agent},
        "retries": False,
        "timeout": urllib3.Timeout(connect=fetch.connect_timeout, read=fetch.total_timeout),
        "ssl_context": trust() if base.startswith("https:") else None,
    }
    proxied = fetch.proxy and not loopback(urlsplit(base).hostname or "")
    pool = urllib3.ProxyManager(fetch.proxy, **options) if proxied else urllib3.PoolManager(**options)
    return Client(name, base, key, pool, now)


def _kept(name: str) -> str:
    """The key that the system's keyring holds for a platform, where there is a keyring."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    with suppress(KeyringError):
        return keyring.get_password("climtrack", name) or ""
    return ""


def drafts(run: Run, client: Client, folder: Path, issues: Sequence[Issue], *, send: bool) -> Iterator[Notice]:
    """Bring an issue's drafts at one platform up to date, one in each language; each is remembered at once."""
    if run.simulated:
        raise PublishError("publish.no_data")
    platform, settings = PLATFORMS[client.platform], run.config
    for issue in issues:
        place, known = f"{client.platform}.{issue.language}", _remembered(folder)
        record, notice = platform.draft(client, issue, known.get(place, {}), send)
        if record:
            write_whole(folder / FILE, json.dumps({**known, place: record}, indent=1, sort_keys=True).encode())
        yield notice
        if isinstance(platform, Newsletter) and platform.picture is None:
            site, base = site_folder(settings), settings.publish.public_url
            absent = [one for one in issue.pictures if not (site / one.removeprefix(base).lstrip("/")).is_file()]
            if absent:
                yield Notice("publish.absent", n=len(absent), folder=site)


def _remembered(folder: Path) -> dict[str, dict[str, object]]:
    """What is known of the drafts of an issue; nothing where the file is gone or is not what was written."""
    with suppress(OSError, ValueError):
        found = json.loads((folder / FILE).read_bytes())
        if isinstance(found, dict) and all(isinstance(one, dict) and "id" in one for one in found.values()):
            return found
    return {}
