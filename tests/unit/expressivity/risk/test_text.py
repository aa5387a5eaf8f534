"""What is said of proofs about given objectives and returns, as a person reads it."""

from __future__ import annotations

import pytest

import specexpr
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible, Words

LAB = """
environment lab {
  states start n0 n1 n2 n3; actions a b c d; start start
  start / a -> n1; start / b -> { n0: 1/2, n3: 1/2 }; start / c -> n0; start / d -> { n0: 1/4, n2: 3/4 }
  n0 / * -> n0; n1 / * -> n1; n2 / * -> n2; n3 / * -> n3
}
policy one in lab { * -> a }
policy coin in lab { start -> b; * -> a }
policy nothing in lab { start -> c; * -> a }
policy often in lab { start -> d; * -> a }
policy either in lab { start -> { a: 1/3, b: 2/3 }; * -> a }
objective gain in lab = total { start / * / n1: 1; start / * / n2: 2; start / * / n3: 3 }
objective luck in lab = total { start / * / n3: 1 }
"""


def words(formalism: str, task: str) -> Words:
    """Return what is said of the proof about a task."""
    (asked,) = loads(f"{LAB}task t in lab {{ {task} }}\n").tasks
    match specexpr.check(asked, formalism):
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            return proof.words()
        case undecided:
            raise AssertionError(undecided)


def test_dominance_of_one_policy() -> None:
    """Which policy dominates which, what that means, and the two laws."""
    found = words("eu", "nothing > one; given gain")
    assert found.summary == "one first-order stochastically dominates nothing (line 14)"
    assert found.lines == (14,)
    assert found.text.splitlines() == [
        "one first-order stochastically dominates nothing: for every x, it returns x or more with no smaller "
        "probability. So every increasing utility values one at least as much. Yet the task wants nothing to "
        "be worth more: nothing > one (line 14).",
        "Returns: nothing 0; one 1",
    ]


def test_dominance_of_mixtures() -> None:
    """Two lotteries over policies, and the constraints that want the dominated one above."""
    found = words("eu", "either > one; either > coin; given gain")
    assert found.summary == "conflict of 2 constraints (line 14)"
    assert found.text.splitlines() == [
        "either has exactly the law of returns of mixing one (1/3) and coin (2/3). So every increasing "
        "utility values both alike. Yet the task wants either to be worth more: either > one and either > "
        "coin (both line 14), with weights 1 and 2.",
        "Returns: either 0 (1/3), 1 (1/3) or 3 (1/3); one 1; coin 0 (1/2) or 3 (1/2)",
    ]
    found = words("eu", "nothing > one; coin ~ one; given gain; utility nondecreasing")
    assert found.text.startswith("one first-order stochastically dominates nothing")


def test_averages_of_quantiles() -> None:
    """What is mixed for spectra are no laws."""
    found = words("spectral", "coin > one; one > often; given gain")
    assert found.text.splitlines()[0] == (
        "often has at every level at least the CVaR of coin. So every spectral risk measure values often at "
        "least as much. Yet the task wants coin to be worth more: coin > one and one > often (both line 14)."
    )


def test_what_is_worth_more_than_what_it_ties_with() -> None:
    """Without a `>` the reason is that more is worth more."""
    assert words("eu", "one ~ nothing; given gain").text.startswith(
        "one first-order stochastically dominates nothing: for every x, it returns x or more with no smaller "
        "probability, for some x with a greater one. So every increasing utility values one more. Yet the "
        "task wants nothing to be worth no less: nothing ~ one (line 14)."
    )
    assert words("spectral", "nothing >= one; given gain").text.startswith(
        "one has at every level a greater CVaR than nothing. So every spectral risk measure values one more."
    )


def test_a_utility_is_written_as_an_objective() -> None:
    """So that it can be pasted into the file; the values of the policies follow."""
    found = words("eu", "one > coin; coin > nothing; given gain; utility nondecreasing")
    assert found.summary.startswith("utility { 0: 0, 1: ")
    body = found.summary.removeprefix("utility ")
    pasted = loads(f"{LAB}objective bent in lab = utility {body}\n")
    bent = pasted.objective("bent")
    assert bent.formalism == "eu"
    assert found.text.splitlines()[1].startswith("Values: one = ")


