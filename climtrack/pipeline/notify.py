"""Tell somebody when unattended rounds begin to fail and when they are well again: a command, or a webhook."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from climtrack.settings import NotifySettings
from climtrack.vocabulary import faults

_PATIENCE = 30


def notify(settings: NotifySettings, document: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Hand a document to the configured command and webhook; neither is there by default.

    Parameters
    ----------
    settings : NotifySettings
        Command and address.
    document : mapping
        What happened; the command gets it as JSON on standard input, the webhook as the body of a POST.

    Returns
    -------
    tuple of str
        One line for each that failed; a notice that cannot be given never stops a round.
    """
    body = json.dumps(document, ensure_ascii=False).encode()
    lines = []
    if settings.command:
        try:
            # The owner's own words from config.toml, without a shell.
            ended = subprocess.run(  # noqa: S603
                settings.command, input=body, capture_output=True, timeout=_PATIENCE, check=False
            )
            if ended.returncode:
                lines.append(f"notify.command ended with {ended.returncode}. Try it by hand with JSON on its input.")
        except subprocess.TimeoutExpired:
            lines.append(f"notify.command did not end within {_PATIENCE} s. Check [notify] in config.toml.")
        except OSError as problem:
            lines.append(f"notify.command failed: {_refusal(problem)}. Check [notify] in config.toml.")
    if settings.webhook:
        import urllib3

        host = urlsplit(settings.webhook).hostname or ""
        try:
            with urllib3.PoolManager(retries=False, timeout=_PATIENCE / 3) as pool:
                answer = pool.request(
                    "POST",
                    settings.webhook,
                    body=body,
                    headers={"Content-Type": "application/json", "User-Agent": "climtrack"},
                    redirect=False,
                    preload_content=False,
                )
                answer.release_conn()
            if answer.status >= 300:
                lines.append(f"notify.webhook answered {answer.status}. Check [notify] in config.toml.")
        except urllib3.exceptions.HTTPError as problem:
            lines.append(f"notify.webhook failed: {faults.network(problem, host)}. Check [notify] in config.toml.")
    return tuple(lines)


def _refusal(problem: OSError) -> str:
    """Why the computer did not start the command."""
    if isinstance(problem, FileNotFoundError):
        return "there is no such program"
    if isinstance(problem, PermissionError):
        return "it may not be run"
    return (problem.strerror or "it could not be started").lower()
