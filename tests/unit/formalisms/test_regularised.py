"""Regularised rewards: values exact and enclosed, and the regulariser left free."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from clocked import ROOMS, decided, is_expressible, needed, paid

from specexpr.document import loads
from specexpr.exact import Interval, Value
from specexpr.expressivity.verdict import Expressible, Inexpressible
from specexpr.formalisms.regularised import evaluate

ONCE = """
environment once { states s w; actions a b c; start s; s / a -> w; s / b -> w; w / * -> w }
policy pa in once { * -> a }
policy pb in once { s -> b; w -> a }
policy coin in once { s -> { a: 1/2, b: 1/2 }; w -> a }
policy third in once { s -> { a: 1/3, b: 2/3 }; w -> a }
policy three in once { s -> a; w -> { a: 1/3, b: 1/3, c: 1/3 } }
"""


def values(body: str, *names: str, document: str = ONCE, place: str = "once") -> list[Value]:
    """Return the values of policies under an objective."""
    found = loads(f"{document} objective o in {place} = regularised {{ {body} }}")
    objective = found.objective("o")
    return list(evaluate(objective.environment, objective.spec, [found.policy(name) for name in names]))


def encloses(value: Value, true: str) -> bool:
    """Say whether a value is an interval that some digits of the truth lie in, as closely as they say."""
    assert isinstance(value, Interval)
    error = Fraction(1, 10 ** (len(true.partition(".")[2]) - 1))
    return value.lo - error < Fraction(true) < value.hi + error


def test_entropy_of_coins() -> None:
    """ln 2 for a fair coin, ln 3 - 2/3 ln 2 for one of 1 to 2; policies without a coin have exact values."""
    fair, biased, sure = values("discount 1/2; alpha 1; entropy; s / a: 1", "coin", "third", "pa")
    assert encloses(fair, "1.19314718055994530941")
    with localcontext(prec=40):
        assert encloses(biased, str(round(Decimal(1) / 3 + Decimal(3).ln() - Decimal(2).ln() * 2 / 3, 20)))
    assert sure == 1


def test_divergence_from_the_uniform_law() -> None:
    """ln 3 for one action of three, ln 3 - ln 2 for two, and exactly 0 for all three alike."""
    body = "discount 1/2; alpha -1; kl; s / *: 0"
    sure, coin, three = values(body, "pa", "coin", "three")
    assert encloses(sure, "2.19722457733621938279")  # ln 3 at every step
    assert encloses(coin, "1.50407739677627407337")  # ln 3 - ln 2, and then ln 3
    assert encloses(three, "1.09861228866810969140")  # ln 3, and then nothing


def test_tsallis_and_tables_are_rational() -> None:
    """1 - (1/4 + 1/4) for a fair coin; a law that is listed has what is listed."""
    body = "discount 1/2; alpha 3; tsallis; s / b: 1"
    assert values(body, "coin", "third", "pa") == [2, Fraction(2, 3) + Fraction(4, 3), 0]
    body = "discount 1/2; alpha 2; regulariser { a: 1/3, b: 2/3 }: -5; regulariser { a: 1 }: 1"
    assert values(body, "third", "coin", "pa") == [10 - 2, -2, -4]


def test_what_they_need() -> None:
    """Policies. A discount that is left open may be any, and the witness brings it."""
    assert needed("rrl", f"{ONCE} task t in once {{ pa > pb }}") is None
    verdict = decided("rrl", f"{ONCE} task t in once {{ coin > pa; coin > pb }}")
    assert isinstance(verdict, Expressible)
    assert verdict.witness.proof.discount == Fraction(1, 2)
    assert verdict.witness.explain().startswith("Regularised reward, discount 1/2")
    assert verdict.witness.words().summary == "regularised reward with 1 entry at discount 1/2"
    lacking = needed("rrl", f"{ONCE} task t in once {{ trajectories (s a) > (s b); discount 1/2 }}")
    assert lacking is not None
    assert lacking.startswith("policies to compare:")


def test_an_open_discount_is_that_of_the_objective() -> None:
    """The objective behind an order is the witness, at its own discount."""
    objective = "objective o in once = regularised { discount 5/7; alpha 1; tsallis; s / a: 1/9 }"
    verdict = decided("rrl", f"{ONCE} {objective} task t in once {{ order coin third pa by o }}")
    assert isinstance(verdict, Expressible)
    assert verdict.witness.proof.discount == Fraction(5, 7)
    assert [entry.value for entry in verdict.witness.proof.reward] == [Fraction(1, 9)]


def test_no_discount_remembers() -> None:
    """What no discount can do is refuted for all of them at once, in words that say so."""
    chain = """
