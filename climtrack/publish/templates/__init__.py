"""
Jinja templates; a folder of the user's own may replace any of them by name.

HTML and XML templates escape what is filled in; in ``.md`` templates text goes through the filter ``markdown``. They
run in Jinja's sandbox, read values and change nothing.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from climtrack.errors import PublishError
from climtrack.publish.text import markdown

_OURS = Path(__file__).parent


@cache
def _environment(overrides: Path | None) -> ImmutableSandboxedEnvironment:
    """Templates of ours, behind those of the user."""
    folders = [folder for folder in (overrides, _OURS) if folder]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=lambda name: name is None or not name.endswith(".md"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["markdown"] = markdown
    return environment


def fill(template: str, overrides: Path | None = None, /, **values: Any) -> str:
    """Text of a template."""
    try:
        return _environment(overrides).get_template(template).render(values)
    except TemplateError as problem:
        line = getattr(problem, "lineno", None)
        where = f"{template}, line {line}" if line else template
        raise PublishError(
            f"template {where}: {str(problem)[:110]}", "Compare it with the one in the package"
        ) from problem
