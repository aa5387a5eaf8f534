"""Specifications at an algebraic discount g0: values of policies in Q(g0), and Markov rewards over it.

A policy is worth the sum of weight times feature. At g0 a weight is a polynomial, and a feature a quotient of
two, the lower one positive (see `series`); values are compared by the sign of a difference, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest

from specexpr.certify.algebraic import (
    Algebraic,
    Coefficients,
    Number,
    check_number,
    integers,
    read_coefficients,
    read_number,
    sign_at,
    write_coefficients,
    write_number,
)
from specexpr.certify.model import Claim, Table, Trajectory
from specexpr.certify.node import Node
from specexpr.certify.ordering import check_order
from specexpr.certify.polynomial import Polynomial, add, multiply, negated
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.series import Series, policy_series, sequence_series
from specexpr.certify.walk import Coordinate, Walker, walker

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class AlgebraicValue:
    """numerator(g0) / denominator(g0), of which the latter is positive; ordered exactly."""

    numerator: Polynomial
    denominator: Polynomial
    at: Number

    def _against(self, other: AlgebraicValue) -> int:
        """Return the sign of self - other."""
        if self.denominator == other.denominator:
            return sign_at(add(self.numerator, negated(other.numerator)), self.at)
        mine = multiply(self.numerator, other.denominator)
        return sign_at(add(mine, negated(multiply(other.numerator, self.denominator))), self.at)

    def __lt__(self, other: AlgebraicValue) -> bool:
        return self._against(other) < 0

    def __gt__(self, other: AlgebraicValue) -> bool:
        return self._against(other) > 0

    def __ge__(self, other: AlgebraicValue) -> bool:
        return self._against(other) >= 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AlgebraicValue) and not self._against(other)

    __hash__ = None  # type: ignore[assignment] # equal values may be written differently


def algebraic_values(
    walks: Walker, discount: Number, weights: Mapping[Coordinate, Coefficients]
) -> tuple[Callable[[int, Table], AlgebraicValue], Callable[[int, Trajectory], AlgebraicValue]]:
    """Return the values of policies and of sequences, as `ordering.check_order` takes them.

    The discount has passed `check_number`; coordinates without a weight have 0.
    """
    known = dict(zip(weights, integers(list(weights.values())), strict=True))

    def value(series: Series) -> AlgebraicValue:
        total: Polynomial = ()
        for key, p in series.numerators.items():
            if key in known:
                total = add(total, multiply(known[key], p))
        return AlgebraicValue(total, series.denominator, discount)

    return (
        lambda model, table: value(policy_series(walks, model, table)),
        lambda model, steps: value(sequence_series(walks, model, steps)),
    )


@dataclass(frozen=True, slots=True)
class AlgebraicEntry:
    """R(state, action, next), an element of Q(g0); with next None the same for every next state."""

    state: int
    action: int
    next: int | None
    value: Coefficients


@dataclass(frozen=True, slots=True)
class AlgebraicReward:
    """A Markov reward at an algebraic discount. Entries as in `RewardWitness`."""

    discount: Algebraic
    reward: tuple[AlgebraicEntry, ...]


def check_algebraic_reward(claim: Claim, proof: AlgebraicReward) -> None:
    """Check that the reward orders everything in the claim as asked, policies enumerated. Raises Refused."""
    if claim.discount is not None:
        raise Refused("the witness has another discount than the question")
    check_number(proof.discount)
    if len({(entry.state, entry.action, entry.next) for entry in proof.reward}) != len(proof.reward):
        raise Refused("the witness gives two rewards to one step")
    check_order(claim, *algebraic_values(walker("mr", claim), proof.discount, _weights(claim, proof)))


def _weights(claim: Claim, proof: AlgebraicReward) -> dict[Coordinate, Coefficients]:
    """Return the reward on the coordinates of Markov rewards, of one model the mean over next states."""
    found: dict[Coordinate, Coefficients] = {}
    for entry in proof.reward:
        pair = entry.state, entry.action
        if len(claim.models) > 1:
            laws = [model.rows[entry.state].get(entry.action, ()) for model in claim.models]
            following = {t for law in laws for t, _ in law} if entry.next is None else {entry.next}
            for t in following:
                _add(found, (*pair, t), entry.value, _ONE)
        else:
            shares = dict(claim.models[0].rows[entry.state].get(entry.action, ()))
            _add(found, pair, entry.value, _ONE if entry.next is None else shares.get(entry.next, _ZERO))
    return found


def _add(found: dict[Coordinate, Coefficients], key: Coordinate, value: Coefficients, by: Fraction) -> None:
    pairs = zip_longest(found.get(key, ()), value, fillvalue=_ZERO)
    found[key] = tuple([a + by * b for a, b in pairs])


def read_algebraic_reward(entry: Mapping[str, Node], scope: Scope) -> AlgebraicReward:
    """Read a witness from the entries of its JSON. Raises Malformed."""
    discount = read_number(entry["discount"])
    if isinstance(discount, Fraction) or "values" in entry:
        entry["discount"].fail("carried values belong to a rational discount")
    return AlgebraicReward(discount, tuple([_read_entry(item, scope) for item in entry["reward"].items()]))


def _read_entry(node: Node, scope: Scope) -> AlgebraicEntry:
    entry = node.fields("state", "action", "value", optional=("next",))
    state = entry["state"].index(scope.state_index, "state")
    action = entry["action"].index(scope.action_index, "action")
    if not any(action in model.rows[state] for model in scope.models):
        node.fail("rewards an action that is not available")
    following = entry["next"].index(scope.state_index, "state") if "next" in entry else None
    return AlgebraicEntry(state, action, following, read_coefficients(entry["value"]))


def write_algebraic_reward(proof: AlgebraicReward, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    states, actions = scope.models[0].states, scope.models[0].actions
    reward: list[JsonObject] = []
    for entry in proof.reward:
        step: JsonObject = {"state": states[entry.state], "action": actions[entry.action]}
        if entry.next is not None:
            step["next"] = states[entry.next]
        reward.append(step | {"value": write_coefficients(entry.value)})
    return {"discount": write_number(proof.discount), "reward": reward}
