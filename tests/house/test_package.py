"""The package: reproducible, complete, with its licence, its completions and its manual page."""

from __future__ import annotations

import email
import email.message
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import climtrack
from scripts.completions import FILES, PAGE
from scripts.licences import BUILD, pinned
from scripts.reference import commands, man, markdown

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def build(folder: Path) -> tuple[Path, Path]:
    """Wheel and sdist, made offline by the pinned backend."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        env=environment | {"SOURCE_DATE_EPOCH": "1767225600", "PIP_NO_INDEX": "1"},
    )
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Built once, with what `make man` writes."""
    subprocess.run([sys.executable, "-m", "scripts.completions"], check=True, cwd=ROOT)
    return build(tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def metadata(built: tuple[Path, Path]) -> email.message.Message:
    """What the wheel says of itself."""
    with zipfile.ZipFile(built[0]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("dist-info/METADATA"))
        return email.message_from_bytes(wheel.read(name))


def test_two_builds_have_the_same_bytes(built: tuple[Path, Path], tmp_path: Path) -> None:
    """Two builds, one hash, of wheel and sdist."""
    for first, second in zip(built, build(tmp_path), strict=True):
        assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


def test_the_wheel_holds_every_file_of_the_package_and_no_other(built: tuple[Path, Path]) -> None:
    """No other file outside the package is needed, and no test, note or picture travels with it."""
    with zipfile.ZipFile(built[0]) as wheel:
        inside = {name for name in wheel.namelist() if name.startswith("climtrack/")}
        others = {name.partition("/")[0] for name in wheel.namelist()} - {"climtrack"}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "climtrack").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == wanted
    assert {name.rpartition(".")[2] for name in others} == {"data", "dist-info"}


def test_the_wheel_brings_completions_and_manual(built: tuple[Path, Path]) -> None:
    """Where a shell and `man` look for them."""
    with zipfile.ZipFile(built[0]) as wheel:
        share = {name.partition(".data/data/")[2] for name in wheel.namelist() if ".data/data/" in name}
    assert share == {path.relative_to(ROOT).as_posix() for path in (*FILES.values(), PAGE)}


def test_metadata(metadata: email.message.Message) -> None:
    """Name, version, licence, Python, extras and the readme."""
    assert (metadata["Name"], metadata["Version"]) == ("climtrack", climtrack.__version__)
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra") or ()) == set(PROJECT["optional-dependencies"])
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_the_sdist_builds_what_the_checkout_builds(built: tuple[Path, Path]) -> None:
    """Licence, readme, lock and tests travel in the sdist."""
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "constraints.txt", "pyproject.toml", "tests/conftest.py"} <= names


def test_the_reference_names_every_command_and_option() -> None:
    """Page and manual hold what the program itself says."""
    page, manual = markdown(), man().replace("\\-", "-")
    for command in commands():
        assert f"## `{command.words}`" in page
        assert command.usage.split(" [", 1)[0] in manual
        for parameter in command.parameters:
            assert parameter.spelling.split(",")[0].split(" ")[0] in page


def test_every_dependency_is_pinned_with_hashes() -> None:
    """Each package of the project stands in the lock at a version its bound allows, and each line has hashes."""
    base, everything = pinned(), pinned("constraints-dev.txt")
    named = lambda text: re.split(r"[\[<>=!~; ]", text)[0].lower().replace("_", "-")  # noqa: E731
    assert {named(one) for one in PROJECT["dependencies"]} <= set(base)
    for extra in PROJECT["optional-dependencies"].values():
        assert {named(one) for one in extra} <= set(everything)
    for name, (version, _) in base.items():
        assert everything[name][0] == version, f"{name} differs between the two locks: run make lock"
    container = pinned("constraints-serve.txt")
    assert base.items() <= container.items() <= {**everything, **base}.items()
    extras = (PROJECT["optional-dependencies"][name] for name in ("serve", "notify"))
    assert {*base, *(named(one) for extra in extras for one in extra)} <= set(container)
    for lock in ("constraints.txt", "constraints-dev.txt", "constraints-serve.txt"):
        text = (ROOT / lock).read_text()
        assert text.count("==") <= text.count("--hash=sha256:")
        assert not re.search(r"https?:|file:|--index|--find|@ ", text), f"{lock} names a place"


def test_the_page_of_dependencies_is_up_to_date() -> None:
    """`make licences` writes it from the lock."""
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name, (version, _) in pinned().items():
        assert (f"| {name} | {version} |" in page) or name in BUILD or f"{name} {version}" in page
