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
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from climtrack.config import NotifySettings
from climtrack.vocabulary import notice

#: Seconds that the command, and the webhook, may take.
PATIENCE = 30


CHECK = "Check [notify] in config.toml."


@dataclass(frozen=True, slots=True)
class Notified:
    """What became of a notice."""

    given: bool  # Whether somebody has it, or nobody is to: where it could not be given, the next round tries again
    lines: tuple[str, ...] = ()


def notify(settings: NotifySettings, document: Mapping[str, Any]) -> Notified:
    """Hand a document to the configured command and webhook; neither is there by default."""
    body = json.dumps(document, ensure_ascii=False).encode()
    tried = []
    if settings.command:
        tried.append(_commanded(settings.command, body))
    if settings.webhook:
        tried.append(_called(settings.webhook, body))
    lines = tuple(line for line in tried if line)
    return Notified(not tried or len(lines) < len(tried), lines)


def _commanded(command: Sequence[str], body: bytes) -> str:
    """What was wrong with the command; empty where nothing was."""
    try:
        # The owner's own words from config.toml, without a shell. What it prints goes nowhere, however much it is.
        child = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as problem:
        return f"notify.command failed: {_refusal(problem)}. {CHECK}"
    with child:
        try:
            child.communicate(body, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            _end(child)
            return f"notify.command did not end within {PATIENCE} s. {CHECK}"
        except BaseException:
            _end(child)
            raise
    if child.returncode < 0:
        return f"notify.command was ended by signal {-child.returncode}. Try it by hand with JSON on its input."
    if child.returncode:
        return f"notify.command ended with {child.returncode}. Try it by hand with JSON on its input."
    return ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill a command and what it has started, which would wait on in its place."""
    if sys.platform == "win32":
        child.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _called(url: str, body: bytes) -> str:
    """What was wrong with the webhook; empty where nothing was."""
    answer: list[str] = []
    # In a thread: a server that drips its headers keeps each single wait short, a silent resolver knows no limit.
    caller = threading.Thread(target=lambda: answer.append(_posted(url, body)), name="climtrack-notify", daemon=True)
    caller.start()
    caller.join(PATIENCE)
    problem = answer[0] if answer else f"failed: the server did not answer within {PATIENCE} s"
    return f"notify.webhook {problem}. {CHECK}" if problem else ""


def _posted(url: str, body: bytes) -> str:
    """Post it; how that failed, empty where it did not."""
    import urllib3

    from climtrack.fetcher.http import trust

    try:
        with urllib3.PoolManager(retries=False, timeout=PATIENCE / 3, ssl_context=trust()) as pool:
            answer = pool.request(
                "POST",
                url,
                body=body,
                headers={"Content-Type": "application/json", "User-Agent": "climtrack"},
                redirect=False,
                preload_content=False,
            )
            answer.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as problem:
        return f"failed: {notice.network(problem, urlsplit(url).hostname or '')}"
    return f"answered {answer.status}" if answer.status >= 300 else ""


def _refusal(problem: OSError) -> str:
    """Why the computer did not start the command."""
    if isinstance(problem, FileNotFoundError):
        return "there is no such program"
    if isinstance(problem, PermissionError):
        return "it may not be run"
    if problem.errno == errno.ENOEXEC:
        return "it is no program, nor a script that names its own"
    return (problem.strerror or "it could not be started").lower()
