"""Write the expected transcripts anew: `make golden`, or `python -m tests.golden.update report publish` for some."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.golden.stage import EXPECTED, REAL, parts, play, played, scenes, stocked


def main(chosen: list[str]) -> None:
    """Play every scene, or those chosen, and keep what they say."""
    EXPECTED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        store = stocked(Path(folder) / "stock")
        for name, language in parts():
            scene = scenes()[name]
            if chosen and name not in chosen:
                continue
            if scene.get("real") and not REAL.is_dir():
                print(f"{name}: left as it is, for there are no real snapshots here")  # noqa: T201
                continue
            begin = time.process_time()
            text = play(scene, language, store, Path(folder) / f"{name}.{language}")
            played(name, language).write_text(text, encoding="utf-8")
            print(f"{name}.{language}: {len(text):,} characters, {time.process_time() - begin:.1f} s")  # noqa: T201
    known = {played(name, language) for name, language in parts()}
    for path in set(EXPECTED.iterdir()) - known:
        path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