@pytest.mark.parametrize(
    ("formalism", "task"),
    [
        ("spectral", "one > coin; given gain"),
        ("cvar", "one > coin; often > nothing; given gain"),
        ("entropic", "one > coin; given gain"),
        ("linear", "one > coin; given gain, luck"),
    ],
)
def test_specifications_can_be_pasted(formalism: str, task: str) -> None:
    """What is found is an objective in the language, which orders the policies as asked."""
    found = words(formalism, task)
    again = loads(
        f"{LAB}objective found in lab = {found.summary}\ntask t in lab {{ order one coin by found }}\n"
    )
    (constraint,) = again.task("t").constraints
    assert constraint.relation == ">"
    assert constraint.better == again.policy("one").table


def test_an_irrational_rate_is_told_by_its_equation() -> None:
    """About what b is, and the polynomial whose root its exponential is."""
    found = words("entropic", "one ~ coin; given gain")
    assert found.text.splitlines() == [
        "Entropic value of gain with b about -0.481212: z = exp(b) is a root of z^2 + z - 1",
        "Values: one = coin = 1",
    ]


def test_where_which_constraint_fails() -> None:
    """Stretches of levels or rates with the constraint that fails there, ends with the `>` that has them."""
    found = words("cvar", "coin > one; nothing >= coin; given gain")
    assert found.summary == "at every level of CVaR one of 2 constraints fails (line 14)"
    assert found.text.splitlines() == [
        "At every level of CVaR some constraint fails:",
        "  up to 2/3: coin > one (line 14)",
        "  above 2/3: nothing >= coin (line 14)",
    ]
    found = words("entropic", "coin ~ one; one > often; given gain")
    assert found.text.splitlines() == [
        "For every b some constraint fails:",
        "  below about -0.481212: coin ~ one (line 14)",
        "  at about -0.481212: one > often (line 14)",
        "  above about -0.481212: coin ~ one (line 14)",
    ]


def test_one_constraint_may_fail_everywhere() -> None:
    """Then it is said why."""
    assert words("cvar", "nothing > one; given gain").text == (
        "At every level of CVaR one is worth at least as much as nothing, so nothing > one (line 14) fails."
    )
    assert words("entropic", "nothing ~ one; given gain").text == (
        "For every b nothing and one differ, so nothing ~ one (line 14) fails."
    )
    assert words("entropic", "nothing >= one; given gain").summary == (
        "one is worth more than nothing for every b (line 14)"
    )


def test_weights_and_why_there_are_none() -> None:
    """The same worth to each objective, or no less where weights must not be negative."""
    found = words("linear", "one > coin; coin > nothing; given gain")
    assert found.text.splitlines() == [
        "one is worth exactly as much to gain as mixing coin (2/3) and nothing (1/3). So every weighted sum "
        "values both alike. Yet the task wants one to be worth more: one > coin and coin > nothing (both "
        "line 14), with weights 3 and 1.",
        "Worth to gain: one 1; coin 3/2; nothing 0",
    ]
    found = words("linear", "one > coin; given gain, luck; weights nonnegative")
    assert found.text.splitlines() == [
        "coin is worth at least as much to each of gain and luck as one. So every sum with nonnegative "
        "weights values coin at least as much. Yet the task wants one to be worth more: one > coin (line "
        "14).",
        "Worth to gain: one 1; coin 3/2",
        "Worth to luck: one 0; coin 1/2",
    ]
    assert words("linear", "one ~ coin; given luck").summary == "all weights 0"


def test_policies_that_behave_alike() -> None:
    """They are told apart by nothing, and that is said as elsewhere."""
    for formalism, noun in (
        ("eu", "increasing utility"),
        ("cvar", "level of CVaR"),
        ("linear", "weighted sum"),
    ):
        found = words(formalism, "accept one; given gain")
        assert found.summary == "two policies that behave alike (line 14)"
        assert f"No {noun} can tell them apart" in found.text
