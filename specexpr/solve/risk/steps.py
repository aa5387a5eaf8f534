"""Laws of sums on a lattice, step by step forwards, in floats whose error is bounded: horizons and totals.

After t steps the mass at (node, paid) is a sum of products of probabilities. All of these are positive, so
that with n edges into a node at most it errs by a factor (1 + u)^(t (n + 2)) at most, u = 2^-53: outcomes on
a lattice are exact, and their probabilities are known to a relative 1e-13 or so. Where the lattice is too
fine to be walked, pays are rounded down for one law and up for another one.

A total may take infinitely many values. What was not absorbed after N steps may still add a rest R. How
probable that is is known, and so are bounds v on the mean of the positive pays from a node on: any v that is
at least gains + P v. So E max(R, 0) is at most the sum of mass times v, and likewise for max(-R, 0). What was
paid in N steps has the law that was found, whatever N.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from math import ceil, floor, fsum, lcm, ldexp, log2
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from specexpr.certify.measure import Edge
from specexpr.diagnostics import NoValue
from specexpr.solve.float_absorption import absorbed_floats
from specexpr.solve.risk.ends import extremes
from specexpr.solve.risk.functionals import Between, Outcomes
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
    rest = _rest(of, low.left)
    return Between(low.law(step, is_upper=False), high.law(step, is_upper=True), *extremes(of), *rest)


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


@dataclass(frozen=True, slots=True)
class _Masses:
    """Masses at base, base + 1, .."""

    base: int
    masses: Any

    @property
    def end(self) -> int:
        return self.base + len(self.masses)


def _sum(parts: Iterable[_Masses]) -> _Masses:
    """Return the sum of masses, of which there are some."""
    some = list(parts)
    base = min(one.base for one in some)
    total: Any = np.zeros(max(one.end for one in some) - base)
    for one in some:
        total[one.base - base : one.end - base] += one.masses
    return _Masses(base, total)


@dataclass(frozen=True, slots=True)
class _Walked:
    """The law of what was paid, each mass to a relative error; and the mass left at nodes, at most."""

    paid: _Masses
    error: Fraction
    left: Mapping[int, Fraction]

    def law(self, step: Fraction, *, is_upper: bool) -> Outcomes:
        """Return a law below that of what was paid, in steps, or one above it.

        At each outcome z the probability of {paid <= z} is at most, or at least, what the masses up to z and
        beyond it leave open.
        """
        error = ceil(self.error * _UNIT)
        where = sorted({0, len(self.paid.masses) - 1, *np.flatnonzero(self.paid.masses).tolist()})
        units = [int(ldexp(mass, _BITS)) for mass in self.paid.masses[where].tolist()]
        highs = [n + 2 + ((n + 1) * error >> _BITS) for n in units]
        lows = [max(0, n - 1 - (n * error >> _BITS)) for n in units]
        stray = ceil(_STRAY * _UNIT)
        masses, before, up_to, beyond = [], 0, 0, sum(highs if is_upper else lows)
        for high, low in zip(highs, lows, strict=True):
            up_to += low if is_upper else high
            beyond -= high if is_upper else low
            if is_upper:
                below = max(up_to - stray, _UNIT - beyond - stray, before)
            else:
                below = min(up_to + stray, _UNIT - beyond + stray, _UNIT)
            below = min(max(below, before), _UNIT)
            masses.append(below - before)
            before = below
        masses[-1] += _UNIT - before
        found = [(self.paid.base + k, mass) for k, mass in zip(where, masses, strict=True) if mass]
        by, scale = step.numerator, step.denominator
        return Outcomes([k * by for k, _ in found], scale, [mass for _, mass in found], _UNIT)


def _walk(of: Return, step: Fraction, rounding: Callable[[Fraction], int]) -> _Walked:
    """Walk the chain with pays in steps, rounded."""
    edges = of.chain.edges
    moves = {
        w: [
            [
                (
                    e.node if e.factor or not of.tail else _END,
                    float(e.probability),
                    rounding(w * e.pay / step),
                )
                for e in one
            ]
            for one in edges
        ]
        for w in {*of.head} or {_ONE}
    }
    now = {x: _Masses(0, np.array([float(p)])) for x, p in of.chain.start}
    ended: list[_Masses] = []
    taken = merged = work = 0
    for weight in of.head if not of.tail else repeat(_ONE, MOST_STEPS):
        if of.tail and (work > WORK or sum(float(one.masses.sum()) for one in now.values()) < _NEGLIGIBLE):
            break
        work += sum(len(one.masses) * len(edges[x]) for x, one in now.items())
        if not of.tail and (work > WORK or sum(len(one.masses) for one in now.values()) > MOST_CELLS):
            raise _TooFine
        now = _stepped(now, moves[weight])
        taken += 1
        if _END in now:
            ended.append(now.pop(_END))
            if len(ended) > _HEAP:
                merged += len(ended)
                ended = [_sum(ended)]
    # each step makes a mass by a product and a sum over the edges into a node; at last nodes are added up
    into = Counter(y for some in moves.values() for one in some for y, _, _ in one)
    error = 2 * _ULP * (taken * (max(into.values()) + 2) + merged + _HEAP + len(edges) + 4)
    left = {}
    if of.tail:
        left = {x: (Fraction(fsum(one.masses)) + _STRAY) * (1 + error) for x, one in now.items()}
    return _Walked(_sum([*ended, *now.values()]), error, left)


def _stepped(
    now: Mapping[int, _Masses], moves: Sequence[Sequence[tuple[int, float, int]]]
) -> dict[int, _Masses]:
    """Return the masses one step later."""
    ends: dict[int, tuple[int, int]] = {}
    for x, one in now.items():
        for y, _, pay in moves[x]:
            low, high = ends.get(y, (one.base + pay, one.end + pay))
            ends[y] = min(low, one.base + pay), max(high, one.end + pay)
    after = {y: _Masses(low, np.zeros(high - low)) for y, (low, high) in ends.items()}
    for x, one in now.items():
        for y, p, pay in moves[x]:
            at = one.base + pay - after[y].base
            after[y].masses[at : at + len(one.masses)] += p * one.masses
    return after
