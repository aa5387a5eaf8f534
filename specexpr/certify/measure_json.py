"""The JSON of what a question gives: objectives by name, with their measures; both ways."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from specexpr.certify.clock import MOST_STEPS, Average, ByState, Discounted, Horizon
from specexpr.certify.formula_json import read_labels, read_scheme, write_labels, write_scheme
from specexpr.certify.measure import (
    Account,
    AccountClock,
    GivenObjective,
    Measure,
    MemoryStep,
    Probability,
    Total,
)
from specexpr.certify.node import Node
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text

_MEMORY = "memory"


def read_given(node: Node, scope: Scope) -> tuple[GivenObjective, ...]:
    """Read [{"objective", "measures": {environment: measure}}]. Raises Malformed."""
    found: dict[str, GivenObjective] = {}
    for item in node.items():
        entry = item.fields("objective", "measures")
        name = entry["objective"].name()
        if name in found:
            item.fail("is given twice")
        measures = entry["measures"].fields(*scope.names)
        found[name] = GivenObjective(
            name, tuple(_read_measure(measures[place], scope, m) for m, place in enumerate(scope.names))
        )
    if not found:
        node.expected("at least one objective")
    return tuple(found.values())


def _read_measure(node: Node, scope: Scope, model: int) -> Measure:
    if isinstance(node.value, dict) and "formula" in node.value:
        entry = node.fields("formula", optional=("shared", "labels"))
        shared = entry["shared"].items() if "shared" in entry else ()
        labels = read_labels(entry["labels"], scope) if "labels" in entry else ()
        return Probability(read_scheme(entry["formula"], shared, scope), labels)
    entry = node.fields("clock", "pays", optional=("moves", "discounts"))
    pays: dict[MemoryStep, Fraction] = {}
    moves: dict[MemoryStep, int] = {}
    for item in entry["pays"].items():
        step, parts = _read_step(item, "value", scope, model)
        if step in pays:
            item.fail("pays for one step twice")
        pays[step] = parts["value"].rational()
    for item in entry["moves"].items() if "moves" in entry else ():
        step, parts = _read_step(item, "to", scope, model)
        if step in moves:
            item.fail("is given two moves")
        moves[step] = _count(parts["to"])
    discounts: dict[tuple[int, int], Fraction] = {}
    for item in entry["discounts"].items() if "discounts" in entry else ():
        parts = item.fields("state", "action", "discount")
        pair = (
            parts["state"].index(scope.state_index, "state"),
            parts["action"].index(scope.action_index, "action"),
        )
        if pair in discounts:
            item.fail("is given twice")
        discounts[pair] = parts["discount"].rational()
        if not 0 <= discounts[pair] < 1:
            parts["discount"].expected("at least 0 and less than 1")
    clock = _read_clock(entry["clock"])
    if isinstance(clock, ByState) != ("discounts" in entry):
        node.fail("discounts of states and actions belong to the clock by state")
    return Account(
        clock,
        tuple(sorted(pays.items())),
        tuple(sorted(moves.items())),
        tuple(sorted(discounts.items())),
    )


def _read_step(node: Node, what: str, scope: Scope, model: int) -> tuple[MemoryStep, Mapping[str, Node]]:
    entry = node.fields("state", "action", "next", what, optional=(_MEMORY,))
    s = entry["state"].index(scope.state_index, "state")
    a = entry["action"].index(scope.action_index, "action")
    t = entry["next"].index(scope.state_index, "state")
    if all(t != y for y, _ in scope.models[model].rows[s].get(a, ())):
        node.fail("is not a step that can happen")
    return (_count(entry[_MEMORY]) if _MEMORY in entry else 0, s, a, t), entry


def _count(node: Node) -> int:
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
        node.expected("a whole number, at least 0")
    return int(str(node.value))


def _read_clock(node: Node) -> AccountClock:
    if isinstance(node.value, str):
        match node.value:
            case "total":
                return Total()
            case "average":
                return Average()
            case "by state":
                return ByState()
        node.expected('"total", "average", "by state", or an object')
    entry = node.fields(optional=("discount", "head", "horizon"))
    if "horizon" in entry:
        steps = _count(entry["horizon"])
        if not 0 < steps <= MOST_STEPS or len(entry) > 1:
            node.expected(f"a horizon from 1 to {MOST_STEPS}, alone")
        return Horizon(steps)
    if "discount" not in entry:
        node.expected("a discount or a horizon")
    discount = entry["discount"].rational()
    if not 0 < discount < 1:
        entry["discount"].expected("between 0 and 1")
    head = tuple(x.rational() for x in entry["head"].items()) if "head" in entry else (Fraction(1),)
    if not head:
        entry["head"].expected("at least one weight")
    return Discounted(discount, head)


def write_given(objectives: tuple[GivenObjective, ...], scope: Scope) -> list[JsonObject]:
    """Return the JSON of what a question gives."""
    return [
        {
            "objective": one.name,
            "measures": {
                place: _write_measure(measure, scope)
                for place, measure in zip(scope.names, one.measures, strict=True)
            },
        }
        for one in objectives
    ]


def _write_measure(measure: Measure, scope: Scope) -> JsonObject:
    if isinstance(measure, Probability):
        formula, shared = write_scheme(measure.scheme, scope)
        found: JsonObject = {"formula": formula}
        if shared:
            found["shared"] = shared
        if measure.labels:
            found["labels"] = write_labels(measure.labels, scope)
        return found
    first = scope.models[0]
    found = {
        "clock": _write_clock(measure.clock),
        "pays": [_write_step(step, scope) | {"value": rational_text(x)} for step, x in measure.pays],
    }
    if measure.moves:
        found["moves"] = [_write_step(step, scope) | {"to": v} for step, v in measure.moves]
    if isinstance(measure.clock, ByState):
        found["discounts"] = [
            {"state": first.states[s], "action": first.actions[a], "discount": rational_text(g)}
            for (s, a), g in measure.discounts
        ]
    return found


def _write_step(step: MemoryStep, scope: Scope) -> JsonObject:
    u, s, a, t = step
    first = scope.models[0]
    found: JsonObject = {_MEMORY: u} if u else {}
    return found | {"state": first.states[s], "action": first.actions[a], "next": first.states[t]}


def _write_clock(clock: AccountClock) -> object:
    match clock:
        case Total():
            return "total"
        case Average():
            return "average"
        case ByState():
            return "by state"
        case Horizon(steps=steps):
            return {"horizon": steps}
        case Discounted(discount=discount, head=head):
            found: JsonObject = {"discount": rational_text(discount)}
            if head != (Fraction(1),):
                found["head"] = [rational_text(x) for x in head]
            return found
