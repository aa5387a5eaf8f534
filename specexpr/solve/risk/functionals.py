"""What a law of returns is worth: quantiles, tail means, mixtures of them, expected utilities.

A return G is a gain: more is better, the worst outcomes are the least. With q(t) = inf{x : P(G <= x) >= t},

    quantile at a:  q(a)
    CVaR at a:      (1/a) int_0^a q(t) dt, the mean of the worst share a of the outcomes
    spectral:       sum_i w_i CVaR at a_i, for weights w_i of sum 1

All of them increase with G in the order of first-order dominance: for laws with P(G <= x) >= P(H <= x) at
every x the value of G is at most that of H.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from specexpr.certify.law import Law

_ZERO = Fraction(0)


def quantile(law: Law, level: Fraction) -> Fraction:
    """Return the least x with P(G <= x) >= level, for a level in (0, 1].

    >>> coin = ((Fraction(0), Fraction(1, 2)), (Fraction(3), Fraction(1, 2)))
    >>> quantile(coin, Fraction(1, 2)), quantile(coin, Fraction(2, 3))
    (Fraction(0, 1), Fraction(3, 1))
    """
    below = _ZERO
    for x, p in law:
        below += p
        if below >= level:
            return x
    raise ValueError("the probabilities of a law must sum to 1")


def cvar(law: Law, level: Fraction) -> Fraction:
    """Return the mean of the worst share of outcomes, for a level in (0, 1].

    >>> cvar(((Fraction(0), Fraction(1, 2)), (Fraction(3), Fraction(1, 2))), Fraction(2, 3))
    Fraction(3, 4)
    """
    left, total = level, _ZERO
    for x, p in law:
        share = min(p, left)
        total += share * x
        left -= share
        if not left:
            break
    return total / level


def spectral(law: Law, mixture: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """Return the sum of weight times CVaR at a level, over pairs (weight, level)."""
    return sum((weight * cvar(law, level) for weight, level in mixture), _ZERO)


def expectation(law: Law, utility: Callable[[Fraction], Fraction]) -> Fraction:
    """Return the mean of a utility that takes rational values."""
    return sum((p * utility(x) for x, p in law), _ZERO)
