"""Plain text: aligned, folded, harmless."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from specexpr.report.layout import PAGE, Grid, Piece, Style, fixed, line, lines, plain, printable, row, width
from specexpr.report.terminal import on_terminal


def test_grid() -> None:
    """Columns are as wide as their widest cell, numbers stand to the right, wide characters count twice."""
    grid = Grid(("name", "n"), (row("目標", "1"), row("a", "-10")), right=frozenset({1}), indent=2)
    assert plain([grid]) == "  name    n\n  目標    1\n  a     -10\n"


def test_lines_fold() -> None:
    """A long line goes on below, indented like its start; a fixed one does not; words are not broken."""
    text = " ".join(["word"] * 60)
    folded = plain([line(text, indent=4)]).rstrip("\n").split("\n")
    assert all(one.startswith("    word") and len(one) <= PAGE for one in folded)
    assert " ".join(one.strip() for one in folded) == text
    assert plain([fixed(text)]) == text + "\n"
    assert plain([line("x" * 500)]) == "x" * 500 + "\n"


def test_lines_of_a_text() -> None:
    """The lines of a text keep their own indentation."""
    assert plain(lines("a\n  b\n\nc", indent=2)) == "  a\n    b\n\n  c\n"


@given(st.text(max_size=9))
def test_nothing_moves_the_cursor(text: str) -> None:
    """Whatever a short name holds, one line is one line and nothing in it is a control character."""
    shown = plain([line(text), Grid(("h",), (row(text),))])
    assert shown.count("\n") == 3
    assert printable(shown.replace("\n", "")) == shown.replace("\n", "")


@given(st.text(max_size=20))
def test_width_is_additive(text: str) -> None:
    """The width of a text is the sum of the widths of its characters, each at most two columns."""
    assert width(text) == sum(map(width, text))
    assert 0 <= width(text) <= 2 * len(text)


def test_terminal_says_the_same() -> None:
    """The rendering for a terminal has the words of the plain one; brackets in names are no markup."""
    blocks = [line("a ", Piece("[bold]b", Style.GOOD)), Grid(("h",), (row("[red]c"),)), fixed("  d")]
    shown = on_terminal(blocks, width=40)
    for word in ("[bold]b", "[red]c", "  d"):
        assert word in shown


def test_words_in_tables_are_whole() -> None:
    """A narrow terminal folds cells between words; a narrower one shows a line for each cell."""
    proof = "conflict of 2 constraints (line 18)"
    grid = Grid(
        ("task", "verdict", "proof"), (row("odd", "inexpressible", proof), row("move", "expressible", ""))
    )
    for columns in range(14, 90):
        shown = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal([grid], width=columns))
        assert max(map(len, shown.split("\n"))) <= columns
        for word in ("odd", "move", *proof.split()):
            assert word in shown.split(), columns
        assert ("inexpressible" in shown.split()) or columns < len("verdict: inexpressible")
    assert "task: odd\n" in re.sub(r"\x1b\[[0-9;]*m", "", on_terminal([grid], width=25))


def test_terminal_folds() -> None:
    """On a narrow terminal lines and tables fold, fixed lines do not."""
    text = " ".join(["word"] * 20)
    shown = on_terminal([line(text, indent=2), Grid(("h", "k"), (row("a", text),))], width=30)
    assert max(map(len, re.sub(r"\x1b\[[0-9;]*m", "", shown).split("\n"))) <= 30
    assert text in on_terminal([fixed(text)], width=30)
