"""Average rewards: what they need, whose rewards they try first, values of several recurrent classes."""

from __future__ import annotations

from fractions import Fraction

from clocked import ROOMS, TWO, needed, paid

from specexpr.certify.proofs import RewardEntry
from specexpr.document import loads
from specexpr.formalisms.average import AverageReward, evaluate


def test_they_need_policies_and_no_options() -> None:
    """Sequences end, and have no average; a discount is no matter."""
    assert needed("lar", f"{ROOMS} task t in rooms {{ aa > bb; discount 1/2 }}") is None
    lacking = needed("lar", f"{ROOMS} task t in rooms {{ trajectories (s a s a) > (s b s a) }}")
    assert lacking is not None
    assert lacking.startswith("policies to compare:")


def test_the_objective_behind_an_order_is_tried_first() -> None:
    """Its rewards are the witness, be they ever so odd."""
    objective = "objective o in rooms = average { t / *: 17; s / a: 1/7 }"
    document = f"{ROOMS} {objective} task t in rooms {{ order aa bb ba by o }}"
    assert paid("lar", document) == [("s", "a", "1/7"), ("t", "a", "17"), ("t", "b", "17")]


def test_an_objective_of_a_member_that_has_other_numbers() -> None:
    """Its states and actions are those of the same names in the first member."""
    objective = "objective o in two = average { s / a: 3; t / b: 5 }"
    document = f"{TWO} {objective} task t in both {{ in two {{ order x y by o }} }}"
    assert paid("lar", document) == [("s", "a", "3"), ("t", "b", "5")]


def test_several_classes_and_a_start_in_several_places() -> None:
    """Each class counts as often as it is entered: from s, c with 1/3, d and e with 2/3."""
    document = loads("""
environment e {
  states s c d e f; actions a; start { s: 3/4, f: 1/4 }
  s / a -> { s: 1/4, c: 1/4, d: 1/2 }; c / a -> c; d / a -> e; e / a -> { d: 1/2, e: 1/2 }; f / a -> f
}
policy p in e { * -> a }
""")
    environment = document.environment("e")
    shares = [
        evaluate(environment, AverageReward((RewardEntry(s, 0, None, Fraction(1)),)), [document.policy("p")])[
            0
        ]
        for s in range(5)
    ]
    assert shares == [0, Fraction(1, 4), Fraction(1, 6), Fraction(1, 3), Fraction(1, 4)]


def test_periodic_chains_have_averages() -> None:
    """On a cycle of three the mean reward is that of a round."""
    document = loads("""
environment e { states x y z; actions a; start x; x / a -> y; y / a -> z; z / a -> x }
policy p in e { * -> a }
objective o in e = average { x / a: 1; y / * / z: 4 }
""")
    objective = document.objective("o")
    assert evaluate(objective.environment, objective.spec, [document.policy("p")]) == (Fraction(5, 3),)
