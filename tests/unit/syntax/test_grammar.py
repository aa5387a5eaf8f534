"""Grammars: found, built, and errors in words."""

import re

import pytest

from specexpr.diagnostics import InternalError, Source, Span
from specexpr.syntax.grammar import grammars, parse, parse_entries
from specexpr.syntax.nodes import Leaf, Node

STEMS = sorted(
    path.stem for path in grammars().glob("*.lark") if path.stem not in ("shared", "rewards", "objectives")
)


def read(stem, text, start):
    said = []
    body = parse_entries(stem, Source("t", text), Span(0, len(text)), said.append, start=start)
    return body, said


@pytest.mark.parametrize("stem", STEMS)
def test_every_terminal_has_a_name(stem):
    """No literal of a grammar is left to Lark to name."""
    from specexpr.syntax.grammar import _lark

    assert not [terminal.name for terminal in _lark(stem).terminals if "ANON" in terminal.name]


def test_nodes_are_plain_values_with_spans_of_the_source():
    """Spans are offsets in the whole source, whatever part of it is read."""
    text = "xxx  s0 / a -> { s1: 1/2, s0: 1/2 }; s0 / * -> s1  xxx"
    body = parse_entries("document", Source("t", text), Span(3, 51), pytest.fail, start="environment_body")
    run, entry = body.entries
    assert isinstance(run, Leaf)
    assert text[run.span.start : run.span.end].startswith("s0 / a -> {")
    assert isinstance(entry, Node)
    assert [(leaf.kind, text[leaf.span.start : leaf.span.end]) for leaf in entry.leaves()] == [
        ("STATE", "s0"),
        ("ANY", "*"),
        ("STATE", "s1"),
    ]
    assert not [x for x in (run, entry, *entry.children) if type(x).__module__.startswith("lark")]


def test_every_wrong_entry_is_reported_and_every_right_one_kept():
    """Errors in any number and place cost no right entry, also over several chunks."""
    wrong = {0, 5, 6, 300, 301, 555, 799}
    lines = [f"s{i} / a - > s0" if i in wrong else f"s{i} / * -> s0" for i in range(800)]
    body, said = read("document", "\n".join(lines), "environment_body")
    assert len(body.entries) == 800 - len(wrong)
    assert len(body.broken) == len(said) == len(wrong)
    assert {diagnostic.message for diagnostic in said} == {"expected '->', found '-'"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s0 / -> s1", "expected an action or '*', found '->'"),
        ("s0 / a -> ", "expected a state or '{', found the end of the entry"),
        ("states", "expected '/' or a list of states, found the end of the entry"),
        ("s0 / a -> { s1: x }", "expected a probability, found 'x'"),
        ("s0 / a -> s1 ]", "expected the end of the entry, found ']'"),
        ("s0 / a -> s1\u00a0", "expected the end of the entry, found the character U+00A0 (NO-BREAK SPACE)"),
        ("s0 / a -> s1 \x00", "expected the end of the entry, found the character U+0000"),
    ],
)
def test_errors_are_in_words(text, message):
    """A message names what was expected as a person would, and never a terminal."""
    _, said = read("document", text, "environment_body")
    assert [diagnostic.message for diagnostic in said] in ([message], [reorder(message)])


def reorder(message):
    return re.sub(r"expected '/' or a list of states", "expected a list of states or '/'", message)


def test_a_typing_error_in_a_keyword_is_understood():
    """The help guesses the entry that was meant and shows its form."""
    said = []
    text = "stats s0 s1"
    forms = {"states": "write states s0 s1", "": "write something"}
    parse_entries(
        "document", Source("t", text), Span(0, len(text)), said.append, start="environment_body", forms=forms
    )
    assert said[0].help == "did you mean 'states'? write states s0 s1"


def test_a_grammar_outside_the_house_may_import_the_shared_terminals(tmp_path):
    """A plug-in brings a .lark file of its own and reads with it."""
    path = tmp_path / "wish.lark"
    path.write_text('%import shared (PLAIN, NAME, BLANK)\n%ignore BLANK\nstart: "wish" THING\nTHING: NAME\n')
    text = "wish  luck"
    node = parse(str(path), Source("t", text), Span(0, len(text)), pytest.fail, start="start")
    assert node.leaf(0).text == "luck"
    said = []
    assert parse(str(path), Source("t", "wish\n"), Span(0, 5), said.append, start="start") is None
    assert said[0].message == "expected a thing, found the end of the entry"


def test_a_grammar_that_is_missing_is_our_bug():
    """Asking for a grammar that does not exist is no mistake of the reader."""
    with pytest.raises(InternalError, match="no-such"):
        parse("no-such", Source("t", ""), Span(0, 0), pytest.fail, start="start")
