"""`post`, `embed`, `publish` and `serve` on real data from a loopback copy of the site."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pandas as pd
import pytest

from climtrack.cli.app import main
from climtrack.reporter.titles import KINDS
from climtrack.store.store import Store
from climtrack.vocabulary.series import SeriesKey
from tests.fakes_platforms import KEYS, SECRET, Platforms
from tests.loopback import serving

NOW = "2024-07-11T16:42:00Z"
SEED = "climate_reanalyzer_constructed/2024-07-05"
URL = "https://charts.example.org/"


def run(*words: str) -> int:
    """Run a command in this process; give its exit code."""
    try:
        main(words)
    except SystemExit as left:
        return int(left.code or 0)
    return 0


@pytest.fixture(scope="module")
def home(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store filled from a loopback copy of the site as it stood in July 2024, and a published site in its folder."""
    folder = tmp_path_factory.mktemp("posts")
    (folder / "config.toml").write_text(f'[publish]\npublic_url = "{URL}"\nfolder = "{folder}/site"\n')
    with serving(shared_data / SEED) as (base, _), pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIMTRACK_HOME", str(folder / "store"))
        patch.setenv("CLIMTRACK_BASE_URL", base)
        patch.setenv("CLIMTRACK_NOW", NOW)
        patch.setenv("CLIMTRACK_CONFIG", str(folder / "config.toml"))
        assert run("fetch", "nh") in (0, 3)
        assert run("publish", "--region", "nh", "--variable", "air", "--chart", "year-lines", "--offline") == 0
        yield folder


def test_publish_writes_a_site_of_this_data(home: Path, shared_data: Path) -> None:
    """Page, feed, facts and pictures of 5 July 2024; that a second run writes nothing is in the golden transcript."""
    site = home / "site"
    feed = feedparser.parse((site / "feed.es.xml").read_bytes())
    assert feed.entries[0].id == "tag:charts.example.org,2024-07-05:nh.es"
    assert len(feed.entries[0].content[0].value) > 300
    facts = json.loads((site / "data/nh/facts.json").read_text())
    assert facts["series"]["air"]["latest"]["value"] == 21.895
    table = site / "latest/nh-air.year.csv"
    year = pd.read_csv(table, index_col="day")
    rows = json.loads((shared_data / SEED / "clim/t2_daily/json/era5_nh_t2_day.json").read_text())
    others = [row["data"][59] for row in rows if row["name"] in map(str, range(1940, 2023, 4))]
    assert (len(year), table.stat().st_size < 20_000) == (366, True)  # a leap year
    assert year.loc["2024-07-05", "this_year"] == 21.9  # 21.895
    assert (year.loc["2024-02-29", "low"], year.loc["2024-02-29", "high"]) == (
        round(min(others), 2),
        round(max(others), 2),
    )
    assert "CC-BY" in table.with_name("nh-air.year.csv-metadata.json").read_text()
    page = (site / "nh-air/index.html").read_text()
    assert '"../latest/nh-air.year.csv"' in page
    assert '"notice">Data to 5 July 2024, retrieved 11 July 2024 16:42 UTC<' in page
    assert 'data-until="2024-07-05" data-usual="10" hidden' in page
    assert 'data-until="2024-07-05" data-usual="10" hidden' in (site / "index.html").read_text()
    assert len(list((site / "latest").glob("nh-air.year-lines.*.en.png"))) == 7
    assert len(list((site / "2024-07-05").glob("nh-air.year-lines.*.en.*.png"))) == 2  # for mails


