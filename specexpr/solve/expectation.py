"""The discounted expectation of a chain from its start, exactly: one number, however large the chain.

E sum_t g^t r(x_t) = c . x, where x = r + g P x and c is the law of the start. Small systems are solved as
they are. In large sparse ones floats propose digits of x and integers keep the residual: with A = I - g P,
its rows scaled to integers, and A x = b, each round takes d near 2^k A^-1 b and goes on with 2^k b - A d,
exactly. By Cramer's rule a denominator of c . x is that of c times det A, and det A is at most the product of
the diagonal, since A is an M-matrix. So once the sum of the digits is so close to c . x that no second
fraction with such a denominator is as close, the nearest one is the value, proved.

That is Dixon's lifting with floats in place of a prime: John D. Dixon, Exact solution of linear equations
using p-adic expansions (1982); Zhendong Wan, An algorithm to solve integer linear systems exactly using
numerical methods (2006).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod
from typing import Any

from specexpr.certify.model import Model, Table
from specexpr.models.occupancy import fixed_point, policy_row
from specexpr.models.policy import reachable

SMALL = 60
"""Systems of so many states are solved as they are."""

_ZERO = Fraction(0)
_MOST_BITS = 46  # digits of a round: a float has 53, some of them are lost to its rounding
_LEAST_BITS = 8
_WORD = 1 << 62  # sums below this do not overflow an int64

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
        lifted = _lifted(_scaled(rows, gain, discount), start, discount)
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


@dataclass(frozen=True, slots=True)
class _System:
    """A x = b in integers: A by its entries, `diagonal` among them."""

    places: tuple[list[int], list[int]]
    entries: list[int]
    diagonal: list[int]
    right: list[int]


def _scaled(rows: Sequence[Row], gain: Sequence[Fraction], discount: Fraction) -> _System:
    """Return (I - g P) x = r with each row multiplied by its common denominator."""
    p, q = discount.numerator, discount.denominator
    system = _System(([], []), [], [], [])
    for x, (law, pays) in enumerate(zip(rows, gain, strict=True)):
        below = lcm(pays.denominator, *[weight.denominator for weight in law.values()])
        on = q * below
        for y, weight in law.items():
            entry = p * weight.numerator * (below // weight.denominator)
            if y == x:
                on -= entry
            else:
                _enter(system, x, y, -entry)
        _enter(system, x, x, on)
        system.diagonal.append(on)
        system.right.append(q * pays.numerator * (below // pays.denominator))
    return system


def _enter(system: _System, row: int, column: int, entry: int) -> None:
    system.places[0].append(row)
    system.places[1].append(column)
    system.entries.append(entry)


def _lifted(system: _System, start: Mapping[int, Fraction], discount: Fraction) -> Fraction | None:
    """Return c . x, or None where machine words do not suffice."""
    import numpy as np
    from scipy.sparse import csc_array, csr_array
    from scipy.sparse.linalg import splu

    size = len(system.right)
    norm = max(map(sum, _by_row(system)))
    if max(norm, *map(abs, system.right)) >> (62 - _LEAST_BITS):
        return None
    below = lcm(*[p.denominator for p in start.values()])
    law = [(x, p.numerator * (below // p.denominator)) for x, p in start.items()]
    bound = below * prod(system.diagonal)
    matrix = csr_array((np.array(system.entries, dtype=np.int64), system.places), shape=(size, size))
    floats = csc_array(matrix, dtype=np.float64)  # diagonally dominant: no pivots need be sought
    factors = splu(floats, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    residual: Any = np.array(system.right, dtype=np.int64)
    digits, done = 0, 0
    # |c . x - digits / 2^done| <= |residual| / (1 - g) / 2^done, as the rows of A are those of I - g P times
    # numbers that are at least 1; twice that must be less than 1 / bound^2, the least distance of two values
    needed = 2 * bound * bound * discount.denominator
    while True:
        largest = int(np.abs(residual).max())
        if largest * needed < (discount.denominator - discount.numerator) << done:
            return Fraction(digits, below << done).limit_denominator(bound)
        proposed = factors.solve(residual.astype(np.float64))
        size_of = float(np.abs(proposed).max())
        bits = _MOST_BITS
        while bits >= _LEAST_BITS and max(norm * (size_of * 2**bits + 1), largest * 2**bits) >= _WORD:
            bits -= 1
        if not np.isfinite(size_of) or bits < _LEAST_BITS:
            return None
        step: Any = np.rint(np.ldexp(proposed, bits)).astype(np.int64)
        residual = (residual << bits) - matrix @ step
        digits = (digits << bits) + sum(weight * int(step[x]) for x, weight in law)
        done += bits


def _by_row(system: _System) -> list[list[int]]:
    """Return the absolute values of the entries of each row."""
    found: list[list[int]] = [[] for _ in system.right]
    for row, entry in zip(system.places[0], system.entries, strict=True):
        found[row].append(abs(entry))
    return found
