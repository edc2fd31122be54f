"""
Jinja templates of pages, posts and feeds.

HTML and XML templates escape what is filled in; in ``.md`` templates text goes through the filter ``markdown``. What is
not known to be clean goes through ``clean``. They run in Jinja's sandbox, read values and change nothing.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from climtrack.vocabulary.notice import clean, markdown


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=lambda name: name is None or not name.endswith(".md"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"clean": clean, "markdown": markdown}
    return environment


def fill(template: str, /, **values: Any) -> str:
    """Text of a template."""
    return _environment().get_template(template).render(values)
