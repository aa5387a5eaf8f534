"""Statements of the literature that do not hold as printed: each fails on its example, and is put right.

What is printed is given here in words of our own. The first ones are of Joar Skalse and Alessandro Abate, On
the Limitations of Markovian Rewards to Express Multi-Objective, Risk-Sensitive, and Modal Tasks (UAI 2023).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise, product
from random import Random

import pytest

import specexpr
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Model, PolicyConstraint, Relation, Table
from specexpr.document import loads
from specexpr.document.document import Document
from specexpr.exact import Value
from specexpr.expressivity.verdict import Expressible
from specexpr.formalism import find_formalism
from specexpr.testing.brute_force import Differences, comparisons, deterministic_tables
from specexpr.testing.generators import random_environment
from specexpr.testing.linear_truth import Solution, solve
from tests.asking import is_markov


def values(document: Document, objective: str, policies: list[str]) -> list[Value]:
    found = document.objective(objective)
    formalism = find_formalism(found.formalism)
    assert formalism is not None
    assert formalism.evaluate is not None
    return list(formalism.evaluate(found.environment, found.spec, [document.policy(p) for p in policies]))


def one_state(bodies: dict[str, str], mixtures: list[Fraction]) -> str:
    """Return one state with loops a and b, a policy for each probability of b, and objectives."""
    policies = [
        f"policy p{i} in e {{ s -> {{ a: {1 - p}, b: {p} }} }}"
        if 0 < p < 1
        else f"policy p{i} in e {{ s -> {'ab'[int(p)]} }}"
        for i, p in enumerate(mixtures)
    ]
    objectives = [f"objective {name} in e = {body}" for name, body in bodies.items()]
    head = "environment e { states s; actions a b; start s; s / * -> s }"
    return "\n".join(["discount 1/2", head, *policies, *objectives, ""])


SEGMENT = [Fraction(i, 12) for i in range(13)]
NAMES = [f"p{i}" for i in range(13)]


# -- the limitations of Markovian rewards ------------------------------------------------------------------


def test_the_least_of_two_rewards_may_be_markov_although_neither_is_always_the_least() -> None:
    """Printed: if neither of two rewards is the least one at every policy, no reward orders as MaxMin does.

    R_2 = 2 R_1 - c (1 - g) has J_2 = 2 J_1 - c, so that the least of the two is a strictly increasing
    function of J_1 and orders as R_1 does. With one state, R_1 = (0, 1/2), g = 1/2 and c = 1/2 each is the
    least one somewhere.
    """
    bodies = {
        "one": "reward { s / b: 1/2 }",
        "two": "reward { s / a: -1/4; s / b: 3/4 }",
        "least": "maxmin { one, two }",
    }
    document = loads(one_state(bodies, SEGMENT))
    one, two, least = (values(document, name, NAMES) for name in bodies)
    assert [2 * x - Fraction(1, 2) for x in one] == two
    assert {x < y for x, y in zip(one, two, strict=True) if x != y} == {True, False}
    assert least == sorted(least)
    assert one == sorted(one)
    assert len(set(least)) == len(set(one)) == len(NAMES)
    text = one_state(bodies, SEGMENT) + f"task t in e {{ order {' '.join(NAMES)} by least }}\n"
    assert is_markov(text)


def test_the_least_of_two_rewards_that_pull_apart_is_not_markov() -> None:
    """Put right: where one falls as the other rises a mixture is better than what it mixes."""
    bodies = {"one": "reward { s / b: 1 }", "two": "reward { s / a: 1 }", "least": "maxmin { one, two }"}
    assert not is_markov(one_state(bodies, SEGMENT) + "task t in e { order p0 p6 p12 by least }\n")


CORNERS = """
discount 1/2
environment e { states s x y; actions a b; start s; s / a -> x; s / b -> y; x / * -> x; y / * -> y }
policy none in e { s -> a; * -> a }
policy low in e { s -> b; * -> a }
policy high in e { s -> b; * -> b }
objective bar in e = reward { s / b: BAR }
objective aim in e = reward { y / b: 1 }
objective both in e = consat { aim subject to bar >= 1 }
"""


@pytest.mark.parametrize(("most", "agree"), [("1", False), ("1/2", True)])
def test_consat_is_the_first_reward_only_strictly_below_the_bar(most: str, agree: bool) -> None:
    """Printed: ConSat orders as R_1 does if J_1 is at most c everywhere. At max J_1 = c it does not.

    Policies that reach the bar are compared by J_2. Put right: J_1 must be less than c everywhere.
    """
    document = loads(CORNERS.replace("BAR", most))
    names = ["none", "low", "high"]
    bar, both = values(document, "bar", names), values(document, "both", names)
    assert max(x for x in bar if isinstance(x, Fraction)) == Fraction(most)
    ordered = [[x < y for x, y in combinations(column, 2)] for column in (bar, both)]  # type: ignore[operator]
    assert (ordered[0] == ordered[1]) == agree


def test_a_threshold_is_met_from_below() -> None:
    """Printed: MaxSat counts the rewards with J_i at most c_i, so that to do worse is to satisfy more.

    Put right: at least c_i.
    """
    bodies = {"one": "reward { s / b: 1 }", "enough": "maxsat { one >= 1 }"}
    document = loads(one_state(bodies, SEGMENT))
    one, enough = values(document, "one", NAMES), values(document, "enough", NAMES)
    printed = [Fraction(x <= 1) for x in one if isinstance(x, Fraction)]
    assert printed[0] > printed[-1]
    assert enough == [Fraction(x >= 1) for x in one if isinstance(x, Fraction)]
    assert enough[0] < enough[-1]  # type: ignore[operator]


FIRST, SECOND = (0, 1, 2), (0, 1, Fraction(3, 2))
Steps = tuple[int, ...]


def returned(rewards: tuple[Fraction | int, ...], steps: Steps, g: Fraction) -> Fraction:
    return sum((g**t * Fraction(rewards[a]) for t, a in enumerate(steps)), Fraction(0))


def tail(rewards: tuple[Fraction | int, ...], g: Fraction) -> Fraction:
    """Return by how much all that follows a step can matter, in that step's own terms."""
    return g / (1 - g) * (max(rewards) - min(rewards))


