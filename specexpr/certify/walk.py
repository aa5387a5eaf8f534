"""The Markov chain of a policy with a memory, and what a visit to each of its nodes counts.

A linear specification gives a weight to each *coordinate*; a policy is worth the sum of the weights of what
it visits. Coordinates are keys:
- (s, a), or (s, a, t) where one specification serves several models;
- with a machine (u, s, a) or (u, s, a, t), or (u, o) where observation o is a label set;
- for a regulariser moreover ("law", mu) for each law mu of actions.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.model import Claim, Machine, Table, Trajectory
from specexpr.certify.observing import Observations, observations

Coordinate: TypeAlias = tuple[Hashable, ...]
Row: TypeAlias = tuple[tuple[int, Fraction], ...]

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Walk:
    """Reached nodes (machine state, state), breadth first, with the law of the next node.

    `start` and `steps[x]` are (node, probability); `actions[x]` the (action, probability) at node x.
    """

    nodes: tuple[tuple[int, int], ...]
    start: Row
    steps: tuple[Row, ...]
    actions: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks the models of a claim, with a memory where there is a machine.

    discounts: where they belong to (state, action), the steps of a walk are multiplied by them.
    is_regularised: a visit also counts the law of actions that the policy has there.
    """

    claim: Claim
    machine: Machine | None = None
    seen: Observations | None = None
    discounts: Mapping[tuple[int, int], Fraction] | None = None
    is_regularised: bool = False

    def walk(self, model: int, table: Table) -> Walk:
        """Return the chain of a policy on the nodes that it reaches."""
        rows, start = self.claim.models[model].rows, self.claim.models[model].start
        place = {(0, s): x for x, (s, _) in enumerate(start)}
        nodes = list(place)
        steps: list[Row] = []
        for u, s in nodes:
            law: dict[int, Fraction] = {}
            for a, p in table[s]:
                share = p if self.discounts is None else p * self.discounts.get((s, a), _ZERO)
                for t, q in rows[s][a]:
                    node = self._move(model, u, (s, a, t)), t
                    if node not in place:
                        place[node] = len(nodes)
                        nodes.append(node)
                    law[place[node]] = law.get(place[node], _ZERO) + share * q
            steps.append(tuple(law.items()))
        return Walk(
            tuple(nodes),
            tuple((place[0, s], p) for s, p in start),
            tuple(steps),
            tuple(table[s] for _, s in nodes),
        )

    def _move(self, model: int, u: int, step: tuple[int, int, int]) -> int:
        if self.machine is None or self.seen is None:
            return 0
        return self.machine.moves[u][self.seen.of[model][step]]

    def counts(self, model: int, walk: Walk, visits: Sequence[Fraction]) -> dict[Coordinate, Fraction]:
        """Return how often each coordinate is visited, given how often each node is."""
        found: dict[Coordinate, Fraction] = {}
        for (u, s), choices, n in zip(walk.nodes, walk.actions, visits, strict=True):
            if not n:
                continue
            if self.is_regularised:
                found["law", choices] = found.get(("law", choices), _ZERO) + n
            for a, p in choices:
                for key, mass in self.keys(model, u, s, a):
                    found[key] = found.get(key, _ZERO) + n * p * mass
        return found

    def keys(self, model: int, u: int, s: int, a: int) -> list[tuple[Coordinate, Fraction]]:
        """Return the coordinates that taking a in node (u, s) counts for, with their shares."""
        head = () if self.machine is None else (u,)
        law = self.claim.models[model].rows[s][a]
        if self.seen is not None and self.claim.setting.labels is not None:
            return [((*head, self.seen.of[model][s, a, law[0][0]]), Fraction(1))]
        if len(self.claim.models) == 1:
            return [((*head, s, a), Fraction(1))]
        return [((*head, s, a, t), q) for t, q in law]

    def sequence(self, model: int, steps: Trajectory) -> list[list[tuple[Coordinate, Fraction]]]:
        """Return the coordinates, with their shares, of each step of a sequence; a machine sees pairs."""
        found = []
        u = 0
        for s, a in steps:
            found.append(self.keys(model, u, s, a))
            u = self._move(model, u, (s, a, self.claim.models[model].rows[s][a][0][0]))
        return found


def walker(formalism: str, claim: Claim, machine: Machine | None = None) -> Walker:
    """Return the walker of a linear formalism, with this machine or else the one that the claim fixes."""
    if formalism == "sdd":
        return Walker(claim, discounts=dict(claim.setting.discounts or ()))
    if formalism == "rrl":
        return Walker(claim, is_regularised=True)
    machine = claim.setting.machine if machine is None else machine
    if formalism == "rm" and machine is not None:
        return Walker(claim, machine, observations(claim))
    return Walker(claim)
