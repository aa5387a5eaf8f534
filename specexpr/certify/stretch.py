"""Stretches of discounts between exact ends, and their JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specexpr.certify.algebraic import Number, read_number, write_number
from specexpr.certify.node import Node
from specexpr.certify.scope import JsonObject


@dataclass(frozen=True, slots=True)
class Stretch:
    """The discounts between two numbers; each end says whether it belongs. A single one is both its ends."""

    lo: Number
    hi: Number
    has_lo: bool
    has_hi: bool


def read_stretches(node: Node) -> tuple[Stretch, ...]:
    """Read [{"lo", "hi", "has_lo", "has_hi"}]. Raises Malformed."""
    found = []
    for item in node.items():
        entry = item.fields("lo", "hi", "has_lo", "has_hi")
        belongs = []
        for key in ("has_lo", "has_hi"):
            value = entry[key].value
            if not isinstance(value, bool):
                entry[key].expected("true or false")
            belongs.append(value)
        found.append(Stretch(read_number(entry["lo"]), read_number(entry["hi"]), *belongs))
    return tuple(found)


def write_stretches(stretches: Sequence[Stretch]) -> list[JsonObject]:
    """Return the JSON of stretches."""
    return [
        {"lo": write_number(s.lo), "hi": write_number(s.hi), "has_lo": s.has_lo, "has_hi": s.has_hi}
        for s in stretches
    ]
