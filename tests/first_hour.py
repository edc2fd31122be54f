"""
The first hour of an author on her own terminal: `report`, `post`, an edit, `post` again, `embed` for each platform.

Run by `.ci/run` in an empty folder with a home of its own, once with LANG=es_ES.UTF-8 and once with en_GB.UTF-8, by the
Python of README's environment. Two arguments: a file with what README's own line has printed, the report in both
languages, or a dash, for a short one in hers to be made here; and a region, by a name in her language.
"""

import contextlib
import io
import json
import os
import re
import sys
from pathlib import Path

from climtrack.cli.app import main
from climtrack.publish.post import PLATFORMS

SPANISH = os.environ["LANG"].startswith("es")
PRINTED, REGION = sys.argv[1:]
ANSWERS = (
    ("¿Está bajando la línea?", "¿Está por debajo de la línea del año pasado?", "¿Cuánto nos separa de la media?"),
    ("Is the line coming down?", "Is it below last year’s line?", "How far above average are we?"),
)
#: Small words that only the other language has.
FOREIGN = r"\b(the|is|and|was|with|not)\b" if SPANISH else r"\b(los|está|hay|que|sin|una)\b"
OWN = "es" if SPANISH else "en"


def climtrack(*words: str, ends: int = 0) -> tuple[str, str]:
    """What a command prints on standard output and on standard error, and how it must end."""
    out, notes = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(notes):
        try:
            main(list(words))
        except SystemExit as end:
            code = end.code
    assert (code or 0) == ends, (words, code, notes.getvalue())
    return out.getvalue(), notes.getvalue()


def in_her_language(text: str) -> None:
    assert not (found := re.search(FOREIGN, text)), (
        f"{found[0]!r} in: {text[max(found.start() - 60, 0) : found.end() + 60]}"
    )


def words_of(text: str) -> int:
    """Words of a post as a word processor counts them: signs of headings and addresses of pictures are none."""
    return len(re.findall(r"[^ \n]+", re.sub(r"\]\(<[^>]*>\)|^#+ ", "", text, flags=re.M)))


short = ("report", "--region", REGION, "--lang", OWN, "--chart", "both")
report = Path(PRINTED).read_text("utf-8") if PRINTED != "-" else climtrack(*short)[0]
hers, others = ANSWERS if SPANISH else ANSWERS[::-1]
places = [report.find(question) for question in (*hers, *(others if PRINTED != "-" else ()))]
assert places == sorted(places), f"not all questions, or not hers first:\n{report}"
assert -1 not in places, report
in_her_language(report[: places[2]])

printed, _ = climtrack("post", "--region", REGION)
in_her_language(printed)
(folder,) = Path("climtrack-post").iterdir()
assert str(folder) in printed, printed
posts = {code: (folder / f"post.{code}.md").read_text("utf-8") for code in ("en", "es")}
for code, text in posts.items():
    assert 60 < words_of(text) <= 150, f"{words_of(text)} words in {code}:\n{text}"
    assert len(re.findall(r"!\[.{40,}\]\(<(\S+)>\)", text)) == 1, text
    assert (folder / re.findall(r"\]\(<(\S+)>\)", text)[0]).is_file()
in_her_language(posts[OWN])

mine = re.sub(r"\d+([.,]\d+\s°C)", r"77\1", posts[OWN], count=1)
(folder / f"post.{OWN}.md").write_text(mine, encoding="utf-8")
printed, notes = climtrack("post", "--region", REGION)
assert (folder / f"post.{OWN}.md").read_text("utf-8") == mine
assert (folder / f"post.{OWN}.2.md").read_text("utf-8") == posts[OWN]
assert f"post.{OWN}.2.md" in notes, notes
in_her_language(notes)
if PRINTED == "-":  # the report of this region is beside it: her slip is found
    printed, _ = climtrack("check", str(folder), ends=3)
    assert f"\npost.{OWN}.md (" in printed, printed
    assert f"\npost.{OWN}.2.md (" not in printed, printed
    in_her_language(printed)

climtrack("init")
config = Path("config.toml").read_text("utf-8")
in_her_language("\n".join(line.partition("# ")[2] for line in config.splitlines() if "`" not in line))
Path("config.toml").write_text('[publish]\npublic_url = "https://charts.example.org/"\n', encoding="utf-8")
asked = ("--region", REGION, "--variable", "air", "--chart", "year-lines", "--lang", OWN, "--for", ",".join(PLATFORMS))
snippets, notes = climtrack("embed", "--offline", "--json", *asked)
for one in json.loads(snippets):
    assert ("Gráfico" if SPANISH else "chart") in one["snippet"], one
    in_her_language(notes + re.sub(r"<[^>]*>|<script>.*", "", one["snippet"]))
assert {one["platform"] for one in json.loads(snippets)} == set(PLATFORMS)

home = Path.home()  # what README says of uninstalling is all there is
left = {path.relative_to(home).as_posix() for path in home.glob("*/*") if path.name != "share"}
left |= {path.relative_to(home).as_posix() for path in home.glob(".local/share/*")}
assert left <= {".local/share/climtrack", ".cache/matplotlib", ".config/matplotlib"}, left
counts = f"{words_of(posts['en'])} words in English, {words_of(posts['es'])} in Spanish"
sys.stdout.write(f"first hour in {os.environ['LANG']}: a post of {counts}\n")
