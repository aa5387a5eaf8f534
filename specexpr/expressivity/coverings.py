"""What conflicting rows cover: a support with the intervals of discounts on which it is a conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import fmpz_poly

from specexpr.certify.algebraic import Coefficients
from specexpr.certify.model import Relation
from specexpr.certify.supports import Support
from specexpr.expressivity.multipliers import Weighted
from specexpr.expressivity.real_roots import Mark, Roots, compare, in_order, is_below, rank, samples, sign

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Covering:
    """A support with the open intervals on which it is a conflict."""

    terms: Weighted
    intervals: tuple[tuple[Mark, Mark], ...]

    def support(self) -> Support:
        """Return it as the kernel takes it."""
        weights = (coefficients(weight) for _, weight in self.terms)
        return Support(tuple(term for term, _ in self.terms), tuple(weights))

    def holds_at(self, x: Mark) -> bool:
        """Say whether it is a conflict at the end of one of its intervals, too."""
        if all(term.relation is Relation.STRICT for term, _ in self.terms):
            return True
        strict = (weight for term, weight in self.terms if term.relation is Relation.STRICT)
        return any(not vanishes(weight, x) for weight in strict)


def vanishes(p: fmpz_poly, x: Mark) -> bool:
    """Say whether p(x) is zero."""
    if isinstance(x, Fraction):
        return not sign(p, x)
    return bool(p.gcd(x.polynomial).degree() > 0)


def coefficients(p: fmpz_poly) -> Coefficients:
    """Return the coefficients of a polynomial as the kernel takes them."""
    return tuple(Fraction(int(a)) for a in p.coeffs())


def strict_weight(terms: Weighted) -> fmpz_poly:
    """Return the weight of the first `>`."""
    return next(weight for term, weight in terms if term.relation is Relation.STRICT)


def gaps(intervals: Iterable[tuple[Mark, Mark]]) -> Iterator[tuple[Mark, Mark]]:
    """Yield the intervals of (0, 1) that these leave, but for single numbers."""
    end: Mark = _ZERO
    for lo, hi in sorted(intervals, key=lambda interval: rank(interval[0])):
        if is_below(end, lo):
            yield end, lo
        if is_below(end, hi):
            end = hi
    if is_below(end, _ONE):
        yield end, _ONE


def conflict_intervals(terms: Weighted, roots: Roots) -> tuple[tuple[Mark, Mark], ...]:
    """Return where all weights of `>` and `>=` have one sign, between neighbouring roots of theirs."""
    weights = [weight for term, weight in terms if term.relation is not Relation.TIE]
    marks = [_ZERO, *in_order(x for weight in weights for x in roots.of(weight)), _ONE]
    found = []
    for lo, hi in pairwise(marks):
        t = next(samples(lo, hi))
        if len({sign(weight, t) for weight in weights}) == 1:
            found.append((lo, hi))
    return tuple(found)


def interval_around(intervals: Iterable[tuple[Mark, Mark]], x: Mark) -> tuple[Mark, Mark] | None:
    """Return an open interval that has x in it."""
    return next(((lo, hi) for lo, hi in intervals if is_below(lo, x) and is_below(x, hi)), None)


def cells(found: Iterable[Covering]) -> Iterator[tuple[Covering, Mark, Mark]]:
    """Yield intervals that follow each other from 0 to 1, cut at simple rationals where they overlap.

    No interval of (0, 1) is left uncovered.
    """
    everything = [(c, lo, hi) for c in found for lo, hi in c.intervals]
    chosen: list[tuple[Covering, Mark, Mark]] = []
    end: Mark = _ZERO
    while compare(end, _ONE) < 0:
        reaching = [part for part in everything if compare(part[1], end) <= 0]
        chosen.append(max(reaching, key=lambda part: rank(part[2])))
        end = chosen[-1][2]
    begin: Mark = _ZERO
    for (covering, _, hi), following in zip(chosen, [*chosen[1:], None], strict=True):
        cut = hi
        if following is not None and is_below(following[1], hi):
            cut = next(samples(max(begin, following[1], key=rank), hi))
        yield covering, begin, cut
        begin = cut
