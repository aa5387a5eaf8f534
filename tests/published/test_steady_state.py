"""Steady state: x changes the state, y stays; with y in the start state the other state is never seen."""

from __future__ import annotations

import pytest

from tests.asking import decided, explained, is_markov

ENVIRONMENT = """
discount 9/10
environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy xx in steady { * -> x }
policy xy in steady { s0 -> x; s1 -> y }
policy yx in steady { s0 -> y; s1 -> x }
policy yy in steady { * -> y }
"""


def asked(lines: str) -> str:
    return f"{ENVIRONMENT}task t in steady {{ {lines} }}\n"


@pytest.mark.parametrize("good", ["yx", "yy"])
def test_one_of_two_policies_that_behave_alike(good: str) -> None:
    """Accepting one of two policies that behave alike is beyond whatever sees behaviour only.

    Published idea: David Abel et al., On the Expressivity of Markov Reward (NeurIPS 2021); the table is
    derived.
    """
    assert not is_markov(asked(f"accept {good}"))
    assert "behave alike: they differ only in s1, which neither reaches" in explained(asked(f"accept {good}"))


@pytest.mark.parametrize("good", ["xx", "xy", "yx yy"])
def test_what_can_be_accepted(good: str) -> None:
    """A policy that sees both states, or both of those that stay, can be accepted. Derived."""
    assert is_markov(asked(f"accept {good}"))
    assert is_markov(asked(f"accept equally {good}"))


@pytest.mark.parametrize("good", ["yx", "yy", "yx yy", "xx", "xy"])
def test_modulo_unreachable_merges_those_that_behave_alike(good: str) -> None:
    """With `modulo unreachable` staying is one policy, which can be accepted. Derived."""
    assert is_markov(asked(f"accept {good}; modulo unreachable"))


def test_preferences_between_policies_that_behave_alike() -> None:
    """A strict preference between them is a conflict of one constraint; a tie always holds. Derived."""
    assert not is_markov(asked("yx > yy"))
    assert type(decided(asked("yx ~ yy"))).__name__ == "Expressible"
