"""Deterministic automata as tables: state and letter give the next state and the marks of the step.

Letters are the label sets that occur in an environment (or, more exactly, the sets of mentioned atoms that
hold of a step). A table is deterministic and complete by its form. `table` keeps what is reached from the
start, forgets marks that no run can see again and merges states that nothing tells apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from specexpr.product.acceptance import Acceptance, marks_of, renamed, restricted

Marks = frozenset[int]

NO_MARKS: Marks = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """An automaton that starts in state 0: moves[q][letter], the marks[q][letter] of that step, and names."""

    moves: tuple[tuple[int, ...], ...]
    marks: tuple[tuple[Marks, ...], ...]
    acceptance: Acceptance
    names: tuple[str, ...]


def table(
    moves: Sequence[Sequence[int]],
    marks: Sequence[Sequence[Marks]],
    acceptance: Acceptance,
    *,
    start: int = 0,
    names: Sequence[str] | None = None,
) -> Table:
    """Return an equal automaton that is smaller: its states are reached, and no two are alike.

    States are numbered in the order in which they are reached, letters tried in theirs. Without names they
    are called q0, q1, ..; of states that are merged the one that is reached first gives the name.

    >>> from specexpr.product.acceptance import Inf
    >>> table([[1, 0], [0, 1], [2, 2]], [[NO_MARKS, Marks({0})]] * 3, Inf(0))
    Table(moves=((0, 0),), marks=((frozenset(), frozenset({0})),), acceptance=Inf(mark=0), names=('q0',))
    """
    kept = _used_marks(moves, marks, acceptance, start)
    seen = frozenset[int]().union(*(one for row in kept.values() for one in row))
    acceptance = restricted(acceptance, seen)
    numbers = {mark: i for i, mark in enumerate(sorted(marks_of(acceptance)))}
    kept = {q: [Marks(numbers[m] for m in one if m in numbers) for one in row] for q, row in kept.items()}
    classes = _alike(moves, kept)
    order = {classes[start]: 0}
    members = [start]
    for q in members:
        for r in moves[q]:
            if classes[r] not in order:
                order[classes[r]] = len(order)
                members.append(r)
    return Table(
        tuple(tuple(order[classes[r]] for r in moves[q]) for q in members),
        tuple(tuple(kept[q]) for q in members),
        renamed(acceptance, numbers),
        tuple(f"q{i}" if names is None else names[q] for i, q in enumerate(members)),
    )


def _used_marks(
    moves: Sequence[Sequence[int]], marks: Sequence[Sequence[Marks]], acceptance: Acceptance, start: int
) -> dict[int, list[Marks]]:
    """Return the marks of the states that are reached, without those of steps that are taken only once."""
    cared = marks_of(acceptance)
    component = components(dict(enumerate(moves)), start)
    return {
        q: [
            one & cared if component[q] == component[r] else NO_MARKS
            for r, one in zip(moves[q], marks[q], strict=True)
        ]
        for q in component
    }


def _alike(moves: Sequence[Sequence[int]], marks: Mapping[int, Sequence[Marks]]) -> dict[int, int]:
    """Return a class for each state: the coarsest in which equal classes have equal marks and moves."""
    classes = dict.fromkeys(marks, 0)
    count = 1
    while True:
        numbers: dict[Hashable, int] = {}
        finer = {
            q: numbers.setdefault((classes[q], tuple(row), tuple(classes[r] for r in moves[q])), len(numbers))
            for q, row in marks.items()
        }
        if len(numbers) == count:
            return classes
        classes, count = finer, len(numbers)


def components(moves: Mapping[int, Sequence[int]], *starts: int) -> dict[int, int]:
    """Return the number of the strongly connected component of each node that is reached.

    Moves between components lead to smaller numbers.
    """
    import networkx as nx

    order = list(dict.fromkeys(starts))
    seen = set(order)
    for q in order:
        new = [r for r in dict.fromkeys(moves[q]) if r not in seen]
        seen.update(new)
        order += new
    graph = nx.DiGraph({q: moves[q] for q in order})
    found = nx.strongly_connected_components(graph)  # each after all that it leads to
    return {q: number for number, members in enumerate(found) for q in members}
