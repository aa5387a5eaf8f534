"""E exp(rate G) of a return, in balls as narrow as one likes, whether it takes finitely many values or not.

With f_c(x) = E exp(c Z(x)), what is to come from node x,

    f_c(x) = sum of p exp(c pay) f_{c factor}(y)  over the edges x -> y.

- **One discount g**: f_c is found from f_{c g}, that from f_{c g^2} and so on, until c g^n Z is next to 0,
  whatever Z is between its bounds.
- **A total**: factors are 1, and f_c is the least solution of a linear system f = A f + r that is not
  negative, component by component. It is finite iff the powers of A tend to 0, which is so iff the solution v
  of v = A v + 1 is positive: then A v < v.
- Discounts by state lead to as many c as there are paths, and are not done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import ceil, inf, log, log2

from flint import arb, arb_mat, ctx

from specexpr.certify.law import components
from specexpr.certify.measure import Edge
from specexpr.diagnostics import NoValue
from specexpr.solve.balls import Ball, ball
from specexpr.solve.risk.ends import ends_of
from specexpr.solve.risk.returns import Return, alive

MOST_STEPS = 3 * 10**6
"""So many edges are walked at most, each one as often as it is."""
MOST_CONNECTED = 120
"""So many nodes of a total may lead to each other."""

_ZERO, _ONE = Fraction(0), Fraction(1)


class Unsuited(Exception):  # noqa: N818 -- a finding about a return
    """There are discounts by state, or too many steps until they tell."""


def exponential_mean(of: Return, rate: Fraction) -> Ball:
    """Return E exp(rate G) at the precision that is set. Raises Unsuited, and NoValue if it is infinite."""
    edges = of.chain.edges
    chain = _Chain(edges)
    found: dict[int, Ball] = dict.fromkeys(range(len(edges)), arb(1))
    if of.tail:
        factors = {e.factor for one in edges for e in one} - {_ZERO, _ONE}
        if len(factors) > 1:
            raise Unsuited
        found = chain.discounted(rate * of.tail, *factors) if factors else chain.total(rate)
    if len(of.head) * sum(map(len, edges)) > MOST_STEPS:
        raise Unsuited
    for weight, nodes in zip(reversed(of.head), reversed(alive(of)[:-1]), strict=True):
        found = chain.before(sorted(nodes), ball(rate * weight), partial(_onward, found))
    return sum((ball(p) * found[x] for x, p in of.chain.start), arb(0))


class _Chain:
    """The edges of a chain, with balls for their numbers at the precision that is set."""

    def __init__(self, edges: Sequence[Sequence[Edge]]) -> None:
        self.edges = edges
        self.pays = {pay: ball(pay) for pay in {e.pay for one in edges for e in one}}
        self.chances = {p: ball(p) for p in {e.probability for one in edges for e in one}}

    def before(self, nodes: Iterable[int], rate: Ball, after: Callable[[Edge], Ball]) -> dict[int, Ball]:
        """Return f one step before, where pays count `rate` times."""
        gains = {pay: (rate * value).exp() for pay, value in self.pays.items()}
        found = {}
        for x in nodes:
            total = arb(0)
            for e in self.edges[x]:
                total += self.chances[e.probability] * gains[e.pay] * after(e)
            found[x] = total
        return found

    def discounted(self, rate: Fraction, discount: Fraction) -> dict[int, Ball]:
        """Return f_rate at all nodes, where no factor but one discount and 0 occurs."""
        low, high = ends_of(self.edges)
        size = max(1.0, *map(abs, low), *map(abs, high)) * max(1.0, float(abs(rate)))
        steps = ceil((ctx.prec + log2(size)) * log(2) / -log(float(discount))) if float(discount) < 1 else inf
        if steps * sum(map(len, self.edges)) > MOST_STEPS:
            raise Unsuited
        rates = [ball(rate)]
        for _ in range(int(steps)):
            rates.append(rates[-1] * ball(discount))
        found = {x: (rates[-1] * _hull(a, b)).exp() for x, (a, b) in enumerate(zip(low, high, strict=True))}
        for now in reversed(rates[:-1]):
            found = self.before(range(len(self.edges)), now, partial(_unless_ended, found))
        return found

    def total(self, rate: Fraction) -> dict[int, Ball]:
        """Return f_rate at all nodes, where no factor but 1 and 0 occurs. Raises NoValue."""
        found: dict[int, Ball] = {}
        gains = {pay: (ball(rate) * value).exp() for pay, value in self.pays.items()}
        for members in components([[e.node for e in one if e.factor] for one in self.edges]):
            place = {x: i for i, x in enumerate(members)}
            inner: list[tuple[int, int, Ball]] = []
            right = [arb(0)] * len(members)
            for x, i in place.items():
                for e in self.edges[x]:
                    share = self.chances[e.probability] * gains[e.pay]
                    if e.factor and e.node in place:
                        inner.append((i, place[e.node], share))
                    else:
                        right[i] += share * found[e.node] if e.factor else share
            if inner:
                right = _solved(inner, right)
            found |= zip(members, right, strict=True)
        return found


def _onward(found: Mapping[int, Ball], edge: Edge) -> Ball:
    return found[edge.node]


def _unless_ended(found: Mapping[int, Ball], edge: Edge) -> Ball:
    return found[edge.node] if edge.factor else arb(1)


def _hull(low: float, high: float) -> Ball:
    return arb(low).union(arb(high))


def _solved(inner: Sequence[tuple[int, int, Ball]], right: Sequence[Ball]) -> list[Ball]:
    """Return the least f = A f + right that is not negative. Raises NoValue where it is infinite."""
    size = len(right)
    if size > MOST_CONNECTED:
        raise NoValue("too many nodes of its total lead to each other")
    matrix = arb_mat(size, size)
    for i in range(size):
        matrix[i, i] = 1
    for i, j, share in inner:
        matrix[i, j] -= share
    both = arb_mat(size, 2)
    for i, value in enumerate(right):
        both[i, 0], both[i, 1] = value, 1
    try:
        solved = matrix.solve(both)
    except ZeroDivisionError:  # not known to be regular
        return [arb(0, "inf")] * size
    witnesses = [solved[i, 1] for i in range(size)]
    if any(v <= 0 for v in witnesses):
        raise NoValue("the mean of its exponential is infinite")
    if not all(v > 0 for v in witnesses):
        return [arb(0, "inf")] * size
    return [solved[i, 0] for i in range(size)]
