"""How much a witness says: so languages can be compared for economy, not for power alone.

What is counted is what is written down of the witness at hand: entries of a reward that are not 0, states of
a machine, operators and atoms of a formula. A smaller witness may exist; where the least size is proved, the
verdict has it (`Expressible.size`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from specexpr.certify.algebraic_machine import AlgebraicMachine
from specexpr.certify.algebraic_reward import AlgebraicEntry, AlgebraicReward
from specexpr.certify.choices import Choice
from specexpr.certify.formula_store import size
from specexpr.certify.kinds.aggregation import LevelsWitness, PiecesWitness
from specexpr.certify.kinds.bar import BarWitness
from specexpr.certify.kinds.coefficients import SpectrumWitness, UtilityWitness, WeightsWitness
from specexpr.certify.kinds.formula import FormulaWitness
from specexpr.certify.kinds.function import FunctionWitness
from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.kinds.parameter import BaseWitness, LevelWitness, RateWitness
from specexpr.certify.kinds.region import RegionWitness
from specexpr.certify.kinds.returns import ReturnsWitness
from specexpr.certify.kinds.rewards import RewardsWitness
from specexpr.certify.kinds.separation import SeparationWitness
from specexpr.certify.kinds.step_reward import StepRewardWitness
from specexpr.certify.kinds.thresholds import ThresholdsWitness
from specexpr.certify.kinds.value_table import TableWitness
from specexpr.certify.kinds.vertices import VerticesWitness
from specexpr.certify.proofs import RewardEntry, RewardWitness
from specexpr.expressivity.phrases import counted
from specexpr.expressivity.verdict import Expressible, Verdict

SEVERAL = frozenset({"lexmax", "consat", "maxmin", "maxmax"})
"""Formalisms of several rewards, which one may serve."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many of what a witness is made of."""

    amount: int
    noun: str

    def __str__(self) -> str:
        return counted(self.amount, self.noun)


def size_of_witness(verdict: Verdict) -> tuple[Count, ...]:
    """Return what the witness of a verdict is made of, what sets its formalism apart first.

    Nothing for a verdict without a witness, or a proof of a kind that is not known here.
    """
    if not isinstance(verdict, Expressible):
        return ()
    return tuple(_counts(verdict.witness.formalism, verdict.witness.proof))


def size_text(counts: Iterable[Count]) -> str:
    """Return counts as words.

    >>> size_text((Count(2, "state"), Count(3, "entry")))
    '2 states, 3 entries'
    """
    return ", ".join(map(str, counts))


def _counts(formalism: str, proof: Any) -> Iterable[Count]:
    match proof:
        case RewardWitness() | AlgebraicReward():
            one = "state" if formalism == "rm" else "reward" if formalism in SEVERAL else None
            return [*([] if one is None else [Count(1, one)]), _entries([proof.reward])]
        case StepRewardWitness():
            priced = sum(_is_some(value) for _, value in proof.regulariser)
            return [Count(_entries([proof.reward]).amount + priced, "entry")]
        case MachineWitness() | AlgebraicMachine():
            paid = sum(map(_is_some, (value for _, value in proof.reward)))
            return [Count(len(proof.machine.states), "state"), Count(paid, "entry")]
        case FormulaWitness():
            return [Count(size(proof.scheme), "symbol")]
        case FunctionWitness():
            return [Count(len(proof.words) + len(proof.sequences), "value")]
        case ReturnsWitness():
            return [Count(len(proof.rewards), "reward"), Count(len(proof.words), "value")]
        case SeparationWitness():
            values = {value for _, value in proof.rows} | {proof.otherwise}
            is_one = proof.base is not None or len(proof.rewards) == 1
            several = [] if is_one else [Count(len(proof.rewards), "reward")]
            return [*several, _entries(proof.rewards), Count(len(values), "value")]
        case TableWitness():
            return [Count(len({entry.value for entry in proof.entries} | {proof.otherwise}), "value")]
        case RewardsWitness():
            return [Count(len(proof.rewards), "reward"), _entries(proof.rewards)]
        case ThresholdsWitness(thresholds=bounds) | RegionWitness(rewards=bounds):
            return [Count(len(bounds), "threshold"), _entries(bound.reward for bound in bounds)]
        case VerticesWitness():
            return [] if proof.most is None else [Count(proof.most, "reward")]
        case Choice():
            thresholds = [Count(len(proof.thresholds), "threshold")] if proof.thresholds else []
            return [*([Count(len(proof.priorities), "priority")] if proof.priorities else []), *thresholds]
        case LevelsWitness():
            return [Count(len(proof.levels), "level")]
        case PiecesWitness():
            return [Count(len(proof.pieces), "piece")]
        case WeightsWitness():
            return [Count(sum(map(_is_some, proof.weights)), "weight")]
        case UtilityWitness():
            return [Count(len(proof.points), "point")]
        case SpectrumWitness():
            return [Count(len(proof.parts), "level")]
        case LevelWitness() | RateWitness() | BaseWitness():
            return [Count(1, "parameter")]
        case BarWitness():
            return [Count(2, "reward"), _entries([proof.constraint, proof.aim])]
        case _:
            return []


def _entries(rewards: Iterable[Iterable[RewardEntry | AlgebraicEntry]]) -> Count:
    return Count(sum(_is_some(entry.value) for reward in rewards for entry in reward), "entry")


def _is_some(value: object) -> bool:
    """Say whether a number, or an element of a field by its coefficients, is not 0."""
    return any(value) if isinstance(value, tuple) else bool(value)
