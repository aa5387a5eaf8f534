"""The discounted expectation of a chain from its start, exactly: one number, however large the chain.

E sum_t g^t r(x_t) = c . x, where x = r + g P x and c is the law of the start. Small systems are solved as
they are, of large ones only c . x is found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm

from specexpr.certify.model import Model, Table
from specexpr.models.occupancy import fixed_point, policy_row
from specexpr.models.policy import reachable

SMALL = 60
"""Systems of so many states are solved as they are."""

_ZERO = Fraction(0)

Row = Mapping[int, Fraction]


def discounted_expectation(
    rows: Sequence[Row], gain: Sequence[Fraction], *, start: Mapping[int, Fraction], discount: Fraction
) -> Fraction:
    """Return E sum_t discount^t gain[x_t] of the chain with these rows, over states 0, 1, ..

    >>> one = Fraction(1)
    >>> discounted_expectation([{1: one}, {0: one}], [one, 0 * one], start={0: one}, discount=one / 2)
    Fraction(4, 3)
    """
    rows, gain, start = _useful(rows, gain, start)
    if not rows or not start:
        return _ZERO
    if len(rows) > SMALL:
        lifted = _lifted(rows, gain, start, discount)
        if lifted is not None:
            return lifted
    value = fixed_point(
        len(rows), list(range(len(rows))), dict(enumerate(rows)), dict(enumerate(gain)), discount
    )
    return sum((p * value[x] for x, p in start.items()), _ZERO)


def _useful(
    rows: Sequence[Row], gain: Sequence[Fraction], start: Mapping[int, Fraction]
) -> tuple[Sequence[Row], Sequence[Fraction], Mapping[int, Fraction]]:
    """Return the chain without the states after which nothing is gained; they are worth 0."""
    before: list[list[int]] = [[] for _ in rows]
    for x, law in enumerate(rows):
        for y in law:
            before[y].append(x)
    is_useful = [bool(value) for value in gain]
    found = [x for x, on in enumerate(is_useful) if on]
    for y in found:
        for x in before[y]:
            if not is_useful[x]:
                is_useful[x] = True
                found.append(x)
    if len(found) == len(rows):
        return rows, gain, start
    place = {x: i for i, x in enumerate(sorted(found))}
    kept = [{place[y]: p for y, p in rows[x].items() if y in place} for x in place]
    begun = {place[x]: p for x, p in start.items() if x in place}
    return kept, [gain[x] for x in place], begun


def policy_expectation(
    model: Model, table: Table, *, discount: Fraction, reward: Callable[[int, int], Fraction]
) -> Fraction:
    """Return the value of a policy; reward(s, a) is the mean over next states."""
    reached = [s for s, on in enumerate(reachable(model, table)) if on]
    place = {s: x for x, s in enumerate(reached)}
    rows = [{place[t]: p for t, p in policy_row(model, table, s).items()} for s in reached]
    gain = [sum((w * reward(s, a) for a, w in table[s]), _ZERO) for s in reached]
    start = {place[s]: p for s, p in model.start}
    return discounted_expectation(rows, gain, start=start, discount=discount)


def _lifted(
    rows: Sequence[Row], gain: Sequence[Fraction], start: Mapping[int, Fraction], discount: Fraction
) -> Fraction | None:
    """Return c . x from (I - g P) x = r with each row multiplied by its common denominator."""
    from specexpr.solve.functional import weighed_solution  # numpy, for large systems alone

    p, q = discount.numerator, discount.denominator
    matrix: list[dict[int, int]] = []
    right: list[int] = []
    for x, (law, pays) in enumerate(zip(rows, gain, strict=True)):
        below = lcm(pays.denominator, *[weight.denominator for weight in law.values()])
        line = {y: -p * weight.numerator * (below // weight.denominator) for y, weight in law.items()}
        line[x] = line.get(x, 0) + q * below
        matrix.append(line)
        right.append(q * pays.numerator * (below // pays.denominator))
    # the rows are those of I - g P times numbers that are at least 1
    return weighed_solution(matrix, right, start, inverse=1 / (1 - discount))
