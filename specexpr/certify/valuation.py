"""Bounds on the values of policies under a Markov reward, read off Bellman residuals in linear time.

For any numbers V and any policy, J = start.V + sum_s d(s) res(s) with res = r + g P V - V, d >= 0 and
sum d = 1 / (1 - g): telescope V along a trajectory. Only reached states have d > 0. So J lies between
start.V + min(0, min res) / (1 - g) and start.V + max(0, max res) / (1 - g), and J = start.V where res = 0.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from operator import mul

from specexpr.certify.chain import SMALL, Chain, Key
from specexpr.certify.model import Table, Trajectory
from specexpr.certify.proofs import PolicyValue, Refused, RewardEntry
from specexpr.exact import common_denominator, solve_sparse

Bounds = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Scaled:
    """Numbers V on the states as integers v[s] / unit, such that rewards are multiples of 1 / unit too.

    `reward` is what the reward's own integers are multiplied by; `start` is start.V.
    """

    v: list[int]
    unit: int
    reward: int
    start: Fraction


@dataclass(slots=True)
class Valuation:
    """A reward on a model, with the numbers V that a witness carries for policies and for universes.

    `reward[p]` / (`below` * chain.below[p]) is the mean reward of pair p; absent pairs have 0.
    `universes` are the carried numbers whose table leaves a reached state free.
    """

    chain: Chain
    discount: Fraction
    reward: dict[int, int]
    below: int
    carried: dict[Key, PolicyValue] = field(default_factory=dict)
    universes: list[PolicyValue] = field(default_factory=list)
    _bounds: dict[Key, Bounds] = field(default_factory=dict)

    def scaled(self, value: Sequence[Fraction]) -> Scaled:
        """Return V over integers."""
        v, over = common_denominator(value)
        unit = lcm(over, self.below)
        if unit != over:
            factor = unit // over
            v = [factor * x for x in v]
        start = Fraction(sum(n * v[s] for s, n in self.chain.start), unit * self.chain.start_below)
        return Scaled(v, unit, unit // self.below, start)

    def residual(self, pair: int, numbers: Scaled) -> int:
        """Return R + g P V - V of one pair, times unit * (denominator of g) * below[pair]."""
        chain, v = self.chain, numbers.v
        gn, gd = self.discount.numerator, self.discount.denominator
        t = chain.single[pair]
        if t >= 0:
            return gn * v[t] + gd * (numbers.reward * self.reward.get(pair, 0) - v[chain.state[pair]])
        ahead: int = sum(map(mul, chain.weights[pair], map(v.__getitem__, chain.successors[pair])))
        here = chain.below[pair] * v[chain.state[pair]]
        return gn * ahead + gd * (numbers.reward * self.reward.get(pair, 0) - here)

    def residuals(self, numbers: Scaled) -> list[int]:
        """Return the residual of every pair."""
        chain, v = self.chain, numbers.v
        gn, gd = self.discount.numerator, self.discount.denominator
        ahead, here = [gn * x for x in v], [gd * x for x in v]
        found = [ahead[t] - here[s] for t, s in zip(chain.single, chain.state, strict=True)]
        for p in chain.wide:
            mean = sum(map(mul, chain.weights[p], map(ahead.__getitem__, chain.successors[p])))
            found[p] = mean - chain.below[p] * here[chain.state[p]]
        factor = gd * numbers.reward
        for p, r in self.reward.items():
            found[p] += factor * r
        return found

    def bounds(self, table: Table) -> Bounds:
        """Return (lower, upper) bounds of J of a policy, equal when its V is exact. Raises Refused."""
        order, alike = self.chain.behaviour(table)
        found = self._bounds.get(alike)
        if found is None:
            carried = self.carried.get(alike)
            value = self._solve(order, table) if carried is None else carried.value
            found = self._bounds[alike] = self._enclose(order, table, self.scaled(value))
        return found

    def _enclose(self, order: list[int], table: Table, numbers: Scaled) -> Bounds:
        index, below = self.chain.index, self.chain.below
        low, low_over, high, high_over = 0, 1, 0, 1
        for s in order:
            row, pairs = table[s], index[s]
            if len(row) == 1:
                pair = pairs[row[0][0]]
                x, over = self.residual(pair, numbers), below[pair]
            else:
                over = lcm(*(p.denominator * below[pairs[a]] for a, p in row))
                x = 0
                for a, p in row:
                    pair = pairs[a]
                    x += self.residual(pair, numbers) * p.numerator * (over // (p.denominator * below[pair]))
            if x:
                if x > 0:
                    if x * high_over > high * over:
                        high, high_over = x, over
                elif x * low_over < low * over:
                    low, low_over = x, over
        lower = numbers.start + self.total(low, low_over, numbers) if low else numbers.start
        upper = numbers.start + self.total(high, high_over, numbers) if high else numbers.start
        return lower, upper

    def total(self, residual: int, over: int, numbers: Scaled) -> Fraction:
        """Return residual / (1 - g) of a residual as `residual` gives it, for a pair with `below` = over."""
        return Fraction(residual, over * numbers.unit * (self.discount.denominator - self.discount.numerator))

    def _solve(self, order: list[int], table: Table) -> list[Fraction]:
        """Return the exact values on the reached states of a small model, and 0 elsewhere."""
        if len(self.chain.index) > SMALL:
            raise Refused("a model of this size needs the values of its policies with the proof")
        place = {s: i for i, s in enumerate(order)}
        steps, below = self.chain.steps(table, order)
        rows, right = [], []
        for i, (s, step) in enumerate(zip(order, steps, strict=True)):
            row = {i: Fraction(1)}
            for t, weight in step:
                row[place[t]] = row.get(place[t], Fraction(0)) - self.discount * Fraction(weight, below)
            rows.append(row)
            right.append(sum((p * self.mean_reward(s, a) for a, p in table[s]), Fraction(0)))
        value = [Fraction(0)] * len(self.chain.index)
        for s, x in zip(order, solve_sparse(rows, right), strict=True):
            value[s] = x
        return value

    def mean_reward(self, state: int, action: int) -> Fraction:
        """Return R(s, a), the mean over the next state."""
        pair = self.chain.index[state][action]
        return Fraction(self.reward.get(pair, 0), self.below * self.chain.below[pair])

    def discounted_sum(self, trajectory: Trajectory) -> Fraction:
        """Return the exact sum_t g^t R(s_t, a_t)."""
        total = Fraction(0)
        for s, a in reversed(trajectory):
            total = self.mean_reward(s, a) + self.discount * total
        return total


def valuation(chain: Chain, discount: Fraction, reward: Sequence[RewardEntry]) -> Valuation:
    """Return the reward's mean on the pairs of a model; entries that it has no place for do not matter."""
    amounts, below = common_denominator([entry.value for entry in reward])
    mean: dict[int, int] = {}
    for entry, amount in zip(reward, amounts, strict=True):
        pair = chain.index[entry.state].get(entry.action)
        if pair is None or not amount:
            continue
        if entry.next is None:
            weight = chain.below[pair]
        else:
            successors = chain.successors[pair]
            i = bisect_left(successors, entry.next)
            weight = chain.weights[pair][i] if i < len(successors) and successors[i] == entry.next else 0
        mean[pair] = mean.get(pair, 0) + weight * amount
    return Valuation(chain, discount, mean, below)
