"""Deterministic automata on infinite words over the steps of an environment, with Emerson-Lei acceptance.

An automaton is written as edges with guards and marks; it accepts a trajectory iff the marks that it sees
infinitely often satisfy its acceptance condition. Guards see the atoms that hold of a step; steps that they
cannot tell apart share a letter. So on an environment an automaton is a table on letters: it is
deterministic and complete there iff that table has one entry in each place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from specexpr.models.environment import Environment
from specexpr.product.acceptance import Acceptance, marks_of
from specexpr.product.machine import Clash, Gap, letters
from specexpr.product.tables import NO_MARKS, Marks, Table, table
from specexpr.syntax.guards import (
    And,
    Atom,
    Constant,
    Guard,
    Not,
    Or,
    Step,
    atoms,
    conjunction,
    disjunction,
)
from specexpr.syntax.names import KEYWORDS

RESERVED = KEYWORDS | {"file", "on"}
"""A state with one of these names is written in quotes."""

Valuation: TypeAlias = frozenset[Atom]
"""The atoms that hold of a step, of those that matter."""


@dataclass(frozen=True, slots=True)
class Edge:
    """From a state to another on the steps that satisfy a guard; the run then sees some marks."""

    source: int
    target: int
    guard: Guard
    marks: Marks = NO_MARKS


@dataclass(frozen=True, slots=True)
class Automaton:
    """An automaton in one form: see `automaton`. It starts in state 0."""

    states: tuple[str, ...]
    edges: tuple[Edge, ...]
    acceptance: Acceptance


NamedEdge: TypeAlias = tuple[str, str, Guard, Marks]
"""Source, target, guard and marks of an edge."""


def automaton(start: str, edges: Iterable[NamedEdge], acceptance: Acceptance) -> Automaton:
    """Return an automaton whose states are numbered as they first occur: the start, then along the edges."""
    number = {start: 0}
    listed = [
        Edge(number.setdefault(q, len(number)), number.setdefault(r, len(number)), guard, marks)
        for q, r, guard, marks in edges
    ]
    return Automaton(tuple(number), tuple(listed), acceptance)


# -- what is wrong with an automaton -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Faults:
    """Why an automaton is not deterministic or complete in an environment, and which edges it never takes."""

    clashes: tuple[Clash, ...]
    gaps: tuple[Gap, ...]
    idle: tuple[int, ...]


def find_faults(environment: Environment, spec: Automaton) -> Faults:
    """Return all clashes (one for each pair of edges), all gaps and all edges that are never taken."""
    seen = letters(environment, (edge.guard for edge in spec.edges))
    clashes: dict[tuple[int, int], Clash] = {}
    gaps: list[Gap] = []
    used: set[int] = set()
    for q, leaving in enumerate(_leaving(spec)):
        uncovered: list[Step] = []
        for letter, steps in enumerate(seen.steps):
            enabled = [i for i in leaving if seen.satisfies(spec.edges[i].guard, letter)]
            used.update(enabled)
            for k, i in enumerate(enabled):
                for j in enabled[k + 1 :]:
                    one, other = spec.edges[i], spec.edges[j]
                    if (one.target, one.marks) != (other.target, other.marks):
                        clashes.setdefault((i, j), Clash(i, j, steps[0]))
            if not enabled:
                uncovered.append(steps[0])
        if uncovered:
            gaps.append(Gap(q, tuple(uncovered)))
    idle = tuple(i for i in range(len(spec.edges)) if i not in used)
    return Faults(tuple(clashes[pair] for pair in sorted(clashes)), tuple(gaps), idle)


def _leaving(spec: Automaton) -> list[list[int]]:
    """Return the numbers of the edges that leave each state."""
    found: list[list[int]] = [[] for _ in spec.states]
    for i, edge in enumerate(spec.edges):
        found[edge.source].append(i)
    return found


# -- meaning -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Property:
    """What an automaton sees of a step, and its table once it is known which letters occur.

    table: valuations of the atoms, all different -> the table on them as letters.
    """

    atoms: tuple[Atom, ...]
    table: Callable[[Sequence[Valuation]], Table]


@dataclass(frozen=True, slots=True)
class Run:
    """An automaton at work in an environment: its table, the letter of each step, and what letters mean.

    held: the atoms, of those that it heeds, that hold on each letter.
    """

    table: Table
    letters: Mapping[Step, int]
    atoms: tuple[Atom, ...]
    held: tuple[Valuation, ...]

    def move(self, state: int, step: Step) -> int:
        """Return the state after a step."""
        return self.table.moves[state][self.letters[step]]

    def marks(self, state: int, step: Step) -> Marks:
        """Return the marks that are seen on a step."""
        return self.table.marks[state][self.letters[step]]


def run_of(environment: Environment, wanted: Property) -> Run:
    """Return the automaton of a property at work in an environment."""
    seen = letters(environment, wanted.atoms)
    held = tuple(
        frozenset(atom for atom in wanted.atoms if seen.satisfies(atom, letter))
        for letter in range(len(seen.steps))
    )
    return Run(wanted.table(held), seen.of, wanted.atoms, held)


def automaton_property(spec: Automaton) -> Property:
    """Return the property of the trajectories that an automaton accepts."""
    mentioned = dict.fromkeys(atom for edge in spec.edges for atom in atoms(edge.guard))
    return Property(tuple(mentioned), lambda held: _table_on(spec, held))


def _table_on(spec: Automaton, held: Sequence[Valuation]) -> Table:
    """Return the table of an automaton; of edges that overlap, the first counts.

    Raises ValueError where no edge leaves a state.
    """
    moves: list[list[int]] = []
    marks: list[list[Marks]] = []
    for q, leaving in enumerate(_leaving(spec)):
        row: list[Edge] = []
        for valuation in held:
            taken = (spec.edges[i] for i in leaving if holds_of(spec.edges[i].guard, valuation))
            edge = next(taken, None)
            if edge is None:
                raise ValueError(f"no edge leaves {spec.states[q]} on {valuation}")
            row.append(edge)
        moves.append([edge.target for edge in row])
        marks.append([edge.marks for edge in row])
    return table(moves, marks, spec.acceptance, names=spec.states)


def holds_of(guard: Guard, valuation: Valuation) -> bool:
    """Say whether a guard holds where exactly these atoms do."""
    match guard:
        case Constant(value=value):
            return value
        case Not(guard=negated):
            return not holds_of(negated, valuation)
        case And(guards=parts):
            return all(holds_of(part, valuation) for part in parts)
        case Or(guards=parts):
            return any(holds_of(part, valuation) for part in parts)
        case _:
            return guard in valuation


# -- from tables to guards ---------------------------------------------------------------------------------


def automaton_of(run: Run) -> Automaton:
    """Return the automaton that is at work; its guards are disjoint and cover what never occurs, too."""
    made = run.table
    edges: list[NamedEdge] = []
    for q, (row, marks) in enumerate(zip(made.moves, made.marks, strict=True)):
        for (target, seen), guard in _partition(
            run.atoms, run.held, list(zip(row, marks, strict=True))
        ).items():
            edges.append((made.names[q], made.names[target], guard, seen))
    return automaton(made.names[0], edges, made.acceptance)


_Class: TypeAlias = tuple[int, Marks]
"""What an edge does: its target, its marks."""


def _partition(
    known: Sequence[Atom], held: Sequence[Valuation], classes: Sequence[_Class]
) -> dict[_Class, Guard]:
    """Return for each class a guard that holds on its letters alone, from the paths of a decision tree."""
    paths: dict[_Class, list[Guard]] = {one: [] for one in classes}

    def grow(path: tuple[Guard, ...], members: list[int], left: list[Atom]) -> None:
        first = classes[members[0]]
        if all(classes[i] == first for i in members):
            paths[first].append(conjunction(path))
            return
        atom = min(left, key=lambda one: _disorder(one, members))
        rest = [one for one in left if one != atom]
        grow((*path, atom), [i for i in members if atom in held[i]], rest)
        grow((*path, Not(atom)), [i for i in members if atom not in held[i]], rest)

    def _disorder(atom: Atom, members: list[int]) -> int:
        """Return the number of classes on the two sides of an atom; many if one of them is empty."""
        sides = [{classes[i] for i in members if (atom in held[i]) is on} for on in (True, False)]
        return len(sides[0]) + len(sides[1]) if all(sides) else len(classes) * 2 + 1

    grow((), list(range(len(held))), list(known))
    return {one: disjunction(guards) for one, guards in paths.items()}


def count_marks(acceptance: Acceptance) -> int:
    """Return how many marks there must be: one more than the largest."""
    return max(marks_of(acceptance), default=-1) + 1
