"""Absorption probabilities in floats: x = right + P x on many nodes from which mass gets lost.

Large systems are solved by BiCGSTAB on the rows divided by their diagonal. It is written out here because
inner products by a threaded BLAS cost more than they save on vectors of this size, and a multiple of it on a
machine that is busy.

Henk A. van der Vorst: Bi-CGSTAB: A Fast and Smoothly Converging Variant of Bi-CG for the Solution of
Nonsymmetric Linear Systems (SIAM Journal on Scientific and Statistical Computing, 1992).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array, csr_array, diags_array, eye_array
from scipy.sparse.linalg import splu

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SMALL = 2_000
"""Systems of so many nodes are solved by elimination."""

_ROUNDS = 500
_RESIDUAL = 1e-11
_BREAKDOWN = 1e-60


def absorbed_floats(matrix: csr_array, right: Floats) -> Floats:
    """Solve x = right + matrix x, by elimination if small, by iteration else.

    >>> absorbed_floats(csr_array(np.array([[0.5]])), np.array([0.25])).tolist()
    [0.5]
    """
    size = len(right)
    system = csr_array(eye_array(size, format="csr") - matrix)
    if size > SMALL:
        found = _iterated(system, right)
        if found is not None:
            return found
    return np.asarray(splu(csc_array(system)).solve(right), dtype=np.float64)


def _iterated(system: csr_array, right: Floats) -> Floats | None:
    """Solve a system with a positive diagonal; None if the residual does not get small enough."""
    scale = 1 / system.diagonal()
    system, right = csr_array(diags_array(scale) @ system), scale * right
    x: Floats = np.zeros_like(right)
    residual = right.copy()
    shadow = right.copy()
    direction: Floats = np.zeros_like(right)
    image: Floats = np.zeros_like(right)
    rho = alpha = omega = 1.0
    goal = _RESIDUAL * _RESIDUAL * _dot(right, right)
    for _ in range(_ROUNDS):
        before, rho = rho, _dot(shadow, residual)
        if abs(rho) < _BREAKDOWN or abs(omega) < _BREAKDOWN:
            return None
        direction -= omega * image
        direction *= (rho / before) * (alpha / omega)
        direction += residual
        image = system @ direction
        alpha = rho / _dot(shadow, image)
        residual -= alpha * image
        x += alpha * direction
        if _dot(residual, residual) <= goal:
            break
        other = system @ residual
        omega = _dot(other, residual) / _dot(other, other)
        x += omega * residual
        residual -= omega * other
        if _dot(residual, residual) <= goal:
            break
    away = right - system @ x
    return x if np.isfinite(x).all() and _dot(away, away) <= 4 * goal else None


def _dot(one: Floats, other: Floats) -> float:
    return float(np.einsum("i,i", one, other))
