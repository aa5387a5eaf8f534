"""What orders of lotteries can be had, from the definitions: other unknowns than those of the decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from flint import arb, ctx, fmpz_poly

from specexpr.certify.model import Relation, Shape
from specexpr.testing.linear_truth import Inequality, is_consistent

from .lottery_claims import Lottery

Asked = Sequence[tuple[Lottery, str, Lottery]]

ZERO, ONE = Fraction(0), Fraction(1)


def mean(one: Lottery) -> Fraction:
    return sum((x * p for x, p in one), ZERO)


def first_order_dominates(one: Lottery, other: Lottery) -> bool:
    """Say whether for every x the first is above x no less probably."""
    xs = sorted({x for x, _ in (*one, *other)})
    return all(
        sum(p for y, p in one if y > x) >= sum(p for y, p in other if y > x) for x in [xs[0] - 1, *xs]
    )


def second_order_dominates(one: Lottery, other: Lottery) -> bool:
    """Say whether for every x the first falls short of x by no more on average."""
    xs = sorted({x for x, _ in (*one, *other)})

    def short(lottery: Lottery, x: Fraction) -> Fraction:
        return sum((p * max(x - y, ZERO) for y, p in lottery), ZERO)

    return all(short(one, x) <= short(other, x) for x in [*xs, xs[-1] + 1])


def has_utility(asked: Asked, shape: Shape) -> bool:
    """Say whether values u(x) of outcomes do, as unknowns with their monotony and concavity written out."""
    xs = sorted({x for one, _, other in asked for x, _ in (*one, *other)})
    rows = []
    for one, relation, other in asked:
        row: dict[Fraction, Fraction] = {}
        for lottery, sign in ((one, 1), (other, -1)):
            for x, p in lottery:
                row[x] = row.get(x, ZERO) + sign * p
        rows.append(Inequality(row, Relation(relation)))
    rising = Relation.STRICT if shape.is_strict else Relation.WEAK
    rows += [Inequality({y: ONE, x: -ONE}, rising) for x, y in pairwise(xs)]
    if shape.is_concave:
        for (x, y), (_, z) in pairwise(pairwise(xs)):
            # (u(y) - u(x)) / (y - x) >= (u(z) - u(y)) / (z - y)
            a, b = 1 / (y - x), 1 / (z - y)
            rows.append(Inequality({y: a + b, x: -a, z: -b}, Relation.WEAK))
    return is_consistent(rows)


def levels_of(one: Lottery) -> list[Fraction]:
    found, level = [], ZERO
    for _, p in one:
        level += p
        found.append(level)
    return found


def quantile(one: Lottery, level: Fraction) -> Fraction:
    """Return inf {x : P(G <= x) >= level}."""
    return next(x for (x, _), t in zip(one, levels_of(one), strict=True) if t >= level)


def has_spectrum(asked: Asked) -> bool:
    """Say whether a density on levels does that never rises, is not negative, and not 0 everywhere."""
    levels = sorted({t for one, _, other in asked for t in (*levels_of(one), *levels_of(other))} | {ONE})
    cells = list(pairwise([ZERO, *levels]))
    rows = []
    for one, relation, other in asked:
        row = {b: (b - a) * (quantile(one, b) - quantile(other, b)) for a, b in cells}
        rows.append(Inequality(row, Relation(relation)))
    rows += [Inequality({b: ONE, c: -ONE}, Relation.WEAK) for (_, b), (_, c) in pairwise(cells)]
    rows.append(Inequality({ONE: ONE}, Relation.WEAK))
    rows.append(Inequality({b: b - a for a, b in cells}, Relation.STRICT))
    return is_consistent(rows)


def cvar(one: Lottery, level: Fraction) -> Fraction:
    """Return max over x of x - E max(x - G, 0) / level (Rockafellar and Uryasev)."""
    return max(x - sum((p * max(x - y, ZERO) for y, p in one), ZERO) / level for x, _ in one)


def met(relation: str, sign: int) -> bool:
    return {">": sign > 0, ">=": sign >= 0, "~": sign == 0}[relation]


def sign_of(x: Fraction) -> int:
    return (x > 0) - (x < 0)


def holds_at_level(asked: Asked, level: Fraction) -> bool:
    return all(met(r, sign_of(cvar(one, level) - cvar(other, level))) for one, r, other in asked)


def has_level(asked: Asked) -> bool:
    """Say whether some level does: one of all breakpoints and crossings, or between two of them."""
    knots = sorted({ZERO, ONE} | {t for one, _, other in asked for t in (*levels_of(one), *levels_of(other))})
    points = set(knots)
    for one, _, other in asked:
        for a, b in pairwise(knots):
            # level x CVaR is linear there: below its first knot it is level x the least outcome
            low = a * (cvar(one, a) - cvar(other, a)) if a else ZERO
            high = b * (cvar(one, b) - cvar(other, b))
            if low * high < 0:
                points.add(a + (b - a) * low / (low - high))
    ordered = sorted(points)
    tried = [*ordered[1:], *((a + b) / 2 for a, b in pairwise(ordered))]
    return any(holds_at_level(asked, level) for level in tried)


def grid_polynomial(one: Lottery, other: Lottery, least: Fraction, unit: Fraction) -> fmpz_poly:
    """Return (E z^k of the first - of the second) / (z - 1) over the integers, by division."""
    found: dict[int, Fraction] = {}
    for lottery, sign in ((one, 1), (other, -1)):
        for x, p in lottery:
            k = int((x - least) / unit)
            assert least + k * unit == x
            found[k] = found.get(k, ZERO) + sign * p
    below = 1
    for p in found.values():
        below *= p.denominator
    whole = fmpz_poly([int(found.get(k, ZERO) * below) for k in range(max(found) + 1)])
    quotient, rest = divmod(whole, fmpz_poly([-1, 1]))
    assert not rest
    return quotient


def has_rate(asked: Asked, unit: Fraction) -> bool:
    """Say whether some z = exp(b unit) > 0 does, by the roots that flint finds and points between them."""
    least = min(x for one, _, other in asked for x, _ in (*one, *other))
    gaps = [(grid_polynomial(one, other, least, unit), relation) for one, relation, other in asked]
    return any(all(met(r, sign_at(gap)) for gap, r in gaps) for sign_at in _signs([gap for gap, _ in gaps]))


def _signs(gaps: Sequence[fmpz_poly]) -> Iterator[object]:
    """Yield ways to tell the sign of a polynomial: at every positive root of one of them, and between."""
    roots: list[tuple[fmpz_poly, arb]] = []
    ctx.prec = 200
    for gap in gaps:
        for factor, _ in gap.factor()[1] if gap else ():
            for root, _ in factor.complex_roots():
                if root.imag == 0 and root.real > 0 and all(factor != other for other, _ in roots):
                    roots.append((factor, root.real))
    # several roots of one factor
    every = []
    for factor in {str(f): f for f, _ in roots}.values():
        for root, _ in factor.complex_roots():
            if root.imag == 0 and root.real > 0:
                every.append((factor, root.real))
    every.sort(key=lambda pair: float(pair[1].mid()))

    def at_root(factor: fmpz_poly, root: arb) -> object:
        def sign(gap: fmpz_poly) -> int:
            if not gap or not gap % factor if False else _divides(factor, gap):
                return 0
            value = _value(gap, root)
            assert value > 0 or value < 0
            return 1 if value > 0 else -1

        return sign

    def between(z: Fraction) -> object:
        def sign(gap: fmpz_poly) -> int:
            return sign_of(sum((int(c) * z**k for k, c in enumerate(gap.coeffs())), ZERO))

        return sign

    yield from (at_root(factor, root) for factor, root in every)
    ends = [ZERO, *(Fraction(str(root.mid().str(30, radius=False))) for _, root in every)]
    yield from (between((a + b) / 2) for a, b in pairwise(ends))
    yield between(ends[-1] + 1)


def _divides(factor: fmpz_poly, gap: fmpz_poly) -> bool:
    if not gap:
        return True
    return any(factor == other for other, _ in gap.factor()[1])


def _value(gap: fmpz_poly, root: arb) -> arb:
    total = arb(0)
    for c in reversed(gap.coeffs()):
        total = total * root + int(c)
    return total
