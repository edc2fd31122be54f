"""README and docs: every command in them runs, every link and picture is there."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from climtrack.cli.app import main
from climtrack.config import load
from climtrack.fetcher.reanalyzer import ENDPOINTS
from climtrack.reporter.theme import PRESETS
from climtrack.run.run import Run
from climtrack.run.status import place_cells, places
from climtrack.words.language import Language
from tests.faults import genuine
from tests.loopback import serving

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.es.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += sorted((ROOT / "docs" / "es").glob("*.md"))
#: Simulated data served on this day; the dates in README and docs lie before it.
TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 18, tzinfo=dt.UTC)
BLOCK = re.compile(r"(?ms)^([ ]*)(<!-- not run: [^>]+ -->\n[ ]*)?```sh\n(.*?)^[ ]*```")


def lines(page: Path) -> Iterator[tuple[str, bool]]:
    """Shell lines of a page, and whether they are run."""
    for _, exempt, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.strip():
                yield line.strip(), not exempt


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The simulated site, on loopback."""
    folder = tmp_path_factory.mktemp("site")
    for key, endpoint in ENDPOINTS.items():
        file = folder / endpoint.path
        file.parent.mkdir(parents=True, exist_ok=True)
        # Under the site's own label: what says that it is simulated is, rightly, never published.
        file.write_bytes(genuine(key, TODAY))
    with serving(folder, now=NOW) as (base, _):
        yield base


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all pages, so that each series is downloaded once, and settings that draw little."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "small.toml").write_text(
        '[report]\nvariables = ["air"]\nlanguages = ["en"]\ncharts = ["year-lines"]\npresets = ["phone"]\n'
        '[refresh]\nregions = ["nh"]\n[fetch]\ncross_check = false\n'
    )
    (folder / "public.toml").write_text(
        (folder / "small.toml").read_text() + '[publish]\npublic_url = "https://charts.example.org/"\n'
    )
    return folder


#: Pages for those who have set `public_url`, as they say themselves.
PUBLISHED = {"platforms.md"}
#: Lines that have run: what two pages share is run once.
_seen: set[str] = set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_every_command_runs(page: Path, site: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of each shell block ends well; what is not run is at least a command that exists."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMTRACK_HOME", str(home))
    monkeypatch.setenv("CLIMTRACK_BASE_URL", site)
    monkeypatch.setenv("CLIMTRACK_NOW", NOW.isoformat())
    monkeypatch.setenv("CLIMTRACK_CONFIG", str(home / ("public.toml" if page.name in PUBLISHED else "small.toml")))
    for line, run in lines(page):
        words = shlex.split(line)
        if words[0] != "climtrack":
            assert line.startswith("python3 -m venv ") or not run, f"{page.name}: nobody runs {line!r}"
            continue
        if line in _seen:
            continue
        _seen.add(line)
        with pytest.raises(SystemExit) as end:
            main(words[1:] if run else [*words[1:2], "--help"])
        assert end.value.code in (None, 0), f"{page.name}: {line}"


def test_both_readmes_hold_the_same_two_commands() -> None:
    """The Spanish README installs and tests with the very lines that .ci/run executes."""
    english, spanish = (
        [line for line, _ in lines(ROOT / name) if line.startswith("python3")] for name in ("README.md", "README.es.md")
    )
    assert english == spanish
    assert len(english) == 2


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_links_and_pictures_are_there(page: Path) -> None:
    """Relative links lead to files of the project (the site's generated pages are checked by its own build)."""
    generated = {"commands.md", "changelog.md", "contributing.md"}
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text):
        if "://" in target or target.removeprefix("../") in generated or target.startswith("notebooks/"):
            continue
        assert (page.parent / target).exists(), f"{page.name} points to {target}"


@pytest.mark.parametrize("folder", ["docs", "docs/es"])
def test_the_page_of_regions_has_them_all(folder: str, tmp_path: Path) -> None:
    """The rows of `climtrack regions` with nothing stored, and every preset with its size."""
    page = (ROOT / folder / "regions.md").read_text(encoding="utf-8")
    run = Run(load(None, {"CLIMTRACK_HOME": str(tmp_path), "CLIMTRACK_CONFIG": ""}), NOW)
    rows = [place_cells(one, Language("es" if folder.endswith("es") else "en")) for one in places(run)]
    named = [f"| `{row[0]}` | " + " | ".join(cell or "–" for cell in row[1:]) + " |" for row in rows]
    assert [line for line in page.splitlines() if re.match(r"\| `.*…", line)] == named
    for preset in PRESETS.values():
        row = rf"\| `{preset.name}` \| {preset.pixels[0]} × {preset.pixels[1]} \| .*\| {preset.ceiling} kB \|"
        assert re.search(row, page), preset.name


def test_the_page_of_facts_explains_every_field() -> None:
    """Of the document and of a series by day or by month; the findings below them are read off the schema."""
    page = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
    schema = json.loads((ROOT / "climtrack" / "schemas" / "facts-1.json").read_text(encoding="utf-8"))
    series = (schema["$defs"][name]["properties"] for name in ("SeriesFacts", "MonthFacts"))
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", page)) == set(schema["properties"]).union(*series)


def test_no_page_names_a_machine() -> None:
    """No absolute path of a developer's machine and no registry's host stands in the documents."""
    for page in [*PAGES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", ROOT / "Makefile"]:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(?:root|home/\w+|tmp)/|py[p]i\.org|python[h]osted", text), page.name
