"""Deterministic automata on infinite words over the steps of an environment, with Emerson-Lei acceptance.

An automaton is written as edges with guards and marks; it accepts a trajectory iff the marks that it sees
infinitely often satisfy its acceptance condition. Guards see the atoms that hold of a step; steps that they
cannot tell apart share a letter. So on an environment an automaton is a table on letters: it is
deterministic and complete there iff that table has one entry in each place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from specexpr.models.environment import Environment
from specexpr.product.acceptance import Acceptance, marks_of
from specexpr.product.machine import Clash, Gap, Letters, letters
from specexpr.product.tables import NO_MARKS, Marks, Table, table
from specexpr.syntax.guards import Atom, Guard, Not, Step, conjunction, disjunction

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
class Run:
    """An automaton at work in an environment: its table, and the letter of each step."""

    table: Table
    letters: Mapping[Step, int]

    def move(self, state: int, step: Step) -> int:
        """Return the state after a step."""
        return self.table.moves[state][self.letters[step]]

    def marks(self, state: int, step: Step) -> Marks:
        """Return the marks that are seen on a step."""
        return self.table.marks[state][self.letters[step]]


def run_of(environment: Environment, spec: Automaton) -> Run:
    """Return an automaton at work in an environment in which it is deterministic and complete.

    Raises ValueError where a step is not covered; of edges that overlap, the first counts.
    """
    seen = letters(environment, (edge.guard for edge in spec.edges))
    moves: list[list[int]] = []
    marks: list[list[Marks]] = []
    for q, leaving in enumerate(_leaving(spec)):
        row = [_taken(spec, seen, leaving, letter) for letter in range(len(seen.steps))]
        if None in row:
            raise ValueError(f"no edge leaves {spec.states[q]} on {seen.steps[row.index(None)][0]}")
        edges = [spec.edges[i] for i in row if i is not None]
        moves.append([edge.target for edge in edges])
        marks.append([edge.marks for edge in edges])
    return Run(table(moves, marks, spec.acceptance), seen.of)


def _taken(spec: Automaton, seen: Letters, leaving: Sequence[int], letter: int) -> int | None:
    return next((i for i in leaving if seen.satisfies(spec.edges[i].guard, letter)), None)


def valuations(environment: Environment, atoms: Sequence[Atom]) -> tuple[Mapping[Step, int], list[Valuation]]:
    """Return the letter of each step that can happen, and which of some atoms hold on each letter."""
    seen = letters(environment, atoms)
    held = [
        frozenset(atom for atom in atoms if seen.satisfies(atom, letter)) for letter in range(len(seen.steps))
    ]
    return seen.of, held


# -- from tables to guards ---------------------------------------------------------------------------------


def automaton_of(made: Table, atoms: Sequence[Atom], held: Sequence[Valuation]) -> Automaton:
    """Return a table as an automaton; letter i is the i-th valuation.

    Its guards are disjoint and cover every valuation, those that no step has too.
    """
    edges: list[NamedEdge] = []
    for q, (row, marks) in enumerate(zip(made.moves, made.marks, strict=True)):
        for (target, seen), guard in _partition(atoms, held, list(zip(row, marks, strict=True))).items():
            edges.append((str(q), str(target), guard, seen))
    return automaton("0", edges, made.acceptance)


_Class: TypeAlias = tuple[int, Marks]
"""What an edge does: its target, its marks."""


def _partition(
    atoms: Sequence[Atom], held: Sequence[Valuation], classes: Sequence[_Class]
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

    grow((), list(range(len(held))), list(atoms))
    return {one: disjunction(guards) for one, guards in paths.items()}


def count_marks(acceptance: Acceptance) -> int:
    """Return how many marks there must be: one more than the largest."""
    return max(marks_of(acceptance), default=-1) + 1
