"""Returns of trajectories by enumeration: what the kit knows of objectives over a return.

Trajectories are walked step by step, those that are alike added up: same state, same sum, same weight. What
is still to come lies between bounds, or is known where the policy goes on without chance and round in a
circle. So a law is a list of pieces, each a probability and where its outcome lies. Means are walked
backwards in floats, which are given as intervals, with what so many steps leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb, exp
from typing import Any, TypeAlias

from specexpr.certify.model import Model, Table
from specexpr.expressivity.task import Objective

Piece: TypeAlias = tuple[Fraction, Fraction, Fraction]
"""(least outcome, greatest outcome, probability)."""

Points: TypeAlias = Sequence[tuple[Fraction, Fraction]]
"""(outcome, probability) pairs."""

Range: TypeAlias = tuple[Fraction, Fraction]
"""(at least, at most)."""

_MOST = 400
_MOST_OF_A_SUM = 40_000
_LONGEST = 60
_ROUNDS = 400
_NEAR = 1e-9
_FAINT = Fraction(1, 1 << 60)
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Payments:
    """What a policy is paid: a step from s to t, with probability p, pays r and counts what follows g times.

    steps: (p, t, r, g) by s. weights: of the steps at times 0, 1, ..; after them nothing follows if it
    `ends`, and else each weight is that of the step before times its g.
    """

    start: tuple[tuple[int, Fraction], ...]
    steps: Mapping[int, Sequence[tuple[Fraction, int, Fraction, Fraction]]]
    weights: tuple[Fraction, ...]
    ends: bool

    def following(self, time: int, before: Fraction, g: Fraction) -> Fraction:
        """Return the weight of the step at a time, from what the step before it says."""
        if time < len(self.weights):
            return self.weights[time]
        return _ZERO if self.ends else before * g

    @property
    def most(self) -> Fraction:
        """Return the largest pay, in size."""
        return max(abs(r) for some in self.steps.values() for _, _, r, _ in some)

    @property
    def largest(self) -> Fraction:
        """Return a bound of |sum of the pays of all steps to come|, for a weight of 1, if they do not end."""
        return self.most / (1 - max(g for some in self.steps.values() for *_, g in some))


def payments(objective: Objective, table: Table) -> Payments:
    """Return what a policy is paid by an objective, from what that says."""
    spec: Any = objective.spec
    discount: Callable[[int, int], Fraction]
    match objective.formalism:
        case "horizon":
            weights, ends, discount = (_ONE,) * spec.steps, True, lambda s, a: _ONE
        case "mr":
            weights, ends, discount = (_ONE,), False, lambda s, a: spec.discount
        case "sdd":
            discounts = dict(spec.discounts)
            weights, ends, discount = (_ONE,), False, lambda s, a: discounts[s, a]
        case "quasihyperbolic":
            weights, ends, discount = spec.weights, not spec.weights[-1], lambda s, a: spec.discount or _ZERO
        case other:
            raise NotImplementedError(other)
    model: Model = objective.environment.model
    pays: dict[tuple[int, int, int | None], Fraction] = {}
    for entry in spec.entries:
        pays[entry.state, entry.action, entry.next] = entry.value
    steps = {
        s: [
            (p * q, t, pays.get((s, a, None), _ZERO) + pays.get((s, a, t), _ZERO), discount(s, a))
            for a, p in table[s]
            for t, q in model.rows[s][a]
        ]
        for s in range(len(model.states))
    }
    return Payments(model.start, steps, weights, ends)


def pieces(paid: Payments) -> list[Piece]:
    """Return the law of a return, each outcome between bounds."""
    found: list[Piece] = []
    now = {(s, _ZERO, paid.weights[0]): p for s, p in paid.start}
    time = 0
    while now and (len(now) <= _MOST_OF_A_SUM if paid.ends else len(now) <= _MOST and time < _LONGEST):
        after: dict[tuple[int, Fraction, Fraction], Fraction] = {}
        for (s, total, weight), p in now.items():
            is_late = time >= len(paid.weights)
            rest = _round(paid, s) if is_late and weight else _ZERO
            if is_late and (not weight or rest is not None):
                assert rest is not None
                found.append((total + weight * rest, total + weight * rest, p))
                continue
            for q, t, r, g in paid.steps[s]:
                key = t, total + weight * r, paid.following(time + 1, weight, g)
                after[key] = after.get(key, _ZERO) + p * q
        now, time = after, time + 1
    for (_, total, weight), p in now.items():
        rest = (paid.largest if not paid.ends else paid.most) * (
            weight + sum(paid.weights[time + 1 :], _ZERO)
        )
        found.append((total - rest, total + rest, p))
    return found


def _round(paid: Payments, s: int) -> Fraction | None:
    """Return what is still to come from a state, for a weight of 1, if there is no chance from there on."""
    path: dict[int, tuple[Fraction, Fraction]] = {}
    total, weight = _ZERO, _ONE
    while s not in path:
        if len(paid.steps[s]) > 1:
            return None
        path[s] = total, weight
        _, t, r, g = paid.steps[s][0]
        total, weight, s = total + weight * r, weight * g, t
    before, first = path[s]
    if not first:
        return total
    return before + (total - before) / (1 - weight / first)


def quantile_of(points: Points, level: Fraction) -> Fraction:
    """Return the least outcome x with P(G <= x) >= level."""
    return next(x for x, below, _ in _cumulated(points) if below >= level)


def quantile_between(paid: Payments, level: Fraction) -> Range:
    """Return where a quantile lies; levels are blurred, too, if outcomes are not all known."""
    law = pieces(paid)
    blur = _blur(law)
    near = Fraction(1, 10**6) if blur else _ZERO
    low = quantile_of([(x, p) for x, _, p in law], level * (1 - near)) - blur
    return low, quantile_of([(x, p) for _, x, p in law], min(level * (1 + near), _ONE)) + blur


def tail_mean_of(points: Points, level: Fraction) -> Fraction:
    """Return the largest z - E max(z - G, 0) / level over the outcomes z, which is the mean of the worst."""
    return max(z - (z * below - total) / level for z, below, total in _cumulated(points))


def _cumulated(points: Points) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Return (x, P(G <= x), E of G on G <= x) for all outcomes, ascending."""
    found = []
    below = total = _ZERO
    for x, p in sorted(points):
        below, total = below + p, total + p * x
        found.append((x, below, total))
    return found


