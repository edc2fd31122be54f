"""Text from feeds and configurations, made safe."""

from hypothesis import given
from hypothesis import strategies as st

from climtrack.vocabulary.notice import markdown, plain


def test_controls_and_direction_marks_go():
    """Nothing that a terminal or a browser would obey."""
    assert plain("a\x1b[31mb\u202ec\u200bd\te\n f\x00") == "a[31mbcd e f"
    assert plain("x" * 10_000) == "x" * 59 + "…"


@given(st.text())
def test_plain_text_is_one_short_printable_line(text):
    """Whatever comes in."""
    line = plain(text)
    assert len(line) <= 60
    assert line == line.strip()
    assert all(c == " " or c.isprintable() for c in line)
    assert plain(line) == line


def test_markdown_is_shown_not_obeyed():
    """Marks of Markdown and HTML lose their meaning, sentences keep their looks."""
    assert markdown("[x](javascript:a) <b>*_`|") == r"\[x\](javascript:a) \<b\>\*\_\`\|"
    assert markdown("12. not a list") == r"12\. not a list"
    assert markdown("# not a heading") == r"\# not a heading"
    assert markdown("12.60 °C (±0.1), −0.3") == "12.60 °C (±0.1), −0.3"
