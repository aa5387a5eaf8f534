"""The order that values put on policies, as constraints between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from itertools import combinations, pairwise

from specexpr.certify.model import Relation
from specexpr.exact import Value
from specexpr.expressivity.orders import Compare, Standing, compare_values


@dataclass(frozen=True, slots=True)
class Ranked:
    """Which policies, by number, stand in which relation; and two whose values cannot be told apart, if any.

    Where all can be compared only neighbours are, best first, ties in the order that was given.
    """

    pairs: tuple[tuple[int, Relation, int], ...]
    unsettled: tuple[int, int] | None = None
    is_total: bool = True


def ranked(values: Sequence[Value], compare: Compare | None) -> Ranked:
    """Return the order of some values, compared as numbers unless they have an order of their own."""
    if compare is None and all(isinstance(value, Fraction) for value in values):
        exact = [value for value in values if isinstance(value, Fraction)]
        order = sorted(range(len(values)), key=lambda i: exact[i], reverse=True)
        return Ranked(
            tuple(
                (i, Relation.TIE if exact[i] == exact[j] else Relation.STRICT, j) for i, j in pairwise(order)
            )
        )
    compare = compare or compare_values
    found: list[tuple[int, Relation, int]] = []
    standings: dict[tuple[int, int], Standing] = {}
    unsettled = None
    for i, j in combinations(range(len(values)), 2):
        standing = standings[i, j] = compare(values[i], values[j])
        match standing:
            case Standing.ABOVE:
                found.append((i, Relation.STRICT, j))
            case Standing.BELOW:
                found.append((j, Relation.STRICT, i))
            case Standing.TIED:
                found.append((i, Relation.TIE, j))
            case Standing.UNSEPARATED:
                unsettled = unsettled or (i, j)
            case Standing.INCOMPARABLE:
                pass
    if len(found) < len(standings):
        return Ranked(tuple(found), unsettled, is_total=False)

    def earlier(i: int, j: int) -> int:
        standing = standings[min(i, j), max(i, j)]
        if standing is Standing.TIED:
            return 0
        return -1 if (standing is Standing.ABOVE) == (i < j) else 1

    order = sorted(range(len(values)), key=cmp_to_key(earlier))
    tied = Standing.TIED
    return Ranked(
        tuple(
            (i, Relation.TIE if standings[min(i, j), max(i, j)] is tied else Relation.STRICT, j)
            for i, j in pairwise(order)
        )
    )