def test_embed_points_at_what_is_published(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every address in every snippet is a file of the site: same input, same bytes, same names."""
    platforms = "substack,ghost,wordpress,email,markdown,html,iframe,quarto,hugo"
    words = ("--region", "nh", "--variable", "air", "--chart", "year-lines", "--offline")
    assert run("embed", "--for", platforms, *words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) == 9 * 2
    for one in found:
        addresses = re.findall(rf"{URL}([\w./-]*)", one["snippet"])
        assert addresses
        for path in addresses:
            target = home / "site" / path
            assert target.is_file() or (target / "index.html").is_file(), (one["platform"], path)


def test_without_a_public_address_pictures_are_files(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes an upload names a file that is there; no address of this computer, no link to a site that is not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain.toml").write_text("")
    words = ("--region", "nh", "--variable", "air", "--chart", "year-lines", "--lang", "es", "--offline", "--json")
    assert run("embed", "--for", "substack,markdown,html,quarto,hugo", *words, "--config", "plain.toml") == 0
    said = capsys.readouterr()
    found = {one["platform"]: one["snippet"] for one in json.loads(said.out)}
    assert len(found) == 5
    for text in found.values():
        assert not re.search(r"https?://|127\.0\.0\.1|\[\!|href|link=", text)
        (name, *_) = re.findall(r"climtrack-embed/nh-air\.year-lines\.\w+\.es\.png", text)
        assert (tmp_path / name).is_file()
        assert f"{name}: saved" in said.err
    assert found["substack"].startswith("Imagen (suba este archivo):\nclimtrack-embed/")


@pytest.mark.parametrize("platform", ["email", "ghost", "wordpress", "iframe"])
def test_what_needs_an_address_is_refused_without_one(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], platform: str
) -> None:
    """One line: what is lacking and what to do; nothing on standard output, nothing written."""
    (tmp_path / "plain.toml").write_text("")
    words = ("--region", "nh", "--offline", "--config", str(tmp_path / "plain.toml"), "--out", str(tmp_path / "out"))
    assert run("embed", "--for", f"substack,{platform}", *words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"climtrack: {platform}: no public address to show pictures from. Set public_url in config.toml "
        "(`climtrack init`) and run `climtrack publish`, or upload the pictures that `climtrack post` writes.\n"
    )
    assert not (tmp_path / "out").exists()


def test_one_snippet_is_printed_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ready to be piped into the clipboard."""
    words = ("--region", "nh", "--variable", "air", "--chart", "year-lines", "--lang", "en", "--offline")
    assert run("embed", "--for", "iframe", *words) == 0
    assert capsys.readouterr().out.startswith(f'<iframe src="{URL}embed/nh-air.html?lang=en" title="Line chart')


def test_post_remembers_its_title_and_its_day(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The issue of 21 June is told again in no other way; that of 5 July does not repeat it, and counts from it."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(shutil.copytree(home / "store", tmp_path / "store")))
    words = ("--region", "nh", "--variable", "air", "--lang", "en", "--long", "--chart", "year-lines", "--offline")

    def issue(day: str) -> str:
        assert run("post", *words, "--as-of", day, "--out", str(tmp_path)) == 0
        return (tmp_path / f"{day}-nh" / "post.en.md").read_text()

    first = issue("2024-06-21")
    assert issue("2024-06-21") == first
    assert "What changed" not in first
    store = Store(tmp_path / "store")
    (kind,) = store.told(SeriesKey.parse("era5.t2m.nh"), dt.date(2024, 7, 5))
    assert kind in KINDS
    assert store.told(SeriesKey.parse("era5.t2m.nh"), dt.date(2024, 6, 21)) == ()
    second = issue("2024-07-05")
    assert second.partition(" on ")[0] != first.partition(" on ")[0]
    assert "What changed since the data to 21 June 2024" in second


def test_a_post_of_old_data_says_so(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Five weeks after the last day known, "in two weeks" would be read as the latest two; it is no longer for that.

    Air and sea share no average here: the sea has one sentence, by month.
    """
    monkeypatch.setenv("CLIMTRACK_HOME", str(shutil.copytree(home / "store", tmp_path / "store")))
    monkeypatch.setenv("CLIMTRACK_NOW", "2024-08-11T16:42:00Z")
    assert run("post", "--region", "nh", "--lang", "en,es", "--offline", "--out", str(tmp_path)) == 0
    texts = [(tmp_path / f"2024-08-11-nh/post.{code}.md").read_text("utf-8") for code in ("en", "es")]
    assert "(data to 5 Jul 2024)\n" in texts[0]
    assert "The data are 37 days old." in texts[0]
    assert "Datos de hace 37 días." in texts[1]
    assert re.search(
        r"El mar del hemisferio norte estuvo [^.]* en mayo que un año antes \(NOAAGlobalTemp\)\.", texts[1]
    )
    assert max(len(words_of(text)) for text in texts) <= 150


def words_of(text: str) -> list[str]:
    """Words as a word processor counts them: a number and its unit are one; addresses of pictures are none."""
    return re.findall(r"[^ \n]+", re.sub(r"\]\(<[^>]*>\)", "", text))


def test_a_post_is_as_long_as_what_is_pasted(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At most 150 words a language, air and sea together, one picture; edited it stays, the new one goes beside it."""
    out, texts = tmp_path / "posts", {}
    for region in ("nh", "arctic"):
        words = ("--region", region, "--lang", "español,en", "--offline", "--out", str(out))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CLIMTRACK_HOME", str(tmp_path / "empty"))
            assert run("post", *words) == 0
        folder = out / f"2024-07-11-{region}"
        for code in ("en", "es"):
            texts[region, code] = (folder / f"post.{code}.md").read_text("utf-8")
            (picture,) = re.findall(r"\]\(<(.*)>\)", texts[region, code])
            assert (folder / picture).is_file()
        assert len(list(folder.glob("*.png"))) == 2
    simulated = ("DATOS SIMULADOS, no son mediciones. ", "SIMULATED DATA, not measurements. ", "DATOS SIMULADOS. ")
    for text in texts.values():
        for warning in (*simulated, "SIMULATED DATA. "):
            text = text.replace(warning, "")
        assert len(words_of(text)) <= 150
    one = texts["nh", "en"]
    assert re.search(r"In two weeks air [^;]* against the 1991–2020 average; the North Atlantic ", one)
    assert re.search(r"Over 14 days air was [^;]* last year’s line[^;]*; the North Atlantic was ", one)
    assert re.search(r"On 5 July air was [^;]* the 1991–2020 average; on 10 July the North Atlantic was ", one)
    capsys.readouterr()
    (out / "2024-07-11-nh/post.es.md").write_text("mío")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIMTRACK_HOME", str(tmp_path / "empty"))
        assert run("post", "--region", "norte", "--lang", "es", "--offline", "--out", str(out)) == 0
    assert (out / "2024-07-11-nh/post.es.md").read_text() == "mío"
    assert (out / "2024-07-11-nh/post.es.2.md").read_text("utf-8") == texts["nh", "es"]
    said = capsys.readouterr()
    assert "post.es.md was changed since it was written and stays; the new one is post.es.2.md." in said.err
    assert "2024-07-11-nh: post.es.2.md, post.es.html and 1 picture" in said.out


def test_post_makes_a_draft_and_keeps_no_key(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Its line on standard output, what is wrong in one on standard error; the key in no file, line or log."""
    caplog.set_level(logging.DEBUG)
    words = ("post", "--region", "nh", "--variable", "air", "--lang", "en", "--offline", "--out", str(tmp_path))
    with Platforms() as site, pytest.MonkeyPatch.context() as patch:
        config = tmp_path / "config.toml"
        config.write_text(f'[drafts]\nghost = "{site.url}"\nmastodon = "{site.url}"\n')
        patch.setenv("CLIMTRACK_GHOST_KEY", KEYS["ghost"])
        patch.setattr("keyring.get_password", lambda *_: None)
        assert run(*words, "--config", str(config), "--draft", "mastodon") == 2
        assert run(*words, "--config", str(config), "--draft", "ghost", "--send") == 2
        assert site.asked == []
        assert run(*words, "--config", str(config), "--draft", "Ghost", "--inline") == 0
        (post,) = site.posts.values()
        assert "https://cdn.example.org/1.png" in post["html"]
        site.fault = lambda handler: handler.answer(403, {"message": handler.headers["Authorization"]}) or True
        assert run(*words, "--config", str(config), "--draft", "ghost") == 2
    said = capsys.readouterr()
    assert f"Ghost: draft made (en): {site.url}ghost/#/editor/post/1\n" in said.out
    assert [line for line in said.err.splitlines() if line.startswith("climtrack: ")] == [
        "climtrack: there is no key for Mastodon. Set CLIMTRACK_MASTODON_KEY, or store it: keyring set climtrack "
        "mastodon.",
        "climtrack: --send posts to Mastodon and Bluesky only; a newsletter is sent by its author. Use it with --draft "
        "mastodon or --draft bluesky.",
        "climtrack: Ghost does not let this key do that (403). Check its rights, and what your plan there includes.",
    ]
    assert SECRET not in said.out + said.err + caplog.text
    for file in (*home.rglob("*"), *tmp_path.rglob("*")):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes(), file


def test_post_says_what_changed(home: Path, tmp_path: Path) -> None:
    """Both languages; the pictures at the site's dated addresses; fourteen new days since 21 June."""
    words = ("--region", "nh", "--variable", "air", "--chart", "year-lines", "--offline", "--out", str(tmp_path))
    assert run("post", "--long", "--since", "21/6/2024", "--lang", "es,en", *words) == 0
    folder = tmp_path / "2024-07-11-nh"
    text = (folder / "post.es.md").read_text("utf-8")
    assert "14 días nuevos, del 22 de junio de 2024 al 5 de julio de 2024." in text
    (address,) = re.findall(rf"\(<{URL}(2024-07-05/[\w.-]+)>\)", text)
    assert (home / "site" / address).is_file()
    assert (folder / "nh-air.year-lines.post.es.png").read_bytes() == (home / "site" / address).read_bytes()
    assert "14 new days" in (folder / "post.en.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("since", "said", "unsaid", "heading"),
    [
        (
            "2024-06-21",
            "Whether earlier days were revised is not known",
            "No earlier day was revised",
            "What changed since the data to 21 June 2024",
        ),
        (
            "2024-07-11",
            "No earlier day was revised",
            "is not known: the history",
            "What changed since the issue of 11 July 2024, with data to 5 July 2024",
        ),
    ],
)
def test_a_post_claims_of_revisions_only_what_the_history_saw(
    home: Path, tmp_path: Path, since: str, said: str, unsaid: str, heading: str
) -> None:
    """The store was filled on 11 July: of earlier revisions nothing is known, of those since then everything."""
    words = ("--region", "nh", "--variable", "air", "--chart", "year-lines", "--offline", "--out", str(tmp_path))
    assert run("post", "--long", "--since", since, "--lang", "en", *words) == 0
    text = (tmp_path / "2024-07-11-nh" / "post.en.md").read_text("utf-8")
    assert said in text
    assert unsaid not in text
    assert heading in text


def test_simulated_data_are_never_published(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty store and no network: nothing is written, exit code 4."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "empty"))
    monkeypatch.setenv("CLIMTRACK_BASE_URL", "http://127.0.0.1:9/")
    assert run("publish", str(tmp_path / "site"), "--region", "nh", "--variable", "air") == 4
    assert "nothing is stored" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_serving_others_needs_a_word(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --public no other computer is let in."""
    assert run("serve", "--host", "0.0.0.0") == 2
    assert "lets other computers connect. Say so with --public" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_not_served(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A typed folder is refused in a line; that of config.toml comes with the first round."""
    assert run("serve", str(tmp_path / "nowhere")) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_schedule_serves_others_only_with_the_same_word(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A host in config.toml opens `schedule --serve` no further than `serve`."""
    config = tmp_path / "open.toml"
    config.write_text('[serve]\nhost = "0.0.0.0"\nport = 0\n')
    assert run("schedule", "--serve", "--config", str(config)) == 2
    assert "lets other computers connect. Say so with --public" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "said"), [(("embed", "--for", "myspace"), "unknown platform"),
                                             (("post", "--since", "once"), "is not a date")])  # fmt: skip
def test_what_cannot_be_done_is_said(
    home: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one line."""
    assert run(*words, "--region", "nh", "--offline") == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_round_publishes_what_it_drew(
    home: Path, shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`refresh` brings the site up to date, in every format that a site needs."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[publish]\npublic_url = "{URL}"\nfolder = "{tmp_path}/site"\n[fetch]\ncross_check = false\n'
        '[refresh]\nregions = ["world"]\ncharts = ["stripes"]\n[report]\nlanguages = ["en"]\n'
    )
    with serving(shared_data / SEED) as (base, _):
        monkeypatch.setenv("CLIMTRACK_BASE_URL", base)
        monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path / "store"))
        assert run("refresh", "--config", str(config)) == 0
    assert "site published" in capsys.readouterr().out
    feed = feedparser.parse((tmp_path / "site/feed.xml").read_bytes())
    assert [entry.link for entry in feed.entries] == [f"{URL}world-air/"]
    assert (tmp_path / "site/latest/world-air.stripes.card.en.png").is_file()
