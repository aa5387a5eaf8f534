"""The probability with which the trajectory of a policy is accepted, in floats: for chains of many states.

The same as `recurrence`, on arrays: what walks end in is found on the graph and is as certain as there; only
the probabilities of getting there are floats. Results are named approximate wherever they appear; nothing
decides by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from specexpr.certify.model import Table as Policy
from specexpr.models.environment import Environment
from specexpr.product.acceptance import accepts, marks_of
from specexpr.product.automaton import Property, Valuation
from specexpr.product.tables import Table
from specexpr.solve.float_absorption import absorbed_floats
from specexpr.syntax.guards import At, Atom, Do, Labelled, Next

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

_SHARE = 10  # one state in so many is few


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps of a policy: state, action, next state and probability of each, and the law of the start."""

    source: Integers
    action: Integers
    target: Integers
    chance: Floats
    start: Mapping[int, float]


def approximate_probability(environment: Environment, wanted: Property, policy: Policy) -> float:
    """Return about the probability that the trajectory of a policy has a property."""
    steps = _steps_of(environment, policy)
    letter, held = _letters(environment, wanted.atoms, steps)
    walk = _Walk(wanted.table(held), steps, letter, len(environment.states))
    yes, no = walk.ends()
    if not yes.any() or not no.any():
        return float(yes.any())
    return walk.reaching(yes, no)


def _steps_of(environment: Environment, policy: Policy) -> _Steps:
    """Return the steps of a policy where it goes."""
    rows = environment.model.rows
    states = _few_reached(environment, policy) or range(len(rows))
    choices = [(s, a, w.numerator / w.denominator) for s in states for a, w in policy[s]]
    laws = [rows[s][a] for s, a, _ in choices]
    outcomes = list(chain.from_iterable(laws))
    chances = np.array([p.numerator / p.denominator for _, p in outcomes])
    counts = np.array([len(law) for law in laws])
    source = np.repeat(np.array([s for s, _, _ in choices], dtype=np.int64), counts)
    action = np.repeat(np.array([a for _, a, _ in choices], dtype=np.int64), counts)
    chances *= np.repeat(np.array([w for _, _, w in choices]), counts)
    target = np.array([t for t, _ in outcomes], dtype=np.int64)
    start = {s: p.numerator / p.denominator for s, p in environment.model.start}
    kept = _reached(source, target, list(start), len(rows))[source] >= 0
    return _Steps(source[kept], action[kept], target[kept], chances[kept], start)


def _few_reached(environment: Environment, policy: Policy) -> list[int] | None:
    """Return the states that a policy reaches if they are few, else None: then all are looked at at once."""
    rows = environment.model.rows
    most = len(rows) // _SHARE
    found = [s for s, _ in environment.model.start]
    seen = set(found)
    for s in found:
        for a, _ in policy[s]:
            for t, _ in rows[s][a]:
                if t not in seen:
                    seen.add(t)
                    found.append(t)
        if len(found) > most:
            return None
    return found


def _letters(
    environment: Environment, atoms: Sequence[Atom], steps: _Steps
) -> tuple[Integers, list[Valuation]]:
    """Return the letter of each step and which atoms hold on it."""
    held = [_holding(environment, atom, steps) for atom in atoms]
    letter: Integers = np.zeros(len(steps.source), dtype=np.int64)
    for some in (held[i : i + 8] for i in range(0, len(held), 8)):  # eight at a time, numbers stay small
        for on in some:
            letter = 2 * letter + on
        letter = np.unique(letter, return_inverse=True)[1]
    count = int(letter.max()) + 1
    example = np.zeros(count, dtype=np.int64)
    example[letter] = np.arange(len(letter))
    rows = zip(*(on[example].tolist() for on in held), strict=True) if held else ((),) * count
    return letter, [frozenset(atom for atom, on in zip(atoms, row, strict=True) if on) for row in rows]


def _holding(environment: Environment, atom: Atom, steps: _Steps) -> Booleans:
    """Say of each step whether an atom holds of it."""
    match atom:
        case At(state=state):
            return np.asarray(steps.source == state)
        case Do(action=action):
            return np.asarray(steps.action == action)
        case Next(state=state):
            return np.asarray(steps.target == state)
        case Labelled(label=name):
            label = next(label for label in environment.labels if label.name == name)
            width = len(environment.actions)
            on = np.zeros(len(environment.states), dtype=bool)
            on[list(label.states)] = True
            found: Booleans = on[steps.source]
            if label.pairs:
                pairs = np.zeros(len(environment.states) * width, dtype=bool)
                pairs[[s * width + a for s, a in label.pairs]] = True
                found = found | pairs[steps.source * width + steps.action]
            return found


