"""An environment: a controlled Markov process with exact probabilities and labels, and no reward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from specexpr.certify.model import Distribution, Model

if TYPE_CHECKING:
    from specexpr.models.imported import Imported


@dataclass(frozen=True, slots=True)
class Label:
    """A name for a set of states, or of (state, action) pairs."""

    name: str
    states: frozenset[int] = frozenset()
    pairs: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Environment:
    """A named model with labels; `state_index` and `action_index` find its indices by name."""

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

    @staticmethod
    def from_arrays(name: str, transitions: object, start: object, **options: Any) -> Environment:
        """Build an environment from arrays; see `models.arrays.environment_from_arrays` for the options."""
        from specexpr.models.arrays import environment_from_arrays

        return _warned(environment_from_arrays(name, transitions, start, **options))

    @staticmethod
    def from_gymnasium(id: str, **arguments: Any) -> Environment:
        """Read the transition table of a Gymnasium environment; see `models.gymnasium.import_gymnasium`."""
        from specexpr.models.gymnasium import import_gymnasium

        return _warned(import_gymnasium(id, **arguments))


def _warned(imported: Imported) -> Environment:
    """Return the environment, and warn of what changes its meaning (a renormalised row, say)."""
    import warnings

    from specexpr.diagnostics import Severity

    for note in imported.notes:
        if note.severity is Severity.WARNING:
            warnings.warn(note.message, stacklevel=3)
    return imported.environment
