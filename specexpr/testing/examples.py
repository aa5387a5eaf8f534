"""Small environments with a known answer, as data, and a short way to write more of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from types import MappingProxyType

from specexpr.certify.model import Distribution, Model, Table

Law = str | Mapping[str, str]
"""One outcome, or several with their probabilities as text: "s1" or {"s1": "9/10", "s0": "1/10"}."""


def model(rows: Mapping[str, Mapping[str, Law]], *, start: Law, actions: str | None = None) -> Model:
    """Return the model whose rows[state][action] is the law of the next state.

    Actions are numbered in the order of `actions` (names with spaces between), or as they first occur.

    >>> model({"s0": {"a": "s1"}, "s1": {"a": {"s0": "1/2", "s1": "1/2"}}}, start="s0").actions
    ('a',)
    """
    states = tuple(rows)
    names = (
        tuple(actions.split()) if actions else tuple(dict.fromkeys(a for row in rows.values() for a in row))
    )
    return Model(
        states=states,
        actions=names,
        start=_distribution(start, states),
        rows=tuple(
            MappingProxyType(
                {names.index(a): _distribution(row[a], states) for a in sorted(row, key=names.index)}
            )
            for row in rows.values()
        ),
    )


def table(model: Model, *choices: Law) -> Table:
    """Return the policy that takes, state by state, an action or a distribution over actions."""
    return tuple(_distribution(choice, model.actions) for choice in choices)


def corners(model: Model) -> dict[str, Table]:
    """Return the deterministic policies of a model whose actions have one letter, by their letters."""
    words = ("".join(word) for word in product(*([model.actions[a] for a in row] for row in model.rows)))
    return {word: table(model, *word) for word in words}


def _distribution(law: Law, names: tuple[str, ...]) -> Distribution:
    chances = {law: "1"} if isinstance(law, str) else law
    return tuple(sorted((names.index(name), Fraction(p)) for name, p in chances.items()))


ENTAILMENT = model({"s0": {"a": "s1", "b": "s1"}, "s1": {"a": "s0", "b": "s0"}}, start="s0")
"""Both actions of each state lead to the other state (Abel et al. 2021, after Bowling et al. 2023)."""

STEADY = model({"s0": {"x": "s1", "y": "s0"}, "s1": {"x": "s0", "y": "s1"}}, start="s0")
"""x changes the state, y stays: with y in s0, the choice in s1 is never seen (Abel et al. 2021)."""

CHOOSER = model(
    {"s0": {"a": "s0", "b": "s1"}, "s1": {"a": "s0", "b": "s1"}}, start={"s0": "1/2", "s1": "1/2"}
)
"""The action is the next state; uniform start (Skalse et al. 2022)."""

MEMORY = model({"s": {"a": "z", "b": "z"}, "z": {"a": "w", "b": "w"}, "w": {"a": "w"}}, start="s")
"""Two choices in a row, then an absorbing state: is the second like the first?"""

SINGLE = model({"s": {"w": "s", "p": "s"}}, start="s")
"""One state with two loops: work, or procrastinate (Pitis 2023)."""