environment e { states s t w; actions a b; start s; s / * -> t; t / * -> w; w / * -> w }
policy aa in e { * -> a }
policy bb in e { * -> b }
policy ab in e { s -> a; * -> b }
policy ba in e { s -> b; * -> a }
"""
    verdict = decided("rrl", f"{chain} task t in e {{ aa > ba; bb > ab; aa > ab; bb > ba }}")
    assert isinstance(verdict, Inexpressible)
    assert "plays every law of actions" in verdict.certificate.explain()


def test_the_objective_behind_an_order_is_tried_first() -> None:
    """Its rewards are the witness; what is irrational of its regulariser is rounded."""
    objective = "objective o in once = regularised { discount 1/2; alpha 5/7; entropy; s / a: 1/7 }"
    document = f"{ONCE} {objective} task t in once {{ order coin third pa by o; discount 1/2 }}"
    verdict = decided("rrl", document)
    assert isinstance(verdict, Expressible)
    assert paid("rrl", document) == [("s", "a", "1/7")]
    laws = dict(verdict.witness.proof.regulariser)
    half = Fraction(1, 2)
    (value,) = [x for law, x in laws.items() if law == ((0, half), (1, half))]
    assert abs(value - Fraction(5, 7) * Fraction("0.6931471805")) < Fraction(1, 1000)


def test_orders_that_no_rounding_keeps_are_solved_for() -> None:
    """Two mixtures whose entropies are apart by less than the rounding still get an order."""
    p = "500001/1000000"
    close = f"policy near in once {{ s -> {{ a: {p}, b: 499999/1000000 }}; w -> a }}"
    objective = "objective o in once = regularised { discount 1/2; alpha 1; entropy }"
    document = f"{ONCE} {close} {objective} task t in once {{ order coin near pa by o; discount 1/2 }}"
    assert is_expressible("rrl", document)


def test_laws_are_told_apart_and_states_are_not() -> None:
    """Any order of the laws at one state can be had; the same law in s and in t is worth the same price."""
    assert is_expressible(
        "rrl", f"{ONCE} task t in once {{ coin > pa; coin > pb; third > coin; discount 1/2 }}"
    )
    chain = """
environment e { states s t w; actions a b; start s; s / * -> t; t / * -> w; w / * -> w }
policy aa in e { * -> a }
policy ca in e { s -> { a: 1/2, b: 1/2 }; * -> a }
policy ba in e { s -> b; * -> a }
policy ac in e { t -> { a: 1/2, b: 1/2 }; * -> a }
policy ab in e { t -> b; * -> a }
"""
    first, second = "ca > aa; ca > ba", "aa > ac; ab > ac"
    assert is_expressible("rrl", f"{chain} task t in e {{ {first}; discount 1/2 }}")
    assert is_expressible("rrl", f"{chain} task t in e {{ {second}; discount 1/2 }}")
    assert not is_expressible("rrl", f"{chain} task t in e {{ {first}; {second}; discount 1/2 }}")


def test_deterministic_policies_are_ordered_as_by_rewards() -> None:
    """What the regulariser says of sure actions, rewards on steps can say."""
    assert is_expressible("rrl", f"{ROOMS} task t in rooms {{ aa > bb; bb > ba; discount 1/2 }}")
