"""Occupancies and values of policies in floats, for proposals only; nothing here decides."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csc_array, csr_array, eye_array
from scipy.sparse.linalg import gmres, splu

from specexpr.certify.model import Model, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_DENSE = 80
_KRYLOV = 60
_RESIDUAL = 1e-11


class FloatModel:
    """A model as float arrays: one entry for each (state, action, next)."""

    def __init__(self, model: Model) -> None:
        self.model = model
        entries = [(s, a, t, p) for s, row in enumerate(model.rows) for a, law in row.items() for t, p in law]
        self.source = np.array([e[0] for e in entries], dtype=np.int64)
        self.action = np.array([e[1] for e in entries], dtype=np.int64)
        self.target = np.array([e[2] for e in entries], dtype=np.int64)
        self.probability = np.array([float(e[3]) for e in entries])
        self.start = np.zeros(len(model.states))
        for s, p in model.start:
            self.start[s] = float(p)
        self._known: dict[int, tuple[Table, Array]] = {}

    def choices(self, table: Table) -> Array:
        """Return pi[s, a]; rows of unreachable states may be empty, then all 0."""
        if id(table) not in self._known:
            self._known[id(table)] = table, self._choices(table)
        return self._known[id(table)][1]

    def _choices(self, table: Table) -> Array:
        pi = np.zeros((len(self.model.states), len(self.model.actions)))
        entries = [(s, a, w.numerator / w.denominator) for s, row in enumerate(table) for a, w in row]
        if entries:
            states, actions, weights = zip(*entries, strict=True)
            pi[list(states), list(actions)] = weights
        return pi

    def chain(self, pi: Array) -> csr_array:
        """Return P[s, t] under pi."""
        n = len(self.model.states)
        data = self.probability * pi[self.source, self.action]
        return csr_array((data, (self.source, self.target)), shape=(n, n))

    def occupancy(self, pi: Array, discount: Fraction) -> Array:
        """Return d(s), solving d = start + discount P' d."""
        return _fixed_point(self.chain(pi).T.tocsr(), self.start, discount)

    def value(self, pi: Array, discount: Fraction, reward: Array) -> Array:
        """Return V(s), solving V = r + discount P V; reward: (S, A) means over next states."""
        return self.solve(pi, discount, (pi * reward).sum(axis=1))

    def solve(self, pi: Array, discount: Fraction, right: Array) -> Array:
        """Return x with x = right + discount P x."""
        return _fixed_point(self.chain(pi), right, discount)


def _fixed_point(matrix: csr_array, right: Array, discount: Fraction) -> Array:
    n = len(right)
    g = float(discount)
    if n <= _DENSE:
        return np.asarray(np.linalg.solve(np.eye(n) - g * matrix.toarray(), right), dtype=np.float64)
    system = (eye_array(n) - g * matrix).tocsr()
    x, unconverged = gmres(system, right, rtol=1e-14, restart=_KRYLOV, maxiter=2)
    if unconverged and np.linalg.norm(system @ x - right) > _RESIDUAL * np.linalg.norm(right):
        x = splu(csc_array(system)).solve(right)
    return np.asarray(x, dtype=np.float64)


def dyadic(values: Sequence[float] | NDArray[np.floating[Any]], bits: int) -> list[Fraction]:
    """Round floats to multiples of 2^-bits, exactly: scaling a float by a power of two rounds nothing."""
    below = 1 << bits
    return [Fraction(round(x), below) for x in (np.asarray(values, dtype=np.float64) * float(below)).tolist()]
