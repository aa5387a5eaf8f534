"""Tables of automata: made smaller, they accept the same words."""

from __future__ import annotations

from random import Random

from specexpr.product.acceptance import (
    ALWAYS,
    NEVER,
    Fin,
    Inf,
    acceptance_text,
    accepts,
    condition_text,
    every,
    marks_of,
    negated,
    renamed,
    restricted,
    some,
)
from specexpr.product.hoa import read_acceptance
from specexpr.product.tables import NO_MARKS, Marks, components, table

CONDITIONS = [
    Inf(0),
    Fin(1),
    every([Inf(0), Fin(1)]),
    some([every([Inf(0), Fin(1)]), Inf(2)]),
    every([some([Inf(0), Fin(2)]), Inf(1)]),
    ALWAYS,
    NEVER,
]


def run(moves, marks, condition, start, prefix, cycle) -> bool:
    """Run an automaton along a lasso of letters."""
    state = start
    for letter in prefix:
        state = moves[state][letter]
    seen: dict[int, int] = {}
    shown: list[Marks] = []
    while state not in seen:
        seen[state] = len(shown)
        round_marks = NO_MARKS
        for letter in cycle:
            round_marks |= marks[state][letter]
            state = moves[state][letter]
        shown.append(round_marks)
    return accepts(condition, NO_MARKS.union(*shown[seen[state] :]))


def test_smaller_tables_accept_the_same_words() -> None:
    """States that are not reached go, marks that are not cared for go, states that are alike are merged."""
    merged = 0
    for seed in range(300):
        random = Random(seed)
        size, letters = random.randint(1, 5), random.randint(1, 3)
        moves = [[random.randrange(size) for _ in range(letters)] for _ in range(size)]
        marks = [
            [Marks(m for m in range(4) if random.random() < 0.25) for _ in range(letters)]
            for _ in range(size)
        ]
        condition, start = random.choice(CONDITIONS), random.randrange(size)
        made = table(moves, marks, condition, start=start)
        merged += len(made.moves) < size
        for _ in range(30):
            prefix = random.choices(range(letters), k=random.randint(0, 3))
            cycle = random.choices(range(letters), k=random.randint(1, 4))
            before = run(moves, marks, condition, start, prefix, cycle)
            assert run(made.moves, made.marks, made.acceptance, 0, prefix, cycle) is before
    assert merged > 100


def test_names_go_with_their_states() -> None:
    """The state that is reached first names those that are merged with it."""
    moves = [[1, 2], [3, 3], [3, 3], [3, 0]]
    marks = [[NO_MARKS] * 2, [Marks({0})] * 2, [Marks({0})] * 2, [NO_MARKS] * 2]
    made = table(moves, marks, Inf(0), names=("first", "left", "right", "last"))
    assert made.names == ("first", "left", "last")
    assert table(moves, marks, Inf(0)).names == ("q0", "q1", "q2")


def test_components_are_those_of_the_definition() -> None:
    """Two nodes share one iff each reaches the other; moves lead to smaller numbers or stay."""
    for seed in range(300):
        random = Random(seed)
        size = random.randint(1, 8)
        moves = {q: random.choices(range(size), k=random.randint(0, 3)) for q in range(size)}
        starts = random.sample(range(size), random.randint(1, size))
        found = components(moves, *starts)
        reach = {q: {q} for q in moves}
        for _ in moves:
            for q, row in moves.items():
                reach[q] |= {t for r in row for t in reach[r]}
        assert set(found) == {t for s in starts for t in reach[s]}
        for q in found:
            for r in found:
                assert (found[q] == found[r]) is (r in reach[q] and q in reach[r])
            assert all(found[r] <= found[q] for r in moves[q])


def test_conditions_on_all_sets_of_marks() -> None:
    """Negation turns the answer round; printing, renaming and restricting keep it."""
    for condition in CONDITIONS:
        assert read_acceptance(acceptance_text(condition)) == condition
        for mask in range(8):
            marks = {m for m in range(3) if mask >> m & 1}
            assert accepts(negated(condition), marks) is not accepts(condition, marks)
            other = renamed(condition, {m: m + 5 for m in marks_of(condition)})
            assert accepts(other, {m + 5 for m in marks}) is accepts(condition, marks)
            assert accepts(restricted(condition, marks), marks) is accepts(condition, marks)
    assert condition_text(ALWAYS) == "true"
    assert condition_text(every([Fin(0), Inf(1)])) == "Fin(0) & Inf(1)"
