"""Cycles through a strict constraint, against brute force."""

from hypothesis import given
from hypothesis import strategies as st

from specexpr.diagnostics import Span
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
