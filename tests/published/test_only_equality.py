"""Formalisms that see only which policies are equal: by how these behave, or by their tables.

On finite tasks functions and orders of returns, occupancies and lotteries fail exactly where policies that
behave alike must differ (derived); functions and orders of policies do not.
"""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random
from types import MappingProxyType

import pytest

import specexpr
from specexpr.certify.kinds.separation import SeparationWitness
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Distribution,
    Model,
    PolicyConstraint,
    Relation,
    Table,
)
from specexpr.document import loads
from specexpr.expressivity.task import Options, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from specexpr.models.environment import Environment

OF_BEHAVIOUR = ("onmr", "omorl", "gomorl", "fomr", "omo", "ftlr", "tlo")
OF_TABLES = ("fpr", "po")
EVERY = (*OF_BEHAVIOUR, *OF_TABLES)

STEADY = """
discount 9/10
environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy xx in steady { * -> x }
policy xy in steady { s0 -> x; s1 -> y }
policy yx in steady { s0 -> y; s1 -> x }
policy yy in steady { * -> y }
"""

MEMORY = """
environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }
policy aa in memory { * -> a }
policy ab in memory { z -> b; * -> a }
policy ba in memory { s -> b; * -> a }
policy bb in memory { w -> a; * -> b }
"""

UNREACHABLE = """
environment lost { states s0 s1; actions a b; start s0; s0 / * -> s0; s1 / * -> s0 }
policy low in lost { s0 -> a; s1 -> b }
policy mean in lost { s0 -> a; s1 -> { a: 1/2, b: 1/2 } }
policy high in lost { * -> a }
task t in lost { high > mean > low }
"""

TWINS = """
environment one { states s w; actions a b; start s; s / * -> w; w / * -> w }
environment two { states s w; actions a b; start s; s / * -> w; w / * -> w }
family both { one, two }
policy a in both { * -> a }
policy b in both { s -> b; w -> a }
policy c in both { s -> a; w -> b }
"""


def verdict(text: str, formalism: str) -> Verdict:
    """Return the verdict on the only task of a document, its proof checked once more."""
    (task,) = loads(text).tasks
    found = specexpr.check(task, formalism)
    match found:
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            proof.check()
    return found


def is_expressible(text: str, formalism: str) -> bool:
    return isinstance(verdict(text, formalism), Expressible)


@pytest.mark.parametrize("formalism", EVERY)
def test_one_of_two_policies_that_behave_alike_is_accepted(formalism: str) -> None:
    """Staying is two policies: accepting one of them is beyond whatever sees behaviour only.

    Published idea: David Abel et al., On the Expressivity of Markov Reward (NeurIPS 2021); the table is
    derived.
    """
    for good in ("yx", "yy"):
        alone, merged = (
            f"{STEADY}task t in steady {{ accept {good}{x} }}\n" for x in ("", "; modulo unreachable")
        )
        assert is_expressible(alone, formalism) == (formalism in OF_TABLES)
        assert is_expressible(merged, formalism)
    for good in ("xx", "xy", "yx yy", "equally xx yx yy"):
        assert is_expressible(f"{STEADY}task t in steady {{ accept {good} }}\n", formalism)


@pytest.mark.parametrize("formalism", EVERY)
def test_what_is_never_done(formalism: str) -> None:
    """An order by what a policy would do in a state that nothing reaches is one of policies only. Derived."""
    assert is_expressible(UNREACHABLE, formalism) == (formalism in OF_TABLES)


@pytest.mark.parametrize("formalism", EVERY)
def test_the_same_action_twice_needs_no_memory(formalism: str) -> None:
    """On the four deterministic policies functions of one return do what no reward does. Derived."""
    text = MEMORY + "task t in memory { aa ~ bb > ab ~ ba }\n"
    assert is_expressible(text, formalism)
    assert not is_expressible("discount 1/2\n" + text, "mr")


