"""Items, blocks and entries, found without a grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specexpr.diagnostics import Source, Span
from specexpr.syntax.blocks import blanked, entry_spans, items, pieces


def split(text):
    """Return (header, body) of each item and the ids of what was reported."""
    said = []
    found = [
        (text[i.header.start : i.header.end], i.body and text[i.body.start : i.body.end])
        for i in items(Source("t", text), said.append)
    ]
    return found, [diagnostic.id for diagnostic in said]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a b { c }", [("a b", " c ")]),
        ("a { { } { } } b", [("a", " { } { } "), ("b", None)]),
        ("a\n\n # note\n{ c }", [("a\n\n # note", " c ")]),
        ("a ; { c }", [("a", None), ("", " c ")]),
        ("a\nb", [("a", None), ("b", None)]),
        ('a "}" { "}" # }\n }', [('a "}"', ' "}" # }\n ')]),
        ("a { b } c { d }", [("a", " b "), ("c", " d ")]),
    ],
)
def test_items_are_headers_with_bodies(text, found):
    """Quotes and comments hide braces; a body may open on a later line; an entry end ends a header."""
    assert split(text) == (found, [])


def test_a_missing_brace_ends_at_the_next_header():
    """What follows an unclosed block is read as usual, and the block too."""
    found, said = split("environment e {\n states s\npolicy p in e { * -> a }\n")
    assert found == [("environment e", "\n states s\n"), ("policy p in e", " * -> a ")]
    assert said == ["unclosed-block"]


def test_stray_and_deep_braces_are_reported_once():
    """A run of closing braces is one mistake; so is nesting that is too deep."""
    assert split("} } }\na { b }") == ([("a", " b ")], ["unmatched-brace"])
    assert split("a " + "{" * 60 + "}" * 60)[1] == ["nested-too-deeply"]


def test_what_a_grammar_need_not_see_is_blanked():
    """Comments vanish, newlines inside brackets become spaces, and nothing moves."""
    text = 'a # {\nb { c\n d; e } "#"\n(x\ny) ('
    blank = blanked(text, Span(0, len(text)))
    assert blank == 'a    \nb { c  d, e } "#"\n(x y) ('
    assert [blank[i:j] for i, j in entry_spans(blank)] == ["a", 'b { c  d, e } "#"', "(x y) ("]


@given(st.text('ab{}()\n;# "\\'))
def test_blanking_moves_nothing(text):
    """Every character keeps its place; only spaces and commas are new."""
    blank = blanked(text, Span(0, len(text)))
    assert len(blank) == len(text)
    assert all(new == old or new in " ," for new, old in zip(blank, text, strict=True))


@given(st.text('ab{}in \n;#"', max_size=40))
def test_pieces_and_items_stay_inside_their_text(text):
    """Pieces come in order and do not overlap."""
    at = 0
    for piece in pieces(text, Span(0, len(text))):
        span = piece if isinstance(piece, Span) else piece.body
        assert at <= span.start <= span.end <= len(text)
        at = span.end
    split(text)


def test_blocks_of_members_are_found_among_lines():
    """`in NAME { }` needs no separator after it, and braces of other shapes stay with their lines."""
    text = "a > b; in e { c > d }  in f { d > c\n e } g { } h"
    found = [
        text[p.start : p.end]
        if isinstance(p, Span)
        else (text[p.header.start : p.header.end], text[p.body.start : p.body.end])
        for p in pieces(text, Span(0, len(text)))
    ]
    assert found == ["a > b;", ("in e", " c > d "), "", ("in f", " d > c\n e "), " g { } h"]
