"""Whole pieces that meet ties exactly: where shares cannot make up for what is missing, sums have to agree.

A combination of tied constraints to which no share contributes is an equation in whole numbers. Its solutions
are found by halves: the sums of one half of the columns are kept, those of the other half looked up. (Ellis
Horowitz and Sartaj Sahni, Computing Partitions with Applications to the Knapsack Problem, 1974.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import lcm

from specexpr.certify.model import Relation
from specexpr.expressivity.ltl.choosing import Bounds, Column, Gaps

_MOST_SUMS = 4_096  # of each half
_ALIKE = 8  # choices that are kept for one sum

Equation = tuple[int, ...]


def balances(gaps: Gaps, columns: Sequence[Column]) -> Iterator[Bounds]:
    """Yield bounds that fix whole columns so that ties can be met; the largest columns, if there are many.

    Nothing is yielded where shares can make up for everything.
    """
    ties = [k for k, relation in enumerate(gaps.asked.relations) if relation is Relation.TIE]
    free = [[gaps.columns[j][k] for k in ties] for j, column in enumerate(columns) if not column.is_whole]
    rules = kernel(free, len(ties))
    if not rules:
        return
    sums: dict[int, Equation] = {}
    for j, column in enumerate(columns):
        if column.is_whole:
            found = tuple(
                sum(a * gaps.columns[j][k] for a, k in zip(rule, ties, strict=True)) for rule in rules
            )
            if any(found):
                sums[j] = found
    order = sorted(sums, key=lambda j: (-max(map(abs, sums[j])), j))
    halves: list[list[int]] = [[], []]
    counts = [1, 1]
    for j in order:
        half = 0 if counts[0] <= counts[1] else 1
        if counts[half] * (columns[j].count + 1) > _MOST_SUMS:
            break
        halves[half].append(j)
        counts[half] *= columns[j].count + 1
    known: dict[Equation, list[tuple[int, ...]]] = {}
    for amounts in product(*(range(columns[j].count + 1) for j in halves[0])):
        kept = known.setdefault(_total(sums, halves[0], amounts, len(rules)), [])
        if len(kept) < _ALIKE:
            kept.append(amounts)
    for amounts in product(*(range(columns[j].count + 1) for j in halves[1])):
        needed = tuple(-x for x in _total(sums, halves[1], amounts, len(rules)))
        for others in known.get(needed, ()):
            fixed = dict(zip((*halves[0], *halves[1]), (*others, *amounts), strict=True))
            yield tuple(
                (fixed[j], fixed[j]) if j in fixed else (0, 0) if j in sums else (0, column.count)
                for j, column in enumerate(columns)
            )


def _total(sums: dict[int, Equation], half: Sequence[int], amounts: Sequence[int], size: int) -> Equation:
    used = [(sums[j], n) for j, n in zip(half, amounts, strict=True) if n]
    return tuple([sum([found[i] * n for found, n in used]) for i in range(size)])


def kernel(vectors: Sequence[Sequence[int]], size: int) -> list[tuple[int, ...]]:
    """Return a basis, in whole numbers, of what vanishes on all vectors of this size.

    >>> kernel([(1, 2, 0)], 3)
    [(-2, 1, 0), (0, 0, 1)]
    """
    rows: list[tuple[int, list[Fraction]]] = []
    for vector in vectors:
        rest = list(map(Fraction, vector))
        for pivot, row in rows:
            rest = [x - rest[pivot] * y for x, y in zip(rest, row, strict=True)]
        place = next((k for k, x in enumerate(rest) if x), None)
        if place is not None:
            new = [x / rest[place] for x in rest]
            rows = [(p, [x - row[place] * y for x, y in zip(row, new, strict=True)]) for p, row in rows]
            rows.append((place, new))
    found = []
    for k in range(size):
        if k not in {pivot for pivot, _ in rows}:
            line = [Fraction(int(i == k)) for i in range(size)]
            for pivot, row in rows:
                line[pivot] = -row[k]
            below = lcm(*(x.denominator for x in line))
            found.append(tuple(int(x * below) for x in line))
    return found
