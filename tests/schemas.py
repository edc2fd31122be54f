"""Documents held against the package's schemas."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def validator(name: str) -> Any:
    """The schema of a kind of document, formats included; imported here, for jsonschema takes two seconds to load."""
    from jsonschema import Draft202012Validator

    schema = json.loads((files("climtrack") / "schemas" / f"{name}-1.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
