"""Quasi-hyperbolic rewards: where weights come from, and what they say of values."""

from __future__ import annotations

from fractions import Fraction

import pytest
from clocked import ROOMS, asked, decided, is_expressible, needed, paid

from specexpr.document import loads
from specexpr.expressivity.verdict import Undecided
from specexpr.formalisms.quasihyperbolic import ID, WeighedReward, evaluate, print_weighed, settle
from specexpr.formalisms.reward import Reward
from specexpr.formalisms.reward import evaluate as evaluate_reward

OBJECTIVES = """
objective o in rooms = quasihyperbolic { beta 1/3; discount 1/2; s / a: 1/7; t / a: 3 }
objective w in rooms = quasihyperbolic { weights 1 2 0; t / a: 3 }
objective r in rooms = reward { discount 1/2; s / a: 1 }
"""


@pytest.mark.parametrize(
    ("task", "lacking"),
    [
        ("aa > bb; beta 1/2; discount 1/2", None),
        ("aa > bb; structure o; discount 1/2", None),
        ("aa > bb; structure w; discount 9/10", None),
        ("order aa bb by o; discount 1/2", None),
        ("order aa bb by o; discount 1/2; beta 1", None),
        ("aa > bb; structure r; beta 1/2; discount 1/2", None),
        ("aa > bb; beta 1/2", None),
        ("aa > bb; discount 1/2", "beta:"),
        ("aa > bb; structure r; discount 1/2", "beta:"),
        ("order aa bb by r; discount 1/2", "beta:"),
        ("aa > bb; structure o; discount 9/10", "the discount of its weights: write `discount 1/2`"),
        ("order aa bb by o; discount 9/10", "the discount of its weights: write `discount 1/2`"),
        ("aa > bb; structure o; beta 1/2; discount 1/2", "either beta or weights, not both:"),
        ("trajectories (s a) > (s b); beta 1/2; discount 1/2", "policies to compare:"),
    ],
)
def test_what_a_question_needs(task: str, lacking: str | None) -> None:
    """Weights, from one place."""
    found = needed(ID, f"{ROOMS} {OBJECTIVES} task t in rooms {{ {task} }}")
    assert found is lacking if lacking is None else found is not None and found.startswith(lacking)


def test_without_a_discount_there_is_no_answer() -> None:
    """There is no procedure for any discount."""
    verdict = decided(ID, f"{ROOMS} task t in rooms {{ aa > bb; beta 1/2 }}")
    assert isinstance(verdict, Undecided)
    assert verdict.reason.startswith("give a discount")


@pytest.mark.parametrize(
    ("task", "weights"),
    [
        ("aa > bb; beta 1/2; discount 1/2", "1 1/4"),
        ("order aa bb by o; discount 1/2", "1 1/6"),
        ("order aa bb by o; discount 1/2; beta 1", "1 1/2"),
        ("aa > bb; structure w; discount 9/10", "1 2 0"),
    ],
)
def test_where_weights_come_from(task: str, weights: str) -> None:
    """Beta of the task comes before the objective behind the order."""
    setting = settle(asked(ID, f"{ROOMS} {OBJECTIVES} task t in rooms {{ {task} }}"))
    assert setting.weights == tuple(map(Fraction, weights.split()))


def test_the_objective_behind_an_order_is_tried_first() -> None:
    """Its rewards are the witness if the weights are its own."""
    head = f"{ROOMS} {OBJECTIVES} task t in rooms"
    assert paid(ID, f"{head} {{ order aa ba by o; discount 1/2 }}") == [("s", "a", "1/7"), ("t", "a", "3")]
    assert paid(ID, f"{head} {{ order aa ba by w; discount 9/10 }}") == [("t", "a", "3")]
    assert paid(ID, f"{head} {{ order aa ba by o; discount 1/2; beta 1 }}") != [
        ("s", "a", "1/7"),
        ("t", "a", "3"),
    ]


@pytest.mark.parametrize(
    ("body", "weights", "discount"),
    [
        ("beta 1; discount 1/2", "1 1/2", "1/2"),
        ("beta 1/3; discount 1/2", "1 1/6", "1/2"),
        ("beta 1/3; discount 0", "1 0", None),
        ("weights 1 3; discount 0", "1 3 0", None),
        ("weights 1 3 0; discount 0", "1 3 0", None),
        ("weights 1 1; discount 1/2", "1 1", "1/2"),
    ],
)
def test_beta_and_discount_go_to_their_ends(body: str, weights: str, discount: str | None) -> None:
    """0 < beta <= 1 and 0 <= discount < 1; what is printed is read as the same, also weights that rise."""
    head = f"{ROOMS} objective o in rooms = quasihyperbolic"
    spec = loads(f"{head} {{ {body}; t / a: 3 }}").objective("o").spec
    assert spec.weights == tuple(map(Fraction, weights.split()))
    assert spec.discount == (None if discount is None else Fraction(discount))
    environment = loads(ROOMS).environment("rooms")
    printed = print_weighed(environment, spec)
    assert loads(f"{head} {{ {printed} }}").objective("o").spec == spec


def test_beta_one_is_a_markov_reward() -> None:
    """The weights 1, g, g^2 .. are those of a discount; a head of them says nothing new."""
    document = loads(ROOMS + OBJECTIVES)
    objective = document.objective("o")
    names = ("aa", "bb", "ba", "coin")
    policies = [document.policy(name) for name in names]
    half = Fraction(1, 2)
    environment, entries = objective.environment, objective.spec.entries
    markov = evaluate_reward(environment, Reward(half, entries), policies)
    for weights in ((Fraction(1),), (Fraction(1), half), (Fraction(1), half, half**2)):
        assert evaluate(environment, WeighedReward(weights, half, entries), policies) == markov


def test_weights_that_end_are_a_horizon() -> None:
    """With 1 1 0 two policies that part at the third step are alike."""
    cycle = """
environment e { states x y z; actions a b; start x; x / * -> y; y / * -> z; z / * -> z }
policy p in e { * -> a }
policy q in e { z -> b; * -> a }
objective two in e = quasihyperbolic { weights 1 1 0; x / a: 1 }
objective three in e = quasihyperbolic { weights 1 1 1 0; x / a: 1 }
"""
    assert not is_expressible(ID, f"{cycle} task t in e {{ p > q; structure two; discount 1/2 }}")
    assert is_expressible(ID, f"{cycle} task t in e {{ p > q; structure three; discount 1/2 }}")
