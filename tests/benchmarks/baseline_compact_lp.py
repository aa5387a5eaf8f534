"""A peer: acceptable sets on large deterministic environments by one compact linear program in highspy.

Variables are the reward R(s, a), the values V_g of each good policy g, its value J_g at the start, and a
threshold m. A fringe policy f = g[s -> a] needs no values of its own, since
J_f = J_g + d_f(s) (R(s, a) + discount V_g(t) - V_g(s)), where t is the successor and d_f(s) says how often f
visits s, a rank-one update of d_g(s). Rows: J_g >= m, and J_f <= m - 1 for each bad f.

`reduced` leaves out what cannot matter, as an author after speed would: actions that no good policy uses
(their reward can be as low as it takes), and R(s, a) elsewhere, which the first good policy there defines.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
import scipy.sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

TIME_LIMIT = 60.0
Actions = tuple[int, ...]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def accept(
    successor: Integers,
    start: Floats,
    discount: float,
    good: Sequence[Actions],
    *,
    reduced: bool,
    solver: str = "ipm",
) -> bool | None:
    """Say whether a reward accepts the good policies as a range; None when the solver does not know.

    successor: (S, A), the next state; start: (S,).
    """
    rows, lower, upper = (_reduced if reduced else _plain)(successor, start, discount, good)
    return _is_feasible(rows, lower, upper, solver)


class _Rows:
    """Collects sparse rows; the columns are laid out by the caller."""

    def __init__(self) -> None:
        self.parts: list[tuple[NDArray[np.integer], NDArray[np.integer], Floats]] = []
        self.lower: list[Floats] = []
        self.upper: list[Floats] = []
        self.count = 0

    def add(
        self, entries: Sequence[tuple[Integers | int, Floats | float]], low: float, high: float, n: int
    ) -> None:
        """Add n rows; an entry is (columns, coefficients), one of each for every row, or scalars."""
        index = np.arange(self.count, self.count + n)
        for columns, values in entries:
            self.parts.append((index, np.broadcast_to(columns, n), np.broadcast_to(values, n)))
        self.lower.append(np.full(n, low))
        self.upper.append(np.full(n, high))
        self.count += n

    def add_dense(self, columns: Integers, values: Floats, low: float, high: float) -> None:
        """Add one row with many entries."""
        self.parts.append((np.full(len(columns), self.count), columns, values))
        self.lower.append(np.array([low]))
        self.upper.append(np.array([high]))
        self.count += 1

    def matrix(self, width: int) -> scipy.sparse.csr_matrix:
        rows, columns, values = (np.concatenate([part[i] for part in self.parts]) for i in range(3))
        return scipy.sparse.csr_matrix((values, (rows, columns)), shape=(self.count, width))


def _bad_switches(
    successor: Integers, good: Sequence[Actions], k: int, candidates: NDArray[np.bool_]
) -> tuple[Integers, Integers]:
    """Return the (state, action) switches of good policy k that make it bad, among the candidates (S, A)."""
    policy = np.array(good[k])
    wanted = candidates.copy()
    wanted[np.arange(len(policy)), policy] = False
    for other in good:
        differing = np.flatnonzero(np.array(other) != policy)
        if len(differing) == 1:
            wanted[differing[0], other[differing[0]]] = False
    states, actions = np.nonzero(wanted)
    return states, actions


def _visits_after_switch(
    successor: Integers, start: Floats, discount: float, policy: Integers, states: Integers, actions: Integers
) -> Floats:
    """Return how often each state s is visited by the policy once it takes action a there.

    d_f(s) = d_g(s) / (N(s, s) - discount N(t, s)), N(u, s) the visits of s from u under g, t the successor.
    """
    size = len(policy)
    follow = successor[np.arange(size), policy]
    chain = scipy.sparse.csr_matrix((np.ones(size), (np.arange(size), follow)), shape=(size, size))
    system = scipy.sparse.identity(size, format="csc") - discount * chain.T
    visits = scipy.sparse.linalg.splu(system.tocsc()).solve(start)
    root, depth, place, length = _shape(follow)
    order, last = _subtrees(follow, length)
    t = successor[states, actions]
    on_cycle = length[states] > 0
    around = (place[states] - place[root[t]]) % np.maximum(length[states], 1)
    meets = np.where(
        on_cycle,
        root[root[t]] == root[t],
        (order[states] <= order[t]) & (order[t] <= last[states]),
    )
    same_cycle = _cycle_id(follow, length)[root[t]] == _cycle_id(follow, length)[states]
    meets &= np.where(on_cycle, same_cycle, True)
    steps = np.where(on_cycle, depth[t] + around, depth[t] - depth[states])
    home = np.where(on_cycle, 1 / (1 - discount ** np.maximum(length[states], 1).astype(float)), 1.0)
    reaches = np.where(meets, discount ** np.maximum(steps, 0).astype(float), 0.0)
    return visits[states] / (home * (1 - discount * reaches))


def _shape(follow: Integers) -> tuple[Integers, Integers, Integers, Integers]:
    """Return for each state the state where it enters its cycle, and after how many steps.

    Then its place on its cycle, and the length of that, or 0 for a state on none.
    """
    size = len(follow)
    root, depth = np.full(size, -1), np.zeros(size, dtype=np.int64)
    place, length = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    seen = np.full(size, -1)
    for s in range(size):
        path = []
        while seen[s] < 0:
            seen[s] = len(path)
            path.append(s)
            s = follow[s]
        if path and root[s] < 0:
            cycle = path[seen[s] :]
            for i, t in enumerate(cycle):
                root[t], place[t], length[t] = t, i, len(cycle)
            path = path[: len(path) - len(cycle)]
        for t in reversed(path):
            root[t], depth[t] = root[follow[t]], depth[follow[t]] + 1
    return root, depth, place, length


def _cycle_id(follow: Integers, length: Integers) -> Integers:
    """Return the least state of the cycle of each state that is on one, else -1."""
    found = np.full(len(follow), -1)
    for s in np.flatnonzero(length):
        if found[s] < 0:
            t = s
            while found[t] < 0:
                found[t] = s
                t = follow[t]
    return found


def _subtrees(follow: Integers, length: Integers) -> tuple[Integers, Integers]:
    """Return a numbering in which those that lead to a state s off cycles are order[s] to last[s]."""
    size = len(follow)
    before: list[list[int]] = [[] for _ in range(size)]
    for s in range(size):
        if not length[s]:
            before[follow[s]].append(s)
    order, last = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    number = 0
    for root in np.flatnonzero(length):
        stack = [(int(root), False)]
        while stack:
            s, is_done = stack.pop()
            if is_done:
                last[s] = number - 1
                continue
            order[s] = number
            number += 1
            stack.append((s, True))
            stack.extend((t, False) for t in before[s])
    return order, last


def _plain(
    successor: Integers, start: Floats, discount: float, good: Sequence[Actions]
) -> tuple[scipy.sparse.csr_matrix, Floats, Floats]:
    size, actions = successor.shape
    rows, index = _Rows(), np.arange(size)
    value = [size * actions + k * size for k in range(len(good))]
    total = size * (actions + len(good))
    threshold = total + len(good)
    for k, policy in enumerate(good):
        policy = np.array(policy)
        own = value[k] + index
        rows.add(
            [(own, 1.0), (value[k] + successor[index, policy], -discount), (index * actions + policy, -1.0)],
            0,
            0,
            size,
        )
        rows.add_dense(np.append(own, total + k), np.append(-start, 1.0), 0, 0)
        rows.add([(total + k, 1.0), (threshold, -1.0)], 0, np.inf, 1)
        states, switched = _bad_switches(successor, good, k, np.ones((size, actions), dtype=bool))
        c = _visits_after_switch(successor, start, discount, policy, states, switched)
        rows.add(
            [
                (total + k, 1.0),
                (states * actions + switched, c),
                (value[k] + successor[states, switched], discount * c),
                (value[k] + states, -c),
                (threshold, -1.0),
            ],
            -np.inf,
            -1,
            len(states),
        )
    return rows.matrix(threshold + 1), np.concatenate(rows.lower), np.concatenate(rows.upper)


def _reduced(
    successor: Integers, start: Floats, discount: float, good: Sequence[Actions]
) -> tuple[scipy.sparse.csr_matrix, Floats, Floats]:
    size, actions = successor.shape
    rows, index = _Rows(), np.arange(size)
    definer = np.full((size, actions), -1)
    for k in reversed(range(len(good))):
        definer[index, list(good[k])] = k
    total = size * len(good)
    threshold = total + len(good)

    def value(k: Integers | int, s: Integers) -> Integers:
        return k * size + s

    for k, policy in enumerate(good):
        policy = np.array(policy)
        rows.add_dense(np.append(value(k, index), total + k), np.append(-start, 1.0), 0, 0)
        rows.add([(total + k, 1.0), (threshold, -1.0)], 0, np.inf, 1)
        first = definer[index, policy]
        shared = np.flatnonzero(first != k)
        t = successor[shared, policy[shared]]
        rows.add(
            [
                (value(k, shared), 1.0),
                (value(k, t), -discount),
                (value(first[shared], shared), -1.0),
                (value(first[shared], t), discount),
            ],
            0,
            0,
            len(shared),
        )
        states, switched = _bad_switches(successor, good, k, definer >= 0)
        c = _visits_after_switch(successor, start, discount, policy, states, switched)
        t, by = successor[states, switched], definer[states, switched]
        rows.add(
            [
                (total + k, 1.0),
                (value(by, states), c),
                (value(by, t), -discount * c),
                (value(k, t), discount * c),
                (value(k, states), -c),
                (threshold, -1.0),
            ],
            -np.inf,
            -1,
            len(states),
        )
    return rows.matrix(threshold + 1), np.concatenate(rows.lower), np.concatenate(rows.upper)


def _is_feasible(matrix: scipy.sparse.csr_matrix, lower: Floats, upper: Floats, solver: str) -> bool | None:
    matrix.sum_duplicates()
    rows, columns = matrix.shape
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = columns, rows
    program.col_cost_ = np.zeros(columns)
    program.col_lower_ = np.full(columns, -highspy.kHighsInf)
    program.col_upper_ = np.full(columns, highspy.kHighsInf)
    program.row_lower_, program.row_upper_ = lower, upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("solver", solver)
    highs.setOptionValue("time_limit", TIME_LIMIT)
    if solver == "ipm":
        highs.setOptionValue("run_crossover", "off")
    highs.passModel(program)
    highs.run()
    match highs.getModelStatus():
        case highspy.HighsModelStatus.kOptimal:
            return True
        case highspy.HighsModelStatus.kInfeasible:
            return False
        case _:
            return None
