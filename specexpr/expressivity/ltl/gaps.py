"""The largest least gap: a linear program with few rows and many bounded unknowns, solved exactly.

    maximise t  subject to  b_k + sum_j g_kj x_j  >= t (strict), >= 0 (weak), = 0 (tie),   0 <= x_j <= u_j

Either t > 0, or weights z (>= 0 but on ties) show that it is not: sum_j u_j max(0, z.g_j) + z.b <= 0, where z
sums to 1 on strict rows; or that sum is negative and z is 0 on strict rows: weak rows and ties alone cannot
hold.

There are as many rows as constraints, a few. So the tableau is short and wide, and the dual simplex method is
quick: as every x_j has two bounds, any basis can be made dual feasible, and in one step the weights pass all
the columns whose sign they change before they stop (the long step, or bound flipping ratio test). Everything
is in integers (Edmonds' fraction-free pivots).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from specexpr.certify.model import Relation

_PATIENCE = 50  # long steps, for each row, before Bland's rule, which cannot cycle, takes over


@dataclass(frozen=True, slots=True)
class Program:
    """columns[j][k] is g_kj. At least one row is strict."""

    relations: Sequence[Relation]
    constants: Sequence[int]
    columns: Sequence[Sequence[int]]
    bounds: Sequence[int]


@dataclass(frozen=True, slots=True)
class Optimum:
    """Values of the unknowns, and the least gap that they leave; None where weak rows and ties cannot hold.

    `weights` are the z of the rows.
    """

    gap: Fraction
    values: tuple[Fraction, ...] | None
    weights: tuple[Fraction, ...]

    @property
    def is_positive(self) -> bool:
        return self.values is not None and self.gap > 0


def largest_least_gap(program: Program) -> Optimum:
    """Solve a program.

    >>> strict = (Relation.STRICT, Relation.STRICT)
    >>> largest_least_gap(Program(strict, (0, 0), [(1, -1), (0, 2)], [1, 1])).values
    (Fraction(1, 1), Fraction(1, 1))
    """
    return _Simplex(program).run()


class _Simplex:
    """Row i says: scale x_basic + sum of row[j] x_j over nonbasic j = right[i].

    Columns are the unknowns x, then a slack for each row; t has none, as it stays basic, in the row `top`.
    There row[j] >= 0 where x_j is at its lower bound, and <= 0 where it is at its upper one.
    """

    def __init__(self, program: Program) -> None:
        size, count = len(program.relations), len(program.columns)
        self.count, self.size = count, size
        self.upper: list[int | None] = [
            *program.bounds,
            *(0 if relation is Relation.TIE else None for relation in program.relations),
        ]
        lines = list(zip(*program.columns, strict=True)) or [()] * size
        strict = [k for k, relation in enumerate(program.relations) if relation is Relation.STRICT]

        gains = [sum([a * u for a, u in zip(line, program.bounds, strict=True) if a > 0]) for line in lines]
        self.top = min(strict, key=lambda k: program.constants[k] + gains[k])
        self.at_upper = [a > 0 for a in lines[self.top]] + [False] * size
        self.basis = [-1 if k == self.top else count + k for k in range(size)]
        self.scale = 1
        self.rows, self.right = [], list(program.constants)
        for k in range(size):
            self.rows.append([*(-a for a in lines[k]), *(int(k == i) for i in range(size))])
        for k in strict:
            if k != self.top:
                self.rows[k] = [a - b for a, b in zip(self.rows[k], self.rows[self.top], strict=True)]
                self.right[k] -= self.right[self.top]
        self.patience = _PATIENCE * (size + 1)

    def run(self) -> Optimum:
        """Pivot until every basic unknown is within its bounds, or one cannot be."""
        while True:
            self.patience -= 1
            values = self._values()
            found = self._leaving(values)
            if found is None:
                return self._optimum(values)
            leaving, lack = found
            if not self._pivot(leaving, lack):
                sign = 1 if lack > 0 else -1
                row = self.rows[leaving]
                weights = tuple(Fraction(sign * a, self.scale) for a in row[self.count :])
                return Optimum(Fraction(0), None, weights)

    def _values(self) -> list[int]:
        """Return the basic unknowns times the scale."""
        there = [j for j, on in enumerate(self.at_upper) if on]
        bounds = [self.upper[j] or 0 for j in there]
        return [
            right - sum(map(mul, [row[j] for j in there], bounds))
            for row, right in zip(self.rows, self.right, strict=True)
        ]

    def _leaving(self, values: Sequence[int]) -> tuple[int, int] | None:
        """Return the row that is furthest out of its bounds, and what it lacks: positive if it is too low."""
        best: tuple[int, int] | None = None
        for i, (x, name) in enumerate(zip(values, self.basis, strict=True)):
            if name < 0:
                continue
            upper = self.upper[name]
            lack = (
                -x if x < 0 else upper * self.scale - x if upper is not None and x > upper * self.scale else 0
            )
            if lack and self.patience < 0:  # Bland: the first name
                if best is None or name < self.basis[best[0]]:
                    best = i, lack
            elif lack and (best is None or abs(lack) > abs(best[1])):
                best = i, lack
        return best

    def _pivot(self, leaving: int, lack: int) -> bool:
        """Let a basic unknown leave at the bound that it passed; say whether another one could enter."""
        row, prices = self.rows[leaving], self.rows[self.top]
        sign = 1 if lack > 0 else -1
        basic = set(self.basis)
        candidates = [
            j
            for j, a in enumerate(row)
            if a and (sign * a > 0) is self.at_upper[j] and self.upper[j] != 0 and j not in basic
        ]
        bits = 2 * max([row[j].bit_length() for j in candidates], default=0)  # enough to tell ratios apart
        candidates.sort(key=lambda j: (abs(prices[j]) << bits) // abs(row[j]))
        left = abs(lack)
        entering = -1
        passed = []
        for j in candidates:
            upper = self.upper[j]
            if upper is None or left <= abs(row[j]) * upper or self.patience < 0:
                entering = j
                break
            left -= abs(row[j]) * upper
            passed.append(j)
        if entering < 0:
            return False
        for j in passed:
            self.at_upper[j] = not self.at_upper[j]
        self.at_upper[self.basis[leaving]] = lack < 0
        self.at_upper[entering] = False
        self.basis[leaving] = entering
        self._eliminate(leaving, entering)
        return True

    def _eliminate(self, i: int, j: int) -> None:
        line = self.rows[i]
        if line[j] < 0:
            line = self.rows[i] = [-a for a in line]
            self.right[i] = -self.right[i]
        pivot, scale, right = line[j], self.scale, self.right[i]
        for k, row in enumerate(self.rows):
            if k == i:
                continue
            factor = row[j]
            if factor:
                self.rows[k] = [(pivot * a - factor * b) // scale for a, b in zip(row, line, strict=True)]
                self.right[k] = (pivot * self.right[k] - factor * right) // scale
            elif pivot != scale:
                self.rows[k] = [pivot * a // scale for a in row]
                self.right[k] = pivot * self.right[k] // scale
        self.scale = pivot

    def _optimum(self, values: Sequence[int]) -> Optimum:
        found = [
            Fraction(u or 0) if on else Fraction(0) for u, on in zip(self.upper, self.at_upper, strict=True)
        ]
        for name, x in zip(self.basis, values, strict=True):
            if name >= 0:
                found[name] = Fraction(x, self.scale)
        weights = tuple(Fraction(a, self.scale) for a in self.rows[self.top][self.count :])
        return Optimum(Fraction(values[self.top], self.scale), tuple(found[: self.count]), weights)
