"""Decide the rows of a system at one irrational discount g0, exactly.

Elements of Q(g0) are polynomials modulo the minimal polynomial of g0, over the integers: a positive factor
does not matter for rows, multipliers or solutions. Signs are read off enclosures by balls; whether an element
is zero is a question of divisibility.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx, fmpq, fmpq_poly, fmpz, fmpz_poly

from specexpr.certify.model import Relation
from specexpr.expressivity.polynomial_system import OutOfTime, PolynomialSystem, Row
from specexpr.expressivity.real_roots import RealRoot
from specexpr.solve.ordered_cone import RingConflict, RingDirection, decide_ring_cone

_FIRST_BITS = 96
_READABLE_DEGREE = 8


@dataclass(frozen=True, slots=True)
class Field:
    """Q(g0) for an irrational root g0."""

    root: RealRoot

    def is_zero(self, p: fmpz_poly) -> bool:
        """Say whether p(g0) is zero."""
        return not p or p.gcd(self.root.polynomial).degree() > 0

    def sign(self, p: fmpz_poly) -> int:
        """Return the sign of p(g0)."""
        bits = _FIRST_BITS
        while True:
            value = self._enclosed(p, bits)
            if value > 0:
                return 1
            if value < 0:
                return -1
            if bits == _FIRST_BITS and self.is_zero(p):
                return 0
            bits *= 2

    def _enclosed(self, p: fmpz_poly, bits: int) -> arb:
        root = self.root
        while root.hi - root.lo > Fraction(1, 1 << bits):
            root.narrow()
        middle, radius = (root.lo + root.hi) / 2, (root.hi - root.lo) / 2
        before, ctx.prec = ctx.prec, 2 * bits
        try:
            ball = arb(fmpq(middle.numerator, middle.denominator), fmpq(radius.numerator, radius.denominator))
            return p(ball)
        finally:
            ctx.prec = before

    def reduced(self, vector: Sequence[fmpz_poly]) -> tuple[list[fmpz_poly], fmpq]:
        """Return the elements as polynomials of least degree, all times one positive number, and that."""
        modulus = fmpq_poly(self.root.polynomial)
        return _integers([fmpq_poly(p) % modulus for p in vector])

    def divided(self, vector: Sequence[fmpz_poly], pivot: fmpz_poly) -> list[fmpz_poly]:
        """Return the elements over a positive pivot if that makes them shorter, in a small field."""
        modulus = fmpq_poly(self.root.polynomial)
        plain, _ = self.reduced(vector)
        if modulus.degree() > _READABLE_DEGREE:
            return plain
        _, inverse, _ = fmpq_poly(pivot).xgcd(modulus)
        shorter, _ = _integers([fmpq_poly(p) * inverse % modulus for p in vector])
        return min(plain, shorter, key=lambda found: sum(p.height_bits() * len(p) for p in found))


def _integers(vector: Sequence[fmpq_poly]) -> tuple[list[fmpz_poly], fmpq]:
    """Return polynomials without denominators or a common divisor, and by what they have been multiplied."""
    below, content = fmpz(1), fmpz(0)
    for p in vector:
        below *= p.denom() // below.gcd(p.denom())
    found = [(p * below).numer() for p in vector]
    for q in found:
        content = content.gcd(q.content())
    if content > 1:
        found = [q // fmpz_poly([content]) for q in found]
    return found, fmpq(below, max(content, 1))


def decide_at_root(
    system: PolynomialSystem, field: Field, deadline: float | None
) -> tuple[list[Row], list[fmpz_poly]] | list[fmpz_poly]:
    """Return conflicting rows with multipliers of their true differences, or a value for each column.

    Raises OutOfTime.
    """
    vectors = [field.reduced(system.polynomials(row)) for row in system.rows]
    relations = [row.relation for row in system.rows]
    match decide_ring_cone([v for v, _ in vectors], relations, field.sign, deadline=deadline):
        case RingDirection(values=values):
            pivot = next((p for p in values if field.sign(p)), fmpz_poly([1]))
            return field.divided(values, pivot * field.sign(pivot))
        case RingConflict(multipliers=multipliers):
            rows = [system.rows[k] for k, _ in multipliers]
            weights = [fmpq_poly(y * system.scale(system.rows[k])) * vectors[k][1] for k, y in multipliers]
            whole, _ = _integers(weights)
            pivot = next(w for row, w in zip(rows, whole, strict=True) if row.relation is Relation.STRICT)
            return rows, field.divided(whole, pivot)
        case _:
            raise OutOfTime
