"""Settings: every default visible, every mistake named with its line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from climtrack.config import Config, Settings, load, template
from climtrack.errors import ConfigError
from climtrack.run.drawing import themes_of
from climtrack.words.language import LANGUAGES
from tests.settled import settled


def written(folder: Path, text: str | bytes) -> Path:
    """A settings file."""
    path = folder / "config.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_template_shows_exactly_the_defaults(tmp_path: Path, language: str) -> None:
    """The commented file means the built-in defaults, the reader's language first; its comments hold no id."""
    empty, file = written(tmp_path, ""), tmp_path / "template.toml"
    file.write_text(template(language), encoding="utf-8")
    home = {"CLIMTRACK_HOME": str(tmp_path)}
    usual = load(empty, home).model_dump(exclude={"path"})
    usual["report"]["languages"] = (language, "es" if language == "en" else "en")
    assert load(file, home).model_dump(exclude={"path"}) == usual
    assert "init." not in file.read_text()


def test_the_example_at_the_top_is_what_init_writes() -> None:
    """config.toml beside README.md: made anew by `climtrack init --lang en` when the settings change."""
    example = Path(__file__).parents[1] / "config.toml"
    assert example.read_text(encoding="utf-8") == template("en")


def test_template_differs_by_its_comments_only() -> None:
    """And by the order of languages; what is switched off by a # is the same, each comment is of one language."""
    english, spanish = (template(one).replace('["es", "en"]', '["en", "es"]').splitlines() for one in ("en", "es"))
    assert len(english) == len(spanish)
    assert [line.partition("#")[0] for line in english] == [line.partition("#")[0] for line in spanish]
    assert "Ajustes de climtrack" in spanish[0]
    examples = [line.partition("  #")[0] for line in english if re.match(r"# (\[|\w+ +=)", line)]
    assert set(examples) <= {line.partition("  #")[0] for line in spanish}
    assert len(examples) == 22


def test_template_shows_every_key() -> None:
    """No default is hidden."""
    text = template("en")
    for name, field in Config.model_fields.items():
        model = field.default
        if hasattr(model, "model_dump"):
            assert f"[{name}]" in text
            for key in model.model_dump():
                assert f"\n{key} " in text, f"{name}.{key}"


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
        ("[report]\nregions = ['nh', 'sh', 'nh']\n", 2, "report.regions.2: 'nh' appears twice; remove one"),
        ("[schedule]\n\nhours = [5, 17, 5]\n", 3, "schedule.hours.2: '5' appears twice"),
        ("[[endpoints]]\nkey = 'era5.t2m.nh'\npath = 'a/../../b'\n", 3, "leads out of the source's folder"),
        (b"# a\n\n[report]\nregions = ['\xff']\n", 4, "is not UTF-8 text"),
        ("[report]\nregions = ['wrld']\n", 2, "unknown region 'wrld'; did you mean 'world'?"),
        (
            "\n[refresh]\npublish = true\nregions = ['nh', 'xyzzy']\n",
            4,
            "'xyzzy' is none of `climtrack regions`; describe it under [regions.xyzzy]",
        ),
        ("[report]\nregions = ['nh', 'Hemisferio Norte']\n", 2, "'Hemisferio Norte' appears twice"),
        ("[report]\ncharts = ['yearlines']\n", 2, "unknown chart 'yearlines'; did you mean 'year-lines'?"),
        ("[refresh]\ncharts = ['pie']\n", 2, "unknown chart 'pie'; known are"),
        (f"[report]\ncharts = ['{'9' * 90}']\n", 2, "months, records, …"),
        ("[report]\npresets = ['wide', 'emial']\n", 2, "unknown preset 'emial'; did you mean 'email'?"),
        ("[theme.dark]\nlast_yaer = '#000000'\n", 2, "unknown colour 'last_yaer'; did you mean 'last_year'?"),
        ("[theme]\nlight = { ink = '#fefefe' }\n", 2, "has contrast"),
        ("[regions.med]\ntitle = 'Med'\nsouth = 46\nnorth = 30\n", 1, "south 46 is not below north 30"),
        ("[regions.med]\ntitle = 'Med'\noutline = 'none.geojson'\n", 3, "no such file: none.geojson; Give"),
        ("[[endpoints]]\nkey = 'era5.t2m.europe'\npath = 'a.json'\n", 2, "describe it under [regions.europe]"),
        (
            "[[endpoints]]\nkey = 'era5.t2m.nh'\npath = 'a'\n[[endpoints]]\npath = 'b'\nkey = 'era5.t2m.nh'\n",
            6,
            "appears twice",
        ),
    ],
)
def test_mistakes_are_named_with_file_line_and_remedy(tmp_path: Path, text: str | bytes, line: int, words: str) -> None:
    """``file:line: key: problem; remedy``."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert words in str(caught.value)
    assert all(len(line) - len(str(path.parent)) <= 200 for line in str(caught.value).splitlines())


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Four mistakes of two kinds, four lines."""
    path = written(tmp_path, "[serve]\nport = 70000\n[report]\nlanguages = ['fr']\nregions = ['N/A', 'nhh']\n")
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert [line.split(": ")[1] for line in caught.value.what.splitlines()] == [
        "report.languages.0", "serve.port", "report.regions.0", "report.regions.1",
    ]  # fmt: skip


