"""What is said of functions of trajectories: functions, rewards and lotteries, in words."""

from __future__ import annotations

import pytest

import specexpr
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible, Words

ENVIRONMENT = """
environment memory {
  states s z w; actions a b; start s
  s / * -> z; z / * -> w; w / * -> w
  label far { z w }; label push { s / a }
}
policy aa in memory { * -> a }
policy bb in memory { * -> b }
policy ab in memory { s -> a; * -> b }
policy ba in memory { s -> b; * -> a }
policy half in memory { s -> {a: 1/2, b: 1/2}; * -> a }
policy rest in memory { s -> a; z -> a; w -> b }
"""


def said(task: str, formalism: str = "ftr") -> Words:
    """Return what is said of the proof of a task in "memory"."""
    verdict = specexpr.check(loads(f"{ENVIRONMENT}\ntask t in memory {{ {task} }}\n").task("t"), formalism)
    match verdict:
        case Expressible(witness=witness):
            return witness.words()
        case Inexpressible(certificate=certificate):
            return certificate.words()
        case undecided:
            raise AssertionError(undecided)


def test_a_function_lists_its_beginnings_and_the_values() -> None:
    """One line a beginning, and the named policies by value."""
    words = said("aa > ba; ab > bb")
    assert words.summary == "function of trajectories with values of 1 beginning"
    assert words.text.splitlines() == [
        "A trajectory is worth the sum of what its beginnings are worth, those not listed 0:",
        "  s a z: 1",
        "Values: aa = ab = 1; bb = ba = 0",
    ]


def test_labels_are_shown_in_brackets() -> None:
    """Under `observe labels` a word is a list of label sets, which may be empty."""
    text = said("aa > ba; observe labels").text
    assert "  {push}: 1" in text or "  {}: -1" in text
    text = said("accept equally aa ab over aa ab ba bb; observe labels", "inmr").text
    assert "push" in text or "{}" in text


def test_returns_are_given_as_intervals() -> None:
    """The reward, what it pays, and where the return lies for each beginning."""
    words = said("aa > ba; ab > bb", "inmr")
    assert words.summary == "1 reward on 1 step, discount 1/3"
    assert words.text.splitlines() == [
        "A reward at discount 1/3 whose return tells how a trajectory begins, 0 but for:",
        "  s / a / z: 1",
        "f adds up what these beginnings are worth, each told by where the returns then lie:",
        "  s a z in [1, 3/2]: 1",
        "Values: aa = ab = 1; bb = ba = 0",
    ]


def test_several_rewards_are_numbered() -> None:
    """`imorl` has a reward for each step that matters."""
    text = said("aa > ab; bb > ba", "imorl").text
    assert text.startswith("3 rewards at discount 1/3, each 0 but for one step:\n  R_1: ")
    assert "  R_3: " in text


@pytest.mark.parametrize(
    ("formalism", "zero"),
    [
        ("ftr", "The function of trajectories that is 0 everywhere."),
        ("inmr", "The function of returns that is 0 everywhere, discount 1/2."),
        ("imorl", "The function of returns that is 0 everywhere, discount 1/3."),
    ],
)
def test_nothing_has_to_be_told_apart(formalism: str, zero: str) -> None:
    """A tie is met by a constant."""
    assert said("aa ~ bb", formalism).text == zero


def test_sequences_are_a_table() -> None:
    """Each sequence with its value, the others by value."""
    assert said("trajectories (s a z b) > (s b z b) > (s a z a)").text.splitlines() == [
        "What sequences are worth, those not listed 0:",
        "  s b z b: 1",
        "  s a z b: 2",
        "Values: (s a z b) = 2; (s b z b) = 1; (s a z a) = 0",
    ]


def test_lotteries_are_told_as_mixtures() -> None:
    """What two mixtures have in common, and which lines want one of them above the other."""
    words = said("half > aa; half > ba")
    assert words.summary == "conflict of 2 constraints (line 14)"
    assert words.lines == (14,)
    assert words.text == (
        "half shows every sequence of steps exactly as often as mixing aa and ba half and half. So every "
        "function of trajectories values both alike. Yet the task wants half to be worth more: half > aa and "
        "half > ba (both line 14)."
    )
    assert "every function of several discounted returns" in said("half > aa; half > ba", "imorl").text


def test_what_looks_alike_need_not_behave_alike() -> None:
    """Under labels two different behaviours may look alike; that they are never told apart is no claim."""
    words = said("aa > ab; observe labels")
    assert words.summary == "two that look alike (line 14)"
    assert words.text.startswith("aa shows every sequence of labels exactly as often as ab.")


def test_policies_that_behave_alike_are_said_to() -> None:
    """Where two policies differ only where neither goes, that is the reason."""
    shielded = ENVIRONMENT.replace("w / * -> w", "w / * -> w; ").replace(
        "z / * -> w", "z / a -> z; z / b -> z"
    )
    task = "aa > rest"
    verdict = specexpr.check(loads(f"{shielded}\ntask t in memory {{ {task} }}\n").task("t"), "ftr")
    assert isinstance(verdict, Inexpressible)
    assert verdict.certificate.words().summary == "two policies that behave alike (line 14)"
    assert "they differ only in w, which neither reaches" in verdict.certificate.explain()


def test_long_functions_are_shortened() -> None:
    """Ten beginnings are shown, the others counted."""
    states = " ".join(f"s{k}" for k in range(13))
    steps = "; ".join(f"s{k} / * -> s{min(k + 1, 12)}" for k in range(13))
    policies = [f"policy p{k} in line {{ s{k} -> b; * -> a }}" for k in range(13)]
    order = " > ".join(f"p{k}" for k in range(12))
    text = (
        f"environment line {{ states {states}; actions a b; start s0; {steps} }}\n"
        + "\n".join(policies)
        + f"\ntask t in line {{ {order} }}\n"
    )
    verdict = specexpr.check(loads(text).task("t"), "ftr")
    assert isinstance(verdict, Expressible)
    lines = verdict.witness.explain().splitlines()
    assert len(verdict.witness.proof.words) > 10
    assert any(line.startswith("  ... and ") and line.endswith(("more line", "more lines")) for line in lines)
