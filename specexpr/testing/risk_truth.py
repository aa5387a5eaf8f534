"""Which orders of lotteries can be had by utilities, spectra, levels and rates: from the definitions.

The unknowns are others than those of the decisions: what each outcome is worth, how much each cell of levels
weighs. Levels are tried at all kinks and crossings and between them, rates at the roots that flint finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import lcm
from typing import TypeAlias

from flint import arb, ctx, fmpz_poly

from specexpr.certify.model import Relation, Shape
from specexpr.testing.linear_truth import Inequality, is_consistent

Lottery: TypeAlias = tuple[tuple[Fraction, Fraction], ...]
"""(outcome, probability), ascending outcomes."""

Asked: TypeAlias = Sequence[tuple[Lottery, str, Lottery]]
"""What is asked of lotteries: (better, relation, worse)."""

_ZERO, _ONE = Fraction(0), Fraction(1)
_BITS = 300


def mean(one: Lottery) -> Fraction:
    """Return the mean of a lottery."""
    return sum((x * p for x, p in one), _ZERO)


def first_order_dominates(one: Lottery, other: Lottery) -> bool:
    """Say whether for every x the first is above x no less probably."""
    xs = sorted({x for x, _ in (*one, *other)})
    return all(sum(p for y, p in one if y > x) >= sum(p for y, p in other if y > x) for x in [xs[0] - 1, *xs])


def second_order_dominates(one: Lottery, other: Lottery) -> bool:
    """Say whether for every x the first falls short of x by no more on average."""
    xs = sorted({x for x, _ in (*one, *other)})

    def short(lottery: Lottery, x: Fraction) -> Fraction:
        return sum((p * max(x - y, _ZERO) for y, p in lottery), _ZERO)

    return all(short(one, x) <= short(other, x) for x in [*xs, xs[-1] + 1])


def has_utility(asked: Asked, shape: Shape) -> bool:
    """Say whether numbers for the outcomes do that rise, or do not fall, and bend down where they must."""
    xs = sorted({x for one, _, other in asked for x, _ in (*one, *other)})
    rows = []
    for one, relation, other in asked:
        row: dict[Fraction, Fraction] = {}
        for lottery, sign in ((one, 1), (other, -1)):
            for x, p in lottery:
                row[x] = row.get(x, _ZERO) + sign * p
        rows.append(Inequality(row, Relation(relation)))
    rising = Relation.STRICT if shape.is_strict else Relation.WEAK
    rows += [Inequality({y: _ONE, x: -_ONE}, rising) for x, y in pairwise(xs)]
    if shape.is_concave:
        for (x, y), (_, z) in pairwise(pairwise(xs)):
            a, b = 1 / (y - x), 1 / (z - y)  # the slope from x to y is at least that from y to z
            rows.append(Inequality({y: a + b, x: -a, z: -b}, Relation.WEAK))
    return is_consistent(rows)


def levels_of(one: Lottery) -> list[Fraction]:
    """Return the probabilities of each outcome or a lesser one."""
    found, level = [], _ZERO
    for _, p in one:
        level += p
        found.append(level)
    return found


def has_spectrum(asked: Asked) -> bool:
    """Say whether a density on levels does that never rises, is not negative, and not 0 everywhere."""
    levels = sorted({t for one, _, other in asked for t in (*levels_of(one), *levels_of(other))} | {_ONE})
    cells = list(pairwise([_ZERO, *levels]))
    rows = []
    for one, relation, other in asked:
        row = {b: (b - a) * (_quantile(one, b) - _quantile(other, b)) for a, b in cells}
        rows.append(Inequality(row, Relation(relation)))
    rows += [Inequality({b: _ONE, c: -_ONE}, Relation.WEAK) for (_, b), (_, c) in pairwise(cells)]
    rows.append(Inequality({_ONE: _ONE}, Relation.WEAK))
    rows.append(Inequality({b: b - a for a, b in cells}, Relation.STRICT))
    return is_consistent(rows)


def _quantile(one: Lottery, level: Fraction) -> Fraction:
    return next(x for (x, _), t in zip(one, levels_of(one), strict=True) if t >= level)


def cvar(one: Lottery, level: Fraction) -> Fraction:
    """Return the largest x - E max(x - G, 0) / level over the outcomes x, as Rockafellar and Uryasev do."""
    below = total = _ZERO
    best: Fraction | None = None
    for x, p in one:
        below, total = below + p, total + p * x
        value = x - (x * below - total) / level
        best = value if best is None else max(best, value)
    assert best is not None
    return best


def met(relation: str, gap: Fraction | int) -> bool:
    """Say whether a difference of two values is as a relation asks."""
    return {">": gap > 0, ">=": gap >= 0, "~": gap == 0}[relation]


def has_level(asked: Asked) -> bool:
    """Say whether some level does: at all kinks and crossings, or between two of them."""
    knots = sorted({_ZERO, _ONE, *(t for x, _, y in asked for t in (*levels_of(x), *levels_of(y)))})
    points = set(knots)
    for one, _, other in asked:
        for a, b in pairwise(knots):  # level times CVaR is linear there, and 0 at level 0
            low = a * (cvar(one, a) - cvar(other, a)) if a else _ZERO
            high = b * (cvar(one, b) - cvar(other, b))
            if low * high < 0:
                points.add(a + (b - a) * low / (low - high))
    ordered = sorted(points)
    tried = [*ordered[1:], *((a + b) / 2 for a, b in pairwise(ordered))]
    return any(all(met(r, cvar(x, t) - cvar(y, t)) for x, r, y in asked) for t in tried)


def has_rate(asked: Asked) -> bool:
    """Say whether some rate b does: z = exp(b unit) at all roots, or between two of them."""
    outcomes = {x for one, _, other in asked for x, _ in (*one, *other)}
    below = lcm(*(x.denominator for x in outcomes))
    least = min(outcomes)
    gaps = [(_gap(one, other, least, Fraction(1, below)), relation) for one, relation, other in asked]
    for sign in _places([gap for gap, _ in gaps]):
        if all(met(relation, sign(gap)) for gap, relation in gaps):
            return True
    return False


def _gap(one: Lottery, other: Lottery, least: Fraction, unit: Fraction) -> fmpz_poly:
    """Return (E z^k of the first - that of the second) / (z - 1), over the integers, by division."""
    below = lcm(*(p.denominator for _, p in (*one, *other)))
    found: dict[int, int] = {}
    for lottery, sign in ((one, 1), (other, -1)):
        for x, p in lottery:
            k = int((x - least) / unit)
            found[k] = found.get(k, 0) + sign * int(p * below)
    whole = fmpz_poly([found.get(k, 0) for k in range(max(found) + 1)])
    quotient, rest = divmod(whole, fmpz_poly([-1, 1]))
    assert not rest
    return quotient


def _places(gaps: Sequence[fmpz_poly]) -> Iterator[Callable[[fmpz_poly], int]]:
    """Yield what tells the sign of a polynomial at each positive root of one of these, and between two."""
    before, ctx.prec = ctx.prec, _BITS
    factors = {str(f): f for gap in gaps if gap for f, _ in gap.factor()[1]}
    found = [(root, factor) for factor in factors.values() for root, _ in factor.complex_roots()]
    real = [(root.real, factor) for root, factor in found if root.imag == 0 and root.real > 0]
    roots = sorted(real, key=lambda pair: float(pair[0].mid()))
    ends = [_ZERO, *(_rational(root) for root, _ in roots)]
    for z in [*((a + b) / 2 for a, b in pairwise(ends)), ends[-1] + 1]:
        yield partial(_sign_between, z=z)
    for root, factor in roots:
        yield partial(_sign_at, root=root, factor=factor)
    ctx.prec = before


def _rational(root: arb) -> Fraction:
    mantissa, exponent = root.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _sign_between(gap: fmpz_poly, z: Fraction) -> int:
    value = sum((int(c) * z**k for k, c in enumerate(gap.coeffs())), _ZERO)
    return (value > 0) - (value < 0)


def _sign_at(gap: fmpz_poly, root: arb, factor: fmpz_poly) -> int:
    if not gap or any(factor == other for other, _ in gap.factor()[1]):
        return 0
    value = arb(0)
    for c in reversed(gap.coeffs()):
        value = value * root + int(c)
    assert value > 0 or value < 0
    return 1 if value > 0 else -1


def is_had(formalism: str, asked: Asked, shape: Shape | None = None) -> bool:
    """Say whether a formalism has what is asked of lotteries."""
    asked = [(one, r, other) for one, r, other in asked if one != other or r == ">"]
    if any(one == other for one, _, other in asked):
        return False
    if not asked:
        return True
    match formalism:
        case "eu":
            assert shape is not None
            return has_utility(asked, shape)
        case "spectral":
            return has_spectrum(asked)
        case "cvar":
            return has_level(asked)
        case "entropic":
            return has_rate(asked)
    raise ValueError(formalism)
