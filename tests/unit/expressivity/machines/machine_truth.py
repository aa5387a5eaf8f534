"""How many machine states a small claim needs, by brute force over all structures."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from types import MappingProxyType
from typing import Any

from specexpr.certify.model import Claim, Constraint, Model, PolicyConstraint, Table, Trajectory
from specexpr.testing.brute_force import comparisons, occupancy
from specexpr.testing.linear_truth import Inequality, is_consistent
from specexpr.testing.word_confirmation import observations
from specexpr.testing.word_truth import observed

Key = Any
Moves = tuple[tuple[int, ...], ...]


def least_states(claim: Claim, *, most: int = 2) -> int | None:
    """Return the least number of machine states that do for some rewards, None if it is above `most`."""
    count = len(observations(claim))
    for states in range(1, most + 1):
        for targets in product(range(states), repeat=states * count):
            moves = tuple(targets[u * count : (u + 1) * count] for u in range(states))
            if is_met(claim, moves):
                return states
    return None


def is_met(claim: Claim, moves: Moves) -> bool:
    """Say whether some rewards on a structure meet a claim."""
    structure = Structure(claim, moves)
    return is_consistent([Inequality(structure.gap(asked), asked.relation) for asked in comparisons(claim)])


class Structure:
    """The product of a structure with each environment, all pairs (u, s), reached or not."""

    def __init__(self, claim: Claim, moves: Moves) -> None:
        self.claim, self.moves = claim, moves
        self.known = {o: i for i, o in enumerate(observations(claim))}
        self.products = [self.product(k) for k in range(len(claim.models))]
        self.of_policy: dict[tuple[int, Table], Mapping[Key, Fraction]] = {}

    def target(self, k: int, u: int, s: int, a: int, t: int) -> int:
        seen = observed(self.claim, k, s, a, t)
        if seen not in self.known:  # sequences are compared: what follows is not seen
            seen = (s, a)
        return self.moves[u][self.known[seen]]

    def product(self, k: int) -> Model:
        model = self.claim.models[k]
        many, rows = len(model.states), []
        for u in range(len(self.moves)):
            for s, row in enumerate(model.rows):
                laws = {
                    a: tuple(sorted((self.target(k, u, s, a, t) * many + t, p) for t, p in law))
                    for a, law in row.items()
                }
                rows.append(MappingProxyType(laws))
        names = tuple(f"{u} {s}" for u in range(len(self.moves)) for s in model.states)
        return Model(names, model.actions, model.start, tuple(rows))

    def gap(self, asked: Constraint) -> dict[Key, Fraction]:
        better, worse = (
            self.policy(asked.model, side)  # type: ignore[arg-type] # as the constraint says
            if isinstance(asked, PolicyConstraint)
            else self.sequence(asked.model, side)  # type: ignore[arg-type]
            for side in (asked.better, asked.worse)
        )
        gap = {key: better.get(key, Fraction(0)) - worse.get(key, Fraction(0)) for key in {**better, **worse}}
        return {key: x for key, x in gap.items() if x}

    def key(self, k: int, u: int, s: int, a: int, t: int) -> Key:
        if self.claim.setting.labels is not None:
            return u, observed(self.claim, k, s, a, t)
        return (u, s, a) if len(self.claim.models) == 1 else (u, s, a, t)

    def policy(self, k: int, table: Table) -> Mapping[Key, Fraction]:
        if (k, table) not in self.of_policy:
            many = len(self.claim.models[k].states)
            found: dict[Key, Fraction] = {}
            visits = occupancy(self.products[k], table * len(self.moves), self.claim.fixed_discount)
            for (us, a, vt), n in visits.items():
                key = self.key(k, us // many, us % many, a, vt % many)
                found[key] = found.get(key, Fraction(0)) + n
            self.of_policy[k, table] = found
        return self.of_policy[k, table]

    def sequence(self, k: int, steps: Trajectory) -> Mapping[Key, Fraction]:
        found: dict[Key, Fraction] = {}
        u, weight = 0, Fraction(1)
        for s, a in steps:
            law = self.claim.models[k].rows[s][a]
            for t, q in law:
                key = self.key(k, u, s, a, t)
                found[key] = found.get(key, Fraction(0)) + weight * q
            u = self.target(k, u, s, a, law[0][0])
            weight *= self.claim.fixed_discount
        return found
