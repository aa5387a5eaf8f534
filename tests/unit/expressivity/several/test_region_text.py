"""What is said of regions and bars, as whole texts."""

from __future__ import annotations

from textwrap import dedent

import pytest

import specexpr
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Undecided, Words

TURNS = """discount 1/2
environment turns { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in turns { * -> a }
policy ab in turns { s0 -> a; s1 -> b }
policy ba in turns { s0 -> b; s1 -> a }
policy bb in turns { * -> b }
policy coin in turns { * -> { a: 1/2, b: 1/2 } }
"""

LINE = "discount 1/2\nenvironment line { states s; actions a b; start s; s / * -> s }\n" + "".join(
    f"policy p{i} in line {{ s -> {{ a: {i}/6, b: {6 - i}/6 }} }}\n" for i in range(1, 6)
)

THREE = (
    "discount 1/2\nenvironment three { states s; actions a b c; start s; s / * -> s }\n"
    + "".join(f"policy {x} in three {{ s -> {x} }}\n" for x in "abc")
    + "".join(f"policy {x}{y} in three {{ s -> {{ {x}: 1/2, {y}: 1/2 }} }}\n" for x, y in ("ab", "bc", "ca"))
)

TWINS = """discount 1/2
environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy yx in steady { s0 -> y; s1 -> x }
policy yy in steady { * -> y }
"""


def words(text: str, formalism: str) -> Words:
    (task,) = loads(text).tasks
    verdict = specexpr.check(task, formalism)
    assert not isinstance(verdict, Undecided)
    return (verdict.witness if isinstance(verdict, Expressible) else verdict.certificate).words()


def test_how_a_policy_gets_inside() -> None:
    """The constraints, the mean, and the constraint that wants it outside, in order."""
    found = words(TURNS + "task t in turns { aa > ab; bb > ba; ab >= coin }", "feasible")
    assert found.summary == "ab is inside with others (line 8)"
    assert found.lines == (8,)
    assert found.text == (
        "Inside must be aa and bb, as aa > ab and bb > ba (both line 8). Mixing aa and bb half and half "
        "visits every state-action pair exactly as often as coin (discounted at 1/2). So under every reward "
        "coin returns the mean of what they return, and meets every threshold that both meet: coin is inside "
        "too. So must be ab, as ab >= coin (line 8). Yet aa > ab (line 8) wants ab to be outside."
    )


def test_accepted_policies_are_inside_as_such() -> None:
    """A set is not told constraint by constraint."""
    found = words(TURNS + "task t in turns { accept aa bb over coin }", "feasible")
    assert found.text.startswith("Inside must be aa and bb, which are accepted (line 8). Mixing aa and bb")
    assert found.text.endswith("Yet coin is not accepted (line 8), so it must be outside.")


def test_why_fewer_rewards_do_not_do() -> None:
    """Each pair of means is told; policies outside with the rewards that keep them there."""
    found = words(THREE + "task t in three { accept ab bc ca }", "feasible")
    assert found.summary == "3 rewards with a threshold each"
    assert found.text.splitlines() == [
        "Inside are the policies for which all of these are so, discount 1/2:",
        "R_1 at least 1, where R_1 is 0 but for",
        "  s / b: 1",
        "  s / c: 1",
        "R_2 at least -1, where R_2 is 0 but for",
        "  s / b: -1",
        "R_3 at least -1, where R_3 is 0 but for",
        "  s / c: -1",
        "Inside: ab, bc and ca",
        "Outside: a (by R_1), b (by R_2) and c (by R_3)",
        "Fewer than 3 rewards do not do. In each of these pairs the first visits every state-action pair "
        "exactly as often as the second (discounted at 1/2), so no threshold that all of the second meet is "
        "missed by all of the first:",
        "  mixing a and b half and half | ab",
        "  mixing a and c half and half | ca",
        "  mixing b and c half and half | bc",
    ]


