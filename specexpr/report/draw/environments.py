"""An environment as a picture: a grid where it is one, else a graph; with a policy and a reward on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from specexpr.certify.model import Table, Trajectory
from specexpr.certify.proofs import RewardEntry
from specexpr.models.environment import Environment
from specexpr.models.policy import reachable
from specexpr.product.dot import Emphasis
from specexpr.report.draw.graphs import environment_graph
from specexpr.report.draw.gridlegend import Content
from specexpr.report.draw.gridworld import grid_picture
from specexpr.report.draw.lattice import find_lattice
from specexpr.report.draw.legend import Entry, with_legend
from specexpr.report.draw.picture import Picture
from specexpr.report.rationals import compact

Place = int | tuple[int, int]
"""A state, or a state and an action."""


def environment_picture(
    environment: Environment,
    *,
    policy: Table | None = None,
    reward: Sequence[RewardEntry] | None = None,
    highlight: Collection[Place] = (),
    title: str | None = None,
) -> Picture:
    """Return the picture of an environment: a grid with a legend where it is one, else a graph.

    policy: its actions stand out, the more the likelier. reward: what actions and steps pay; on a grid the
    mean of an action. highlight: what is pointed at.
    Raises SpecError (`too-large-to-draw`) where it is no grid and has more states than anyone could read.
    """
    return with_legend(
        *environment_parts(environment, policy=policy, reward=reward, highlight=highlight, title=title)
    )


def environment_parts(
    environment: Environment,
    *,
    policy: Table | None = None,
    trajectory: Trajectory = (),
    reward: Sequence[RewardEntry] | None = None,
    highlight: Collection[Place] = (),
    title: str | None = None,
    is_panel: bool = False,
) -> tuple[Picture, tuple[Entry, ...]]:
    """Return the picture of an environment and its legend; `is_panel` where it is one of several.

    trajectory: in place of a policy; its steps stand out, with their numbers.
    """
    taken = _taken(policy, trajectory)
    faint = _faint(environment, policy)
    name = title or environment.name
    lattice = find_lattice(environment)
    if lattice is None:
        graph = environment_graph(
            environment,
            taken=taken,
            reward=reward or (),
            faint=faint,
            highlight=highlight,
            title=name,
            description=f"{_size(environment)}, drawn as a graph.",
        )
        return graph, ()
    content = Content(
        taken=taken,
        reward=None if reward is None else _means(environment, reward),
        is_mean=any(entry.next is not None for entry in reward or ()),
        faint=faint,
        unreached=_never_entered(environment),
        highlight=highlight,
        is_panel=is_panel,
    )
    size = f"{lattice.rows} by {lattice.columns}"
    return grid_picture(
        environment,
        lattice,
        content,
        title=name,
        description=f"{_size(environment)}, drawn as a grid of {size}.",
    )


def _size(environment: Environment) -> str:
    states, actions = len(environment.states), len(environment.actions)
    return f"An environment with {_counted(states, 'state')} and {_counted(actions, 'action')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _taken(policy: Table | None, trajectory: Trajectory) -> Mapping[tuple[int, int], Emphasis] | None:
    """Return the actions that a policy takes, or the steps of a trajectory with their numbers."""
    if policy is not None:
        return {
            (s, a): Emphasis(weight=p, remark="" if p == 1 else compact(p))
            for s, law in enumerate(policy)
            for a, p in law
        }
    if not trajectory:
        return None
    numbers: dict[tuple[int, int], list[int]] = {}
    for number, pair in enumerate(trajectory, start=1):
        numbers.setdefault(pair, []).append(number)
    return {
        pair: Emphasis(weight=Fraction(1, 2), remark=", ".join(map(str, at))) for pair, at in numbers.items()
    }


def _faint(environment: Environment, policy: Table | None) -> frozenset[int]:
    """Return the states that a policy never reaches."""
    if policy is None:
        return frozenset()
    return frozenset(s for s, on in enumerate(reachable(environment.model, policy)) if not on)


def _never_entered(environment: Environment) -> frozenset[int]:
    """Return the states that no policy reaches."""
    rows = environment.model.rows
    everywhere = tuple(tuple((a, Fraction(1, len(row))) for a in row) for row in rows)
    return _faint(environment, everywhere)


def _means(environment: Environment, reward: Sequence[RewardEntry]) -> dict[tuple[int, int], Fraction]:
    """Return the mean of what each action pays in each state."""
    found: dict[tuple[int, int], Fraction] = {}
    for entry in reward:
        pair = entry.state, entry.action
        chance = Fraction(1)
        if entry.next is not None:
            chance = dict(environment.successors(*pair)).get(entry.next, Fraction(0))
        found[pair] = found.get(pair, Fraction(0)) + chance * entry.value
    return found
