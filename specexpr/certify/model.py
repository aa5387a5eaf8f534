"""The kernel's nouns: a model (environment), a policy table, a claim.

Everything is exact and positional: states and actions are indices into the tuples of names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

Distribution = tuple[tuple[int, Fraction], ...]
"""(index, probability) pairs: ascending indices, positive probabilities."""

Table = tuple[Distribution, ...]
"""A stationary policy: one distribution over actions for each state."""

Trajectory = tuple[tuple[int, int], ...]
"""A sequence of (state, action) pairs."""


@dataclass(frozen=True, slots=True)
class Model:
    """A controlled Markov process: rows[s][a] is the law of the next state; absent actions are unavailable.

    `start` and every row have total mass one; every state has an action.
    """

    states: tuple[str, ...]
    actions: tuple[str, ...]
    start: Distribution
    rows: tuple[Mapping[int, Distribution], ...]


class Relation(StrEnum):
    """What a constraint asks of the values of its two sides."""

    STRICT = ">"
    WEAK = ">="
    TIE = "~"


class Acceptance(StrEnum):
    """What an acceptable set asks: every good beats every bad; moreover all good ones tie."""

    RANGE = "range"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class PolicyConstraint:
    """`better` relation `worse`, in the model of that index; `line` is where the file says so."""

    model: int
    better: Table
    worse: Table
    relation: Relation
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TrajectoryConstraint:
    """The same between two sequences of one length."""

    model: int
    better: Trajectory
    worse: Trajectory
    relation: Relation
    line: int | None = None


Constraint = PolicyConstraint | TrajectoryConstraint


@dataclass(frozen=True, slots=True)
class AcceptableSet:
    """Good policies inside a universe: the listed `over`, or with None all deterministic policies.

    Good policies that are not in the universe are added to it. No good policy is repeated.
    """

    model: int
    good: tuple[Table, ...]
    over: tuple[Table, ...] | None
    acceptance: Acceptance
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a verdict is about: one specification must serve every constraint and acceptable set.

    With `modulo_unreachable`, acceptable sets count policies that behave alike as one: a policy of the
    universe that behaves like a good one is good.
    """

    models: tuple[Model, ...]
    constraints: tuple[Constraint, ...]
    acceptable: tuple[AcceptableSet, ...]
    discount: Fraction
    modulo_unreachable: bool = False
