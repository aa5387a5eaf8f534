"""What a machine, or a function of trajectories, sees of a step: its transition or its set of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from specexpr.certify.model import Claim, Label, TrajectoryConstraint

Step: TypeAlias = tuple[int, int, int]
"""(state, action, next state)."""

Observation: TypeAlias = tuple[int | str, ...]
"""A step (s, a, t); a pair (s, a) where sequences of pairs are compared; or sorted names of labels."""


@dataclass(frozen=True, slots=True)
class Observations:
    """The observations that occur, in ascending order; `of[m][s, a, t]` is the number of that step's.

    Where the claim compares sequences, observations are the pairs (s, a), whatever follows.
    """

    known: tuple[Observation, ...]
    of: tuple[Mapping[Step, int], ...]

    def pair(self, model: int, state: int, action: int) -> int:
        """Return the observation of a pair, where that does not depend on the next state."""
        return next(o for (s, a, _), o in self.of[model].items() if (s, a) == (state, action))


def observations(claim: Claim) -> Observations:
    """Number what is observed in the models of a claim: those of its transitions, or of its labels."""
    labels, in_pairs = claim.setting.labels, compares_sequences(claim)
    seen: list[dict[Step, Observation]] = []
    for m, model in enumerate(claim.models):
        seen.append({})
        for s, row in enumerate(model.rows):
            for a, law in row.items():
                names = None if labels is None else label_set(labels[m], s, a)
                for t, _ in law:
                    seen[m][s, a, t] = names if names is not None else (s, a) if in_pairs else (s, a, t)
    known = sorted({o for steps in seen for o in steps.values()})
    number = {o: i for i, o in enumerate(known)}
    return Observations(tuple(known), tuple({step: number[o] for step, o in steps.items()} for steps in seen))


def compares_sequences(claim: Claim) -> bool:
    """Say whether the claim compares sequences of (state, action) pairs."""
    return any(isinstance(c, TrajectoryConstraint) for c in claim.constraints)


def label_set(labels: tuple[Label, ...], state: int, action: int) -> tuple[str, ...]:
    """Return the sorted names of the labels that (state, action) carries."""
    return tuple(sorted(x.name for x in labels if state in x.states or (state, action) in x.pairs))
