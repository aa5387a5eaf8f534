"""The procrastinator: best is to put off work by one step, whenever one looks."""

from __future__ import annotations

import pytest

from tests.asking import decided, is_markov

ENVIRONMENT = """
environment desk { states s; actions w p; start s; s / * -> s }
"""


def asked(words: tuple[str, ...], discount: str) -> str:
    """Return the order of some sequences of actions, best first."""
    sequences = " > ".join("(" + " ".join(f"s {action}" for action in word) + ")" for word in words)
    return f"discount {discount}\n{ENVIRONMENT}task t in desk {{ trajectories {sequences} }}\n"


def procrastination(steps: int) -> tuple[str, ...]:
    """Return pw.., ppw.., w.., p..: rather later than now, but not never."""
    return "p" + "w" * (steps - 1), "pp" + "w" * (steps - 2), "w" * steps, "p" * steps


@pytest.mark.parametrize("steps", [3, 4])
@pytest.mark.parametrize("discount", ["1/10", "1/2", "9/10", "99/100"])
def test_no_reward_with_a_fixed_discount(steps: int, discount: str) -> None:
    """pw* > ppw* > w* > p* over N steps is not the order of a Markov reward with a fixed discount.

    Published example: Silviu Pitis, Consistent Aggregation of Objectives with Diverse Time Preferences
    Requires Non-Markovian Rewards (NeurIPS 2023). That it is impossible for trajectories of N steps is
    derived: putting off by one step is better, so p pays more than w, and then putting off once more would be
    better still.
    """
    text = asked(procrastination(steps), discount)
    assert not is_markov(text)
    verdict = decided(text)
    assert len(verdict.certificate.proof.terms) == 2  # type: ignore[union-attr] # inexpressible, farkas


@pytest.mark.parametrize("discount", ["1/2", "9/10"])
def test_without_the_change_of_mind_a_reward_will_do(discount: str) -> None:
    """Its nearest neighbour w* > pw* > ppw* > p*, work at once, is the order of a reward. Derived."""
    assert is_markov(asked(("www", "pww", "ppw", "ppp"), discount))