def between(paid: Payments, value: Callable[[Points], Fraction]) -> Range:
    """Return where a value lies that increases with the outcomes, blurred if these are not all known."""
    law = pieces(paid)
    blur = _blur(law)
    return value([(low, p) for low, _, p in law]) - blur, value([(high, p) for _, high, p in law]) + blur


def _blur(law: Sequence[Piece]) -> Fraction:
    """Return a thousandth of where outcomes may be, and of 1, or 0 if each of them is known."""
    if all(low == high for low, high, _ in law):
        return _ZERO
    return (max(high for _, high, _ in law) - min(low for low, _, _ in law) + 1) / 1000


def mean_of(paid: Payments, utility: Mapping[Fraction, Fraction]) -> Range:
    """Return where the mean of a utility lies that is linear between its points, and beyond as next to them.

    On a stretch it is extreme at the ends, or at a point.
    """
    outcomes = sorted(utility)
    law = pieces(paid)
    steepest = max(abs((utility[z] - utility[y]) / (z - y)) for y, z in pairwise(outcomes))
    high = steepest * _blur(law)
    low = -high
    for first, last, p in law:
        inner = [x for x in outcomes if first < x < last]
        values = [_line(utility, outcomes, x) for x in (first, *inner, last)]
        low, high = low + p * min(values), high + p * max(values)
    return low, high


def _line(utility: Mapping[Fraction, Fraction], outcomes: Sequence[Fraction], x: Fraction) -> Fraction:
    right = sum(y < x for y in outcomes)
    i = min(max(right, 1), len(outcomes) - 1)
    y, z = outcomes[i - 1], outcomes[i]
    return (utility[y] * (z - x) + utility[z] * (x - y)) / (z - y)


def moment_of(paid: Payments, order: int) -> Range:
    """Return where E G^order lies."""
    weights, left = _times(paid)
    now = {s: [1.0] + [0.0] * order for s in paid.steps}
    if weights is None:
        for _ in range(_ROUNDS):
            now = {
                s: _powers(order, [(p, now[t], r, g) for p, t, r, g in some])
                for s, some in paid.steps.items()
            }
    for weight in reversed(weights or ()):
        now = {
            s: _powers(order, [(p, now[t], weight * r, _ONE) for p, t, r, _ in some])
            for s, some in paid.steps.items()
        }
    value = sum(float(p) * now[s][order] for s, p in paid.start)
    most = max(abs(float(x)) for low, high, _ in pieces(paid) for x in (low, high))
    error = order * (most + left) ** (order - 1) * left + _NEAR * max(1.0, most**order)
    return Fraction(value - error), Fraction(value + error)


def _times(paid: Payments) -> tuple[tuple[Fraction, ...] | None, float]:
    """Return the weights of some first steps, if time alone says, and how much the others may add."""
    if paid.ends:
        return paid.weights, 0.0
    factors = {g for some in paid.steps.values() for *_, g in some}
    if len(factors) > 1:
        return None, float(paid.largest) * float(max(factors)) ** _ROUNDS
    (g,) = factors
    found = list(paid.weights)
    while len(found) < _ROUNDS and found[-1] > _FAINT:
        found.append(found[-1] * g)
    return tuple(found), float(paid.largest) * float(found[-1])


def _powers(order: int, parts: Sequence[tuple[Fraction, Sequence[float], Fraction, Fraction]]) -> list[float]:
    """Return the moments of a mixture of pay + factor times what has moments, of such parts."""
    found = [0.0] * (order + 1)
    for p, moments, pay, factor in parts:
        share, r, g = float(p), float(pay), float(factor)
        for k in range(order + 1):
            found[k] += share * sum(comb(k, j) * r ** (k - j) * g**j * moments[j] for j in range(k + 1))
    return found


def exponential_of(paid: Payments, rate: Fraction) -> Range:
    """Return where E exp(rate G) lies."""
    weights, left = _times(paid)
    b = float(rate)
    if weights is None:
        law = pieces(paid)
        blur = abs(b) * float(_blur(law))
        ends = [(float(p) * exp(b * float(low)), float(p) * exp(b * float(high))) for low, high, p in law]
        return Fraction(sum(map(min, ends)) * exp(-blur) * (1 - _NEAR)), Fraction(
            sum(map(max, ends)) * exp(blur) * (1 + _NEAR)
        )
    now = dict.fromkeys(paid.steps, 1.0)
    for weight in reversed(weights):
        now = {
            s: sum(float(p) * exp(b * float(weight * r)) * now[t] for p, t, r, _ in some)
            for s, some in paid.steps.items()
        }
    value = sum(float(p) * now[s] for s, p in paid.start)
    return (
        Fraction(value * exp(-abs(b) * left) * (1 - _NEAR)),
        Fraction(value * exp(abs(b) * left) * (1 + _NEAR)),
    )
