"""Discounted occupancies and values of policies, exactly.

Both are one sparse linear system over the states that a policy reaches: d = mu + g P' d and
V = r + g P V. Small systems are solved in integers, others component by component: strongly connected
components in topological order, each a dense integer solve by FLINT.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from math import lcm

from specexpr.certify.model import Model, Table
from specexpr.exact import common_denominator
from specexpr.models.policy import reachable

_ZERO = Fraction(0)
_IN_PYTHON = 8  # below this size Bareiss elimination on ints beats the conversion to FLINT
_DENSE = 60  # below this size the order of components does not pay

Row = Mapping[int, Fraction]


def policy_row(model: Model, table: Table, state: int) -> Row:
    """Return the law of the next state under the policy."""
    choices = table[state]
    if len(choices) == 1:
        return dict(model.rows[state][choices[0][0]])
    row: dict[int, Fraction] = {}
    for action, weight in choices:
        for successor, probability in model.rows[state][action]:
            row[successor] = row.get(successor, _ZERO) + weight * probability
    return row


def state_occupancy(model: Model, table: Table, discount: Fraction) -> tuple[Fraction, ...]:
    """Return d(s) = sum_t discount^t P(s_t = s) for every state; its sum is 1 / (1 - discount)."""
    numerators, below = integer_occupancy(model, table, discount)
    return tuple(Fraction(n, below) if n else _ZERO for n in numerators)


def integer_occupancy(model: Model, table: Table, discount: Fraction) -> tuple[list[int], int]:
    """Return the same as numerators over one positive denominator."""
    states = [s for s, on in enumerate(reachable(model, table)) if on]
    if len(states) > _DENSE or any(len(table[s]) > 1 for s in states):
        into: dict[int, dict[int, Fraction]] = {s: {} for s in states}
        for s in states:
            for t, probability in policy_row(model, table, s).items():
                into[t][s] = probability
        return common_denominator(fixed_point(len(model.states), states, into, dict(model.start), discount))
    # (I - g P') d = mu with column s of the matrix scaled by q L_s, where g = p/q and L_s P(s, .) is integral
    index = {s: i for i, s in enumerate(states)}
    p, q = discount.numerator, discount.denominator
    matrix = [[0] * len(states) for _ in states]
    scales = []
    for i, s in enumerate(states):
        law = model.rows[s][table[s][0][0]]
        below = lcm(*[weight.denominator for _, weight in law])
        scales.append(q * below)
        matrix[i][i] = q * below
        for t, weight in law:
            matrix[index[t]][i] -= p * weight.numerator * (below // weight.denominator)
    whole = lcm(*[mass.denominator for _, mass in model.start])
    right = [0] * len(states)
    for s, mass in model.start:
        right[index[s]] = mass.numerator * (whole // mass.denominator)
    solution, determinant = solve_integers(matrix, right)
    if determinant < 0:
        solution, determinant = [-x for x in solution], -determinant
    numerators = [0] * len(model.states)
    for s, scale, x in zip(states, scales, solution, strict=True):
        numerators[s] = scale * x
    return numerators, determinant * whole


def policy_value(
    model: Model, table: Table, discount: Fraction, reward: Callable[[int, int], Fraction]
) -> tuple[Fraction, ...]:
    """Return V(s) where the policy goes, 0 elsewhere; reward(s, a) is the mean over next states."""
    states = [s for s, on in enumerate(reachable(model, table)) if on]
    gain: dict[int, Fraction] = {}
    for s in states:
        mean = sum((w * reward(s, a) for a, w in table[s]), _ZERO)
        if mean:
            gain[s] = mean
    if not gain:
        return (_ZERO,) * len(model.states)
    rows = {s: policy_row(model, table, s) for s in states}
    return fixed_point(len(model.states), states, rows, gain, discount)


def expected(start: Sequence[tuple[int, Fraction]], value: Sequence[Fraction]) -> Fraction:
    """Return the mean of a value under a start distribution."""
    return sum((p * value[s] for s, p in start if value[s]), _ZERO)


def fixed_point(
    size: int, states: list[int], rows: Mapping[int, Row], right: Mapping[int, Fraction], discount: Fraction
) -> tuple[Fraction, ...]:
    """Solve x = right + discount * rows x on `states`, to which rows must lead; 0 elsewhere, up to `size`."""
    x = [_ZERO] * size
    for block in [states] if len(states) <= _DENSE else _components(states, rows):
        inside = {s: i for i, s in enumerate(block)}
        constant = [
            right.get(s, _ZERO) + discount * sum((p * x[t] for t, p in rows[s].items() if x[t]), _ZERO)
            for s in block
        ]
        if not any(constant):
            continue
        if len(block) == 1:
            x[block[0]] = constant[0] / (1 - discount * rows[block[0]].get(block[0], _ZERO))
            continue
        for s, value in zip(block, _solve_block(block, inside, rows, constant, discount), strict=True):
            x[s] = value
    return tuple(x)


def _solve_block(
    block: list[int],
    inside: Mapping[int, int],
    rows: Mapping[int, Row],
    constant: list[Fraction],
    discount: Fraction,
) -> list[Fraction]:
    n = len(block)
    matrix: list[list[int]] = []
    scales: list[int] = []
    p, q = discount.numerator, discount.denominator
    for i, s in enumerate(block):
        entries = [(inside[t], weight) for t, weight in rows[s].items() if t in inside]
        weights, below = common_denominator([weight for _, weight in entries])
        line = [0] * n
        line[i] = q * below
        for (j, _), weight in zip(entries, weights, strict=True):
            line[j] -= p * weight
        matrix.append(line)
        scales.append(q * below)
    right, below = common_denominator(constant)
    numerators, denominator = solve_integers(matrix, [k * b for k, b in zip(scales, right, strict=True)])
    denominator *= below
    return [Fraction(k, denominator) for k in numerators]


def solve_integers(matrix: Sequence[Sequence[int]], right: Sequence[int]) -> tuple[list[int], int]:
    """Solve a nonsingular square integer system; return numerators and one common denominator."""
    n = len(right)
    if n <= _IN_PYTHON:
        return _bareiss(matrix, right)
    from flint import fmpz_mat

    solution = fmpz_mat(n, n, list(chain.from_iterable(matrix))).solve(fmpz_mat(n, 1, list(right)))
    numerators, denominator = solution.numer_denom()
    return [int(k) for k in numerators.entries()], int(denominator)


def _bareiss(matrix: Sequence[Sequence[int]], right: Sequence[int]) -> tuple[list[int], int]:
    """Fraction-free Gauss-Jordan elimination: after step k every entry is a minor, so division is exact."""
    n = len(right)
    work = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    previous = 1
    for k in range(n):
        swap = next(i for i in range(k, n) if work[i][k])
        work[k], work[swap] = work[swap], work[k]
        line = work[k]
        pivot = line[k]
        for i in range(n):
            if i != k:
                other = work[i]
                factor = other[k]
                work[i] = [(pivot * a - factor * b) // previous for a, b in zip(other, line, strict=True)]
        previous = pivot
    return [row[n] for row in work], previous


def _components(states: list[int], rows: Mapping[int, Row]) -> list[list[int]]:
    """Return the strongly connected components, each after all those that its rows point to."""
    from graphlib import TopologicalSorter

    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    index = {s: i for i, s in enumerate(states)}
    sources = [index[s] for s in states for _ in rows[s]]
    targets = [index[t] for s in states for t in rows[s]]
    graph = csr_array(
        (np.ones(len(sources), dtype=np.int8), (sources, targets)), shape=(len(states), len(states))
    )
    count, label = connected_components(graph, directed=True, connection="strong")
    below: dict[int, set[int]] = {c: set() for c in range(count)}
    members: list[list[int]] = [[] for _ in range(count)]
    for s in states:
        members[label[index[s]]].append(s)
    for i, j in zip(sources, targets, strict=True):
        if label[i] != label[j]:
            below[int(label[i])].add(int(label[j]))
    return [members[c] for c in TopologicalSorter(below).static_order()]
