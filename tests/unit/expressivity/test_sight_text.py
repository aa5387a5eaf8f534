"""What is said of circles, value tables and separating rewards: whole texts."""

from __future__ import annotations

import pytest

from specexpr.expressivity.verdict import Expressible, Words
from specexpr.formalism import find_formalism, posed, settled
from tests.asking import question

STEADY = """discount 1/2
environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy xx in steady { * -> x }
policy xy in steady { s0 -> x; s1 -> y }
policy yx in steady { s0 -> y; s1 -> x }
policy yy in steady { * -> y }
"""

FAMILY = """discount 1/2
environment here { states s w; actions a b; start s; s / * -> w; w / * -> w }
environment there { states s w; actions a b; start s; s / * -> w; w / * -> w }
family both { here, there }
policy a in both { * -> a }
policy b in both { s -> b; w -> a }
"""


def words(text: str, formalism: str) -> Words:
    """Return what the proof of the only task of a document says in a formalism."""
    manifest = find_formalism(formalism)
    assert manifest is not None
    assert manifest.decide is not None
    asked = question(text)
    verdict = manifest.decide(settled(manifest, posed(manifest, asked.task, asked.options)))
    return (verdict.witness if isinstance(verdict, Expressible) else verdict.certificate).words()


def said(lines: str, formalism: str) -> Words:
    return words(f"{STEADY}task t in steady {{ {lines} }}\n", formalism)


def said_of_family(lines: str, formalism: str) -> Words:
    return words(f"{FAMILY}task t in both {{ {lines} }}\n", formalism)


def test_two_policies_that_behave_alike() -> None:
    """A conflict of one constraint says what the two have in common."""
    found = said("yx > yy", "onmr")
    assert found.summary == "two policies that behave alike (line 8)"
    assert found.lines == (8,)
    assert found.text == (
        "yx > yy (line 8), but they behave alike: they differ only in s1, which neither reaches. "
        "No function of a Markov return can tell them apart."
    )
    assert said("accept yx", "tlo").text == (
        "yx is accepted, yy is not (line 8), but they behave alike: they differ only in s1, which neither "
        "reaches. No order of trajectory lotteries can tell them apart; `modulo unreachable` counts them as "
        "one."
    )


def test_a_longer_circle_is_told_as_a_chain() -> None:
    """Each constraint with its line, then where two names stand for what behaves alike."""
    found = said("yx > xx\n xx >= xy\n yy ~ xy", "fomr")
    assert found.summary == "a circle of 3 constraints (lines 8, 9, 10)"
    assert found.lines == (8, 9, 10)
    assert found.text == (
        "yx > xx (line 8), xx >= xy (line 9) and yy ~ xy (line 10). But yy behaves like yx (they differ only "
        "in s1, which neither reaches). So the constraints lead from yx back to itself, and no function of "
        "occupancies tells such policies apart."
    )


def test_a_circle_in_a_family() -> None:
    """Laws start, act and move alike; tables are the same policy."""
    opposite = "in here { a > b }; in there { b > a }"
    assert said_of_family(opposite, "omo").text == (
        "In here a > b and in there b > a (both line 7). But b in here starts, acts and moves like b in "
        "there and a in there starts, acts and moves like a in here. So the constraints lead from a in here "
        "back to itself, and no order of occupancies tells such policies apart."
    )
    found = said_of_family("in here { accept a }\n in there { accept b }", "po")
    assert found.summary == "a circle of 2 constraints (lines 7, 8)"
    assert "are the same policy" in found.text
    assert found.text.endswith("and no order of policies puts a policy above itself.")


@pytest.mark.parametrize(
    ("formalism", "lines", "summary", "text"),
    [
        (
            "ftlr",
            "xx > yy",
            "a table of 2 values",
            "A function of trajectory lotteries:\n  1 at xx\n  0 elsewhere",
        ),
        (
            "fomr",
            "xx > xy ~ yy; xy > half",
            "a table of 3 values",
            "A function of occupancies at discount 1/2:\n  2 at xx\n  1 at xy and yy\n  0 elsewhere",
        ),
        (
            "omo",
            "xx > xy > yy",
            "a ranking in 3 levels",
            "An order of occupancies at discount 1/2, from the best:\n  xx\n  xy\n  all others",
        ),
        (
            "fpr",
            "accept yx; modulo unreachable",
            "a table of 2 values",
            "A function of policies:\n  1 at all that behave like yx\n  0 elsewhere",
        ),
        ("po", "xx ~ xy", "one value for all", "An order of policies: 0 everywhere"),
        ("onmr", "xx >= xy", "one value for all", "A function of a Markov return: 0 everywhere"),
    ],
)
def test_a_table_is_listed_from_the_best(formalism: str, lines: str, summary: str, text: str) -> None:
    """Functions with their values, orders with their levels."""
    half = "policy half in steady { s0 -> { x: 1/2, y: 1/2 }; s1 -> x }\n"
    found = words(f"{STEADY}{half}task t in steady {{ {lines} }}\n", formalism)
    assert (found.summary, found.text) == (summary, text)


def test_a_separating_reward_is_listed_with_what_its_returns_are_worth() -> None:
    """Its entries, the returns of the named policies, and the table."""
    found = said("xx ~ yy > xy", "onmr")
    assert found.summary == "a separating reward with 1 entry and a table of 2 values"
    assert found.text == (
        "Markov reward, discount 1/2, 0 where nothing is listed:\n"
        "  s0 / x: 1\n"
        "Returns: xx = 4/3; xy = 1; yy = 0\n"
        "Values: 1 if the return is 0 or 4/3; else 0"
    )


def test_several_rewards_and_the_parts_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reward has a name; a base that is too long to read is said to be."""
    monkeypatch.setattr("specexpr.expressivity.separating._FEW_BEHAVIOURS", -1)
    several = said("accept xx yx yy; xx > yx", "gomorl")
    assert several.summary == "2 separating rewards with 3 entries and a ranking in 3 levels"
    assert several.text == (
        "2 Markov rewards, discount 1/2:\n"
        "R_1, 0 where nothing is listed:\n"
        "  * / y: -1\n"
        "R_2, 0 where nothing is listed:\n"
        "  s0 / x: -1\n"
        "Ranks: 2 if the return of R_1 is 0; 1 if the return of R_2 is 0; else 0"
    )
    parts = said("accept xx yx yy; xx > yx", "onmr")
    assert parts.summary == "a separating reward with 3 entries and a table of 3 values"
    assert parts.text.startswith(
        "One Markov reward R_1 + B R_2 + ..., discount 1/2, where B is 100. Its parts:\n"
    )
    long = STEADY.replace("discount 1/2", "discount 999999/1000000")
    text = words(f"{long}task t in steady {{ accept xx yx yy; xx > yx }}\n", "onmr").text
    assert "where B is a number of 31 digits. Its parts:" in text
