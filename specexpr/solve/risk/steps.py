"""Laws of sums on a lattice, walked forwards in floats whose error is bounded: horizons and totals.

The mass at (node, paid) is a sum of products of probabilities, see `masses`: outcomes on a lattice are exact,
and their probabilities are known to a relative 1e-13 or so. A horizon is walked step by step, all nodes at
once; a total component by component, each until next to nothing is left in it. Where the lattice is too fine
to be walked, pays are rounded down for one law and up for another one.

A total may take infinitely many values. What was not absorbed after all may still add a rest R. How probable
that is is known, and so are bounds v on the mean of the positive pays from a node on: any v that is at least
gains + P v. So E max(R, 0) is at most the sum of mass times v, and likewise for max(-R, 0). What was paid has
the law that was found, whenever the walk stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm, log2
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from specexpr.certify.law import components
from specexpr.certify.measure import Edge
from specexpr.diagnostics import NoValue
from specexpr.solve.float_absorption import absorbed_floats
from specexpr.solve.risk.ends import extremes
from specexpr.solve.risk.functionals import Between
from specexpr.solve.risk.masses import Masses, Pile
from specexpr.solve.risk.returns import Return

WORK = 2 * 10**9
"""So many masses are moved at most."""
MOST_CELLS = 3 * 10**7
"""So many (node, paid) pairs are kept at most, at any time."""

MOST_OUTCOMES = 10**6
MOST_STEPS = 10**5

_END = -1
_FEWEST = 16
_HEAP = 64  # laws of what has ended that are kept before they are added up
_NEGLIGIBLE = 1e-20
_BITS = 120
_UNIT = 1 << _BITS
_ULP = Fraction(1, 1 << 53)
_STRAY = Fraction(1, 1 << 100)  # more than all that underflows and is rounded to units
_ZERO, _ONE = Fraction(0), Fraction(1)


def walked_law(of: Return) -> Between:
    """Return laws between which a return lies that is a finite sum, or a total. Raises NoValue."""
    pays = {w * e.pay for w in {*of.head} or {_ONE} for one in of.chain.edges for e in one}
    step = Fraction(1, lcm(*(pay.denominator for pay in pays)))
    try:
        low = high = _walk(of, step, floor)
    except _TooFine:
        step *= 2 ** ceil(log2(_cells_too_many(of, max(pays) - min(pays), step)))
        low, high = _walk(of, step, floor), _walk(of, step, ceil)
    rare, lost, gained = _rest(of, low.left)
    return Between(
        low.paid.total().law(step, is_upper=False),
        high.paid.total().law(step, is_upper=True),
        *extremes(of),
        rare=min(_ONE, rare + max(low.moved, high.moved)),
        lost=lost + max(low.up, high.up) * step,
        gained=gained + max(low.down, high.down) * step,
    )


class _TooFine(Exception):  # noqa: N818 -- a finding about a lattice
    """There are too many values to be walked."""


def _cells_too_many(of: Return, span: Fraction, step: Fraction) -> float:
    """Return how many times too fine a lattice is for a sum of a fixed number of terms. Raises NoValue."""
    edges = of.chain.edges
    now = frozenset(x for x, _ in of.chain.start)
    moves, widest = 1, 1
    for _ in of.head:
        moves += sum(len(edges[x]) for x in now)
        widest = max(widest, len(now))
        now = frozenset(e.node for x in now for e in edges[x])
    cells = min(WORK // moves, MOST_CELLS // widest, MOST_OUTCOMES)
    if cells < _FEWEST:
        raise NoValue("its return is a sum of too many terms to be followed")
    return max(1.0, float(len(of.head) * span / step / cells))


def _solved(edges: Sequence[Sequence[Edge]], nodes: Sequence[int], right: Any) -> Any:
    """Return about the v with v = right + P v on some nodes."""
    place = {x: i for i, x in enumerate(nodes)}
    inner = [(place[x], e) for x in nodes for e in edges[x] if e.factor and e.node in place]
    chances = np.array([float(e.probability) for _, e in inner], dtype=float)
    where = [i for i, _ in inner], [place[e.node] for _, e in inner]
    matrix = csr_array((chances, where), shape=(len(place), len(place)))
    matrix.sum_duplicates()
    return absorbed_floats(matrix, right)


def _rest(of: Return, left: Mapping[int, Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """Return bounds of the probability of a rest, and of what it takes away and adds on average.

    left: the mass at nodes from which it is still to come, at most.
    """
    if not left:
        return _ZERO, _ZERO, _ZERO
    edges = of.chain.edges
    bounds = [_at_least(edges, sign) for sign in (-1, 1)]
    lost, gained = (sum((mass * bound.get(x, _ZERO) for x, mass in left.items()), _ZERO) for bound in bounds)
    rare = sum((mass for x, mass in left.items() if any(x in bound for bound in bounds)), _ZERO)
    return min(rare, _ONE), lost, gained


def _at_least(edges: Sequence[Sequence[Edge]], sign: int) -> Mapping[int, Fraction]:
    """Return some v >= gains + P v, exactly, where v > 0; gains are means of positive `sign` times pays."""
    gains = [sum((e.probability * max(sign * e.pay, _ZERO) for e in one), _ZERO) for one in edges]
    nodes = _before(edges, [x for x, gain in enumerate(gains) if gain])
    if not nodes:
        return {}
    near = _solved(edges, nodes, np.array([float(gains[x]) for x in nodes]))
    for slack in (1e-9, 1e-6, 1e-3, 1.0):
        found = {x: Fraction(float(v * (1 + slack) + slack)) for x, v in zip(nodes, near, strict=True)}
        if all(
            found[x] >= gains[x] + sum(e.probability * found.get(e.node, _ZERO) for e in edges[x] if e.factor)
            for x in nodes
        ):
            return found
    raise NoValue("what is still to come after many steps could not be bounded")


def _before(edges: Sequence[Sequence[Edge]], goals: Sequence[int]) -> list[int]:
    """Return the nodes from which some nodes are reached."""
    into: list[list[int]] = [[] for _ in edges]
    for x, one in enumerate(edges):
        for e in one:
            if e.factor:
                into[e.node].append(x)
    found = dict.fromkeys(goals)
    for y in (order := list(found)):
        for x in into[y]:
            if x not in found:
                found[x] = None
                order.append(x)
    return sorted(found)


Moves = Sequence[Sequence[tuple[int, float, int]]]
"""(node, probability, pay in steps) by node."""


@dataclass(slots=True)
class _Walked:
    """What was paid, and the mass that was left at nodes, at most.

    moved: how much of what was paid was moved a little, at most; and on average down, and up.
    """

    paid: Pile
    left: dict[int, Fraction]
    moved: Fraction = _ZERO
    down: Fraction = _ZERO
    up: Fraction = _ZERO

    def cut(self, masses: Masses, sides: Sequence[int]) -> Masses:
        """Cut next to nothing off, so that there are not ever more places, and note it."""
        for side in sides:
            masses, moved, far = masses.cut(_NEGLIGIBLE, side=side)
            self.moved += moved
            if side > 0:
                self.down += far
            else:
                self.up += far
        return masses


def _walk(of: Return, step: Fraction, rounding: Callable[[Fraction], int]) -> _Walked:
    """Walk the chain with pays in steps, rounded."""
    start = {x: Masses(0, np.array([float(p)])) for x, p in of.chain.start}
    if of.tail:
        return _walk_through(of, start, _moves(of, _ONE, step, rounding))
    moves = {w: _moves(of, w, step, rounding) for w in {*of.head}}
    work, now = 0, start
    for weight in of.head:
        work += sum(len(one.masses) * len(moves[weight][x]) for x, one in now.items())
        if work > WORK or sum(len(one.masses) for one in now.values()) > MOST_CELLS:
            raise _TooFine
        now = _stepped(now, moves[weight])
    paid = Pile()
    for one in now.values():
        paid.add(one)
    return _Walked(paid, {})


def _moves(of: Return, weight: Fraction, step: Fraction, rounding: Callable[[Fraction], int]) -> Moves:
    return [
        [
            (
                e.node if e.factor or not of.tail else _END,
                float(e.probability),
                rounding(weight * e.pay / step),
            )
            for e in edges
        ]
        for edges in of.chain.edges
    ]


def _walk_through(of: Return, start: Mapping[int, Masses], moves: Moves) -> _Walked:
    """Walk a chain up to its end, component by component, those first that lead to others."""
    came: dict[int, Pile] = {}
    for x, masses in start.items():
        came.setdefault(x, Pile()).add(masses)
    walked = _Walked(Pile(), {})
    order = components([[e.node for e in edges if e.factor] for edges in of.chain.edges])
    pays = [pay for some in moves for _, _, pay in some]
    sides = [side for side in (-1, 1) if any(side * pay > 0 for pay in pays)]
    work = 0
    for members in reversed(order):
        inside = {*members}
        is_cyclic = any(y in inside for x in members for y, _, _ in moves[x])
        now = {x: came.pop(x).total() for x in members if x in came}
        if is_cyclic:
            now = {x: walked.cut(one, sides) for x, one in now.items()}
        for _ in range(MOST_STEPS):
            if work > WORK or sum(one.total() for one in now.values()) < _NEGLIGIBLE:
                break
            work += sum(len(one.masses) * len(moves[x]) for x, one in now.items())
            after = _stepped(now, moves)
            for y in [y for y in after if y not in inside]:
                (walked.paid if y == _END else came.setdefault(y, Pile())).add(after.pop(y))
            now = after
        for x, one in now.items():
            walked.left[x] = one.at_most()
            walked.paid.add(one)
    return walked


def _stepped(now: Mapping[int, Masses], moves: Moves) -> dict[int, Masses]:
    """Return the masses one step later."""
    ends: dict[int, tuple[int, int]] = {}
    counts: dict[int, int] = {}
    for x, one in now.items():
        for y, _, pay in moves[x]:
            low, high = ends.get(y, (one.base + pay, one.end + pay))
            ends[y] = min(low, one.base + pay), max(high, one.end + pay)
            counts[y] = counts.get(y, 0) + 1
    # a step takes one product, of which each factor was rounded, and the sum over what leads to a node
    most = max((one.roundings for one in now.values()), default=0) + 2
    after = {y: Masses(low, np.zeros(high - low), most + counts[y]) for y, (low, high) in ends.items()}
    part: Any = np.empty(max((len(one.masses) for one in now.values()), default=0))
    for x, one in now.items():
        size = len(one.masses)
        for y, p, pay in moves[x]:
            at = one.base + pay - after[y].base
            after[y].masses[at : at + size] += np.multiply(one.masses, p, out=part[:size])
    return after
