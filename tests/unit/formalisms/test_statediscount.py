"""Rewards with discounts of states and actions: where they come from, in whose numbers, and values."""

from __future__ import annotations

from fractions import Fraction

from clocked import ROOMS, TWO, asked, is_expressible, needed, paid

from specexpr.document import loads
from specexpr.formalisms.reward import Reward
from specexpr.formalisms.reward import evaluate as evaluate_reward
from specexpr.formalisms.statediscount import StateDiscountedReward, evaluate, settle

OBJECTIVE = "objective o in rooms = statediscount { discount 1/2; discount t / *: 0; s / a: 1/7; t / a: 3 }"


def test_they_need_discounts() -> None:
    """From an objective of this kind, named as the structure or behind the order."""
    head = f"{ROOMS} {OBJECTIVE} objective r in rooms = reward {{ discount 1/2 }} task t in rooms"
    assert needed("sdd", f"{head} {{ aa > bb; structure o }}") is None
    assert needed("sdd", f"{head} {{ order aa bb by o }}") is None
    for task in ("aa > bb", "aa > bb; structure r", "order aa bb by r", "aa > bb; discount 1/2"):
        lacking = needed("sdd", f"{head} {{ {task} }}")
        assert lacking is not None
        assert lacking.startswith("discounts of states and actions:")
    lacking = needed("sdd", f"{head} {{ trajectories (s a) > (s b); structure o }}")
    assert lacking is not None
    assert lacking.startswith("policies to compare:")


def test_every_pair_needs_one() -> None:
    """In a family an objective of one member may lack what another one can do."""
    family = """
environment one { states s t; actions a b; start s; s / a -> t; t / a -> s }
environment two { states s t; actions a b; start s; s / * -> t; t / * -> s }
family both { one two }
policy x in both { * -> a }
policy y in two { * -> b }
objective o in one = statediscount { discount 1/2 }
objective p in two = statediscount { discount 1/2 }
"""
    lacking = needed("sdd", f"{family} task t in both {{ in two {{ x > y }} structure o }}")
    assert lacking == "a discount for s / b: objective o has none"
    assert needed("sdd", f"{family} task t in both {{ in two {{ x > y }} structure p }}") is None


def test_discounts_in_the_numbers_of_the_task() -> None:
    """A member may name its states and actions in another order than the first one."""
    objective = "objective o in two = statediscount { discount 1/2; discount s / a: 1/3; discount t / *: 0 }"
    question = asked("sdd", f"{TWO} {objective} task t in both {{ x > y; structure o }}")
    found = settle(question).discounts
    third, half, zero = Fraction(1, 3), Fraction(1, 2), Fraction(0)
    assert found == (((0, 0), third), ((0, 1), half), ((1, 0), zero), ((1, 1), zero))


def test_the_objective_behind_an_order_is_tried_first() -> None:
    """Its rewards are the witness; under other discounts they are not."""
    other = "objective g in rooms = statediscount { discount 1/3 }"
    head = f"{ROOMS} {OBJECTIVE} {other} task t in rooms"
    assert paid("sdd", f"{head} {{ order aa ba by o }}") == [("s", "a", "1/7"), ("t", "a", "3")]
    assert paid("sdd", f"{head} {{ order aa ba by o; structure g }}") != [("s", "a", "1/7"), ("t", "a", "3")]


def test_one_discount_everywhere_is_a_markov_reward() -> None:
    """With Gamma the same for all, values are the discounted ones."""
    document = loads(f"{ROOMS} {OBJECTIVE}")
    environment, entries = document.objective("o").environment, document.objective("o").spec.entries
    policies = [document.policy(name) for name in ("aa", "bb", "ba", "coin")]
    g = Fraction(9, 10)
    spec = StateDiscountedReward(tuple(((s, a), g) for s in range(2) for a in range(2)), entries)
    assert evaluate(environment, spec, policies) == evaluate_reward(environment, Reward(g, entries), policies)


def test_what_follows_a_discount_of_zero_does_not_count() -> None:
    """After s / b nothing counts, so what is done in t cannot matter; after s / a something does."""
    line = """
environment e { states s t; actions a b; start s; s / * -> t; t / * -> t }
policy aa in e { * -> a }
policy ab in e { s -> a; t -> b }
policy ba in e { s -> b; t -> a }
policy bb in e { * -> b }
objective o in e = statediscount { discount 1/2; discount s / b: 0 }
"""
    assert is_expressible("sdd", f"{line} task t in e {{ aa > ab; structure o }}")
    assert not is_expressible("sdd", f"{line} task t in e {{ ba > bb; structure o }}")
