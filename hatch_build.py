"""Puts the manual page and the completions, where `make man` has made them, into the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's own signature
        root = Path(self.root)
        for path in (root / "share").rglob("*"):
            if path.is_file():  # file by file: hatchling would leave out a folder that git ignores
                build_data["shared_data"][str(path)] = path.relative_to(root).as_posix()
