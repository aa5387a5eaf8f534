"""Any discount: against exact decisions on a grid, and tasks that need all that the procedure has."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest

from specexpr.certify.algebraic import Algebraic
from specexpr.certify.algebraic_machine import AlgebraicMachine
from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.checking import Answer, check
from specexpr.certify.kinds.farkas_any import FarkasAnyCertificate
from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Constraint,
    Machine,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
)
from specexpr.certify.observing import observations
from specexpr.certify.proofs import RewardWitness
from specexpr.expressivity.everywhere import MOST_STATES, decide_everywhere
from specexpr.expressivity.verdict import Undecided
from specexpr.testing.examples import MEMORY, STEADY, corners
from tests.clock import CLOCK, POLICIES, clock_claim
from tests.unit.expressivity.everywhere_claims import GRID, claim_of, difference, is_served, sequences

GOLDEN = (-1, 1, 1)
"""g^2 + g - 1, of the golden ratio."""


def proved(claim: Claim, formalism: str = "mr") -> object:
    """Return the proof for any discount, which the kernel has checked."""
    proof = decide_everywhere(claim, formalism, deadline=None)
    assert not isinstance(proof, Undecided), proof
    return proof


def is_yes(proof: object) -> bool:
    return isinstance(proof, RewardWitness | AlgebraicReward | MachineWitness | AlgebraicMachine)


def one_state_machine(claim: Claim) -> Claim:
    """Return the claim with a memory that remembers nothing."""
    moves = ((0,) * len(observations(claim).known),)
    return replace(claim, setting=Setting(machine=Machine(("u",), moves)))


@pytest.mark.parametrize("part", range(5))
def test_no_discount_of_a_grid_disagrees(part: int) -> None:
    """No is no at every discount of a grid by brute force; yes is yes at the discount of its witness."""
    seen: Counter[str] = Counter()
    for seed in range(30 * part, 30 * part + 30):
        claim = claim_of(seed)
        proof = proved(claim)
        seen[type(proof).__name__] += 1
        if isinstance(proof, RewardWitness):
            assert is_served(claim, proof.discount), seed
        elif not isinstance(proof, AlgebraicReward):
            assert not any(is_served(claim, g) for g in GRID), seed
    assert min(seen["RewardWitness"], seen["FarkasAnyCertificate"]) >= 5, seen


@pytest.mark.parametrize("seed", range(40))
def test_a_machine_with_one_state_is_a_markov_reward(seed: int) -> None:
    """A machine that remembers nothing serves exactly what Markov rewards serve."""
    claim = claim_of(seed)
    assert is_yes(proved(one_state_machine(claim), "rm")) == is_yes(proved(claim))


@pytest.mark.parametrize(
    ("asked", "below", "at", "above"),
    [
        (("wpp > pww", "www > ppp"), True, False, False),
        (("wpp > pww", "ppp > www"), False, False, True),
        (("wpp >= pww", "ppp > www"), False, True, True),
        (("wpp ~ pww", "www > ppp"), False, True, False),
        (("wpp >= pww", "pww >= wpp", "www > ppp"), False, True, False),
        (("wpp > pww", "www ~ ppp"), False, False, False),
        (("wpp >= pww", "www > ppp", "pww >= wpp", "ppp >= www"), False, False, False),
    ],
)
def test_sequences_that_tie_at_one_discount(
    asked: tuple[str, ...], below: bool, at: bool, above: bool
) -> None:
    """w p p and p w w differ by 1 - g - g^2 times R(w) - R(p): which is better changes at its root."""
    claim = sequences(*asked)
    assert [is_served(claim, Fraction(*g)) for g in ((1, 2), (2, 3))] == [below, above]
    proof = proved(claim)
    assert is_yes(proof) == (below or at or above)
    if at and not (below or above):
        assert isinstance(proof, AlgebraicReward)
        assert proof.discount.minpoly == GOLDEN
    assert is_yes(proved(one_state_machine(claim), "rm")) == is_yes(proof)


def test_an_interval_between_two_irrational_numbers() -> None:
    """With four steps instead of three the change comes earlier: only discounts between the two do."""
    claim = sequences("wppw > pwww", "pwww > wppp")
    proof = proved(claim)
    assert isinstance(proof, RewardWitness)
    g = proof.discount
    assert 1 - g - g**2 > 0 > 1 - g - g**2 - g**3
    assert isinstance(proved(sequences("wppw > pwww", "pwww > wppp", "pppp > wwww")), FarkasAnyCertificate)


def irreducible_conflicts(claim: Claim, g: Fraction) -> set[frozenset[Constraint]]:
    """Return by brute force the smallest sets of constraints that no reward at a discount meets."""
    found: set[frozenset[Constraint]] = set()
    for size in range(1, len(claim.constraints) + 1):
        for some in map(frozenset, combinations(claim.constraints, size)):
            if not any(less <= some for less in found):
                part = replace(claim, constraints=tuple(c for c in claim.constraints if c in some))
                if not is_served(part, g):
                    found.add(some)
    return found


def test_three_supports() -> None:
    """Five sequences, each worse than another on an interval of its own: two conflicts do not do.

    Each constraint is a polynomial times R(w) - R(p), positive but on one of five intervals that fill (0, 1),
    so that a conflict of two constraints is one on two of the intervals only.
    """
    polynomials = (
        (-1, 1, 0, 1, -1, 1, 0, 0, 0, 0),  # negative below .71
        (1, -1, -1, 0, -1, 1, 1, 1, 1, 0),  # from .68 to .72
        (1, -1, -1, 0, 0, 0, 1, 1, 0, 0),  # from .72 to .75
        (1, -1, 0, -1, -1, 1, 1, 0, 0, 1),  # from .75 to .79
        (1, -1, -1, 1, -1, 1, 0, 0, 0, 0),  # from .78 on
    )
    claim = sequences(*map(difference, polynomials))
    proof = proved(claim)
    assert isinstance(proof, FarkasAnyCertificate)
    assert len(proof.supports) >= 3
    samples = [Fraction(k, 1000) for k in (500, 690, 703, 719, 730, 745, 753, 770, 783, 789, 800, 950)]
    conflicts = [irreducible_conflicts(claim, g) for g in samples]
    known = set().union(*conflicts)
    for one, other in combinations(known, 2):
        assert not all(one in here or other in here for here in conflicts)


def test_policies_that_behave_alike() -> None:
    """A strict constraint between them is a conflict by itself, with weight 1, for machines too."""
    tables = corners(STEADY)
    alike = PolicyConstraint(0, tables["yx"], tables["yy"], Relation.STRICT)
    claim = Claim((STEADY,), (alike,), (), None)
    for one, formalism in ((claim, "mr"), (one_state_machine(claim), "rm")):
        proof = proved(one, formalism)
        assert isinstance(proof, FarkasAnyCertificate)
        (support,) = proof.supports
        assert [len(support.terms), support.weights] == [1, ((Fraction(1),),)]
    assert is_yes(proved(replace(claim, constraints=(replace(alike, relation=Relation.WEAK),))))


@pytest.mark.parametrize(
    ("good", "merged", "answer"),
    [("yx", False, False), ("yx", True, True), ("yx yy", False, True), ("xx xy", False, True)],
)
def test_acceptable_sets_among_all_policies(good: str, merged: bool, answer: bool) -> None:
    """Alike policies must be accepted together, unless they count as one; machines agree."""
    tables = corners(STEADY)
    for acceptance in Acceptance:
        accepted = AcceptableSet(0, tuple(tables[word] for word in good.split()), None, acceptance)
        claim = Claim((STEADY,), (), (accepted,), None, merged)
        assert is_yes(proved(claim)) is answer
        assert is_yes(proved(one_state_machine(claim), "rm")) is answer


def test_an_irrational_witness_for_a_set_among_all_policies() -> None:
    """A and B tie above all other corners but E, which is asked to be worse by a constraint, and C ties too.

    Unused actions are punished; the kernel enumerates all deterministic policies.
    """
    everything = AcceptableSet(0, (POLICIES["A"], POLICIES["B"]), None, Acceptance.EQUAL)
    claim = replace(clock_claim("A ~ C, A > D"), acceptable=(everything,))
    assert isinstance(proved(claim), FarkasAnyCertificate)  # A and B cannot both beat D and E
    one = AcceptableSet(0, (POLICIES["E"],), None, Acceptance.RANGE)
    claim = replace(clock_claim("A ~ B, B ~ C, A > D"), acceptable=(one,))
    proof = proved(claim)
    assert isinstance(proof, AlgebraicReward)
    assert proof.discount.minpoly == (-1, 0, 2)
    assert isinstance(proved(one_state_machine(claim), "rm"), AlgebraicMachine)


def test_memory_helps() -> None:
    """The same action twice beats two different ones: no Markov reward at any discount, yet a machine."""
    tables = corners(MEMORY)
    pairs = (("aaa", "aba"), ("aaa", "baa"), ("bba", "aba"), ("bba", "baa"))
    asked = tuple(PolicyConstraint(0, tables[x], tables[y], Relation.STRICT) for x, y in pairs)
    claim = Claim((MEMORY,), asked, (), None)
    proof = proved(claim)
    assert isinstance(proof, FarkasAnyCertificate)
    assert check(claim, "mr", proof) is Answer.INEXPRESSIBLE
    seen = observations(claim)
    count, b_first = len(seen.known), seen.of[0][0, 1, 1]
    two = Machine(("a", "b"), (tuple(int(o == b_first) for o in range(count)), (1,) * count))
    assert isinstance(proved(replace(claim, setting=Setting(machine=two)), "rm"), MachineWitness)
    accepted = AcceptableSet(0, (tables["aaa"], tables["bba"]), None, Acceptance.RANGE)
    claim = Claim((MEMORY,), (), (accepted,), None, setting=Setting(machine=two))
    assert isinstance(proved(claim, "rm"), MachineWitness)
    assert isinstance(proved(one_state_machine(claim), "rm"), FarkasAnyCertificate)


def corridor(length: int) -> Model:
    """Return a row of states that ends in a choice."""
    following = [{0: ((s + 1, Fraction(1)),)} for s in range(length)]
    last = {a: ((length, Fraction(1)),) for a in (0, 1)}
    names = tuple(f"s{s}" for s in range(length + 1))
    return Model(names, ("a", "b"), ((0, Fraction(1)),), (*following, last))


def choosing(model: Model, p: Fraction) -> tuple[tuple[tuple[int, Fraction], ...], ...]:
    """Return the policy that takes a in the last state with a probability."""
    last = tuple((a, x) for a, x in ((0, p), (1, 1 - p)) if x)
    return (*(((0, Fraction(1)),) for _ in model.states[1:]), last)


def test_limits_are_said() -> None:
    """Beyond the limit what is served at a usual discount is found; else the limit is the reason."""
    model = corridor(MOST_STATES + 1)
    low, middle, high = (choosing(model, Fraction(k, 2)) for k in range(3))
    up = PolicyConstraint(0, high, low, Relation.STRICT)
    assert isinstance(decide_everywhere(Claim((model,), (up,), (), None), "mr", deadline=None), RewardWitness)
    best = tuple(PolicyConstraint(0, middle, other, Relation.STRICT) for other in (low, high))
    found = decide_everywhere(Claim((model,), best, (), None), "mr", deadline=None)
    assert found == Undecided(f"limit: any discount is decided for at most {MOST_STATES} states")
    small = corridor(2)
    low, middle, high = (choosing(small, Fraction(k, 2)) for k in range(3))
    best = tuple(PolicyConstraint(0, middle, other, Relation.STRICT) for other in (low, high))
    assert isinstance(proved(Claim((small,), best, (), None)), FarkasAnyCertificate)


def test_mixtures_refute_at_every_discount() -> None:
    """On a larger environment a set that its mixtures leave is refuted without any numbers."""
    size = 12
    rows = tuple({a: ((min(s + 1, size - 1), Fraction(1)),) for a in (0, 1)} for s in range(size))
    model = Model(tuple(f"s{s}" for s in range(size)), ("a", "b"), ((0, Fraction(1)),), rows)
    good = tuple(tuple(((a, Fraction(1)),) for _ in range(size)) for a in (0, 1))
    accepted = AcceptableSet(0, good, None, Acceptance.EQUAL)
    claim = Claim((model,), (), (accepted,), None)
    assert isinstance(proved(claim), MixtureCertificate)


def test_the_deadline_is_kept() -> None:
    """A deadline that has passed ends in words, not in an answer."""
    found = decide_everywhere(clock_claim("C > A, C > B, C > D, C > E"), "mr", deadline=time.monotonic() - 1)
    assert isinstance(found, Undecided)
    assert found.reason.startswith("time: ")


def test_ends_are_short_and_exact() -> None:
    """Algebraic ends are given by their minimal polynomial between two decimals."""
    proof = proved(clock_claim("C > A, C > B, C > D, C > E"))
    assert isinstance(proof, FarkasAnyCertificate)
    assert proof.cells[0].hi == Algebraic((-1, 0, 2), Fraction(7, 10), Fraction(71, 100))
    assert CLOCK.states[0] == "s0"
