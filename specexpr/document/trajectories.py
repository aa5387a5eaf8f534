"""Sequences of state/action pairs in a task: names known, steps possible."""

from __future__ import annotations

from specexpr.certify.model import Trajectory
from specexpr.document.context import Context, listed
from specexpr.document.scope import Draft
from specexpr.models.environment import Environment
from specexpr.syntax.names import clipped, shown
from specexpr.syntax.nodes import Leaf, Node


def read_trajectory(
    context: Context, sequence: Node, environment: Environment, draft: Draft
) -> Trajectory | None:
    """Return the (state, action) pairs of a sequence, or None once what is wrong with it is reported."""
    place = f"environment {shown(environment.name)}"
    steps = [(node.leaf(0), node.leaf(1)) for node in sequence.nodes()]
    pairs: list[tuple[int, int] | None] = []
    for state, action in steps:
        s = context.index("state", state, environment.state_index, place=place)
        a = context.index("action", action, environment.action_index, place=place)
        pairs.append(None if s is None or a is None else (s, a))
    found = tuple(pair for pair in pairs if pair is not None)
    if len(found) < len(pairs):
        return None
    if not draft.sound:
        return found
    wrong = [i for i in range(len(found)) if not _is_possible(context, environment, steps, found, i)]
    return None if wrong else found


def _is_possible(
    context: Context, environment: Environment, steps: list[tuple[Leaf, Leaf]], pairs: Trajectory, i: int
) -> bool:
    """Report a step that cannot be taken: its action is not available, or never leads to the next state."""
    (s, a), (state, action) = pairs[i], steps[i]
    if a not in environment.model.rows[s]:
        message = f"{clipped(action.text)} is not available in {clipped(state.text)}"
        there = listed([environment.actions[b] for b in environment.available(s)])
        context.error("unavailable-action", message, action.span, help=f"available there: {there}")
        return False
    if i + 1 == len(pairs):
        return True
    leads = [t for t, _ in environment.successors(s, a)]
    if pairs[i + 1][0] in leads:
        return True
    following = steps[i + 1][0]
    message = f"{clipped(state.text)} / {clipped(action.text)} never leads to {clipped(following.text)}"
    hint = f"it leads to {listed([environment.states[t] for t in leads])}"
    context.error("impossible-step", message, following.span, help=hint)
    return False
