"""A reward machine at an algebraic discount: its rewards are elements of the field that this generates.

The values of policies are compared as in `algebraic_reward`; `kinds.machine` checks the machine itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from specexpr.certify.algebraic import Algebraic, Coefficients, check_number
from specexpr.certify.algebraic_reward import algebraic_values
from specexpr.certify.model import Claim, Machine
from specexpr.certify.ordering import check_order
from specexpr.certify.proofs import Refused
from specexpr.certify.walk import Coordinate, walker


@dataclass(frozen=True, slots=True)
class AlgebraicMachine:
    """A machine with its rewards, 0 where nothing is listed."""

    discount: Algebraic
    machine: Machine
    reward: tuple[tuple[tuple[int, ...], Coefficients], ...]


def check_algebraic_machine(claim: Claim, proof: AlgebraicMachine) -> None:
    """Check that the rewards order everything in the claim as asked. Raises Refused."""
    if claim.discount is not None:
        raise Refused("the witness has another discount than the question")
    check_number(proof.discount)
    weights: dict[Coordinate, Coefficients] = dict(proof.reward)
    if len(weights) < len(proof.reward):
        raise Refused("the witness gives two rewards to one step")
    check_order(claim, *algebraic_values(walker("rm", claim, proof.machine), proof.discount, weights))