@pytest.mark.parametrize(
    ("formalism", "told"), [("feasible", "inside or outside together"), ("consat", "tell")]
)
def test_twins(formalism: str, told: str) -> None:
    """Policies that behave alike: where they differ, and the option that counts them as one."""
    found = words(TWINS + "task t in steady { accept yx }", formalism)
    assert found.summary == "two policies that behave alike (line 6)"
    start = "yx is accepted"
    assert found.text.startswith(start)
    assert "they differ only in s1, which neither reaches" in found.text
    assert told in found.text
    assert found.text.endswith("; `modulo unreachable` counts them as one.")
    written = words(TWINS + "task t in steady { yx > yy }", formalism)
    assert written.text.startswith("yx > yy (line 6), but they behave alike")
    assert "modulo" not in written.text


def test_a_constraint_and_an_aim() -> None:
    """Both rewards, and on each side of the bar what counts there."""
    found = words(TURNS + "task t in turns { accept ab ba }", "consat")
    assert found.summary == "a constraint with a bar, and an aim"
    assert found.text == dedent("""\
        The constraint is R_1 at least 0, the aim R_2, discount 1/2.
        R_1 is 0 but for
          s0 / b: -1
          s1 / a: 2
        R_2 is 0 but for
          s0 / b: 1
          s1 / a: -1
        Above the bar, by R_2: ba = 2/3; ab = 0; aa (not accepted) = -2/3
        Below, by R_1: bb (not accepted) = -4/3""")


def test_one_reward_is_an_aim() -> None:
    """Where one reward does it is said to be the aim."""
    found = words(LINE + "task t in line { p1 > p2 > p3 }", "consat")
    assert found.text.endswith("\nIt is the aim; no constraint is needed, or one that every policy meets.")


def test_one_sum_for_both_sides() -> None:
    """Where the same sum refutes both answers to the only question there are no cases to tell."""
    found = words(LINE + "task t in line { p1 > p3; p5 > p3 }", "consat")
    assert found.summary == "conflict of 2 constraints (line 8)"
    assert found.text == (
        "Mixing p1 and p5 half and half visits every state-action pair exactly as often as p3 (discounted at "
        "1/2). So every reward values both alike. Yet the task wants the first mixture to be worth more: "
        "p1 > p3 and p5 > p3 (both line 8). If p3 is above the bar the aim would have to order these, and if "
        "not the constraint."
    )


def test_cases() -> None:
    """The impossible sides with their sums, then the cases with the numbers of these."""
    found = words(LINE + "task t in line { p2 > p1; p2 > p3; p4 > p3; p4 > p5 }", "consat")
    visits = "visits every state-action pair exactly as often as"
    one = (
        f"p2 {visits} mixing p1 and p3 half and half (discounted at 1/2). So every reward values both alike."
    )
    assert found.text == "\n".join(
        [
            "Wherever the bar is, some constraint fails. What is better than a policy above the bar is "
            "above too, and what is worse than one below is below. The aim orders those above, and whatever "
            "is better than a policy below returns more under the constraint. So none of these can be:",
            f"  (1) p3 above: Mixing p2 and p4 half and half {visits} p3 (discounted at 1/2). So every "
            "reward values both alike. Yet the task wants the first mixture to be worth more: p2 > p3 and "
            "p4 > p3 (both line 8).",
            f"  (2) p2 above, p3 below: mixing p4 and p2 half and half {visits} p3 (discounted at 1/2), so "
            "every reward values both alike; yet p4 > p3 (line 8), p2 returns at least the bar, and p3 less.",
            f"  (3) p1 and p3 below: {one} Yet the task wants p2 to be worth more: p2 > p1 and p2 > p3 "
            "(both line 8).",
            "Every case is one of them:",
            "  p3 above: (1)",
            "  p3 below, p2 above: (2)",
            "  p3 below, p2 below: (3)",
        ]
    )
