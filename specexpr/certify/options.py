"""The options of a result, in JSON: the discount, and what else the question fixes; both ways."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from specexpr.certify.machine_text import read_machine, write_machine
from specexpr.certify.measure_json import read_given, write_given
from specexpr.certify.model import Claim, Label, Setting, Shape
from specexpr.certify.node import Node
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text

ANY = "any"
KEYS = (
    "discount",
    "modulo",
    "horizon",
    "weights",
    "discounts",
    "observe",
    "machine states",
    "machine",
    "given",
    "utility",
    "sign",
)


@dataclass(frozen=True, slots=True)
class Given:
    """The options of a result; a discount of None is one that the question leaves open, or does not use.

    `is_any` says that it is left open: some discount is to do.
    """

    discount: Fraction | None = None
    is_any: bool = False
    modulo_unreachable: bool = False
    setting: Setting = field(default_factory=Setting)


def read_options(node: Node, scope: Scope, claim: Claim, labels: tuple[tuple[Label, ...], ...]) -> Given:
    """Read the options of a result; the claim is what the task asks without them. Raises Malformed."""
    entry = node.fields(optional=KEYS)
    found = Given(modulo_unreachable="modulo" in entry)
    if "discount" in entry and entry["discount"].value == ANY:
        found = replace(found, is_any=True)
    elif "discount" in entry:
        discount = entry["discount"].rational()
        if not 0 < discount < 1:
            entry["discount"].expected("between 0 and 1")
        found = replace(found, discount=discount)
    for key, word in (("modulo", "unreachable"), ("observe", "labels"), ("sign", "nonnegative")):
        if key in entry and entry[key].value != word:
            entry[key].expected(f'"{word}"')
    setting = Setting(
        horizon=_count(entry["horizon"]) if "horizon" in entry else None,
        weights=tuple(x.rational() for x in entry["weights"].items()) if "weights" in entry else None,
        machine_states=_count(entry["machine states"]) if "machine states" in entry else None,
        labels=labels if "observe" in entry else None,
        given=read_given(entry["given"], replace(scope, labels=labels)) if "given" in entry else (),
        utility=entry["utility"].choice(Shape) if "utility" in entry else None,
        nonnegative="sign" in entry,
    )
    if "discounts" in entry:
        setting = replace(setting, discounts=_read_discounts(entry["discounts"], scope))
    if "machine" in entry:
        seen = replace(claim, setting=setting)
        setting = replace(setting, machine=read_machine(entry["machine"], scope, seen))
    return replace(found, setting=setting)


def _count(node: Node) -> int:
    number = node.line()
    if number is None:
        node.expected("a positive number")
    return number


def _read_discounts(node: Node, scope: Scope) -> tuple[tuple[tuple[int, int], Fraction], ...]:
    found: dict[tuple[int, int], Fraction] = {}
    for item in node.items():
        entry = item.fields("state", "action", "discount")
        pair = (
            entry["state"].index(scope.state_index, "state"),
            entry["action"].index(scope.action_index, "action"),
        )
        if pair in found:
            item.fail("is given twice")
        found[pair] = entry["discount"].rational()
    return tuple(sorted(found.items()))


def write_options(given: Given, scope: Scope) -> JsonObject:
    """Return the JSON of some options."""
    found: JsonObject = {}
    setting = given.setting
    if given.is_any:
        found["discount"] = ANY
    elif given.discount is not None:
        found["discount"] = rational_text(given.discount)
    if given.modulo_unreachable:
        found["modulo"] = "unreachable"
    if setting.horizon is not None:
        found["horizon"] = setting.horizon
    if setting.weights is not None:
        found["weights"] = [rational_text(x) for x in setting.weights]
    if setting.discounts is not None:
        states, actions = scope.models[0].states, scope.models[0].actions
        found["discounts"] = [
            {"state": states[s], "action": actions[a], "discount": rational_text(x)}
            for (s, a), x in setting.discounts
        ]
    if setting.labels is not None:
        found["observe"] = "labels"
    if setting.machine_states is not None:
        found["machine states"] = setting.machine_states
    if setting.machine is not None:
        found["machine"] = write_machine(setting.machine, scope, scope.claim)
    if setting.given:
        found["given"] = write_given(setting.given, scope)
    if setting.utility is not None:
        found["utility"] = setting.utility.value
    if setting.nonnegative:
        found["sign"] = "nonnegative"
    return found
