"""The probability with which the trajectory of a policy is accepted by an automaton, exactly.

On the product of the policy's chain and the automaton almost every walk ends in a recurrent class and sees
there all marks of its steps again and again, and no others. So a class as a whole is accepted or not, and the
value is the probability of ending in one that is: a linear system over the rationals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.model import Model, Table
from specexpr.diagnostics import Diagnostic, NoAutomaton
from specexpr.product.acceptance import accepts
from specexpr.product.automaton import Run
from specexpr.product.tables import NO_MARKS, Marks, components
from specexpr.solve.absorption import reaching_from

MOST_NODES = 50_000
"""States of an automaton with states of an environment for which an exact value is looked for."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Walk:
    """The product of a policy's chain and an automaton: what is reached of it, breadth first.

    nodes: (state of the automaton, state); start: of each node; rows: the law of the next node.
    marks: those of all steps that leave a node.
    """

    nodes: tuple[tuple[int, int], ...]
    start: Mapping[int, Fraction]
    rows: tuple[Mapping[int, Fraction], ...]
    marks: tuple[Marks, ...]


@dataclass(frozen=True, slots=True)
class Recurrent:
    """A recurrent class: its nodes, the marks that it sees again and again, whether they are accepted."""

    nodes: tuple[int, ...]
    marks: Marks
    is_accepted: bool


def _refuse_many(nodes: int) -> None:
    """Raise NoAutomaton (`too-much-work`) where a product has too many nodes."""
    if nodes > MOST_NODES:
        message = f"its automaton and the environment make more than {MOST_NODES:,} nodes together"
        hint = "shorten the formula: fewer X in a row; or let specexpr evaluate --approximate estimate it"
        raise NoAutomaton(Diagnostic(id="too-much-work", message=message, help=hint))


def walk_of(model: Model, run: Run, policy: Table) -> Walk:
    """Return the walk of a policy and an automaton."""
    table, letters = run.table, run.letters
    place = {(0, s): x for x, (s, _) in enumerate(model.start)}
    nodes = list(place)
    rows: list[Mapping[int, Fraction]] = []
    marks: list[Marks] = []
    for q, s in nodes:
        row: dict[int, Fraction] = {}
        seen = NO_MARKS
        for a, weight in policy[s]:
            for t, p in model.rows[s][a]:
                letter = letters[s, a, t]
                node = table.moves[q][letter], t
                y = place.setdefault(node, len(place))
                if y == len(nodes):
                    nodes.append(node)
                    _refuse_many(len(nodes))
                mass = weight * p if weight != 1 else p
                row[y] = row[y] + mass if y in row else mass
                seen |= table.marks[q][letter]
        rows.append(row)
        marks.append(seen)
    start = {place[0, s]: p for s, p in model.start}
    return Walk(tuple(nodes), start, tuple(rows), tuple(marks))


def recurrent_classes(walk: Walk, run: Run) -> tuple[Recurrent, ...]:
    """Return the recurrent classes of a walk."""
    component = components({x: tuple(row) for x, row in enumerate(walk.rows)}, *walk.start)
    members: dict[int, list[int]] = {}
    is_left: set[int] = set()
    for x, row in enumerate(walk.rows):
        members.setdefault(component[x], []).append(x)
        if any(component[y] != component[x] for y in row):
            is_left.add(component[x])
    found = []
    for c, nodes in members.items():
        if c not in is_left:
            marks = NO_MARKS.union(*(walk.marks[x] for x in nodes))
            found.append(Recurrent(tuple(nodes), marks, accepts(run.table.acceptance, marks)))
    return tuple(found)


def acceptance_probability(model: Model, run: Run, policy: Table) -> Fraction:
    """Return the probability that the trajectory of a policy is accepted."""
    walk = walk_of(model, run, policy)
    yes, no = [False] * len(walk.nodes), [False] * len(walk.nodes)
    for one in recurrent_classes(walk, run):
        for x in one.nodes:
            (yes if one.is_accepted else no)[x] = True
    if not any(yes) or not any(no):
        return _ONE if any(yes) else _ZERO
    return reaching_from(walk.start, walk.rows, yes=yes, no=no)