def test_of_very_many_mistakes_twenty_are_told(tmp_path: Path) -> None:
    """And how many more there are."""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, "[report]\nregions = [" + "'a'," * 100 + "]\n"), {})
    assert len(caught.value.what.splitlines()) == 21
    assert caught.value.what.endswith("… and 179 more mistakes.")


def test_a_logo_that_is_not_there_is_named_with_its_line(tmp_path: Path) -> None:
    """Only what draws minds; then with file and line as every other mistake."""
    path = written(tmp_path, "[theme]\nscale = 1.1\nlogo = 'none.png'\n")
    config = load(path, {})
    with pytest.raises(ConfigError) as caught:
        themes_of(config, ("light",))
    assert caught.value.what.startswith(f"{path}:3: theme.logo: no .png file at none.png; ")
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (13_000).to_bytes(4) * 2)
    config = load(written(tmp_path, f"[theme]\nlogo = '{bomb}'\n"), {})
    with pytest.raises(
        ConfigError, match=r"config.toml:2: theme.logo: a logo of 13,000 by 13,000 pixels; at most 4000"
    ):
        themes_of(config, ("light",))


def test_a_long_path_leaves_room_for_the_mistake(tmp_path: Path) -> None:
    """The line stays within 200 characters and still says what is wrong, and where."""
    folder = tmp_path / ("long" * 30) / ("longer" * 20)
    folder.mkdir(parents=True)
    with pytest.raises(ConfigError) as caught:
        load(written(folder, "[report]\nregions = ['wrld']\n"), {})
    assert ".toml:2: report.regions.0: unknown region 'wrld'; did you mean 'world'?" in caught.value.what
    assert len(caught.value.what) <= 200


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
    title = "Medi\\u001b\\u202eterranean"  # a title is shown in many places: what steers a terminal or a page goes here
    path = written(tmp_path, f'[regions.med]\ntitle = "{title}"\nsouth = 30\nnorth = 46\nwest = -6\neast = 37\n')
    config = load(path, {"CLIMTRACK_BASE_URL": "http://127.0.0.1:8765", "CLIMTRACK_HOME": str(tmp_path / "home")})
    assert config.region("med").title == "Mediterranean"
    assert config.fetch.base_urls == ("http://127.0.0.1:8765/",)
    assert config.home == tmp_path / "home"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[serve]\nport = " + "9" * 5000, "not TOML"),
        ("[publish]\nfolder = '~nobody-of-this-name/site'\n", "publish.folder"),
        ('[publish]\nfolder = "a\\u0000b"\n', "publish.folder"),
        ('[theme]\nlogo = "a\\u0000.png"\n', "theme.logo"),
        ("[theme]\nfont = '~nobody-of-this-name'\n", "theme.font"),
        ("[report]\nfolder = '~nobody-of-this-name'\n", "report.folder"),
        ('[notify]\ncommand = ["a\\u0000b"]\n', "notify.command"),
        ("[notify]\nwebhook = 'https://['\n", "notify.webhook"),
        ("[notify]\nwebhook = 'https://example.org:99999/'\n", "notify.webhook"),
        ("[notify]\nwebhook = 'https://user:word@example.org/'\n", "notify.webhook"),
        ("[notify]\nwebhook = 'https://a..b/'\n", "notify.webhook"),
        ('[fetch]\nuser_agent = "a\\r\\nCookie: b"\n', "fetch.user_agent"),
        ("[fetch]\ncontact = 'Íñigo'\n", "fetch.contact"),
        ("[fetch]\ncontact = 'https://example.org/ (me)'\n", "fetch.contact"),
        ("[fetch]\nproxy = 'socks://example.org:1/'\n", "fetch.proxy"),
        ("[fetch]\nbase_urls = ['http://127.999.1.1/']\n", "https://"),
        ("[fetch]\nbase_urls = ['https://example.org:99999/']\n", "https://"),
        ('[fetch]\nbase_urls = ["https://example.org/a\\u0001b/"]\n', "https://"),
        ("[publish]\npublic_url = 'https://[example.org/'\n", "publish.public_url"),
        ("[publish]\npublic_url = 'https://example.org:99999/'\n", "publish.public_url"),
    ],
)
def test_values_that_no_computer_takes_are_refused(tmp_path: Path, text: str, words: str) -> None:
    """Numbers too long to read, folders of nobody, names with a NUL: one line, found by fuzzing."""
    with pytest.raises(ConfigError, match=words):
        load(written(tmp_path, text), {})


