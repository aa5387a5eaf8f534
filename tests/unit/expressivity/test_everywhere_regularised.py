"""Regularised rewards at any discount: against brute force on a grid, and where the discount is critical."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from specexpr.certify.checking import Answer, check
from specexpr.certify.kinds.farkas_any import Cell, FarkasAnyCertificate
from specexpr.certify.kinds.step_reward import StepRewardWitness
from specexpr.certify.model import Claim, Relation, Table, TrajectoryConstraint
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.supports import Support
from specexpr.comparison.asking import check as ask
from specexpr.document import loads
from specexpr.expressivity.everywhere import decide_everywhere
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided
from specexpr.testing.brute_force import comparisons, state_occupancy
from specexpr.testing.feature_truth import FeatureRows, Key, on_steps
from specexpr.testing.linear_truth import is_consistent
from tests.unit.expressivity.everywhere_claims import GRID, claim_of, sequences

ONE = Fraction(1)

CALIBRATED = """
environment clock {
  states s0 m1 m2 u z k l; actions a b x y w
  start { s0: 1/2, k: 1/4, l: 1/4 }
  s0 / a -> u; s0 / b -> m1; m1 / w -> m2; m2 / w -> u; u / x -> z; u / y -> z; z / w -> z
  k / a -> z; k / b -> z; l / x -> z; l / y -> z
}
policy A in clock { s0 -> a; u -> x; k -> a; l -> x; * -> w }
policy B in clock { s0 -> b; u -> y; k -> a; l -> x; * -> w }
policy C in clock { s0 -> { a: 1/2, b: 1/2 }; u -> { x: 2/3, y: 1/3 }; k -> a; l -> x; * -> w }
policy D in clock { s0 -> a; u -> y; k -> a; l -> x; * -> w }
policy E in clock { s0 -> b; u -> x; k -> a; l -> x; * -> w }
policy Kb in clock { s0 -> a; u -> x; k -> b; l -> x; * -> w }
policy Kc in clock { s0 -> a; u -> x; k -> { a: 1/2, b: 1/2 }; l -> x; * -> w }
policy Ly in clock { s0 -> a; u -> x; k -> a; l -> y; * -> w }
policy Lc in clock { s0 -> a; u -> x; k -> a; l -> { x: 2/3, y: 1/3 }; * -> w }
"""
"""The ties A ~ Kb ~ Kc and A ~ Ly ~ Lc make the regulariser at both coins what they mix."""

TIES = "A ~ Kb ~ Kc; A ~ Ly ~ Lc"


def features(claim: Claim, model: int, table: Table) -> Mapping[Key, Fraction]:
    """Return the visits of transitions, and of states where each law of actions is played."""
    one = claim.models[model]
    visits = dict(enumerate(state_occupancy(one, table, claim.fixed_discount)))
    found = on_steps(one, table, visits)
    for s, law in enumerate(table):
        if visits[s]:
            found[-1, law] = found.get((-1, law), Fraction(0)) + visits[s]
    return found


def is_served(claim: Claim, g: Fraction) -> bool:
    """Say by brute force whether a regularised reward at a discount meets a claim."""
    at = replace(claim, discount=g)
    rows = FeatureRows(at, features)
    return is_consistent([rows.row(asked) for asked in comparisons(at)])


@pytest.mark.parametrize("part", range(4))
def test_no_discount_of_a_grid_disagrees(part: int) -> None:
    """No is no at every discount of a grid by brute force; yes is yes at the discount of its witness."""
    seen: Counter[str] = Counter()
    for seed in range(25 * part, 25 * part + 25):
        claim = claim_of(seed)
        if any(isinstance(c, TrajectoryConstraint) for c in claim.constraints):
            continue
        proof = decide_everywhere(claim, "rrl", deadline=None)
        seen[type(proof).__name__] += 1
        if isinstance(proof, StepRewardWitness):
            assert proof.discount is not None
            assert is_served(claim, proof.discount), seed
        else:
            assert isinstance(proof, FarkasAnyCertificate)
            assert not any(is_served(claim, g) for g in GRID[::4]), seed
    assert min(seen["StepRewardWitness"], seen["FarkasAnyCertificate"]) >= 4, seen


def test_a_witness_has_one_discount() -> None:
    """It is that of the question, where the question has one, and between 0 and 1."""
    claim = next(
        c
        for c in map(claim_of, range(1, 99, 2))
        if isinstance(decide_everywhere(c, "rrl", deadline=None), StepRewardWitness)
    )
    proof = decide_everywhere(claim, "rrl", deadline=None)
    assert isinstance(proof, StepRewardWitness)
    assert check(claim, "rrl", proof) is Answer.EXPRESSIBLE
    assert check(replace(claim, discount=proof.discount), "rrl", proof) is Answer.EXPRESSIBLE
    other = Fraction(1, 7)
    assert proof.discount != other
    with pytest.raises(Refused, match="another discount"):
        check(replace(claim, discount=other), "rrl", proof)
    with pytest.raises(Refused, match="another discount"):
        check(claim, "lar", proof)
    with pytest.raises(Refused, match="no discount"):
        check(claim, "rrl", replace(proof, discount=None))
    with pytest.raises(Refused, match="another discount"):
        check(claim, "rrl", replace(proof, discount=ONE))


def test_sequences_are_not_refuted() -> None:
    """A conflict between sequences, which holds of Markov rewards, says nothing of regularised ones."""
    claim = sequences("wp > pw", "pw > wp")
    terms = tuple(
        Term(0, c.better, c.worse, Relation.STRICT, ONE, is_trajectory=True) for c in claim.constraints
    )
    proof = FarkasAnyCertificate((Support(terms, ((ONE,), (ONE,))),), (Cell(Fraction(0), ONE, 0),))
    assert check(claim, "mr", proof) is Answer.INEXPRESSIBLE
    with pytest.raises(Refused, match="does not compare sequences"):
        check(claim, "rrl", proof)


def test_a_single_irrational_discount_is_left_open() -> None:
    """Where ties make the regulariser linear, what Markov rewards do at 1/sqrt(2) alone stays undecided."""

    def verdict(task: str, formalism: str) -> object:
        return ask(loads(f"{CALIBRATED} task t in clock {{ {task} }}").task("t"), formalism, discount="any")

    assert isinstance(verdict(f"{TIES}; A ~ B ~ C; A > D", "mr"), Expressible)
    found = verdict(f"{TIES}; A ~ B ~ C; A > D", "rrl")
    assert isinstance(found, Undecided)
    assert found.reason.startswith("limit: a regularised reward at a single irrational discount")
    assert isinstance(verdict("A ~ B ~ C; A > D", "rrl"), Expressible)
    assert isinstance(verdict(f"{TIES}; C > A; C > B; C > D", "rrl"), Expressible)
    refuted = verdict(f"{TIES}; C > A; C > B; C > D; C > E", "rrl")
    assert isinstance(refuted, Inexpressible)
