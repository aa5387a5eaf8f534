"""Moments of a return, exactly, whether it takes finitely many values or not.

With M_j(x) = E Z(x)^j, the binomial theorem on Z(x) = pay + factor Z(y) gives

    M_k(x) = sum over edges of p sum_j C(k, j) pay^(k-j) factor^j M_j(y),

a linear system in M_k once M_0 = 1, .., M_{k-1} are known; from each node mass gets lost sooner or later. The
first steps of a return are added one by one, the last of them first.

Matthew J. Sobel: The Variance of Discounted Markov Decision Processes (Journal of Applied Probability, 1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, lcm

from specexpr.certify.measure import PayingChain
from specexpr.solve.absorption import absorbed
from specexpr.solve.risk.returns import Return

_ZERO, _ONE = Fraction(0), Fraction(1)


def moment(of: Return, order: int) -> Fraction:
    """Return E G^order, order >= 1."""
    chain = of.chain
    size = range(len(chain.nodes))
    start = dict(chain.start)
    tails: list[list[Fraction]] = [[_ONE for _ in size]]
    if not of.tail:
        tails += [[_ZERO for _ in size] for _ in range(order)]
    elif not of.head:
        for k in range(1, order):
            tails.append(absorbed(*_system(chain, tails, k)))
        rows, right = _system(chain, tails, order)
        return of.tail**order * _weighed(rows, right, start)
    else:
        for k in range(1, order + 1):
            tails.append(absorbed(*_system(chain, tails, k)))
        tails = [[of.tail**k * value for value in tail] for k, tail in enumerate(tails)]
    return _with_head(of, tails)


def _system(
    chain: PayingChain, known: Sequence[Sequence[Fraction]], k: int
) -> tuple[list[dict[int, Fraction]], list[Fraction]]:
    """Return the rows and the right-hand side of M_k = right + rows M_k."""
    rows: list[dict[int, Fraction]] = []
    right: list[Fraction] = []
    for edges in chain.edges:
        row: dict[int, Fraction] = {}
        total = _ZERO
        for e in edges:
            if e.factor:
                row[e.node] = row.get(e.node, _ZERO) + e.probability * e.factor**k
            if e.pay:
                total += e.probability * sum(
                    comb(k, j) * e.pay ** (k - j) * e.factor**j * known[j][e.node] for j in range(k)
                )
        rows.append(row)
        right.append(total)
    return rows, right


def _weighed(
    rows: Sequence[dict[int, Fraction]], right: Sequence[Fraction], start: dict[int, Fraction]
) -> Fraction:
    """Return start . x for x = right + rows x, by way of the y = start + y rows: start . x = y . right."""
    columns: list[dict[int, Fraction]] = [{} for _ in rows]
    for x, row in enumerate(rows):
        for y, p in row.items():
            columns[y][x] = p
    visits = absorbed(columns, [start.get(x, _ZERO) for x in range(len(rows))])
    return sum((n * b for n, b in zip(visits, right, strict=True) if n and b), _ZERO)


def _with_head(of: Return, tails: Sequence[Sequence[Fraction]]) -> Fraction:
    """Return E (sum of the first steps + Z)^k, k the last order that tails are given of.

    Integers throughout: with pays times `scale`, M_j is numbers[j] / (below scale^j).
    """
    chain, order = of.chain, len(tails) - 1
    share = lcm(*[e.probability.denominator for edges in chain.edges for e in edges])
    pays = {(w * e.pay).denominator for w in set(of.head) for edges in chain.edges for e in edges}
    scale = lcm(*pays)
    scaled = [[value * scale**j for value in tail] for j, tail in enumerate(tails)]
    below = lcm(*[value.denominator for tail in scaled for value in tail])
    numbers = [[int(value * below) for value in tail] for tail in scaled]
    binomials = [[comb(k, j) for j in range(k + 1)] for k in range(order + 1)]
    for weight in reversed(of.head):
        after: list[list[int]] = [[] for _ in numbers]
        for edges in chain.edges:
            totals = [0] * (order + 1)
            for e in edges:
                n = int(e.probability * share)
                pay = int(weight * e.pay * scale)
                powers = [pay**i for i in range(order + 1)]
                for k in range(order + 1):
                    inner = sum(binomials[k][j] * powers[k - j] * numbers[j][e.node] for j in range(k + 1))
                    totals[k] += n * inner
            for k, total in enumerate(totals):
                after[k].append(total)
        numbers, below = after, below * share
    whole = sum((p * numbers[order][x] for x, p in chain.start), _ZERO)
    return whole / Fraction(below * scale**order)


def mean_and_square(of: Return) -> tuple[Fraction, Fraction]:
    """Return E G and E G^2."""
    return moment(of, 1), moment(of, 2)
