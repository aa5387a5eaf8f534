"""What formulas of temporal logic express: cases worked out by hand and exactly. Derived."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import permutations

import pytest

from specexpr.certify.checking import Answer, check, kind_of
from specexpr.certify.kinds.formula import FormulaWitness
from specexpr.certify.model import Setting
from specexpr.document import loads
from specexpr.expressivity.ltl.deciding import decide_ltl
from specexpr.expressivity.ltl.speaking import speak
from specexpr.expressivity.task import Question
from specexpr.expressivity.trajectory_functions import decide_lotteries

ONE = """
environment one { states s; actions a b; start s; s / * -> s }
policy always in one { * -> a }
policy never in one { * -> b }
policy half in one { s -> { a: 1/2, b: 1/2 } }
policy third in one { s -> { a: 1/3, b: 2/3 } }
policy fifth in one { s -> { a: 1/5, b: 4/5 } }
"""

DICE = """
environment dice { states s0 w; actions a b c; start s0; s0 / * -> w; w / * -> w }
policy x in dice { s0 -> { a: 4/5, b: 1/10, c: 1/10 }; w -> a }
policy y in dice { s0 -> { a: 1/10, b: 4/5, c: 1/10 }; w -> a }
policy z in dice { s0 -> { a: 1/10, b: 1/10, c: 4/5 }; w -> a }
"""

LEAVE = """
environment leave { states s0 w; actions a b; start s0; s0 / a -> s0; s0 / b -> w; w / * -> w }
policy short in leave { s0 -> { a: 1/10, b: 9/10 }; w -> a }
policy middle in leave { s0 -> { a: 1/5, b: 4/5 }; w -> a }
policy long in leave { s0 -> { a: 3/10, b: 7/10 }; w -> a }
"""

ONCE = """
environment once { states s0 w; actions a b; start s0; s0 / * -> w; w / * -> w }
policy never in once { s0 -> b; w -> a }
policy half in once { s0 -> { a: 1/2, b: 1/2 }; w -> a }
policy always in once { s0 -> a; w -> a }
"""

MEMORY = """
environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }
policy aa in memory { * -> a }
policy ab in memory { z -> b; * -> a }
policy ba in memory { s -> b; * -> a }
policy bb in memory { w -> a; * -> b }
"""

LEVELS = """
environment levels { states s; actions a1 a2 a3; start s; s / * -> s }
policy low in levels { * -> a1 }
policy middle in levels { * -> a2 }
policy high in levels { * -> a3 }
"""


def asked(text: str) -> Question:
    """Return the question of the only task of a document."""
    (task,) = loads(text).tasks
    found = Question(task=task, options=task.options)
    return replace(found, setting=Setting(labels=found.labels()))


def answer(environment: str, lines: str, *, search_formulas: bool) -> tuple[Answer, str]:
    """Return the verdict that the kernel reads off the proof, and the kind of the proof."""
    name = environment.split()[1]
    question = asked(f"{environment}task t in {name} {{ {lines} }}\n")
    claim = question.claim()
    proof = decide_ltl(claim, deadline=time.monotonic() + 60, search_formulas=search_formulas)
    kind = kind_of(proof)
    assert kind is not None, proof
    found = check(claim, "ltl", proof)
    assert speak(question, proof).text
    return found, kind.kind


NO, YES = Answer.INEXPRESSIBLE, Answer.EXPRESSIBLE


@pytest.mark.parametrize("search_formulas", [True, False])
@pytest.mark.parametrize(
    ("environment", "lines", "expected", "kind"),
    [
        (ONE, "never > always > half", NO, "branch"),
        (ONE, "never > half > always", YES, "formula"),
        (ONE, "half ~ third; fifth > half", YES, "formula"),
        (ONE, "half > third; always ~ half; never ~ third", NO, "branch"),
        (ONE, "half > third; always >= half; third >= never", YES, "formula"),
        (LEAVE, "middle > short; middle > long", NO, "ray"),
        (LEAVE, "short > middle > long", YES, "formula"),
        (LEAVE, "long > middle > short", YES, "formula"),
        (ONCE, "half > never; half > always", NO, "lotteries"),
        (ONCE, "always > half > never", YES, "formula"),
        (MEMORY, "aa > ab; aa > ba; bb > ab; bb > ba", YES, "formula"),
        (MEMORY, "aa ~ bb > ab ~ ba", YES, "formula"),
        (MEMORY, "accept equally aa bb over ab ba", YES, "formula"),
        (MEMORY, "aa > ab > ba", NO, "two-level"),
        (LEVELS, "high > middle > low", NO, "two-level"),
        (LEVELS, "high > middle; high > low", YES, "formula"),
    ],
)
def test_worked_cases(
    environment: str, lines: str, expected: Answer, kind: str, search_formulas: bool
) -> None:
    """Each verdict, with the formula enumerator and without it, and the kind of its proof. Derived."""
    assert answer(environment, lines, search_formulas=search_formulas) == (expected, kind)


@pytest.mark.parametrize("order", list(permutations("xyz")))
def test_a_formula_gives_dice_never_three_values(order: tuple[str, ...]) -> None:
    """(.8, .1, .1) and its rotations have eight subsets of outcomes: no strict order of all three. Derived.

    A function of trajectories gives them any values.
    """
    lines = " > ".join(order)
    assert answer(DICE, lines, search_formulas=False) == (NO, "branch")
    assert answer(DICE, f"{order[0]} > {order[1]}; {order[0]} > {order[2]}", search_formulas=False)[0] is YES
    claim = asked(f"{DICE}task t in dice {{ {lines} }}\n").claim()
    assert check(claim, "ftr", decide_lotteries(claim)) is YES


def test_the_same_action_twice() -> None:
    """In memory the smallest formula found says that the first action equals the second. Derived."""
    question = asked(f"{MEMORY}task t in memory {{ aa ~ bb > ab ~ ba }}\n")
    proof = decide_ltl(question.claim())
    assert isinstance(proof, FormulaWitness)
    assert speak(question, proof).summary == "do a <-> (X do a)"
    assert "In words: doing a exactly if (at the next step doing a)." in speak(question, proof).text
