"""Laws between which a discounted return lies, on a grid: right after any number of sweeps.

A return G lies between L and U in first-order dominance if P(L >= z) <= P(G >= z) <= P(U >= z) at every z.
Let L(y) and U(y) be so for what is to come from each node y, with values on a grid of step h. Then at x

    P(Z(x) >= z_k) = sum of p P(pay + factor Z(y) >= z_k)  over the edges x -> y
                  >= sum of p P(L(y) >= (z_k - pay) / factor),
                  <= sum of p P(U(y) > (z_{k-1} - pay) / factor),

where the first line rounds outcomes down to the grid and the second one up. So these are such bounds again.
It begins with m(x) <= Z(x) <= M(x): a constant c with c <= pay + factor c on every edge is such an m, and
with m is also the least of pay + factor m(y). A sweep shrinks the distance of L and U by the factors and adds
h; at last it is about h / (1 - factor).

Sums are of floats that are not negative, so that an operation errs by a factor 1 + u at most, u = 2^-53: for
n edges a multiplication by 1 - 2 (n + 1) u, or 1 + 2 (n + 1) u, makes them bounds. What underflows is less
than 1e-290.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor, log, log2, nextafter
from typing import Any, TypeAlias

import numpy as np

from specexpr.certify.law import components
from specexpr.certify.measure import Edge
from specexpr.solve.risk.ends import ends_of, extremes
from specexpr.solve.risk.functionals import Between, Outcomes
from specexpr.solve.risk.laws import finite_tails
from specexpr.solve.risk.returns import Return, alive

WORK = 4 * 10**8
"""So many cells are written for the law of a small chain, about; of a large one up to twice as many."""

_CELLS = 1 << 17
_FINITE = 10**4
_COARSE = 1 << 10
_STORED = 1 << 25
_SWEEPS = 20_000
_TINY = 1e-290
_SLACK = 2.0**-52
_BITS = 60
_WORD = 1 << 62
_ZERO, _ONE = Fraction(0), Fraction(1)

Arrow: TypeAlias = tuple[Fraction, Fraction, Fraction, int]
"""(probability, pay, factor, row): where a step leads, a row of bounds; factor 0 leads to none."""


def grid_law(of: Return, *, work: int = WORK) -> Between:
    """Return laws between which a return lies whose factors are below 1; `work` is in cells, about."""
    chain = of.chain
    low, high = ends_of(chain.edges)
    order = components([[e.node for e in edges if e.factor] for edges in chain.edges])
    cells, sweeps = _effort(of, order, work)
    span = Fraction(max(high)) - Fraction(min(low))
    step = Fraction(2) ** -floor(log2(cells / span)) if span else _ONE
    if of.tail:
        bounds = _Bounds.between(step, Fraction(min(low)), Fraction(max(high)), len(chain.nodes))
        known = finite_tails(chain.edges, most=_FINITE)
        for x, law in known.items():
            bounds.write(x, law)
        _settle(chain.edges, [members for members in order if members[0] not in known], bounds, sweeps)
    else:
        bounds = _Bounds.between(step, _ZERO, _ZERO, len(chain.nodes))
    row = {x: x for x in range(len(chain.nodes))}
    factor = of.tail or _ONE
    for weight, nodes in zip(reversed(of.head), reversed(alive(of)[:-1]), strict=True):
        ordered = sorted(nodes)
        bounds = bounds.before(
            [[(e.probability, weight * e.pay, factor, row[e.node]) for e in chain.edges[x]] for x in ordered]
        )
        row = {x: i for i, x in enumerate(ordered)}
        factor = _ONE
    lower, upper = bounds.before([[(p, _ZERO, factor, row[x]) for x, p in chain.start]]).laws()
    return Between(lower, upper, *extremes(of))


def _effort(of: Return, order: Sequence[Sequence[int]], work: int) -> tuple[int, int]:
    """Return how many cells a law may have, about, and how often a component is swept."""
    edges = of.chain.edges
    inner = 0
    factor = 0.0
    for members in order:
        inside = {*members}
        again = [e for x in members for e in edges[x] if e.factor and e.node in inside]
        if again:
            inner += 2 * sum(len(edges[x]) for x in members)
            factor = max(factor, *(float(e.factor) for e in again))
    every = 2 * sum(map(len, edges)) * (1 + len(of.head))
    kinds = len({(e.pay, e.factor) for one in edges for e in one}) + 4 * len(edges)
    if factor**_SWEEPS > 0.25:
        return 16, 1  # as good as undiscounted: no number of sweeps that can be done would tell anything
    cells = _CELLS
    while cells > 16:
        sweeps = min(_SWEEPS, ceil(log(8 * cells) / -log(factor))) if factor else 1
        allowed = work if cells > _COARSE else 2 * work
        if cells * (inner * sweeps + every) <= allowed and cells * kinds <= _STORED:
            break
        cells //= 2
    return cells, sweeps


def _settle(
    edges: Sequence[Sequence[Edge]], order: Sequence[Sequence[int]], bounds: _Bounds, sweeps: int
) -> None:
    """Improve the bounds at all nodes, component by component."""
    for members in order:
        inside = {*members}
        arrows = [[(e.probability, e.pay, e.factor, e.node) for e in edges[x]] for x in members]
        mixture = _Mixture(arrows, bounds, bounds)
        is_cyclic = any(e.factor and e.node in inside for x in members for e in edges[x])
        for _ in range(sweeps if is_cyclic else 1):
            is_new = False
            for i, x in enumerate(members):
                if bounds.tighten(x, *mixture.row(i)):
                    mixture.look_up(x)
                    is_new = True
            if not is_new:
                break


@dataclass(frozen=True, slots=True)
class _Bounds:
    """P(L >= z) and P(U >= z) for several numbers, one a row, at z = (origin + k) step, k = 0, 1, ..

    They go from 1 in the first place down to 0 in the last one.
    """

    step: Fraction
    origin: int
    lower: Any
    upper: Any

    @staticmethod
    def between(step: Fraction, low: Fraction, high: Fraction, rows: int) -> _Bounds:
        """Return the bounds of numbers of which only their ends are known."""
        first, last = floor(low / step), ceil(high / step)
        lower: Any = np.zeros((rows, last - first + 2))
        upper: Any = np.ones((rows, last - first + 2))
        lower[:, 0], upper[:, -1] = 1, 0
        return _Bounds(step, first, lower, upper)

    @property
    def last(self) -> int:
        """Return the greatest outcome, in steps."""
        return int(self.origin + self.lower.shape[1] - 2)

    def before(self, arrows: Sequence[Sequence[Arrow]]) -> _Bounds:
        """Return the bounds of mixtures of pay + factor times these numbers, one a row."""
        ends = [
            pay + factor * z * self.step
            for one in arrows
            for _, pay, factor, _ in one
            for z in (self.origin, self.last)
        ]
        found = _Bounds.between(self.step, min(ends), max(ends), len(arrows))
        mixture = _Mixture(arrows, self, found)
        for i in range(len(arrows)):
            found.tighten(i, *mixture.row(i))
        return found

    def tighten(self, row: int, lower: Any, upper: Any) -> bool:
        """Improve a row; say whether that changed it."""
        old_lower, old_upper = self.lower[row, 1:-1], self.upper[row, 1:-1]
        is_new = bool((lower > old_lower).any() or (upper < old_upper).any())
        if is_new:
            np.maximum(lower, old_lower, out=old_lower)
            np.minimum(upper, old_upper, out=old_upper)
        return is_new

    def write(self, row: int, law: Outcomes) -> None:
        """Set a row to what is known exactly."""
        sums = [_around(Fraction(mass, law.below)) for mass in accumulate(reversed(law.masses))][::-1]
        values = [Fraction(n, law.scale) / self.step - self.origin for n in law.numerators]
        places = np.arange(1, self.lower.shape[1] - 1)
        for side, end, rounding in ((self.lower, 0, floor), (self.upper, 1, ceil)):
            first = np.searchsorted(np.array([rounding(value) for value in values]), places)
            side[row, 1:-1] = np.array([*(both[end] for both in sums), 0.0])[first]

    def laws(self) -> tuple[Outcomes, Outcomes]:
        """Return the bounds of the only row as two laws."""
        lower = np.maximum.accumulate(self.lower[0, ::-1])[::-1]
        upper = np.minimum.accumulate(self.upper[0])
        low = np.floor(lower * 2.0**_BITS).astype(np.int64)
        high = np.ceil(upper * 2.0**_BITS).astype(np.int64)
        return self._law(low), self._law(high)

    def _law(self, survival: Any) -> Outcomes:
        masses = survival[:-1] - survival[1:]
        (where,) = np.nonzero(masses)
        by = self.step.numerator
        numerators = [(self.origin + k) * by for k in where.tolist()]
        return Outcomes(numerators, self.step.denominator, masses[where].tolist(), 1 << _BITS)


class _Mixture:
    """What improves bounds from those of the numbers that arrows lead to.

    A pay is a whole number of steps and a rest: arrows to one number with one rest and one factor read the
    same places of it, only moved. These are looked up once for all of them.
    """

    def __init__(self, arrows: Sequence[Sequence[Arrow]], source: _Bounds, target: _Bounds) -> None:
        self.source = source
        cells = target.lower.shape[1] - 2
        steps = [[floor(pay / target.step) for _, pay, _, _ in one] for one in arrows]
        rests = [
            [pay - n * target.step for (_, pay, _, _), n in zip(*both, strict=True)]
            for both in zip(arrows, steps, strict=True)
        ]
        moves: dict[tuple[Fraction, Fraction], list[int]] = {}
        for one, some, left in zip(arrows, steps, rests, strict=True):
            for (_, _, factor, _), n, rest in zip(one, some, left, strict=True):
                moves.setdefault((rest, factor), []).append(n)
        places = {
            (rest, factor): _places(
                rest,
                factor,
                (target.origin - max(some), target.last - min(some)),
                source=source,
                step=target.step,
            )
            for (rest, factor), some in moves.items()
        }
        most = {key: max(some) for key, some in moves.items()}
        self.views: dict[int, list[_View]] = {}
        known: dict[tuple[Fraction, Fraction, int], _View] = {}
        self.lines: list[list[tuple[Any, Any, float, float]]] = []
        for one, some, left in zip(arrows, steps, rests, strict=True):
            line = []
            for (p, _, factor, y), n, rest in zip(one, some, left, strict=True):
                view = known.get((rest, factor, y))
                if view is None:
                    view = known[rest, factor, y] = _View.of(*places[rest, factor], goes_on=bool(factor))
                    self.views.setdefault(y, []).append(view)
                begin = most[rest, factor] - n
                here = slice(begin, begin + cells)
                line.append((view.lower[here], view.upper[here], *_around(p)))
            self.lines.append(line)
        self.scratch = tuple(np.empty(cells) for _ in range(3))
        for y in self.views:
            self.look_up(y)

    def look_up(self, row: int) -> None:
        """Read a row of the source anew."""
        for view in self.views.get(row, ()):
            view.look_up(self.source.lower[row], self.source.upper[row])

    def row(self, i: int) -> tuple[Any, Any]:
        """Return the bounds from those of the numbers that arrows lead to; they are overwritten next time."""
        lower, upper, part = self.scratch
        lower.fill(0)
        upper.fill(0)
        for reached, exceeded, low, high in self.lines[i]:
            lower += np.multiply(reached, low, out=part)
            upper += np.multiply(exceeded, high, out=part)
        slack = (len(self.lines[i]) + 1) * _SLACK
        lower *= 1 - slack
        lower[lower < _TINY] = 0
        upper *= 1 + slack
        upper += _TINY
        return lower, np.minimum(upper, 1, out=upper)


@dataclass(frozen=True, slots=True)
class _View:
    """P(rest + factor L >= z), and P(rest + factor U > the z before), for some z; and where they are read."""

    at: Any
    beyond: Any
    lower: Any
    upper: Any
    goes_on: bool

    @staticmethod
    def of(at: Any, beyond: Any, *, goes_on: bool) -> _View:
        """Return a view; without a factor it is the same whatever the number."""
        if goes_on:
            return _View(at, beyond, np.empty(len(at)), np.empty(len(beyond)), True)
        return _View(at, beyond, at, beyond, False)

    def look_up(self, lower: Any, upper: Any) -> None:
        """Read the bounds of the number."""
        if self.goes_on:
            np.take(lower, self.at, out=self.lower, mode="clip")
            np.take(upper, self.beyond, out=self.upper, mode="clip")


def _places(
    rest: Fraction, factor: Fraction, ends: tuple[int, int], *, source: _Bounds, step: Fraction
) -> tuple[Any, Any]:
    """Return, for z from the first end on, the places of (z - rest) / factor in the source.

    Those of the second z and on, rounded up; and those of the first z and on, the next ones beyond. With
    rest = a / b steps and factor = c / d, (z - rest) / factor is (z b - a) d / (b c) steps. Without a factor
    they are whether the rest is at least the second z and on, and whether it is beyond the first and on.
    """
    steps = rest / step
    a, b, c, d = steps.numerator, steps.denominator, factor.numerator, factor.denominator
    if (max(map(abs, ends)) * b + abs(a)) * d < _WORD and b * max(c, 1) < _WORD:
        z: Any = np.arange(ends[0], ends[1] + 1, dtype=np.int64)
    else:
        z = np.array(range(ends[0], ends[1] + 1), dtype=object)
    z = (z * b - a) * d
    if not c:
        return (z[1:] <= 0).astype(float), (z[:-1] < 0).astype(float)
    at, beyond = -(-z[1:] // (b * c)) - source.origin, z[:-1] // (b * c) + 1 - source.origin
    limit = source.lower.shape[1] - 1
    return np.clip(at, 0, limit).astype(np.intp), np.clip(beyond, 0, limit).astype(np.intp)


def _around(p: Fraction) -> tuple[float, float]:
    """Return floats between which a probability lies."""
    near = float(p)
    exact = Fraction(near)
    return (near if exact <= p else nextafter(near, 0)), (near if exact >= p else nextafter(near, 2))
