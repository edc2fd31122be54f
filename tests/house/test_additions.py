"""To add something, touch what the table of docs/architecture.md says; everything else follows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path

import climtrack
from climtrack.vocabulary import findings
from climtrack.words.catalogue import catalogue
from tests.loopback import serving

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


def _copy(folder: Path, changes: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Copy the package, and write additions into it."""
    shutil.copytree(PACKAGE, folder / "climtrack", ignore=shutil.ignore_patterns("__pycache__"))
    for path, replacements in changes.items():
        file = folder / "climtrack" / path
        text = file.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, (path, old)
            text = text.replace(old, new, 1)
        file.write_text(text, encoding="utf-8")


def _environment(folder: Path) -> dict[str, str]:
    """The environment of a command that runs the copy."""
    named = {"HOME": str(folder), "CONFIG": "", "NOW": "2026-11-23T12:00:00Z"}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"} | {
        f"CLIMTRACK_{name}": value for name, value in named.items()
    }


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
    _copy(tmp_path, WARMEST_MONTH)
    done = subprocess.run(
        [sys.executable, "-c", ASKING],
        cwd=tmp_path,
        env=_environment(tmp_path),
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


#: A region: its registry entry. A source: a file and its name in `SOURCES`. A command: a function in cli, one in run.
ADDED = {
    "vocabulary/registry.py": [
        (
            '            Region("nino3.4",',
            '            Region("iberia", "Iberia", "la península ibérica", 36, 44, -10, 4),\n'
            '            Region("nino3.4",',
        )
    ],
    "fetcher/fetch.py": [
        ("import checks, noaa, reanalyzer\n", "import checks, iberia, noaa, reanalyzer\n"),
        ("SOURCES = (reanalyzer, noaa)", "SOURCES = (reanalyzer, noaa, iberia)"),
    ],
    "cli/app.py": [("    doctor.init,\n", "    doctor.init,\n    doctor.ages,\n")],
    "cli/doctor.py": [
        (
            "def init(",
            "def ages(config: ConfigPath = None) -> None:\n"
            "    from climtrack.run.fetch import ages\n"
            "    from climtrack.run.run import Run\n\n"
            "    with Run(configuration(config), now()) as run:\n        say(ages(run))\n\n\ndef init(",
        )
    ],
    "run/fetch.py": [
        (
            "\n\ndef ",
            "\n\ndef ages(run: Run) -> str:\n"
            '    return " ".join(f"{key} {run.store.read(key).end}" for key in run.store.keys())\n\n\ndef ',
        )
    ],
    "words/locale/en.po": [('msgid "help.init"\n', 'msgid "help.ages"\nmsgstr "Say."\n\nmsgid "help.init"\n')],
    "words/locale/es.po": [('msgid "help.init"\n', 'msgid "help.ages"\nmsgstr "Dice."\n\nmsgid "help.init"\n')],
}
SOURCE = '''
"""A file of two columns."""

from climtrack.fetcher.pulse import series_from_csv
from climtrack.fetcher.reanalyzer import Endpoint
from climtrack.vocabulary.series import SeriesKey

AIR = SeriesKey("era5", "t2m", "iberia")
ENDPOINTS = {AIR: Endpoint(AIR, "iberia.csv", read=lambda body, endpoint, source: series_from_csv(body, AIR, source))}
'''


def test_a_region_a_source_and_a_command(tmp_path: Path) -> None:
    """The new command says how far the series of the new region goes, which the new source has served."""
    _copy(tmp_path, ADDED)
    (tmp_path / "climtrack" / "fetcher" / "iberia.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "iberia.csv").write_text("date,2t\n" + "".join(f"2026-11-{day:02},15.{day}\n" for day in range(1, 21)))
    with serving(tmp_path) as (site, _):
        environment = _environment(tmp_path) | {"CLIMTRACK_BASE_URL": site}
        words = ["fetch iberia", "ages", "ages --help"]
        said = [
            subprocess.run(
                [sys.executable, "-m", "climtrack", *word.split()],
                cwd=tmp_path, env=environment | {"LANG": "es_ES.UTF-8"}, capture_output=True, encoding="utf-8",
            )
            for word in words
        ]  # fmt: skip
    assert [one.returncode for one in said] == [0, 0, 0], [one.stderr for one in said]
    assert said[1].stdout == "era5.t2m.iberia 2026-11-20\n"
    assert "Dice." in said[2].stdout
