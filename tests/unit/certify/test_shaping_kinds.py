"""What the kernel refuses of least and greatest rewards, of functions of given values and of mixtures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

import specexpr
from specexpr.certify.blends import Mixture
from specexpr.certify.checking import check, size_of
from specexpr.certify.kinds.aggregation import LevelsWitness, PiecesWitness
from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.kinds.rewards import RewardsWitness
from specexpr.certify.kinds.vertices import VerticesWitness
from specexpr.certify.model import Claim, Setting, Shape
from specexpr.certify.proofs import NodeNumbers, Refused, RewardEntry, TooLarge
from specexpr.comparison.asking import named_formalisms, plan
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible

ONE, HALF = Fraction(1), Fraction(1, 2)

COIN = """
discount 1/2
environment coin { states s; actions a b; start s; s / * -> s }
policy a in coin { * -> a }
policy b in coin { * -> b }
policy half in coin { * -> { a: 1/2, b: 1/2 } }
objective x in coin = reward { s / a: 1 }
objective y in coin = reward { s / b: 1 }
"""


def decided(lines: str, formalism: str) -> tuple[Claim, Any]:
    """Return the claim of a task and the proof of the verdict on it."""
    task = loads(f"{COIN}task t in coin {{ {lines} }}\n").task("t")
    (inquiry,) = plan([task], named_formalisms([formalism])).inquiries
    verdict = specexpr.check(task, formalism)
    assert isinstance(verdict, Expressible | Inexpressible)
    proof = verdict.witness if isinstance(verdict, Expressible) else verdict.certificate
    return inquiry.question.claim(), proof.proof


def test_rewards_are_refused() -> None:
    """Beside a list of rewards that is accepted stand others that say too little or too much."""
    claim, proof = decided("half > a; half > b", "maxmin")
    assert isinstance(proof, RewardsWitness)
    check(claim, "maxmin", proof)
    assert size_of(proof, "maxmin") == (2, 2)
    assert size_of(replace(proof, single=None), "maxmin") == (1, 2)
    entry = proof.rewards[0][0]
    bad: list[tuple[RewardsWitness, str]] = [
        (replace(proof, rewards=()), "no reward"),
        (replace(proof, rewards=proof.rewards[:1]), "does not meet a constraint"),
        (replace(proof, rewards=((entry, entry),)), "two rewards to one step"),
        (replace(proof, discount=Fraction(1, 3)), "has a discount that is not"),
        (replace(proof, single="none"), "no exact proof"),
        (replace(proof, numbers=(NodeNumbers(0, claim.constraints[0].better, ((((0, 0), ONE),),)),)), "flow"),
    ]
    for wrong, reason in bad:
        with pytest.raises(Refused, match=reason):
            check(claim, "maxmin", wrong)
    with pytest.raises(Refused, match="does not meet a constraint"):
        check(claim, "maxmax", proof)
    with pytest.raises(Refused, match="free rewards"):
        check(replace(claim, setting=Setting(horizon=3)), "maxmin", proof)
    with pytest.raises(Refused, match="has a discount"):
        check(replace(claim, discount=Fraction(1, 3)), "maxmin", proof)
    check(replace(claim, discount=None), "maxmin", replace(proof, single=None))
    markov, reward = decided("a > b", "maxmin")
    with pytest.raises(Refused, match="does not show that there is none"):
        check(markov, "maxmin", RewardsWitness(HALF, (reward.reward,), single=reward))


def test_rewards_that_pay_too_much_elsewhere_are_refused() -> None:
    """Among all deterministic policies one that is not accepted must not reach the accepted ones."""
    claim, _ = decided("accept a", "maxmax")
    good = RewardsWitness(HALF, ((RewardEntry(0, 0, None, ONE),),))
    check(claim, "maxmax", good)
    for a, value in ((1, ONE), (1, Fraction(2))):
        more = replace(good, rewards=(*good.rewards, (RewardEntry(0, a, None, value),)))
        with pytest.raises(Refused, match="above every other one"):
            check(claim, "maxmax", more)
    check(claim, "maxmin", replace(good, rewards=(*good.rewards, (RewardEntry(0, 0, None, Fraction(2)),))))


def test_the_theorem_applies_to_one_set_only() -> None:
    """It says nothing with constraints, over a list, of twins, of the greatest, or of other numbers."""
    claim, _ = decided("accept a", "maxmin")
    proof = VerticesWitness(1)
    check(claim, "maxmin", proof)
    check(claim, "feasible", proof)
    assert size_of(proof, "maxmin") == (1, 1)
    assert size_of(VerticesWitness(None), "maxmin") is None
    for wrong, reason in ((VerticesWitness(2), "so many"), (VerticesWitness(None), "so many")):
        with pytest.raises(Refused, match=reason):
            check(claim, "maxmin", wrong)
    with pytest.raises(Refused, match="proves nothing about the formalism"):
        check(claim, "maxmax", proof)
    for lines in ("a > b", "accept a over b half", "accept a; half > b"):
        other, _ = decided(lines, "maxmin")
        with pytest.raises(Refused, match="not one acceptable set"):
            check(other, "maxmin", proof)
    tied, _ = decided("accept equally a", "maxmin")
    check(tied, "maxmin", VerticesWitness(2))
    with pytest.raises(Refused, match="free rewards"):
        check(replace(claim, setting=Setting(horizon=3)), "maxmin", proof)


def test_mixtures_are_refused() -> None:
    """Shares that do not sum to 1, give another occupancy or are not positive; weights that are not."""
    claim, proof = decided("a > half; b > half", "maxmin")
    assert isinstance(proof, JensenCertificate)
    check(claim, "maxmin", proof)
    (one,) = proof.mixtures
    (first, p), (second, q) = one.parts
    bad: list[tuple[Mixture, str]] = [
        (replace(one, parts=((first, p),)), "do not sum to 1"),
        (replace(one, parts=((first, p / 2), (second, q + p / 2))), "do not give the occupancy"),
        (replace(one, parts=((first, p + q), (second, Fraction(0)))), "not positive"),
        (replace(one, weight=-one.weight), "not positive"),
        (replace(one, weight=2 * one.weight), "do not sum to zero"),
        (replace(one, whole=(1, one.whole[1])), "does not fit"),
    ]
    for wrong, reason in bad:
        with pytest.raises(Refused, match=reason):
            check(claim, "maxmin", replace(proof, mixtures=(wrong,)))
    with pytest.raises(Refused, match="do not sum to zero"):
        check(claim, "maxmax", proof)
    with pytest.raises(Refused, match="do not sum to zero"):
        check(claim, "maxmin", replace(proof, mixtures=()))
    with pytest.raises(Refused, match="at one discount says nothing"):
        check(replace(claim, discount=None), "maxmin", proof)
    with pytest.raises(Refused, match="free rewards"):
        check(replace(claim, setting=Setting(horizon=3)), "maxmin", proof)


def test_what_is_weak_contradicts_nothing() -> None:
    """Weak constraints that a mean meets with equality are no conflict."""
    claim, proof = decided("a > half; b > half", "maxmin")
    weak, _ = decided("a >= half; b >= half", "maxmin")
    terms = tuple(
        replace(t, relation=c.relation, line=c.line)
        for t, c in zip(proof.terms, weak.constraints, strict=True)
    )
    with pytest.raises(Refused, match="needs a strict"):
        check(weak, "maxmin", replace(proof, terms=terms))
    assert claim.constraints


def test_pieces_are_refused() -> None:
    """Negative weights, weights that are 0 where the function must rise, sums that order otherwise, none."""
    claim, proof = decided("half > a; half > b; given x, y", "concave")
    assert isinstance(proof, PiecesWitness)
    check(claim, "concave", proof)
    check(claim, "concave", PiecesWitness((((ONE, HALF), ONE), ((HALF, ONE), ONE))))
    bad: list[tuple[object, str]] = [
        (PiecesWitness(()), "no weighted sum"),
        (PiecesWitness((((ONE, Fraction(0)), ONE), ((Fraction(0), ONE), ONE))), "a weight is not"),
        (PiecesWitness((((ONE, -ONE), ONE), ((-ONE, ONE), ONE))), "a weight is not"),
        (PiecesWitness((((ONE, ONE), ONE),)), "does not meet"),
        (PiecesWitness((((ONE,), ONE),)), "does not fit"),
        (LevelsWitness(()), "nothing shows that the function is concave"),
    ]
    for wrong, reason in bad:
        with pytest.raises(Refused, match=reason):
            check(claim, "concave", wrong)
    loose = replace(claim, setting=replace(claim.setting, utility=Shape.NONDECREASING))
    check(loose, "concave", bad[1][0])
    with pytest.raises(Refused, match="what a utility must be"):
        check(replace(claim, setting=replace(claim.setting, utility=None)), "concave", proof)


def test_levels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels that fall, that tie where they must rise, that are missing, given twice or too many."""
    claim, proof = decided("half > a; half > b; given x", "monotone")
    assert isinstance(proof, JensenCertificate)
    claim, proof = decided("a > half; half > b; given x", "monotone")
    assert isinstance(proof, LevelsWitness)
    check(claim, "monotone", proof)
    top, middle, low = proof.levels
    bad: list[tuple[tuple[Any, ...], str]] = [
        ((top, middle), "no value to a policy"),
        ((top, middle, low, low), "two values to one vector"),
        ((top, (middle[0], low[1]), low), "is not increasing"),
        (((top[0], low[1]), middle, (low[0], top[1])), "is not increasing"),
        (((top[0] + top[0], top[1]), middle, low), "does not fit"),
    ]
    for levels, reason in bad:
        with pytest.raises(Refused, match=reason):
            check(claim, "monotone", LevelsWitness(levels))
    loose = replace(claim, setting=replace(claim.setting, utility=Shape.NONDECREASING))
    with pytest.raises(Refused, match="does not meet"):
        check(loose, "monotone", LevelsWitness((top, (middle[0], low[1]), low)))
    curved = replace(claim, setting=replace(claim.setting, utility=Shape.INCREASING_CONCAVE))
    with pytest.raises(Refused, match="nothing shows"):
        check(curved, "monotone", proof)
    monkeypatch.setattr("specexpr.certify.kinds.aggregation.MOST_LEVELS", 2)
    with pytest.raises(TooLarge):
        check(claim, "monotone", proof)


def test_dominance_is_refused_where_there_is_none() -> None:
    """Two parts say nothing of monotone functions; a part that is better in something nothing at all."""
    claim, proof = decided("a > half; b > half; given x, y", "concave")
    assert isinstance(proof, JensenCertificate)
    check(claim, "concave", proof)
    with pytest.raises(Refused, match="only monotone"):
        check(claim, "monotone", proof)
    curved = replace(claim, setting=replace(claim.setting, utility=Shape.NONDECREASING_CONCAVE))
    check(curved, "monotone", proof)
    (one,) = proof.mixtures
    turned = replace(one, whole=one.parts[0][0], parts=((one.parts[1][0], ONE),))
    with pytest.raises(Refused, match="worth less to a given objective"):
        check(claim, "concave", replace(proof, mixtures=(turned,)))
    with pytest.raises(Refused, match="visits belong"):
        check(claim, "concave", replace(proof, numbers=(NodeNumbers(0, one.whole[1], ()),)))
