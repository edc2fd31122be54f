"""Tell somebody when unattended rounds begin to fail and when they are well again: a command, or a webhook."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from climtrack.config import NotifySettings
from climtrack.errors import Notice
from climtrack.vocabulary.notice import network

#: Seconds that the command, and the webhook, may take.
PATIENCE = 30
_REFUSALS = {
    errno.ENOENT: "notify.no_program",
    errno.EACCES: "notify.forbidden",
    errno.EPERM: "notify.forbidden",
    errno.ENOEXEC: "notify.no_script",
}


def notify(settings: NotifySettings, document: Mapping[str, Any]) -> tuple[bool, tuple[Notice, ...]]:
    """
    Hand a document to the configured command and webhook; neither is there by default.

    Returns whether somebody has it, or nobody is to have it, and what went wrong.
    """
    body = json.dumps(document, ensure_ascii=False).encode()
    results = []
    if settings.command:
        results.append(_run(settings.command, body))
    if settings.webhook:
        results.append(_post(settings.webhook, body))
    problems = tuple(problem for problem in results if problem is not None)
    return not results or len(problems) < len(results), problems


def _run(command: Sequence[str], body: bytes) -> Notice | None:
    """Run the command with the document on its input; what was wrong with it."""
    try:
        # The owner's own words from config.toml, without a shell. What it prints goes nowhere, however much it is.
        child = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as problem:
        if problem.errno in _REFUSALS:
            return Notice(_REFUSALS[problem.errno])
        return Notice("notify.not_started", reason=problem.errno or str(problem))
    with child:
        try:
            child.communicate(body, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            _kill(child)
            return Notice("notify.late", seconds=PATIENCE)
        except BaseException:
            _kill(child)
            raise
    if child.returncode < 0:
        return Notice("notify.killed", signal=-child.returncode)
    return Notice("notify.ended", code=child.returncode) if child.returncode else None


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a command and what it has started, which would wait on in its place."""
    if sys.platform == "win32":
        child.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _post(url: str, body: bytes) -> Notice | None:
    """Post it to the webhook; in a thread, for a server that drips its headers and a silent resolver know no limit."""
    import urllib3

    from climtrack.fetcher.http import trust

    results: list[Notice | None] = []

    def post() -> None:
        headers = {"Content-Type": "application/json", "User-Agent": "climtrack"}
        try:
            with urllib3.PoolManager(retries=False, timeout=PATIENCE / 3, ssl_context=trust()) as pool:
                answer = pool.request("POST", url, body=body, headers=headers, redirect=False, preload_content=False)
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as problem:
            results.append(Notice("notify.unreached", reason=network(problem, urlsplit(url).hostname or "")))
        else:
            results.append(Notice("notify.answered", status=answer.status) if answer.status >= 300 else None)

    caller = threading.Thread(target=post, name="climtrack-notify", daemon=True)
    caller.start()
    caller.join(PATIENCE)
    return results[0] if results else Notice("notify.unreached", reason=Notice("fetch.timeout", seconds=PATIENCE))
