"""The JSON of rewards on steps: entries {"state", "action", "value"}, with "next" for one next state."""

from __future__ import annotations

from collections.abc import Iterable

from specexpr.certify.node import Node
from specexpr.certify.proofs import RewardEntry
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text


def read_entries(node: Node, scope: Scope) -> tuple[RewardEntry, ...]:
    """Read the entries of a reward. Raises Malformed."""
    return tuple(_read_entry(item, scope) for item in node.items())


def _read_entry(node: Node, scope: Scope) -> RewardEntry:
    entry = node.fields("state", "action", "value", optional=("next",))
    state = entry["state"].index(scope.state_index, "state")
    action = entry["action"].index(scope.action_index, "action")
    if not any(action in model.rows[state] for model in scope.models):
        node.fail("rewards an action that is not available")
    following = entry["next"].index(scope.state_index, "state") if "next" in entry else None
    return RewardEntry(state, action, following, entry["value"].rational())


def write_entries(entries: Iterable[RewardEntry], scope: Scope) -> list[JsonObject]:
    """Return the JSON of the entries of a reward."""
    states, actions = scope.models[0].states, scope.models[0].actions
    found = []
    for entry in entries:
        step: JsonObject = {"state": states[entry.state], "action": actions[entry.action]}
        if entry.next is not None:
            step["next"] = states[entry.next]
        found.append(step | {"value": rational_text(entry.value)})
    return found
