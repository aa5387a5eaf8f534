"""The JSON of a memory and of what it observes: steps, pairs or sets of labels by name; both ways."""

from __future__ import annotations

from collections.abc import Mapping

from specexpr.certify.model import Claim, Machine
from specexpr.certify.node import Node
from specexpr.certify.observing import Observation, observations
from specexpr.certify.scope import JsonObject, Scope


def write_observation(observation: Observation, scope: Scope) -> list[str]:
    """Return [state, action, next], [state, action], or the names of labels."""
    first = scope.models[0]
    found = []
    for i, x in enumerate(observation):
        names = first.actions if i == 1 else first.states
        found.append(x if isinstance(x, str) else names[x])
    return found


def read_observation(node: Node, known: Mapping[tuple[str, ...], int]) -> int:
    """Return the number of an observation. Raises Malformed."""
    found = tuple(item.text() for item in node.items())
    if found not in known:
        node.expected("something that can be observed")
    return known[found]


def observation_names(claim: Claim, scope: Scope) -> dict[tuple[str, ...], int]:
    """Return the number of each observation of a claim by its names."""
    return {tuple(write_observation(o, scope)): i for i, o in enumerate(observations(claim).known)}


def read_machine(node: Node, scope: Scope, claim: Claim) -> Machine:
    """Read {"states", "moves": [{"from", "to", "on"}]}; what is not listed stays. Raises Malformed."""
    entry = node.fields("states", "moves")
    states = tuple(item.name() for item in entry["states"].items())
    if not states or len(set(states)) < len(states):
        entry["states"].expected("one name or more, each once")
    index = {name: u for u, name in enumerate(states)}
    known = observation_names(claim, scope)
    moves: list[dict[int, int]] = [{} for _ in states]
    for item in entry["moves"].items():
        edge = item.fields("from", "to", "on")
        u, v = edge["from"].index(index, "machine state"), edge["to"].index(index, "machine state")
        for one in edge["on"].items():
            o = read_observation(one, known)
            if o in moves[u]:
                one.fail("is given two moves")
            moves[u][o] = v
    rows = (tuple(row.get(o, u) for o in range(len(known))) for u, row in enumerate(moves))
    return Machine(states, tuple(rows))


def write_machine(machine: Machine, scope: Scope, claim: Claim) -> JsonObject:
    """Return the JSON of a memory; moves that stay are left out."""
    known = [write_observation(o, scope) for o in observations(claim).known]
    moves = []
    for u, row in enumerate(machine.moves):
        for v in sorted(set(row) - {u}):
            on = [names for names, to in zip(known, row, strict=True) if to == v]
            moves.append({"from": machine.states[u], "to": machine.states[v], "on": on})
    return {"states": list(machine.states), "moves": moves}