def test_one_order_of_all_sequences_need_not_mean_one_reward_up_to_scale() -> None:
    """Printed: two rewards that order all sequences alike differ by an affine map (and shaping).

    At g = 1/5 the rewards (0, 1, 2) and (0, 1, 3/2) of three loops both order sequences by their first
    difference, since all that follows weighs less than the least gap; yet no affine map takes one to the
    other.
    """
    g = Fraction(1, 5)
    for rewards in (FIRST, SECOND):
        gap = min(Fraction(y) - x for x, y in pairwise(rewards))
        assert tail(rewards, g) < gap
    sequences = list(product(range(3), repeat=4))
    ranked = [sorted(sequences, key=lambda w: returned(r, w, g)) for r in (FIRST, SECOND)]
    assert ranked[0] == ranked[1] == sorted(sequences)
    slopes = [Fraction(y) - x for x, y in pairwise(SECOND)]
    assert slopes[0] != slopes[1]
    assert FIRST[1] - FIRST[0] == FIRST[2] - FIRST[1]


@pytest.mark.parametrize("g", [Fraction(1, 3), Fraction(1, 2), Fraction(9, 10)])
def test_what_follows_must_be_able_to_outweigh_a_step(g: Fraction) -> None:
    """Put right with a bound on the discount from below: here from 1/3 on, sequences tell the two apart."""
    assert tail(SECOND, g) > Fraction(1, 2)
    sequences = list(product(range(3), repeat=4))
    assert any(
        (returned(FIRST, u, g) > returned(FIRST, v, g)) != (returned(SECOND, u, g) > returned(SECOND, v, g))
        for u, v in combinations(sequences, 2)
    )


# -- settling the reward hypothesis ------------------------------------------------------------------------

History = tuple[str, ...]
Lottery = dict[History, Fraction]


def utility(history: History) -> Fraction:
    """Return u with u(nothing) = 0 and u(t.h) = 1 + 2 u(h)."""
    return Fraction(0) if not history else 1 + 2 * utility(history[1:])


def expected(lottery: Lottery) -> Fraction:
    return sum((p * utility(h) for h, p in lottery.items()), Fraction(0))


def put_before(step: str, lottery: Lottery) -> Lottery:
    return {(step, *h): p for h, p in lottery.items()}


