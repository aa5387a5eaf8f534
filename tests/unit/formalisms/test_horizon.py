"""Rewards over a horizon: where the horizon comes from, and values of a long one."""

from __future__ import annotations

from fractions import Fraction

from clocked import ROOMS, asked, decided, is_expressible, needed, paid

from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible
from specexpr.formalisms.horizon import evaluate, settle

OBJECTIVE = "objective o in rooms = horizon { steps 4; s / a: 1/7; t / a: 3 }"


def test_they_need_a_horizon() -> None:
    """It is the task's, or that of the objective behind the order."""
    assert needed("horizon", f"{ROOMS} task t in rooms {{ aa > bb; horizon 3 }}") is None
    assert needed("horizon", f"{ROOMS} {OBJECTIVE} task t in rooms {{ order aa bb by o }}") is None
    lacking = needed("horizon", f"{ROOMS} task t in rooms {{ aa > bb }}")
    assert lacking is not None
    assert lacking.startswith("a horizon:")
    lacking = needed("horizon", f"{ROOMS} task t in rooms {{ trajectories (s a) > (s b); horizon 1 }}")
    assert lacking is not None
    assert lacking.startswith("policies to compare:")


def test_the_horizon_of_the_task_comes_first() -> None:
    """With that of the objective its rewards are tried first, with another one they are not."""
    own = f"{ROOMS} {OBJECTIVE} task t in rooms {{ order aa ba by o }}"
    other = f"{ROOMS} {OBJECTIVE} task t in rooms {{ order aa ba by o; horizon 1 }}"
    assert settle(asked("horizon", own)).horizon == 4
    assert settle(asked("horizon", other)).horizon == 1
    assert paid("horizon", own) == [("s", "a", "1/7"), ("t", "a", "3")]
    assert paid("horizon", other) == [("s", "b", "1")]


def test_what_comes_later_does_not_count() -> None:
    """In one step nobody comes to t; in two a policy that goes there does."""
    twins = f"{ROOMS} policy bt in rooms {{ s -> b; t -> {{ a: 1/3, b: 2/3 }} }}"
    assert not is_expressible("horizon", f"{twins} task t in rooms {{ ba > bt; horizon 1 }}")
    assert is_expressible("horizon", f"{twins} task t in rooms {{ ba > bt; horizon 2 }}")
    assert isinstance(decided("horizon", f"{twins} task t in rooms {{ ba ~ bt; horizon 1 }}"), Expressible)


def test_a_long_horizon() -> None:
    """Ten thousand steps of a deterministic cycle, and a hundred of a coin."""
    document = loads("""
environment e {
  states x y z; actions a b; start x
  x / * -> y; y / * -> z; z / a -> x; z / b -> { x: 1/2, z: 1/2 }
}
policy p in e { * -> a }
policy q in e { * -> b }
objective o in e = horizon { steps 10000; x / *: 1 }
objective c in e = horizon { steps 100; z / *: 1 }
""")
    objective, coin = document.objective("o"), document.objective("c")
    assert evaluate(objective.environment, objective.spec, [document.policy("p")]) == (Fraction(3334),)
    (value,) = evaluate(coin.environment, coin.spec, [document.policy("q")])
    assert 49 < value < 50
