"""Proof data of the linear core: what a witness and a certificate carry. The checkers are next door.

A later kind of proof brings its own data in its own file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from specexpr.certify.model import Relation, Table, Trajectory


class Refused(Exception):  # noqa: N818 -- a verdict of the kernel, not a failure of it
    """The kernel does not accept a proof; the message says why."""


class TooLarge(Refused):
    """The kernel gave up before it came to a judgement: a limit of size, no flaw of the proof."""


class Exactness(StrEnum):
    """How a proof carries its numbers: exactly, or enclosed in intervals that the kernel checks."""

    EXACT = "exact"
    ENCLOSURE = "enclosure"


@dataclass(frozen=True, slots=True)
class RewardEntry:
    """R(state, action, next) = value, or with next None the same value for every next state."""

    state: int
    action: int
    next: int | None
    value: Fraction


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """A number for each state of a model that proves a bound on the value of policies.

    `table` fixes the actions; a state with the empty distribution is free (any available action).
    What is proved is read off the Bellman residuals, so `value` may be rounded where the bound has room.
    """

    model: int
    table: Table
    value: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class RewardWitness:
    """A Markov reward, with the policies' values that make checking it linear.

    Entries that are not listed are 0; entries for one (s, a) with and without `next` add up.
    """

    discount: Fraction
    reward: tuple[RewardEntry, ...]
    values: tuple[PolicyValue, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A constraint of the claim (or one implied by an acceptable set) with its multiplier."""

    model: int
    better: Table | Trajectory
    worse: Table | Trajectory
    relation: Relation
    weight: Fraction
    line: int | None = None
    is_trajectory: bool = False


@dataclass(frozen=True, slots=True)
class StateOccupancy:
    """The discounted occupancy d(s) = sum_t g^t P(s_t = s) of a policy, one number a state of the model."""

    model: int
    table: Table
    occupancy: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class NodeNumbers:
    """What makes checking the features of a policy linear: ((machine state, state), number), zeros left out.

    First the visits (of a discount after a head of weights, those of the tail), for averages also potentials.
    """

    model: int
    table: Table
    numbers: tuple[tuple[tuple[tuple[int, int], Fraction], ...], ...]


@dataclass(frozen=True, slots=True)
class FarkasCertificate:
    """Multipliers under which the constraints add up to 0 > 0, with the occupancies that show it.

    Markov rewards carry `occupancies`, other formalisms `numbers`; the discount is None where none is fixed.
    """

    discount: Fraction | None
    terms: tuple[Term, ...]
    occupancies: tuple[StateOccupancy, ...] = ()
    numbers: tuple[NodeNumbers, ...] = ()


@dataclass(frozen=True, slots=True)
class EnclosureCertificate:
    """A conflict whose multipliers are only enclosed: `terms` carry their midpoints.

    `occupancies` are dyadic approximations; `inverse` (row-major, dyadic) approximates the inverse of the
    square system whose exact positive solution the kernel shows to exist within `radius` of the midpoints.
    `columns` are the (state, action) coordinates of the system, in the order of its rows.
    """

    discount: Fraction
    terms: tuple[Term, ...]
    occupancies: tuple[StateOccupancy, ...]
    columns: tuple[tuple[int, int], ...]
    inverse: tuple[tuple[Fraction, ...], ...]
    radius: Fraction
