"""Algebraic discounts: signs, what is refused, and witnesses that have one."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.algebraic import (
    MOST_COEFFICIENTS,
    Algebraic,
    check_number,
    integers,
    read_coefficients,
    read_number,
    sign_at,
    vanishes,
    write_coefficients,
    write_number,
)
from specexpr.certify.algebraic_machine import AlgebraicMachine
from specexpr.certify.algebraic_reward import AlgebraicEntry, AlgebraicReward, AlgebraicValue
from specexpr.certify.checking import check
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Machine, Setting
from specexpr.certify.node import Malformed, Node
from specexpr.certify.observing import observations
from specexpr.certify.polynomial import Polynomial, add, multiply
from specexpr.certify.proofs import Refused, RewardEntry, RewardWitness, TooLarge
from tests.clock import CLOCK, POLICIES, clock_claim

ROOT_HALF = Algebraic((-1, 0, 2), Fraction(7, 10), Fraction(71, 100))
GOLDEN = Algebraic((-1, 1, 1), Fraction(3, 5), Fraction(2, 3))
ONE = Fraction(1)

TIES = clock_claim("A ~ B, B ~ C, A > D")
REWARD = AlgebraicReward(
    ROOT_HALF, (AlgebraicEntry(0, 0, None, (-ONE,)), AlgebraicEntry(3, 3, None, (Fraction(0), 2 * ONE)))
)
"""-1 for a in s0 and 2 g for x in u: A is worth 2 g^2 - 1."""


@pytest.mark.parametrize("seed", range(60))
def test_signs_of_quadratic_numbers(seed: int) -> None:
    """a + b / sqrt(2) has the sign of a, b, or of a |a| 2 + b |b| where they differ."""
    random = Random(seed)
    height = random.choice((3, 100, 1 << 200))
    a, b = random.randint(-height, height), random.randint(-height, height)
    square = 2 * a * abs(a) + b * abs(b)
    expected = (square > 0) - (square < 0)
    more: Polynomial = tuple(random.randint(-9, 9) for _ in range(4))
    p = add((a, b), multiply(more, ROOT_HALF.minpoly))
    assert sign_at(p, ROOT_HALF) == expected
    assert vanishes(p, ROOT_HALF) == (not expected)


def test_signs_close_to_zero() -> None:
    """A convergent of 1/sqrt(2) with 500 digits differs from it, and on the right side."""
    p, q = 1, 1
    for _ in range(1300):
        p, q = p + q, 2 * p + q
    assert sign_at((-p, q), ROOT_HALF) == (1 if 2 * p * p < q * q else -1)


def test_signs_at_rationals() -> None:
    """A rational is a number like others."""
    assert [sign_at((-1, 2), Fraction(k, 4)) for k in (1, 2, 3)] == [-1, 0, 1]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (Fraction(0), "between 0 and 1"),
        (Fraction(1), "between 0 and 1"),
        (replace(ROOT_HALF, lo=Fraction(-1)), r"within \[0, 1\]"),
        (replace(ROOT_HALF, hi=Fraction(2)), r"within \[0, 1\]"),
        (replace(ROOT_HALF, lo=Fraction(71, 100)), r"within \[0, 1\]"),
        (replace(ROOT_HALF, minpoly=()), "primitive"),
        (replace(ROOT_HALF, minpoly=(-2, 0, 4)), "primitive"),
        (replace(ROOT_HALF, minpoly=(-1, 0, 2, 0)), "primitive"),
        (replace(ROOT_HALF, hi=Fraction(701, 1000)), "one simple root"),
        (Algebraic(multiply((-1, 0, 2), (-3, 4)), Fraction(1, 2), Fraction(1)), "one simple root"),
        (Algebraic(multiply((-1, 0, 2), (-1, 0, 2)), Fraction(1, 2), Fraction(1)), "one simple root"),
        (Algebraic((-1, 2), Fraction(1, 2), Fraction(1)), "one simple root"),
    ],
)
def test_what_is_no_discount(number: Fraction | Algebraic, reason: str) -> None:
    """A number must be inside (0, 1), and an interval have exactly one, simple root of its polynomial."""
    with pytest.raises(Refused, match=reason):
        check_number(number)


def test_a_reducible_polynomial_hides_no_sign_but_zero() -> None:
    """With a factor too many a number is the same; only an element that is zero is then refused."""
    number = Algebraic(multiply((-1, 0, 2), (-5, 1)), Fraction(7, 10), Fraction(71, 100))
    check_number(number)
    assert sign_at((-1, 1), number) == -1
    with pytest.raises(TooLarge):
        sign_at((-1, 0, 2), number)


@pytest.mark.parametrize("number", [Fraction(9, 10), ROOT_HALF, GOLDEN])
def test_numbers_are_read_as_written(number: Fraction | Algebraic) -> None:
    """Writing and reading are inverse."""
    assert read_number(Node(json.loads(json.dumps(write_number(number))))) == number
    listed = (Fraction(1, 2), Fraction(0), Fraction(-3))
    assert read_coefficients(Node(write_coefficients(listed))) == listed
    assert integers([listed, (Fraction(1, 3),)]) == [(3, 0, -18), (2,)]


@pytest.mark.parametrize(
    "written",
    [
        0.5,
        "0.5",
        {"minpoly": ["-1", "0", "2"]},
        {"minpoly": ["-1", "1/2"], "lo": "0", "hi": "1"},
        {"minpoly": "x^2 - 2", "lo": "0", "hi": "1"},
        {"minpoly": [-1, 2], "lo": "0", "hi": "1"},
    ],
)
def test_what_is_not_read(written: object) -> None:
    """Numbers are texts; a polynomial has integers."""
    with pytest.raises(Malformed):
        read_number(Node(written))


def test_values_are_ordered() -> None:
    """Values are compared as the numbers that they stand for, whatever their denominators."""
    value = AlgebraicValue((0, 1), (1,), ROOT_HALF)  # g
    same = AlgebraicValue((1,), (0, 2), ROOT_HALF)  # 1 / (2 g)
    more = AlgebraicValue((71,), (100,), ROOT_HALF)
    assert value == same
    assert not value < same
    assert value >= same
    assert value < more
    assert more > same
    assert not same >= more
    assert value != 1


def test_a_reward_at_an_irrational_discount() -> None:
    """-1 for a and 2 g for x make A, B and C tie above D at 1/sqrt(2), and at no other number."""
    check(TIES, "mr", REWARD)
    for altered in (
        replace(REWARD, discount=GOLDEN),
        replace(REWARD, reward=REWARD.reward[:1]),
        replace(REWARD, reward=(REWARD.reward[0], replace(REWARD.reward[1], value=(ONE,)))),
        replace(REWARD, reward=tuple(replace(e, value=tuple(-x for x in e.value)) for e in REWARD.reward)),
    ):
        with pytest.raises(Refused, match="does not meet a constraint"):
            check(TIES, "mr", altered)
    with pytest.raises(Refused, match="two rewards to one step"):
        check(TIES, "mr", replace(REWARD, reward=(*REWARD.reward, REWARD.reward[0])))
    with pytest.raises(Refused, match="another discount"):
        check(replace(TIES, discount=Fraction(7, 10)), "mr", REWARD)


def test_a_reward_on_steps_counts_with_its_probability() -> None:
    """In one environment a reward for a next state is weighed with its probability, and adds up."""
    entries = (*REWARD.reward[:1], replace(REWARD.reward[1], next=4))
    check(TIES, "mr", replace(REWARD, reward=entries))
    with pytest.raises(Refused):
        check(TIES, "mr", replace(REWARD, reward=(*REWARD.reward[:1], replace(REWARD.reward[1], next=0))))
    twice = (*REWARD.reward[:1], replace(entries[1], value=(Fraction(0), ONE)))
    twice = (*twice, replace(REWARD.reward[1], value=(Fraction(0), ONE)))
    check(TIES, "mr", replace(REWARD, reward=twice))


def test_acceptable_sets_among_all_policies_are_enumerated() -> None:
    """A and B are accepted equally among all, D and E being worse, only where A and B tie above them."""
    accepted = AcceptableSet(0, (POLICIES["A"], POLICIES["B"]), None, Acceptance.EQUAL)
    with pytest.raises(Refused):
        check(Claim((CLOCK,), (), (accepted,), None), "mr", REWARD)  # E is worth 2 g^4
    alone = AcceptableSet(0, (POLICIES["E"],), None, Acceptance.RANGE)
    check(Claim((CLOCK,), (), (alone,), None), "mr", REWARD)


def test_a_machine_at_an_irrational_discount() -> None:
    """A machine with one state that has the same rewards does the same; another machine is refused."""
    count = len(observations(TIES).known)
    machine = Machine(("u",), ((0,) * count,))
    rewards = tuple(((0, e.state, e.action), e.value) for e in REWARD.reward)
    claim = replace(TIES, setting=Setting(machine=machine))
    proof = AlgebraicMachine(ROOT_HALF, machine, rewards)
    check(claim, "rm", proof)
    check(TIES, "rm", proof)
    two = Machine(("u", "v"), ((1,) * count, (1,) * count))
    with pytest.raises(Refused, match="another machine"):
        check(claim, "rm", replace(proof, machine=two))
    with pytest.raises(Refused, match="does not meet"):
        check(TIES, "rm", replace(proof, machine=two))
    with pytest.raises(Refused, match="two rewards"):
        check(claim, "rm", replace(proof, reward=(*rewards, rewards[0])))
    with pytest.raises(Refused, match="another discount"):
        check(replace(claim, discount=Fraction(7, 10)), "rm", proof)


def test_a_rational_witness_brings_its_discount() -> None:
    """Where the question leaves the discount open, a reward is checked at its own, which must be one."""
    claim = clock_claim("D > A, D > B, D > E")
    reward = (RewardEntry(0, 0, None, ONE), RewardEntry(3, 3, None, -ONE))
    for g in (Fraction(1, 2), Fraction(999, 1000)):
        check(claim, "mr", RewardWitness(g, reward, ()))
    for g in (Fraction(0), Fraction(1), Fraction(3, 2), Fraction(-1, 2)):
        with pytest.raises(Refused, match="between 0 and 1"):
            check(claim, "mr", RewardWitness(g, reward, ()))
    with pytest.raises(Refused, match="another discount"):
        check(replace(claim, discount=Fraction(1, 3)), "mr", RewardWitness(Fraction(1, 2), reward, ()))


def test_polynomials_have_a_limit() -> None:
    """What has thousands of coefficients is too large, as a limit and not as a flaw."""
    long = (1,) * (MOST_COEFFICIENTS + 1)
    with pytest.raises(TooLarge):
        check_number(replace(ROOT_HALF, minpoly=long))
    with pytest.raises(TooLarge):
        integers([tuple(map(Fraction, long))])
    entry = AlgebraicEntry(0, 0, None, tuple(map(Fraction, long)))
    with pytest.raises(TooLarge):
        check(TIES, "mr", replace(REWARD, reward=(entry,)))