class _Walk:
    """The product of a policy's chain and an automaton, on the nodes that are reached."""

    def __init__(self, table: Table, steps: _Steps, letter: Integers, size: int) -> None:
        moves = np.array(table.moves, dtype=np.int64)
        self.table = table
        states = range(len(table.moves))
        source = np.concatenate([q * size + steps.source for q in states])
        target = np.concatenate([moves[q, letter] * size + steps.target for q in states])
        place = _reached(source, target, list(steps.start), len(states) * size)
        kept = place[source] >= 0
        self.size = int(place.max()) + 1
        self.source, self.target = place[source[kept]], place[target[kept]]
        self.chance: Floats = np.tile(steps.chance, len(states))[kept]
        self.start = {int(place[x]): p for x, p in steps.start.items()}
        self.seen: Integers = np.concatenate([_bits(table, q, letter) for q in states])[kept]

    def ends(self) -> tuple[Booleans, Booleans]:
        """Return the nodes of accepted recurrent classes, and those of the others."""
        graph = _graph(self.source, self.target, self.size)
        count, component = connected_components(graph, directed=True, connection="strong")
        inner = component[self.source] == component[self.target]
        is_end = np.ones(count, dtype=bool)
        is_end[component[self.source[~inner]]] = False
        marks = np.zeros(count, dtype=np.int64)
        np.bitwise_or.at(marks, component[self.source], np.where(inner, self.seen, 0))
        masks, number = np.unique(marks, return_inverse=True)
        cared = sorted(marks_of(self.table.acceptance))
        good = np.array(
            [
                accepts(self.table.acceptance, {m for i, m in enumerate(cared) if mask >> i & 1})
                for mask in masks.tolist()
            ]
        )
        is_good = is_end & good[number]
        return is_good[component], (is_end & ~is_good)[component]

    def reaching(self, yes: Booleans, no: Booleans) -> float:
        """Return about the probability of coming to a "yes" rather than to a "no"."""
        hopeful = _before(self.source, self.target, yes, self.size)
        doubtful = _before(self.source, self.target, no, self.size)
        sure = hopeful & ~doubtful
        unknown = hopeful & doubtful
        place = np.cumsum(unknown) - 1
        leaving = unknown[self.source]
        inner = leaving & unknown[self.target]
        count = int(unknown.sum())
        if not any(unknown[x] for x in self.start):
            return sum(p for x, p in self.start.items() if sure[x])
        matrix = csr_array(
            (self.chance[inner], (place[self.source[inner]], place[self.target[inner]])), shape=(count, count)
        )
        outward = leaving & sure[self.target]
        right = np.bincount(place[self.source[outward]], weights=self.chance[outward], minlength=count)
        values = absorbed_floats(matrix, np.asarray(right, dtype=np.float64))
        found = 0.0
        for x, p in self.start.items():
            found += p * (float(values[place[x]]) if unknown[x] else float(sure[x]))
        return min(1.0, max(0.0, found))


def _bits(table: Table, q: int, letter: Integers) -> Integers:
    """Return the marks that are seen on each step in a state of the automaton, as bits."""
    cared = sorted(marks_of(table.acceptance))
    found = [sum((m in seen) << i for i, m in enumerate(cared)) for seen in table.marks[q]]
    bits: Integers = np.array(found, dtype=np.int64)[letter]
    return bits


def _graph(source: Integers, target: Integers, size: int) -> csr_array:
    return csr_array((np.ones(len(source), dtype=np.int8), (source, target)), shape=(size, size))


def _reached(source: Integers, target: Integers, starts: Sequence[int], size: int) -> Integers:
    """Return new numbers for the nodes that are reached from some of them, -1 for the others."""
    order = _order(source, target, np.array(starts, dtype=np.int64), size)
    place: Integers = np.full(size, -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def _before(source: Integers, target: Integers, goal: Booleans, size: int) -> Booleans:
    """Say from which nodes some goals can be reached."""
    found: Booleans = np.zeros(size, dtype=bool)
    found[_order(target, source, np.flatnonzero(goal), size)] = True
    return found


def _order(source: Integers, target: Integers, starts: Integers, size: int) -> Any:
    """Return the nodes that are reached from some of them, breadth first, by one more node before these."""
    first = np.full(len(starts), size, dtype=np.int64)
    graph = _graph(np.concatenate([source, first]), np.concatenate([target, starts]), size + 1)
    return breadth_first_order(graph, size, return_predecessors=False)[1:]
