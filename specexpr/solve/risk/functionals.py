"""Laws of returns over integers, and what they are worth: quantiles and means of the worst outcomes.

A return G is a gain: more is better, the worst outcomes are the least. With q(t) = inf{x : P(G <= x) >= t},

    quantile at a:  q(a)
    CVaR at a:      (1/a) int_0^a q(t) dt, the mean of the worst share a of the outcomes
    spectral:       sum_i w_i CVaR at a_i, for weights w_i of sum 1

All of them increase with G in the order of first-order dominance: for laws with P(G <= x) >= P(H <= x) at
every x the value of G is at most that of H.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.law import Law

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """A law: the value numerators[i] / scale has the probability masses[i] / below.

    Numerators ascend, masses are positive and sum to `below`.
    """

    numerators: Sequence[int]
    scale: int
    masses: Sequence[int]
    below: int

    def __iter__(self) -> Iterator[tuple[Fraction, Fraction]]:
        """Yield (value, probability) pairs."""
        for n, mass in zip(self.numerators, self.masses, strict=True):
            yield Fraction(n, self.scale), Fraction(mass, self.below)

    def __len__(self) -> int:
        return len(self.numerators)

    @property
    def least(self) -> Fraction:
        """Return the worst outcome."""
        return Fraction(self.numerators[0], self.scale)

    @property
    def greatest(self) -> Fraction:
        """Return the best outcome."""
        return Fraction(self.numerators[-1], self.scale)

    def law(self) -> Law:
        """Return the law as the kernel writes it."""
        return tuple(self)


def outcomes(points: Mapping[int, int], scale: int, below: int) -> Outcomes:
    """Return the law with these masses on numerators over a scale."""
    ordered = sorted(points.items())
    return Outcomes([n for n, _ in ordered], scale, [mass for _, mass in ordered], below)


def quantile(law: Outcomes, level: Fraction) -> Fraction:
    """Return the least x with P(G <= x) >= level, for a level in (0, 1].

    >>> coin = Outcomes([0, 3], 1, [1, 1], 2)
    >>> quantile(coin, Fraction(1, 2)), quantile(coin, Fraction(2, 3))
    (Fraction(0, 1), Fraction(3, 1))
    """
    needed, sum_of = level.numerator * law.below, 0
    for n, mass in zip(law.numerators, law.masses, strict=True):
        sum_of += mass * level.denominator
        if sum_of >= needed:
            return Fraction(n, law.scale)
    raise ValueError("a level is at most 1, and the masses of a law sum to 1")


def cvar(law: Outcomes, level: Fraction) -> Fraction:
    """Return the mean of the worst share of outcomes, for a level in (0, 1].

    >>> cvar(Outcomes([0, 3], 1, [1, 1], 2), Fraction(2, 3))
    Fraction(3, 4)
    """
    whole = left = level.numerator * law.below
    total = 0
    for n, mass in zip(law.numerators, law.masses, strict=True):
        share = min(mass * level.denominator, left)
        total += share * n
        left -= share
        if not left:
            break
    return Fraction(total, whole * law.scale)


def spectral(law: Outcomes, mixture: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """Return the sum of weight times CVaR at a level, over pairs (weight, level)."""
    return sum((weight * cvar(law, level) for weight, level in mixture), _ZERO)


@dataclass(frozen=True, slots=True)
class Between:
    """Laws between which a return G lies in first-order dominance, `lower` below and `upper` above it.

    That may be so of another number A alone: then G = A but for an event of probability `rare` at most, and
    with R = G - A the mean of max(-R, 0) is at most `lost`, that of max(R, 0) at most `gained`.
    worst, best: the infimum and the supremum of the outcomes of G, exactly, or None if there is none.
    """

    lower: Outcomes
    upper: Outcomes
    worst: Fraction | None
    best: Fraction | None
    rare: Fraction = _ZERO
    lost: Fraction = _ZERO
    gained: Fraction = _ZERO