@pytest.mark.parametrize("formalism", EVERY)
def test_what_two_environments_ask_of_one_policy(formalism: str) -> None:
    """Identical environments cannot ask for opposites; nor, of the same table, can environments that differ.

    Where they differ, policies of one table behave differently and may be worth what each environment wants.
    """
    opposite = TWINS + "task t in both { in one { a > b }; in two { b > a } }\n"
    assert not is_expressible(opposite, formalism)
    assert is_expressible(TWINS + "task t in both { in one { a > b }; in two { a > b } }\n", formalism)
    sets = TWINS + "task t in both { in one { accept a }; in two { accept b } }\n"
    assert not is_expressible(sets, formalism)
    alike = "environment two { states s w; actions a b; start s;"
    apart = opposite.replace(alike, alike.replace("start s;", "start { s: 1/2, w: 1/2 };"))
    assert is_expressible(apart, formalism) == (formalism in OF_BEHAVIOUR)
    around = TWINS + "task t in both { in one { a > b; b >= c }; in two { c > a } }\n"
    assert not is_expressible(around, formalism)


def large_model(random: Random, states: int, actions: int) -> Model:
    """Return a model whose states are all reached, whatever is done: each leads to the next one, and on."""
    rows = []
    for s in range(states):
        row: dict[int, Distribution] = {}
        for a in range(actions):
            others = sorted({(s + 1) % states, random.randrange(states), random.randrange(states)})
            row[a] = tuple((t, Fraction(1, len(others))) for t in others)
        rows.append(MappingProxyType(row))
    names = tuple(f"s{s}" for s in range(states)), tuple(f"a{a}" for a in range(actions))
    return Model(*names, ((0, Fraction(1)),), tuple(rows))


def large_task(model: Model, good: tuple[Table, ...], acceptance: Acceptance) -> Task:
    environment = Environment("large", model)
    return Task(
        name="t",
        scope="large",
        environments=(environment,),
        policies=(),
        acceptable=(AcceptableSet(0, good, None, acceptance, 1),),
        options=Options(discount=Fraction(9, 10)),
    )


@pytest.mark.parametrize("formalism", EVERY)
@pytest.mark.parametrize("count", [1, 3])
def test_4_to_the_200_policies_are_not_enumerated(formalism: str, count: int) -> None:
    """A few policies are accepted among all deterministic ones of 200 states and 4 actions."""
    random = Random(count)
    model = large_model(random, 200, 4)
    good = [tuple(((random.randrange(4), Fraction(1)),) for _ in range(200)) for _ in range(count)]
    task = large_task(model, tuple(good), Acceptance.EQUAL)
    started = time.process_time()
    found = specexpr.check(task, formalism)
    assert time.process_time() - started < 10  # about a third of a second on a quiet machine
    assert isinstance(found, Expressible)
    proof = found.witness.proof
    if isinstance(proof, SeparationWitness):
        assert len(proof.rewards) == count
        assert {entry.value for reward in proof.rewards for entry in reward} == {-1}
        assert (proof.base is not None) == (formalism == "onmr" and count > 1)


def test_an_order_of_many_policies_in_a_large_environment() -> None:
    """Small rewards and rounded visits tell the returns of a dozen policies of 100 states apart."""
    random = Random(7)
    model = large_model(random, 100, 3)
    tables = [tuple(((random.randrange(3), Fraction(1)),) for _ in range(100)) for _ in range(12)]
    asks = tuple(PolicyConstraint(0, x, y, Relation.STRICT, 1) for x, y in pairwise(tables))
    task = replace(large_task(model, (), Acceptance.RANGE), constraints=asks, acceptable=())
    found = specexpr.check(task, "onmr")
    assert isinstance(found, Expressible)
    (reward,) = found.witness.proof.rewards
    assert max(abs(entry.value) for entry in reward) < 10
    assert len(found.witness.proof.occupancies) == 12
    assert max(x.denominator for one in found.witness.proof.occupancies for x in one.occupancy) < 2**60
