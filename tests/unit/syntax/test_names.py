"""Names and numbers of the language, read and written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specexpr.diagnostics import Span
from specexpr.syntax.grammar import grammars
from specexpr.syntax.names import NAME, PLAIN, QUOTED, clipped, name_hint, read_name, shown, write_name
from specexpr.syntax.nodes import Leaf
from specexpr.syntax.numbers import read_discount, read_number, read_probability, shown_number


def leaf(text):
    return Leaf("NAME", text, Span(0, len(text)))


def test_the_grammars_have_the_same_names():
    """The expressions of names in Python are those of the grammars."""
    shared = (grammars() / "shared.lark").read_text(encoding="utf-8")
    terminals = dict(re.findall(r"^(\w+): /(.*)/$", shared, re.MULTILINE))
    assert terminals["PLAIN"] == PLAIN
    assert terminals["QUOTED"] == QUOTED


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("s0", "s0"),
        ("a-b.c_1", "a-b.c_1"),
        ("-1", "-1"),
        ("a->b", "a"),
        ("a-->b", "a-"),
        ("->b", None),
        ("-", None),
    ],
)
def test_a_dash_before_an_arrow_head_is_no_part_of_a_name(text, name):
    """`s0->s1` is a name, an arrow and a name."""
    match = NAME.match(text)
    assert (match and match[0]) == name


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_every_name_can_be_written_and_read(name):
    """A name in its written form is one token and reads back, whatever is in it."""
    text = write_name(name)
    assert NAME.fullmatch(text)
    assert read_name(leaf(text), pytest.fail) == name
    assert text.isprintable()


@pytest.mark.parametrize("text", ['""', r'"\q"', r'"\u12"', r'"\ud800"'])
def test_wrong_quotes_are_reported(text):
    """A quoted name that is empty or has a wrong escape is a diagnostic."""
    said = []
    assert read_name(leaf(text), said.append) is None
    assert [diagnostic.id for diagnostic in said] == ["bad-name"]


def test_what_is_shown_is_short_and_printable():
    """Messages never carry control characters or endless names."""
    assert shown("start") == '"start"' or shown("start") == "start"
    assert len(shown("x" * 1000)) < 70
    assert clipped("a\x1b[31m") == r"a\x1b[31m"
    assert name_hint("s99x", tuple(f"s{i}" for i in range(100_000)), kind="state")


@pytest.mark.parametrize(
    ("read", "good", "bad", "id"),
    [
        (read_number, "-1/3", "1/0", "bad-number"),
        (read_number, "1e-3", "1e99999999", "bad-number"),
        (read_probability, "0", "-1/2", "bad-probability"),
        (read_discount, "9/10", "1", "bad-discount"),
        (read_discount, "1e-9", "0.0", "bad-discount"),
    ],
)
def test_bad_numbers_are_reported_beside_good_ones(read, good, bad, id):
    """Each bad number beside its nearest good neighbour."""
    said = []
    assert read(leaf(good), pytest.fail) is not None
    assert read(leaf(bad), said.append) is None
    assert [diagnostic.id for diagnostic in said] == [id]


def test_long_numbers_are_shown_by_their_size():
    """A number with thousands of digits does not fill the screen."""
    from fractions import Fraction

    assert shown_number(Fraction(1, 3)) == "1/3"
    assert shown_number(Fraction(1, 10**5000)).startswith("about")
    assert "beyond" in shown_number(Fraction(10**5000))
