"""Write the JSON Schemas of the package: ``python -m scripts.schemas``, or ``make schemas``."""

from __future__ import annotations

from pathlib import Path

from climtrack.reporter.documents.schema import DOCUMENTS, schema

FOLDER = Path(__file__).resolve().parents[1] / "climtrack" / "schemas"

if __name__ == "__main__":
    for name in DOCUMENTS:
        (FOLDER / f"{name}-1.json").write_text(schema(name), encoding="utf-8")
