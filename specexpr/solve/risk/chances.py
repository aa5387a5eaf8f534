"""The chance that a return is at most some number, in rationals: for what floats cannot tell apart.

Walks are followed from the start, those that are alike added up, until it is certain of each on which side of
the number it ends: by the worst and the best that may still come. Where some are left undecided after much
work the chance lies between bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from specexpr.solve.risk.ends import tail_extremes
from specexpr.solve.risk.returns import Return

WORK = 5_000
"""So many steps are taken."""

_BITS = 1 << 13
_DISCOUNTED_STEPS = 100  # numbers get longer with each of them
_ZERO, _ONE = Fraction(0), Fraction(1)


def chance_at_most(of: Return, number: Fraction, *, strictly: bool = False) -> tuple[Fraction, Fraction]:
    """Return bounds of P(G <= number), or of P(G < number); wide ones where first steps have weights."""
    if of.head:
        return _ZERO, _ONE
    worst, best = tail_extremes(of)
    below = above = _ZERO
    now: Mapping[tuple[int, Fraction, Fraction], Fraction] = {
        (x, _ZERO, of.tail): p for x, p in of.chain.start
    }
    is_discounted = any(e.factor not in (0, 1) for edges in of.chain.edges for e in edges)
    work = 0
    for _ in range(_DISCOUNTED_STEPS if is_discounted else WORK):
        if not now or work > WORK or max(p.denominator.bit_length() for p in now.values()) > _BITS:
            break
        after: dict[tuple[int, Fraction, Fraction], Fraction] = {}
        for (x, paid, weight), mass in now.items():
            low, high = (_moved(paid, weight, end) for end in (worst[x], best[x]))
            if high is not None and (high < number or (high == number and not strictly)):
                below += mass
            elif low is not None and (low > number or (low == number and strictly)):
                above += mass
            else:
                work += len(of.chain.edges[x])
                for e in of.chain.edges[x]:
                    key = e.node, paid + weight * e.pay, weight * e.factor
                    after[key] = after.get(key, _ZERO) + mass * e.probability
        now = after
    return below, _ONE - above


def _moved(paid: Fraction, weight: Fraction, end: Fraction | None) -> Fraction | None:
    if not weight:
        return paid
    return None if end is None else paid + weight * end
