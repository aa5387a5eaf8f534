"""Supports: constraints with weights that are polynomials in the discount g, and their weighted differences.

A support adds up if sum of weight(g) x difference(g) of features is zero: for every g, or at one of them,
where a weight stands for an element of the field that g generates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from specexpr.certify.algebraic import Coefficients, integers, read_coefficients, write_coefficients
from specexpr.certify.asked import asked_constraints
from specexpr.certify.chain import Chain
from specexpr.certify.model import Claim, Constraint, Relation, TrajectoryConstraint
from specexpr.certify.node import Node
from specexpr.certify.polynomial import Polynomial, add, negated
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.series import Series, combined, policy_series, sequence_series
from specexpr.certify.walk import Coordinate, Walker


@dataclass(frozen=True, slots=True)
class Support:
    """Constraints, as terms of weight 1, and their weights: coefficients, ascending."""

    terms: tuple[Term, ...]
    weights: tuple[Coefficients, ...]


Weighted = list[tuple[Relation, Polynomial]]
"""The relations of a support with their weights, all times one positive number."""


def weighted(support: Support) -> Weighted:
    """Return the weights of a support over the integers. Raises Refused."""
    weights = integers(support.weights)
    if len(weights) != len(support.terms) or not all(weights):
        raise Refused("a term of the certificate has no weight")
    return [(term.relation, weight) for term, weight in zip(support.terms, weights, strict=True)]


@dataclass(frozen=True, slots=True)
class Sums:
    """Adds up supports of a claim; what policies and sequences visit is computed once."""

    claim: Claim
    walks: Walker
    chains: Sequence[Chain]
    _known: dict[object, Series] = field(default_factory=dict)

    def total(self, support: Support) -> list[Polynomial]:
        """Return the weighted sum on each coordinate where it is not zero, times a positive polynomial.

        Raises Refused when a term is not asked for.
        """
        asked = asked_constraints(self.claim, self.chains, support.terms)
        sides: dict[object, Polynomial] = {}
        for c, (_, weight) in zip(asked, weighted(support), strict=True):
            for side, signed in zip(self._sides(c), (weight, negated(weight)), strict=True):
                sides[side] = add(sides.get(side, ()), signed)
        total: dict[Coordinate, Polynomial] = combined((self._known[side], w) for side, w in sides.items())
        return list(total.values())

    def _sides(self, c: Constraint) -> list[object]:
        """Return the names of both sides of a constraint, whose series are then known. Raises Refused."""
        found: list[object] = []
        if isinstance(c, TrajectoryConstraint):
            if self.walks.is_regularised:
                raise Refused("the formalism does not compare sequences")
            for steps in (c.better, c.worse):
                found.append((c.model, steps))
                if found[-1] not in self._known:
                    self._known[found[-1]] = sequence_series(self.walks, c.model, steps)
        else:
            for table in (c.better, c.worse):
                found.append((c.model, self.chains[c.model].behaviour(table)[1]))
                if found[-1] not in self._known:
                    self._known[found[-1]] = policy_series(self.walks, c.model, table)
        return found


def read_support(node: Node, scope: Scope) -> Support:
    """Read a list of terms whose weights are lists of rationals. Raises Malformed."""
    weights, terms = [], []
    for item in node.items():
        entries = dict(item.entries())
        if "weight" in entries:
            weights.append(read_coefficients(entries["weight"]))
            entries["weight"] = replace(entries["weight"], value="1")
        terms.append({key: entry.value for key, entry in entries.items()})
    return Support(scope.read_terms(replace(node, value=terms)), tuple(weights))


def write_support(support: Support, scope: Scope) -> list[JsonObject]:
    """Return the JSON of a support."""
    written = zip(scope.write_terms(support.terms), support.weights, strict=True)
    return [{**term, "weight": write_coefficients(weight)} for term, weight in written]
