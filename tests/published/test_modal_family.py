"""A modal task as a family: what should be done depends on what could be done elsewhere."""

from __future__ import annotations

import pytest

from tests.asking import is_markov

FAMILY = """
environment tau1 { states s0 w x; actions a b; start s0; s0 / * -> w; w / * -> w; x / * -> s0 }
environment tau2 { states s0 w x; actions a b; start s0; s0 / * -> w; w / * -> w; x / * -> x }
family modal { tau1, tau2 }
policy does_a in modal { * -> a }
policy does_b in modal { s0 -> b; * -> a }
"""

IN_TAU1 = "does_b > does_a"
IN_TAU2 = "does_a > does_b"


@pytest.mark.parametrize("discount", ["1/2", "9/10", "99/100"])
def test_one_reward_cannot_serve_both(discount: str) -> None:
    """Where x, never reached, leads back to s0, b is better, elsewhere a: no single reward does both.

    Derived from Joar Skalse and Alessandro Abate, On the Limitations of Markovian Rewards to Express
    Multi-Objective, Risk-Sensitive, and Modal Tasks (UAI 2023).
    """
    task = f"task t in modal {{\n in tau1 {{ {IN_TAU1} }}\n in tau2 {{ {IN_TAU2} }}\n}}\n"
    assert not is_markov(f"discount {discount}\n{FAMILY}{task}")


@pytest.mark.parametrize(("member", "lines"), [("tau1", IN_TAU1), ("tau2", IN_TAU2)])
def test_each_alone_is_easy(member: str, lines: str) -> None:
    """In each environment by itself a reward does what is asked. Derived."""
    assert is_markov(f"discount 9/10\n{FAMILY}task t in {member} {{ {lines} }}\n")


@pytest.mark.parametrize("lines", [IN_TAU1, IN_TAU2])
def test_the_same_wish_in_both_is_easy(lines: str) -> None:
    """One reward serves both environments when they ask for the same. Derived."""
    assert is_markov(f"discount 9/10\n{FAMILY}task t in modal {{ {lines} }}\n")
