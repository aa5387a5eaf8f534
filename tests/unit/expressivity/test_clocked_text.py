"""What is said of proofs under other clocks, word for word."""

from __future__ import annotations

import pytest

import specexpr
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible, Words

MEMORY = """
environment memory { states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }
policy aa in memory { * -> a }
policy bb in memory { s -> b; z -> b; w -> a }
policy ab in memory { z -> b; * -> a }
policy ba in memory { s -> b; * -> a }
policy coin in memory { s -> { a: 1/2, b: 1/2 }; * -> a }
objective g in memory = statediscount { discount 9/10; discount z / *: 1/3 }
"""
OPTIONS = "discount 9/10; horizon 2; beta 7/10; structure g"


def words(formalism: str, lines: str, document: str = MEMORY, place: str = "memory") -> Words:
    """Return what is said of the only task of a document."""
    (task,) = loads(f"{document}task t in {place} {{\n{lines}; {OPTIONS}\n}}\n").tasks
    match specexpr.check(task, formalism):
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            return proof.words()
        case undecided:
            raise AssertionError(undecided)


@pytest.mark.parametrize(
    ("formalism", "visits", "noun"),
    [
        (
            "horizon",
            "visits every state-action pair within 2 steps exactly as often as {}",
            "reward over 2 steps",
        ),
        (
            "quasihyperbolic",
            "visits every state-action pair exactly as often as {} (weighed with beta 7/10, discount 9/10)",
            "quasi-hyperbolic reward",
        ),
        (
            "sdd",
            "visits every state-action pair exactly as often as {} (with the discounts of g)",
            "state-discounted reward",
        ),
        (
            "rrl",
            "visits every state-action pair, and plays every law of actions, exactly as often as {} "
            "(discounted at 9/10)",
            "regularised reward",
        ),
    ],
)
def test_two_mixtures_that_visit_the_same(formalism: str, visits: str, noun: str) -> None:
    """A conflict says what the two mixtures share, and under which clock."""
    said = words(formalism, "aa > ab; bb > ba")
    assert said.summary == "conflict of 2 constraints (line 10)"
    assert said.lines == (10,)
    assert said.text == (
        f"Mixing aa and bb half and half {visits.format('mixing ab and ba half and half')}. So every {noun} "
        "values the two mixtures alike. Yet the task wants the first mixture to be worth more: aa > ab and "
        "bb > ba (both line 10)."
    )


def test_two_policies_that_differ_for_a_while() -> None:
    """They do not behave alike, and still no average tells them apart."""
    said = words("lar", "aa > ba")
    assert said.summary == "two policies that it cannot tell apart (line 10)"
    assert said.text == (
        "aa spends exactly the same share of time, in the long run, on every state-action pair as ba. So "
        "every average reward values both alike. Yet the task wants aa to be worth more: aa > ba (line 10)."
    )


def test_two_policies_that_behave_alike() -> None:
    """They differ where neither goes."""
    rooms = """
environment rooms { states s t; actions a b; start s; s / a -> s; s / b -> t; t / * -> t }
policy here in rooms { * -> a }
policy twin in rooms { s -> a; t -> b }
objective g in rooms = statediscount { discount 9/10 }
"""
    said = words("lar", "here > twin", rooms, "rooms")
    assert said.summary == "two policies that behave alike (line 7)"
    assert "they differ only in t, which neither reaches" in said.text


@pytest.mark.parametrize(
    ("formalism", "lines", "summary", "text"),
    [
        (
            "horizon",
            "aa > ba",
            "reward over 2 steps with 1 entry",
            "Reward over 2 steps, 0 where nothing is listed:\n  s / a: 1\nValues: aa = 1; ba = 0",
        ),
        (
            "quasihyperbolic",
            "aa > ba",
            "quasi-hyperbolic reward with 1 entry",
            "Quasi-hyperbolic reward, beta 7/10, discount 9/10, 0 where nothing is listed:\n"
            "  s / a: 1\nValues: aa = 1; ba = 0",
        ),
        (
            "sdd",
            "aa > ba",
            "state-discounted reward with 1 entry",
            "State-discounted reward, 0 where nothing is listed:\n  s / a: 1\nValues: aa = 1; ba = 0",
        ),
        (
            "rrl",
            "coin > aa; coin > ba",
            "regularised reward with 1 entry",
            "Regularised reward, discount 9/10, 0 where nothing is listed:\n"
            "  alpha 1\n  regulariser { a: 1/2, b: 1/2 }: -1\nValues: coin = 1; aa = ba = 0",
        ),
        (
            "lar",
            "aa ~ ba",
            "the average reward that is 0 everywhere",
            "The average reward that is 0 everywhere.\nValues: aa = ba = 0",
        ),
    ],
)
def test_a_specification_in_its_own_language(formalism: str, lines: str, summary: str, text: str) -> None:
    """A witness is shown as an objective would be written, with what the named policies are worth."""
    said = words(formalism, lines)
    assert said.summary == summary
    assert said.text == text
    assert said.lines == ()


def test_a_family_counts_transitions() -> None:
    """One specification serves several environments, and pays for steps."""
    family = """
environment one { states s w; actions a b; start s; s / a -> w; s / b -> w; w / * -> s }
environment two { states s w; actions a b; start s; s / a -> w; s / b -> w; w / * -> s }
family both { one two }
policy x in both { * -> a }
policy y in both { * -> b }
objective g in one = statediscount { discount 1/2 }
"""
    said = words("lar", "in one { x > y }  in two { y > x }", family, "both")
    assert said.text.startswith(
        "Mixing x in one and y in two half and half spends exactly the same share of time"
    )
    assert "on every transition as mixing" in said.text
    assert "So every average reward shared by the environments values the two mixtures alike." in said.text
