"""Settings: every default visible, every mistake named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from climtrack.config import TEMPLATE, Config, load
from climtrack.errors import ConfigError


def written(folder: Path, text: str | bytes) -> Path:
    """A settings file."""
    path = folder / "config.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_template_shows_exactly_the_defaults(tmp_path: Path) -> None:
    """The commented file and the built-in defaults say the same."""
    empty = written(tmp_path, "")
    home = {"CLIMTRACK_HOME": str(tmp_path)}
    assert load(TEMPLATE, home).model_dump(exclude={"path"}) == load(empty, home).model_dump(exclude={"path"})


def test_template_shows_every_key() -> None:
    """No default is hidden."""
    text = TEMPLATE.read_text()
    for name, field in Config.model_fields.items():
        model = field.default
        if hasattr(model, "model_dump"):
            assert f"[{name}]" in text
            for key in model.model_dump():
                assert f"\n{key} " in text, f"{name}.{key}"


def test_template_is_the_top_level_file() -> None:
    """The packaged file and the project's own are one text."""
    assert TEMPLATE.read_text() == (Path(__file__).parents[1] / "config.toml").read_text()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[report]\nregions = ['nh']\nbaselin = '1991-2020'\n", 3, "did you mean 'baseline'"),
        ("[report]\nbaseline = '2020-1991'\n", 2, "FIRST-LAST"),
        ("\n[serve]\nport = 'x'\n", 3, "serve.port"),
        ("[schedule]\nzone = 'Madrid'\n", 2, "no time zone"),
        ("[fetch]\nbase_urls = ['http://example.org/']\n", 2, "https://"),
        ("[report\n", 1, "not TOML"),
        ("[report]\nregions = []\nregions = []\n", 3, "not TOML"),
        ("[theme]\nlight = { this_year = 'red' }\n", 2, "theme.light.this_year"),
        ("[[endpoints]]\nkey = 'era6.t2m.x'\npath = 'a.json'\n", 2, "did you mean 'era5'"),
    ],
)
def test_mistakes_are_named_with_file_line_and_remedy(tmp_path: Path, text: str, line: int, words: str) -> None:
    """``file:line: key: problem; remedy``."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert words in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Two mistakes, two lines."""
    path = written(tmp_path, "[serve]\nport = 70000\n[report]\nlanguages = ['fr']\n")
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert [line.split(": ")[1] for line in caught.value.what.splitlines()] == ["report.languages.0", "serve.port"]


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b"\x00" * 100, b"a = 1\n" * 200_000, b"\xef\xbb\xbfx = 1"])
def test_files_that_are_no_settings_are_refused(tmp_path: Path, text: bytes) -> None:
    """Binary, huge and unknown: one of our errors."""
    with pytest.raises(ConfigError):
        load(written(tmp_path, text), {})


def test_folder_missing_and_unknown_region(tmp_path: Path) -> None:
    """A folder is no file; a region must be known."""
    with pytest.raises(ConfigError):
        load(tmp_path, {})
    with pytest.raises(ConfigError, match="climtrack init"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match="did you mean 'world'"):
        load(written(tmp_path, "[report]\nregions = ['wrld']\n"), {})


def test_bom_and_crlf_are_read(tmp_path: Path) -> None:
    """Files saved by other editors are settings too."""
    path = written(tmp_path, b"\xef\xbb\xbf[serve]\r\nport = 8123\r\n")
    assert load(path, {}).serve.port == 8123


def test_own_region_and_environment(tmp_path: Path) -> None:
    """A region of the user's own, and the loopback address of a test."""
    path = written(tmp_path, "[regions.med]\ntitle = 'Mediterranean'\nsouth = 30\nnorth = 46\nwest = -6\neast = 37\n")
    config = load(path, {"CLIMTRACK_BASE_URL": "http://127.0.0.1:8765", "CLIMTRACK_HOME": str(tmp_path / "home")})
    assert config.region("med").title == "Mediterranean"
    assert config.fetch.base_urls == ("http://127.0.0.1:8765/",)
    assert config.home == tmp_path / "home"


@given(st.text(max_size=200))
def test_no_text_brings_a_traceback(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Any text is settings or a ConfigError."""
    folder = tmp_path_factory.mktemp("fuzz")
    said: list[str] = []
    try:
        load(written(folder, text), {"CLIMTRACK_HOME": "/nowhere"})
    except ConfigError as problem:
        said = str(problem).replace(str(folder), "").splitlines()
    assert all(len(line) <= 200 for line in said)
