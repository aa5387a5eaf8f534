"""Wildcards: the most specific entry wins, by brute force over all orders."""

from itertools import permutations, product

from hypothesis import given
from hypothesis import strategies as st

from specexpr.diagnostics import Span
from specexpr.syntax.compaction import few_entries
from specexpr.syntax.patterns import Entry, Rules, cell_text, clash_diagnostic

CELLS = list(product(range(2), range(2), range(2)))


def covers(pattern, cell):
    return all(x is None or x == c for x, c in zip(pattern, cell, strict=True))


def below(p, q):
    """Say whether pattern p fixes all that q fixes."""
    return all(y is None or x is not None for x, y in zip(p, q, strict=True))


def expected(patterns, cell):
    """Return the values that most specific entries give a cell."""
    here = [(p, v) for p, v in patterns if covers(p, cell)]
    return {v for p, v in here if not any(below(q, p) and not below(p, q) for q, _ in here)}


PATTERNS = st.lists(st.tuples(st.tuples(*[st.sampled_from([None, 0, 1])] * 3), st.integers(0, 2)), max_size=5)


@given(PATTERNS)
def test_the_most_specific_entry_decides_in_any_order(patterns):
    """Values agree with the definition; a clash is heard of iff most specific entries differ on some cell."""
    for order in list(permutations(patterns))[:24]:
        clashes = []
        rules = Rules(lambda *clash, heard=clashes: heard.append(clash))
        for i, (pattern, value) in enumerate(order):
            rules.add(Entry(pattern, value, Span(i, i)))
        differ = False
        for cell in CELLS:
            values = expected(order, cell)
            found = rules.find(cell)
            assert (found is None) == (not values)
            assert found is None or found.value in values
            differ |= len(values) > 1
        same = any(p == q and v != w for p, v in order for q, w in order)
        assert bool(clashes) == (differ or same)


def test_entries_that_cover_nothing_are_found():
    """An entry is idle if no cell agrees with it."""
    rules = Rules(lambda *_: None)
    for i, pattern in enumerate([(0, None), (None, 1), (1, 0)]):
        rules.add(Entry(pattern, i, Span(i, i)))
    assert [entry.value for entry in rules.idle([(0, 0), (1, 1)])] == [2]


def test_a_clash_is_shown_at_the_later_entry():
    """The diagnostic marks the second entry, notes the first, and names the cell."""
    first, second = Entry((0, None), 1, Span(5, 6)), Entry((None, 0), 2, Span(1, 2))
    where = cell_text((0, None), (("s 0",), ("a",)))
    assert where == '"s 0" / *'
    diagnostic = clash_diagnostic(first, second, where)
    assert (diagnostic.span, diagnostic.notes[0][0]) == (Span(5, 6), Span(1, 2))
    assert where in diagnostic.message


@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(0, 2)))
def test_few_entries_give_every_cell_its_value(values):
    """What is written compactly means the same, and is never longer than the plain list."""
    entries = few_entries(values, 0)
    rules = Rules(lambda *_: None)
    for i, (pattern, value) in enumerate(entries):
        rules.add(Entry(pattern, value, Span(i, i)))
    for cell, value in values.items():
        found = rules.find(cell)
        assert (found.value if found else 0) == value
    assert len(entries) <= sum(value != 0 for value in values.values())
