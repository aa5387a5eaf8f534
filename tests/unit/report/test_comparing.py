"""Comparisons in text: what is cheapest, why others do not, what to drop; nothing wider than a page."""

from __future__ import annotations

from dataclasses import replace

import pytest

import specexpr as sx
from specexpr.comparison.comparing import repaired
from specexpr.comparison.comparison import Comparison
from specexpr.report.comparing import comparison_blocks, repairs_text
from specexpr.report.layout import PAGE, line, plain
from specexpr.report.terminal import columns, hanging, on_terminal

TOGGLE = """
discount 1/2
environment toggle { states s0 s1; actions 0 1; start { s0: 1/2, s1: 1/2 }; * / 0 -> s0; * / 1 -> s1 }
policy p00 in toggle { * -> 0 }
policy p01 in toggle { s0 -> 0; s1 -> 1 }
policy p10 in toggle { s0 -> 1; s1 -> 0 }
policy p11 in toggle { * -> 1 }
policy w00 in toggle { * -> { 0: 9/10, 1: 1/10 } }
task easy in toggle { p11 > p10 > p01 > p00 }
task hard in toggle {
  p01 > p11
  p10 > p00
  p00 ~ p11; w00 > p00
  p01 >= p10
}
task alone in toggle { accept p01 p10 }
"""

TEXT = """\
       mr
       |   rm, ftr
easy   yes yes
hard   no  yes
alone  no  yes
yes expressible, no inexpressible

easy
  cheapest    mr  reward with 2 entries
  also        rm: 1 state, 2 entries; ftr: 2 values

hard
  cheapest    rm  reward machine with 2 states; 1 impossible (4 entries)
  also        ftr: 3 values
  not in      mr: conflict of 3 constraints (lines 11, 12, 13)
  repair      mr: drop p01 > p11 (line 11) and p00 ~ p11 (line 13); or p01 > p11 (line 11) and p01
                >= p10 (line 14); or p10 > p00 (line 12) and w00 > p00 (line 13); or p00 ~ p11 (line
                13) and p01 >= p10 (line 14)

alone
  cheapest    rm  reward machine with 2 states; 1 impossible (4 entries)
  also        ftr: 3 values
  not in      mr: conflict of 3 constraints (line 16)

3 tasks in 3 formalisms: 7 expressible, 2 inexpressible
"""


@pytest.fixture(scope="module")
def table() -> Comparison:
    return repaired(sx.compare(sx.loads(TOGGLE), ["mr", "rm", "ftr"]), timeout=None)


def test_text(table: Comparison) -> None:
    """The whole text of a small comparison, repairs and all."""
    assert plain(comparison_blocks(table)) == TEXT


def test_repairs_that_are_not_known(table: Comparison) -> None:
    """Without repairs there are no such lines; the rest is the same."""
    bare = sx.compare(sx.loads(TOGGLE), ["mr", "rm", "ftr"])
    lines = [one for one in TEXT.splitlines() if "repair" not in one and not one.startswith(" " * 16)]
    assert plain(comparison_blocks(bare)).splitlines() == lines


def test_words_of_repairs(table: Comparison) -> None:
    """One, several of one or of more, all, none and not yet known: each has its words."""
    row = table.row("hard")
    known = table.repairs("hard", "mr")
    assert known is not None
    few = known.smallest
    assert repairs_text(row, replace(known, smallest=few[:1])) == (
        "drop p01 > p11 (line 11) and p00 ~ p11 (line 13)"
    )
    one = tuple(replace(few[0], dropped=(k,)) for k in range(5))
    assert repairs_text(row, replace(known, smallest=one[2:4], at_least=1)) == (
        "drop one of p00 ~ p11, w00 > p00 (both line 13)"
    )
    every = replace(few[0], dropped=(0, 1, 2, 3, 4))
    assert repairs_text(row, replace(known, smallest=(every,), limit="limit: so much")) == (
        "all 5 preferences have to go; at least 2 have to go (limit: so much)"
    )
    assert repairs_text(row, replace(known, smallest=(), limit="time: up")) == (
        "at least 2 of 5 preferences have to go (time: up)"
    )
    many = few * 3
    assert repairs_text(row, replace(known, smallest=many)).endswith("; or others, 12 choices in all")
    assert repairs_text(row, replace(known, smallest=one * 2, at_least=1)).endswith(" or 6 others")


def test_nothing_is_wider_than_a_page() -> None:
    """With all formalisms no line is wider than a page, but for what cannot be folded."""
    shown = plain(comparison_blocks(repaired(sx.compare(sx.loads(TOGGLE)), timeout=None)))
    assert all(len(one) <= PAGE for one in shown.splitlines())
    assert "not asked: " in shown


def test_terminal(table: Comparison) -> None:
    """A terminal shows the same words, colours are not needed to tell yes from no."""
    import re

    shown = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(comparison_blocks(table), width=PAGE))
    assert shown == TEXT
    narrow = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(comparison_blocks(table, width=50), width=50))
    assert narrow.split() == TEXT.split()
    assert all(len(one) <= 50 for one in narrow.splitlines())


def test_hanging_lines() -> None:
    """A hanging line goes on further in; no word is lost."""
    text = "label  " + " ".join(["word"] * 40)
    folded = plain([line(text, indent=2, hang=7)]).splitlines()
    assert folded[0].startswith("  label  word")
    assert all(one.startswith(" " * 9 + "word") and len(one) <= PAGE for one in folded[1:])
    assert " ".join(folded).split() == text.split()
    assert list(hanging("a bb ccc", 4, 1)) == [(0, 4), (5, 8)]


def test_columns() -> None:
    """Where no terminal says, a text may take a page."""
    assert columns(None) == PAGE