HOSTILE = ("", "~", "~nobody-of-this-name/x", "a\0b", "\x1b[31m", "..", "/", "x" * 300, "ñ\u202e数", "file:///etc/passwd",
           "http://127.0.0.1/", "https://[::1", "https://u:p@h/", "era5.t2m.nh", "1991-2020", "9999-0001", "nh", "all",
           "es-MX", "#000000", "year-lines", "Europe/Madrid", "../../etc/localtime", "png")  # fmt: skip
SECTIONS = {
    name: tuple(type(field.default).model_fields)
    if isinstance(field.default, BaseModel)
    else ("a", "nh", "key", "path")
    for name, field in Settings.model_fields.items()
}
DEFAULTS = {
    name: json.loads(field.default.model_dump_json())
    for name, field in Settings.model_fields.items()
    if isinstance(field.default, BaseModel)
}
plain = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=8), st.integers(-5, 70_000), st.integers(), st.floats(), st.booleans()
)
inner = st.lists(plain, max_size=4) | plain | st.dictionaries(st.sampled_from(("light", "ncei", "ink", "title")), plain)


def toml(value: object) -> str:
    """A value as TOML writes it, or nearly."""
    match value:
        case bool() | int() | float():
            return repr(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case dict():
            return "{" + ", ".join(f"{name} = {toml(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
    raise AssertionError(value)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Settings files of known tables and keys, and of some others."""
    lines = []
    sound = draw(st.integers(0, 2)) > 0  # two of three hold one value of another kind among the defaults
    for name in draw(st.lists(st.sampled_from(sorted(SECTIONS)), max_size=4, unique=sound)):
        table = f"[{name}]" if sound else draw(st.sampled_from((f"[{name}]", f"[[{name}]]", f"[{name}.nh]")))
        lines.append(table)
        known = DEFAULTS.get(name, {})
        keys = draw(
            st.lists(st.sampled_from(sorted(known) if sound and known else SECTIONS[name]), max_size=4, unique=sound)
        )
        lines += [f"{key} = {toml(known[key] if sound and key in known else draw(inner))}" for key in keys]
        if sound and keys and known and draw(st.booleans()):
            other = draw(st.sampled_from(keys))
            text = draw(plain) if isinstance(known[other], str | int | float) else draw(inner)
            lines = [f"{key} = {toml(text)}" if (key := line.partition(" ")[0]) == other else line for line in lines]
    return "\n".join(lines)


def judged(folder: Path, data: str | bytes) -> bool:
    """Whether a file is settings fit for a round; it is refused in short lines otherwise, and left as it was."""
    path = written(folder, data)
    found = settled(path)
    assert path.read_bytes() == (data.encode() if isinstance(data, str) else data)
    return found is not None


@given(documents())
def test_any_document_is_settings_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Known tables with values of any kind: settings that a round can begin with, or lines that say what is wrong."""
    judged(tmp_path_factory.getbasetemp(), text)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_text_brings_a_traceback(tmp_path_factory: pytest.TempPathFactory, text: str | bytes) -> None:
    """Any text is settings or a ConfigError."""
    judged(tmp_path_factory.getbasetemp(), text)
