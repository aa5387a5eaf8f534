"""The chain of a policy, step by step, and the classes of states in which it ends.

A *class* is a set of states that the policy never leaves and visits all of, again and again. Almost every
trajectory ends in one of them, and then takes each step of the class, its *support*, infinitely often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.model import Model, Table
from specexpr.certify.observing import Step
from specexpr.exact import solve_sparse

Leaving: TypeAlias = tuple[tuple[Step, Fraction], ...]
"""The steps that are possible from a state, with their probabilities."""

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Class:
    """A closed recurrent class: its states, and the steps that are taken in it."""

    states: frozenset[int]
    support: frozenset[Step]


@dataclass(frozen=True, slots=True)
class StepChain:
    """What a policy does in each state that it reaches, and where that ends.

    `start` is (state, mass); `of` gives the number of the class of each recurrent state.
    """

    start: tuple[tuple[int, Fraction], ...]
    leaving: Mapping[int, Leaving]
    classes: tuple[Class, ...]
    of: Mapping[int, int]
    _ending: dict[int, Mapping[int, Fraction]] = field(default_factory=dict, compare=False, repr=False)

    def ending(self, k: int) -> Mapping[int, Fraction]:
        """Return the probability of ending in class k from each state from which it is positive."""
        if k not in self._ending:
            self._ending[k] = self._hitting(k)
        return self._ending[k]

    def _hitting(self, k: int) -> Mapping[int, Fraction]:
        """Solve x = P x with x = 1 on the class; from the states that can reach it the system is regular."""
        found = dict.fromkeys(sorted(self.classes[k].states), _ONE)
        into: dict[int, set[int]] = {}
        for s, steps in self.leaving.items():
            for (_, _, t), _ in steps:
                into.setdefault(t, set()).add(s)
        free = sorted(reached(found, into) - set(found))
        place = {s: i for i, s in enumerate(free)}
        rows, right = [], []
        for s in free:
            row, known = {place[s]: _ONE}, _ZERO
            for (_, _, t), p in self.leaving[s]:
                if t in place:
                    row[place[t]] = row.get(place[t], _ZERO) - p
                elif t in found:
                    known += p
            rows.append(row)
            right.append(known)
        return found | dict(zip(free, solve_sparse(rows, right), strict=True))


def step_chain(model: Model, table: Table) -> StepChain:
    """Return the chain of a policy on the states that it reaches."""
    leaving: dict[int, Leaving] = {}
    waiting = [s for s, _ in model.start]
    for s in waiting:
        if s in leaving:
            continue
        leaving[s] = tuple(((s, a, t), p * q) for a, p in table[s] for t, q in model.rows[s][a])
        waiting += [t for (_, _, t), _ in leaving[s]]
    return chain_of(model.start, leaving)


def chain_of(start: tuple[tuple[int, Fraction], ...], leaving: Mapping[int, Leaving]) -> StepChain:
    """Return a chain with its classes, from the steps of each state that it reaches."""
    classes: list[Class] = []
    of: dict[int, int] = {}
    for component in components({s: [t for (_, _, t), _ in steps] for s, steps in leaving.items()}):
        support = frozenset(step for s in component for step, _ in leaving[s])
        if all(t in component for _, _, t in support):
            of |= dict.fromkeys(sorted(component), len(classes))
            classes.append(Class(component, support))
    return StepChain(start, leaving, tuple(classes), of)


def components(onward: Mapping[int, Sequence[int]]) -> list[frozenset[int]]:
    """Return the strongly connected components of a graph (Kosaraju's algorithm)."""
    order: list[int] = []
    seen: set[int] = set()
    for root in onward:
        stack = [] if root in seen else [(root, iter(onward[root]))]
        seen.add(root)
        while stack:
            s, following = stack[-1]
            t = next((t for t in following if t not in seen), None)
            if t is None:
                order.append(s)
                stack.pop()
            else:
                seen.add(t)
                stack.append((t, iter(onward[t])))
    into: dict[int, list[int]] = {}
    for s, targets in onward.items():
        for t in targets:
            into.setdefault(t, []).append(s)
    found: list[frozenset[int]] = []
    placed: set[int] = set()
    for root in reversed(order):
        if root not in placed:
            component = [root]
            placed.add(root)
            for t in component:
                new = [s for s in into.get(t, ()) if s not in placed]
                placed.update(new)
                component += dict.fromkeys(new)
            found.append(frozenset(component))
    return found


def reached(first: Iterable[int], onward: Mapping[int, Iterable[int]]) -> set[int]:
    """Return what is reached from some states along the edges of a graph, themselves included."""
    seen = set(first)
    waiting = list(seen)
    for s in waiting:
        for t in onward.get(s, ()):
            if t not in seen:
                seen.add(t)
                waiting.append(t)
    return seen
