"""To add a finding, touch what the table of docs/architecture.md says; everything else follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import climtrack
from climtrack.vocabulary import findings
from climtrack.words.catalogue import catalogue

PACKAGE = Path(climtrack.__file__).parent

#: A finding: its field, the function that computes it, its label in the two catalogues.
WARMEST_MONTH = {
    "vocabulary/findings.py": [
        (
            "    revision_noise: RevisionNoise = fact(",
            '    warmest_month: float | Unknown = fact("cell.warmest_month", "temperature")\n'
            "    revision_noise: RevisionNoise = fact(",
        )
    ],
    "analysis/survey.py": [
        (
            "        revision_noise=frame.noise,\n",
            "        revision_noise=frame.noise, warmest_month=warmest_month(frame),\n",
        ),
        (
            "def _missing(frame: Frame)",
            "def warmest_month(frame: Frame) -> float | Unknown:\n"
            "    months = np.nanmean(frame.table.values[:-1, :360].reshape(-1, 12, 30), axis=2)\n"
            '    return float(months.max()) if months.size else Unknown("unknown.no_other_year")\n\n\n'
            "def _missing(frame: Frame)",
        ),
    ],
    "words/locale/en.po": [
        ('msgid "cell.noise"\n', 'msgid "cell.warmest_month"\nmsgstr "warmest month of all"\n\nmsgid "cell.noise"\n')
    ],
    "words/locale/es.po": [
        ('msgid "cell.noise"\n', 'msgid "cell.warmest_month"\nmsgstr "mes más cálido de todos"\n\nmsgid "cell.noise"\n')
    ],
}  # fmt: skip
ASKING = """
from climtrack.cli.app import main
from climtrack.reporter.documents.schema import schema
open("schema.json", "w").write(schema("facts"))
for words in (["--json"], ["--lang", "en"], ["--lang", "es"]):
    try:
        main(["facts", "--region", "nh", "--variable", "air", "--offline", *words])
    except SystemExit as left:
        assert not left.code, left.code
    print("=====")
"""


def test_what_a_finding_is_shown_by_stands_in_the_catalogues() -> None:
    """A label that was forgotten, or mistyped, would be printed as its id."""
    known = catalogue("en")
    classes = [one for one in vars(findings).values() if isinstance(one, type) and is_dataclass(one)]
    facts = [field.metadata["fact"] for one in classes for field in fields(one) if "fact" in field.metadata]
    assert len(facts) > 80
    named = {name for fact in facts for name in (fact.label, fact.text, fact.beside) if name not in ("", findings.OWN)}
    assert not [name for name in sorted(named) if name not in known]
    starts = {f"{fact.words}." for fact in facts if fact.words}
    assert not [start for start in sorted(starts) if not any(name.startswith(start) for name in known)]


def test_a_finding_is_its_field_its_function_and_its_two_labels(tmp_path: Path) -> None:
    """A copy of the package with one finding more: both tables, the document and its schema have it."""
    shutil.copytree(PACKAGE, tmp_path / "climtrack", ignore=shutil.ignore_patterns("__pycache__"))
    for path, changes in WARMEST_MONTH.items():
        file = tmp_path / "climtrack" / path
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, (path, old)
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"} | {
        f"CLIMTRACK_{name}": value
        for name, value in {"HOME": str(tmp_path), "CONFIG": "", "NOW": "2026-11-23T12:00:00Z"}.items()
    }
    done = subprocess.run(
        [sys.executable, "-c", ASKING],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    document, english, spanish, _ = done.stdout.replace("\u00a0", " ").split("=====\n")
    value = json.loads(document)["series"]["air"]["warmest_month"]
    assert 20 < value < 25
    assert f"\nwarmest month of all\t{value:.2f} °C\t\n" in english
    assert f"\nmes más cálido de todos\t{value:.2f} °C\t\n".replace(".", ",") in spanish
    schema = json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))
    series = schema["$defs"]["SeriesFacts"]
    assert "warmest_month" in series["required"]
    assert {"type": "number"} in series["properties"]["warmest_month"]["anyOf"]
