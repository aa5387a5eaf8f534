"""The kernel's nouns: a model (environment), a policy table, a claim.

Everything is exact and positional: states and actions are indices into the tuples of names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specexpr.certify.measure import GivenObjective

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
class Label:
    """A name for a set of states, or of (state, action) pairs."""

    name: str
    states: frozenset[int] = frozenset()
    pairs: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Machine:
    """A finite memory: in machine state u observation o leads to moves[u][o]. It starts in state 0.

    Observations are numbered by `observing.observations`.
    """

    states: tuple[str, ...]
    moves: tuple[tuple[int, ...], ...]


class Shape(StrEnum):
    """What a utility must be: nondecreasing, or increasing, and concave too."""

    NONDECREASING = "nondecreasing"
    INCREASING = "increasing"
    NONDECREASING_CONCAVE = "nondecreasing concave"
    INCREASING_CONCAVE = "increasing concave"

    @property
    def is_strict(self) -> bool:
        """Say whether more is worth more, not only as much."""
        return self in (Shape.INCREASING, Shape.INCREASING_CONCAVE)

    @property
    def is_concave(self) -> bool:
        """Say whether more of the same adds less and less."""
        return self in (Shape.NONDECREASING_CONCAVE, Shape.INCREASING_CONCAVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a question fixes of the specifications that it asks about; None leaves a part open.

    horizon: the number of steps that count.
    weights: those of the first steps; after them each weight is the discount times the one before.
    discounts: a discount for each (state, action), in their order.
    machine: a memory whose states, with what is observed, are all that a specification sees.
    machine_states: the number of states that a memory may have.
    labels: those of each model, when label sets are observed; None: transitions are.
    given: objectives whose values, or whose returns, are all that a specification sees.
    utility: what a utility must be. nonnegative: whether the weights of objectives must be at least 0.
    """

    horizon: int | None = None
    weights: tuple[Fraction, ...] | None = None
    discounts: tuple[tuple[tuple[int, int], Fraction], ...] | None = None
    machine: Machine | None = None
    machine_states: int | None = None
    labels: tuple[tuple[Label, ...], ...] | None = None
    given: tuple[GivenObjective, ...] = ()
    utility: Shape | None = None
    nonnegative: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What a verdict is about: one specification must serve every constraint and acceptable set.

    discount: None where the specification may bring its own, whichever between 0 and 1.
    With `modulo_unreachable`, acceptable sets count policies that behave alike as one: a policy of the
    universe that behaves like a good one is good.
    """

    models: tuple[Model, ...]
    constraints: tuple[Constraint, ...]
    acceptable: tuple[AcceptableSet, ...]
    discount: Fraction | None
    modulo_unreachable: bool = False
    setting: Setting = Setting()

    @property
    def fixed_discount(self) -> Fraction:
        """Return the discount of a claim that has one; raise ValueError otherwise."""
        if self.discount is None:
            raise ValueError("the claim has no discount of its own")
        return self.discount
