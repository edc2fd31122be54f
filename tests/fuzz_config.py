"""
Coverage-guided fuzzing of config.toml, run by `test_config_soak` in a process of its own.

Run: python -m tests.fuzz_config CORPUS -max_total_time=600
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # ty: ignore

with atheris.instrument_imports(include=["climtrack.config", "climtrack.config", "tomllib"]):
    from tests.settled import settled

FOLDER = Path(tempfile.mkdtemp(prefix="climtrack-fuzz-"))


def one(data: bytes) -> None:
    """Settings or one of our errors, short lines that can be printed; the file is as it was."""
    path = FOLDER / "config.toml"
    path.write_bytes(data)
    settled(path)
    if path.read_bytes() != data:
        raise AssertionError("the file was changed")


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
