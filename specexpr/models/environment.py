"""An environment: a controlled Markov process with exact probabilities and labels, and no reward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from specexpr.certify.model import Distribution, Model
from specexpr.certify.model import Label as Label

if TYPE_CHECKING:
    from specexpr.models.imported import Imported


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
    def from_arrays(
        name: str,
        transitions: object,
        start: object,
        *,
        states: Sequence[str] | None = None,
        actions: Sequence[str] | None = None,
        available: object | None = None,
        labels: Mapping[str, Iterable[int | str | tuple[int | str, int | str]]] | None = None,
    ) -> Environment:
        """Build an environment with S states and A actions from arrays of transition probabilities.

        name: a text that is not empty.
        transitions: an array or nested lists of shape (S, A, S), or a sequence of A scipy sparse (S, S)
            matrices, one an action. Entry [s, a, t] is the probability of t after a in s: a float, an int or
            a Fraction. Each row sums to 1, floats within 1e-9; they become the simple rationals they stand
            for (0.1 is 1/10), with a UserWarning where a row had to be divided by its sum.
        start: a state, by index or name, or S probabilities.
        states, actions: S and A different names, none empty; by default s0, s1, .. and a0, a1, ..
        available: booleans of shape (S, A), by default all true; the rows of other pairs are not read.
        labels: for each name its states, or its (state, action) pairs, by index or name.

        Raises SpecError: with id `bad-row` for every row that is no distribution (a wrong sum, a negative
        probability, nan, inf), with its state and action; with id `bad-array` for a shape, name, start, mask
        or label that does not fit.

        >>> coin = Environment.from_arrays(
        ...     "coin",
        ...     [[[0.9, 0.1], [0, 1]], [[0, 1], [0, 1]]],
        ...     "heads",
        ...     states=["heads", "tails"],
        ...     actions=["keep", "turn"],
        ...     labels={"lost": ["tails"]},
        ... )
        >>> coin.successors(0, 0)
        ((0, Fraction(9, 10)), (1, Fraction(1, 10)))
        """
        from specexpr.models.arrays import environment_from_arrays

        return _warned(
            environment_from_arrays(
                name, transitions, start, states=states, actions=actions, available=available, labels=labels
            )
        )

    @staticmethod
    def from_gymnasium(id: str, **arguments: Any) -> Environment:
        """Make a Gymnasium environment and read its transition table exactly, without its rewards.

        id: such as "FrozenLake-v1"; it is the name of the environment, too. arguments: those of its maker.

        Raises SpecError when Gymnasium is missing or refuses, or the environment has no sound table. Gives a
        UserWarning where the table says less than the environment does.
        """
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
