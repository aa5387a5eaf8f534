"""Figures of policies: a generic reward under which policies of different levels have different returns.

Exact ones where models are small. On large models floats propose a reward and intervals first; whether they
suffice is for the kernel to say, which bounds returns by the residuals of the visits that are carried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, log2

from specexpr.certify.chain import SMALL
from specexpr.certify.model import Model
from specexpr.certify.proofs import RewardEntry, StateOccupancy
from specexpr.exact import Interval, Number, bounds
from specexpr.expressivity.generic_reward import Point, exact_reward
from specexpr.models.occupancy import state_occupancy

Reward = tuple[RewardEntry, ...]

_LEAST = 1e-9  # a smaller number of visits is not surely positive in floats
_RELATIVE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A reward with the return of each point, and the visits of each where a proof must carry them."""

    points: Sequence[Point]
    reward: Reward
    returns: Sequence[Number]
    visits: Sequence[StateOccupancy]
    is_exact: bool
    _places: dict[Point, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {point: i for i, point in enumerate(self.points)})

    def value(self, point: Point) -> Number:
        """Return the return of a point."""
        return self.returns[self._places[point]]

    def runs(self) -> list[tuple[Number, int]]:
        """Return the returns, or in floats the runs of returns, with their levels, but for the lowest."""
        ranked = sorted((bounds(x), point.level) for x, point in zip(self.returns, self.points, strict=True))
        if self.is_exact:
            exact = {low: level for (low, _), level in ranked if level}
            return sorted(exact.items(), key=lambda item: (-item[1], item[0]))
        runs: list[tuple[Interval, int]] = []
        for (low, high), level in ranked:
            if runs and runs[-1][1] == level:
                low = runs.pop()[0].lo
            runs.append((Interval(low, high), level))
        return [(run, level) for run, level in runs if level]

    def visit(self, models: Sequence[Model], point: Point, state: int, discount: Fraction) -> Number | None:
        """Return how often a state is visited; None where that may be never."""
        if self.is_exact:
            return state_occupancy(models[point.model], point.table, discount)[state]
        x = float(self.visits[self._places[point]].occupancy[state])
        return around(x, x * _RELATIVE) if x > _LEAST else None


def figures_of(models: Sequence[Model], points: Sequence[Point], discount: Fraction) -> Iterator[Figures]:
    """Yield figures, rounded ones first where models are large; the last are exact."""
    is_large = max(len(model.states) for model in models) > SMALL
    if is_large:
        from specexpr.expressivity.rounded_returns import rounded_figures

        rounded = rounded_figures(models, points, discount)
        if rounded is not None:
            yield Figures(
                points=points,
                reward=rounded.reward,
                returns=rounded.returns,
                visits=rounded.visits,
                is_exact=False,
            )
    found = exact_reward(models, points, discount)
    visits = [
        StateOccupancy(x.model, x.table, state_occupancy(models[x.model], x.table, discount))
        for x in (points if is_large else ())
    ]
    yield Figures(points=points, reward=found.reward, returns=found.returns, visits=visits, is_exact=True)


def around(x: float, radius: float) -> Interval:
    """Return an interval about a number, its ends as simple as the radius allows.

    >>> around(1 / 3, 1 / 100)
    Interval(lo=Fraction(331, 1024), hi=Fraction(703, 2048))
    """
    below = 1 << max(0, ceil(-log2(radius)) + 4)
    return Interval(
        Fraction(round((x - radius) * below), below), Fraction(round((x + radius) * below), below)
    )
