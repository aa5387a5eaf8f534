"""The clock: tasks that depend on the discount, with the exact sets of discounts that serve them. Derived."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest

from specexpr.certify.algebraic import Algebraic
from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.checking import check
from specexpr.certify.kinds.farkas_any import FarkasAnyCertificate
from specexpr.certify.model import AcceptableSet, Acceptance, Claim
from specexpr.certify.proofs import RewardWitness
from specexpr.expressivity.everywhere import decide_everywhere
from specexpr.expressivity.good_discounts import Stretch, good_set
from specexpr.testing.examples import ENTAILMENT, corners
from tests.clock import CLOCK, POLICIES, clock_claim, clock_policy

ROOT_HALF = Algebraic((-1, 0, 2), Fraction(7, 10), Fraction(71, 100))
"""1/sqrt(2)."""

ZERO, ONE = Fraction(0), Fraction(1)


def proved(claim: Claim) -> object:
    """Return the proof for any discount; the kernel checks it once more."""
    proof = decide_everywhere(claim, "mr", deadline=None)
    check(claim, "mr", proof)
    return proof


def test_exactly_the_discounts_above() -> None:
    """C > A, C > B, C > D: exactly the discounts above 1/sqrt(2)."""
    claim = clock_claim("C > A, C > B, C > D")
    proof = proved(claim)
    assert isinstance(proof, RewardWitness)
    assert proof.discount**2 > Fraction(1, 2)
    assert good_set(claim, "mr") == (Stretch(ROOT_HALF, ONE, has_lo=False, has_hi=False),)


def test_exactly_the_discounts_below() -> None:
    """C > A, C > B, C > E: exactly those below 1/sqrt(2)."""
    claim = clock_claim("C > A, C > B, C > E")
    proof = proved(claim)
    assert isinstance(proof, RewardWitness)
    assert proof.discount**2 < Fraction(1, 2)
    assert good_set(claim, "mr") == (Stretch(ZERO, ROOT_HALF, has_lo=False, has_hi=False),)


def test_two_supports_that_meet() -> None:
    """C > A, B, D, E: none, by two supports that meet at 1/sqrt(2)."""
    claim = clock_claim("C > A, C > B, C > D, C > E")
    proof = proved(claim)
    assert isinstance(proof, FarkasAnyCertificate)
    assert [(cell.lo, cell.hi, cell.support) for cell in proof.cells] == [
        (ZERO, ROOT_HALF, 0),
        (ROOT_HALF, ONE, 1),
    ]
    assert not proof.points
    assert good_set(claim, "mr") == ()


@pytest.mark.parametrize("text", ["A ~ B, B ~ C, A > D", "A >= B, B >= C, C >= A, A > D"])
def test_one_irrational_discount(text: str) -> None:
    """A ~ B ~ C, A > D, and with weak constraints in a circle: 1/sqrt(2) only."""
    claim = clock_claim(text)
    proof = proved(claim)
    assert isinstance(proof, AlgebraicReward)
    assert proof.discount == ROOT_HALF
    assert good_set(claim, "mr") == (Stretch(ROOT_HALF, ROOT_HALF, has_lo=True, has_hi=True),)


@pytest.mark.parametrize("text", ["A ~ B, B ~ C, A > D, C > A", "A ~ B, B ~ C, A > D, F > A"])
def test_not_even_the_one_discount(text: str) -> None:
    """A ~ B ~ C, A > D, and C > A: none; nor with another policy that ties with A there."""
    claim = clock_claim(text)
    proof = proved(claim)
    assert isinstance(proof, FarkasAnyCertificate)
    assert [point.discount for point in proof.points] == [ROOT_HALF]
    assert good_set(claim, "mr") == ()


def test_an_end_that_belongs() -> None:
    """A ~ B, A > D, C >= A: the discounts from 1/sqrt(2) on, that number among them."""
    assert good_set(clock_claim("A ~ B, A > D, C >= A"), "mr") == (
        Stretch(ROOT_HALF, ONE, has_lo=True, has_hi=False),
    )


@pytest.mark.parametrize("acceptance", Acceptance)
def test_constant_multipliers(acceptance: Acceptance) -> None:
    """Entailment, accept {12, 21}: none, with constant multipliers."""
    tables = corners(ENTAILMENT)
    good = AcceptableSet(0, (tables["ab"], tables["ba"]), None, acceptance)
    proof = proved(Claim((ENTAILMENT,), (), (good,), None))
    assert isinstance(proof, FarkasAnyCertificate)
    (support,) = proof.supports
    assert all(len(weight) == 1 for weight in support.weights)
    assert [(cell.lo, cell.hi) for cell in proof.cells] == [(ZERO, ONE)]


def test_a_narrow_set_at_the_end() -> None:
    """With C = (1/2, 2000/3997), C > A, B, D is served above sqrt(1997/2000) only, which is over .999."""
    claim = clock_claim("C > A, C > B, C > D")
    near = clock_policy("1/2", "2000/3997")
    claim = replace(claim, constraints=tuple(replace(c, better=near) for c in claim.constraints))
    proof = proved(claim)
    assert isinstance(proof, RewardWitness)
    assert Fraction(1997, 2000) < proof.discount**2 < 1
    (stretch,) = good_set(claim, "mr") or ()
    assert isinstance(stretch.lo, Algebraic)
    assert stretch.lo.minpoly == (-1997, 0, 2000)
    assert Fraction(999, 1000) <= stretch.lo.lo
    assert stretch.hi == 1


@pytest.mark.parametrize("order", list(permutations("ABDE", 2)))
def test_sets_of_corners(order: tuple[str, str]) -> None:
    """Of two corners, accepted over the others, A and D, A and E, B and D, B and E are served everywhere."""
    good = tuple(POLICIES[name] for name in order)
    accepted = AcceptableSet(0, good, tuple(POLICIES[name] for name in "ABDE"), Acceptance.RANGE)
    proof = proved(Claim((CLOCK,), (), (accepted,), None))
    assert isinstance(proof, RewardWitness) == (set(order) not in ({"A", "B"}, {"D", "E"}))
