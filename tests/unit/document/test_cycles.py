"""Cycles through a strict constraint, against brute force."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specexpr.diagnostics import IllPosed, Span
from specexpr.document import loads
from specexpr.document.cycles import Edge, strict_cycles

EDGES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=9)


@given(EDGES)
def test_a_cycle_is_found_iff_no_order_exists(pairs):
    """Numbers that do what the edges ask exist iff no cycle is reported."""
    edges = [Edge(u, v, strict, Span(k, k), "") for k, (u, v, strict) in enumerate(pairs)]
    value = dict.fromkeys(range(5), 0)
    for _ in range(6):
        for u, v, strict in pairs:
            value[u] = max(value[u], value[v] + strict)
    is_consistent = all(value[u] >= value[v] + strict for u, v, strict in pairs)
    cycles = strict_cycles(edges)
    assert is_consistent == (not cycles)
    for cycle in cycles:
        assert cycle[0].is_strict
        assert all(e.worse == f.better for e, f in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        assert len({e.better for e in cycle}) == len(cycle)


def test_a_long_chain_is_no_recursion():
    """Ten thousand policies in a row are no deeper than two."""
    edges = [Edge(k, k + 1, False, Span(k, k), "") for k in range(10_000)]
    assert not strict_cycles(edges)
    assert len(strict_cycles([*edges, Edge(10_000, 0, True, Span(10_000, 10_000), "")])[0]) == 10_001


BASE = """
environment e { states s0 s1; actions a b; start s0; s0 / a -> s0; s0 / b -> s1; s1 / * -> s1 }
policy stay in e { * -> a }
policy go in e { * -> b }
objective o in e = reward { discount 1/2; s0 / a: 1 }
objective x in e = reward { discount 1/2; s0 / b: 1 }
"""


def refused(text):
    """Return the one diagnostic of a text whose question makes no sense."""
    with pytest.raises(IllPosed) as caught:
        loads(text)
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.id == "strict-cycle"
    return diagnostic


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("go > stay; stay >= go", "replace the '>' among them"),
        ("go > stay; stay > go", "replace each '>' among them"),
        ("accept go; accept stay", "accept all of these policies in one line"),
        ("accept go; stay > go", "an accepted policy is better than every one that is not"),
        ("order go stay by o; order go stay by x", "the objectives order these policies differently"),
        ("order go stay by o; go >= stay", "an order says what its objective decides"),
    ],
)
def test_the_help_speaks_of_what_is_written(lines, words):
    """A '>' can be replaced only where the file has one."""
    diagnostic = refused(BASE + f"task t in e {{ {lines} }}")
    assert words in diagnostic.help
    assert ("'>'" in diagnostic.help) == ("replace" in words)


def test_a_long_cycle_is_shown_in_part():
    """Six edges are shown and the others counted; only the last one closes the cycle."""
    policies = "".join(
        f"policy p{k} in e {{ * -> {{ a: 1/{k + 2}, b: {k + 1}/{k + 2} }} }}\n" for k in range(50)
    )
    lines = "\n".join(f"p{k} > p{(k + 1) % 50}" for k in range(50))
    diagnostic = refused(BASE + policies + f"task t in e {{ {lines} }}")
    assert ", p4 > p5 (line 61), 44 more, p49 > p0 (line 106)" in diagnostic.message
    assert [note for _, note in diagnostic.notes] == ["and this"] * 4 + ["this closes the cycle"]


def test_a_table_is_looked_at_once():
    """Two thousand constraints on policies of two thousand states take no time of their own."""
    states = " ".join(f"s{k}" for k in range(2_000))
    text = f"environment e {{\nstates {states}\nactions a b\nstart s0\n* / * -> s0\n}}\n"
    text += "policy go in e { * -> { a: 1/3, b: 2/3 } }\npolicy stay in e { * -> a }\ntask t in e {\n"
    text += "go > stay\n" * 2_000 + "}\n"
    started = time.monotonic()
    assert len(loads(text).task("t").constraints) == 2_000
    assert time.monotonic() - started < 2
