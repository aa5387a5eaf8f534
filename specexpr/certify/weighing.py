"""The exact sum of weights times the solution of a sparse system of whole numbers, by lifting.

Let M x = b with an invertible M and weights w. Modulo a prime p the system is solved once; then x is known
modulo p^k, digit by digit: if M x_k = b - p^k r_k, the next digit d solves M d = r_k modulo p, and
r_(k+1) = (r_k - M d) / p is whole. By Cramer's rule x_i = det(M_i) / det(M), where M_i has b in place of a
column. Of each row let a be the sum of the sizes of its entries and c that of its right-hand side. Then
|det M| <= prod a =: D by Hadamard, |det M_i| <= prod (a + c), and |sum of w_i det(M_i)| is at most the sum of
|w_i| times that =: N. Two fractions with numerators up to N and denominators up to D that agree modulo
p^k > 2 N D are equal, and the extended Euclidean algorithm finds the one (Wang).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from operator import mul

from specexpr.certify.proofs import TooLarge
from specexpr.exact import common_denominator

PRIMES = ((1 << 61) - 1, (1 << 61) - 31, (1 << 61) - 45)

Rows = Sequence[Mapping[int, int]]


def weighed_solution(rows: Rows, right: Sequence[int], weights: Sequence[Fraction]) -> Fraction:
    """Return the sum of weights times the x with rows x = right. Raises TooLarge if no prime does."""
    numerators, below = common_denominator(list(weights))
    if not any(right) or not any(numerators):
        return Fraction(0)
    sizes = [sum(map(abs, row.values())) for row in rows]
    most_below = prod(sizes)
    most = sum(map(abs, numerators)) * prod(a + abs(b) for a, b in zip(sizes, right, strict=True))
    for p in PRIMES:
        factors = _factors(rows, p)
        if factors is not None:
            found = _lifted(rows, right, numerators, (p, factors, 2 * most * most_below))
            return _fraction(*found, most) / below
    raise TooLarge("a system of this size is singular modulo the primes that are tried")


Factors = tuple[list[list[int]], list[int]]


def _factors(rows: Rows, p: int) -> Factors | None:
    """Return the rows after elimination modulo p, factors below the pivots, and their order; or None."""
    n = len(rows)
    work = [[row.get(j, 0) % p for j in range(n)] for row in rows]
    order = list(range(n))
    for k in range(n):
        pivot = next((i for i in range(k, n) if work[i][k]), None)
        if pivot is None:
            return None
        work[k], work[pivot] = work[pivot], work[k]
        order[k], order[pivot] = order[pivot], order[k]
        head, inverse = work[k][k + 1 :], pow(work[k][k], -1, p)
        for row in work[k + 1 :]:
            if row[k]:
                row[k] = factor = row[k] * inverse % p
                row[k + 1 :] = [(x - factor * y) % p for x, y in zip(row[k + 1 :], head, strict=True)]
    return work, order


def _solve(factors: Factors, right: Sequence[int], p: int) -> list[int]:
    work, order = factors
    found: list[int] = []
    for k, i in enumerate(order):
        found.append((right[i] - sum(map(mul, work[k][:k], found))) % p)
    for k in reversed(range(len(found))):
        ahead = sum(map(mul, work[k][k + 1 :], found[k + 1 :]))
        found[k] = (found[k] - ahead) * pow(work[k][k], -1, p) % p
    return found


def _lifted(
    rows: Rows, right: Sequence[int], weights: Sequence[int], known: tuple[int, Factors, int]
) -> tuple[int, int]:
    """Return the weighed sum modulo a power of the prime that is larger than a number, and that power."""
    p, factors, enough = known
    rest, total, power = list(right), 0, 1
    while power <= enough:
        digits = _solve(factors, rest, p)
        total += power * sum(map(mul, weights, digits))
        power *= p
        rest = [
            (r - sum(x * digits[j] for j, x in row.items())) // p for r, row in zip(rest, rows, strict=True)
        ]
    return total % power, power


def _fraction(residue: int, modulus: int, most: int) -> Fraction:
    """Return the fraction with a numerator of at most that size that is a number modulo another."""
    above, here = (modulus, 0), (residue, 1)
    while here[0] > most:
        times = above[0] // here[0]
        above, here = here, (above[0] - times * here[0], above[1] - times * here[1])
    return Fraction(here[0], here[1])
