"""A fuzzer that follows the code, in a process of its own, for atheris takes the process over."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def fuzzed(module: str, corpus: Path, seconds: float, *, longest: int) -> int:
    """
    Fuzz for a while from a folder of examples, which grows; how many inputs were tried.

    Fails with the end of what atheris said where an input crashed, took more than 5 s or more than 1 GB.
    """
    pytest.importorskip("atheris", reason="atheris has no wheel for this machine")
    limits = [f"-max_total_time={int(seconds)}", "-timeout=5", "-rss_limit_mb=1024", f"-max_len={longest}"]
    command = [sys.executable, "-m", module, str(corpus), *limits, f"-artifact_prefix={corpus.parent}/"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + 300, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    done = re.search(r"Done (\d+) runs", run.stderr)
    assert done, run.stderr[-3000:]
    return int(done[1])
