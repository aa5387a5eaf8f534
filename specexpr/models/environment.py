"""An environment: a controlled Markov process with exact probabilities and labels, and no reward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from specexpr.certify.model import Distribution, Model


@dataclass(frozen=True, slots=True)
class Label:
    """A name for a set of states, or of (state, action) pairs."""

    name: str
    states: frozenset[int] = frozenset()
    pairs: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Environment:
    """A named model with labels; states and actions are indices, `state_index` and `action_index` find them."""

    name: str
    model: Model
    labels: tuple[Label, ...] = ()
    state_index: Mapping[str, int] = field(init=False, repr=False, compare=False)
    action_index: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for attribute, names in (("state_index", self.model.states), ("action_index", self.model.actions)):
            index = MappingProxyType({name: i for i, name in enumerate(names)})
            object.__setattr__(self, attribute, index)

    @property
    def states(self) -> tuple[str, ...]:
        return self.model.states

    @property
    def actions(self) -> tuple[str, ...]:
        return self.model.actions

    def available(self, state: int) -> tuple[int, ...]:
        """Return the actions of a state, ascending."""
        return tuple(self.model.rows[state])

    def successors(self, state: int, action: int) -> Distribution:
        """Return the law of the next state."""
        return self.model.rows[state][action]