def test_memoryless_preferences_may_weigh_the_future_more() -> None:
    """Printed: preferences that a step put before both sides does not change discount by at most 1.

    Michael Bowling et al., Settling the Reward Hypothesis (ICML 2023). The expectation of u with
    u(t.h) = 1 + 2 u(h) is unchanged so, and weighs what follows twice. No other utility of the same
    preferences does better: it is a u + b with a > 0, and the factor of such a function is 2 as well.
    Put right: a bound on the factor is one more axiom.
    """
    random = Random(3)
    histories = [tuple("t" * n) for n in range(6)]

    def drawn() -> Lottery:
        weights = [random.randint(0, 3) for _ in histories]
        weights[random.randrange(len(histories))] += 1
        return {h: Fraction(w, sum(weights)) for h, w in zip(histories, weights, strict=True) if w}

    seen = set()
    for _ in range(300):
        one, other = drawn(), drawn()
        before = expected(one) > expected(other)
        assert before == (expected(put_before("t", one)) > expected(put_before("t", other)))
        assert expected(put_before("t", one)) == 1 + 2 * expected(one)
        seen.add(before)
    assert seen == {True, False}
    for a, b in ((Fraction(1, 7), Fraction(3)), (Fraction(5), Fraction(-2))):
        scaled = [a * utility(h) + b for h in histories]
        factors = {(z - y) / (y - x) for x, y, z in zip(scaled, scaled[1:], scaled[2:], strict=False)}
        assert factors == {Fraction(2)}


# -- on the expressivity of Markov reward ------------------------------------------------------------------


def fringe(model: Model, good: tuple[Table, ...]) -> list[Table]:
    """Return the policies that differ from a good one in the action of one state, and are not good."""
    found = {}
    for table in good:
        for s, row in enumerate(model.rows):
            for a in row:
                other = (*table[:s], ((a, Fraction(1)),), *table[s + 1 :])
                if other not in good:
                    found[other] = None
    return list(found)


@pytest.mark.parametrize("acceptance", list(Acceptance))
def test_the_fringe_is_enough_for_one_reward(acceptance: Acceptance) -> None:
    """A reward that puts good policies above those one action away puts them above all others.

    David Abel et al., On the Expressivity of Markov Reward (NeurIPS 2021): it holds as printed, here against
    all policies of random environments.
    """
    random = Random(str(acceptance))
    answers = []
    for _ in range(120):
        model = random_environment(random, 1).model
        every = deterministic_tables(model)
        if not 2 < len(every) <= 40:
            continue
        good = tuple(random.sample(every, random.randint(1, min(4, len(every) - 1))))
        accept = AcceptableSet(0, good, None, acceptance)
        claim = Claim((model,), (), (accept,), Fraction(random.choice(("1/2", "9/10"))))
        row = Differences(claim).row
        ties = [
            PolicyConstraint(0, x, y, Relation.TIE)
            for x, y in combinations(good, 2)
            if acceptance is Acceptance.EQUAL
        ]
        near = [PolicyConstraint(0, x, y, Relation.STRICT) for x, y in product(good, fringe(model, good))]
        answer = isinstance(solve([row(c) for c in (*near, *ties)]), Solution)
        assert answer == isinstance(solve([row(c) for c in comparisons(claim)]), Solution)
        answers.append(answer)
    assert {True, False} == set(answers)
    assert len(answers) > 40


MEMORY = """
discount 1/2
environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }
policy aa in memory { * -> a }
policy ab in memory { s -> a; * -> b }
policy ba in memory { s -> b; * -> a }
policy bb in memory { * -> b }
objective odd in memory = machine {
  start u
  u -> one on do a : 0
  u -> two on do b : 0
  one -> end on at z & do a : 4
  two -> end on at z & do b : 6
  else stay
}
"""


def test_the_fringe_is_not_enough_for_machines() -> None:
    """Accept aa: a machine worth 2, 0, 0, 3 at aa, ab, ba, bb puts it above its fringe, and yet bb wins."""
    document = loads(MEMORY + "task t in memory { accept aa over ab ba bb }\n")
    found = values(document, "odd", ["aa", "ab", "ba", "bb"])
    assert found == [2, 0, 0, 3]
    assert isinstance(specexpr.check(document.task("t"), "rm"), Expressible)
