"""Write a table of values over pairs with few entries: a default, whole rows or columns, then the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

from specexpr.syntax.patterns import Pattern

T = TypeVar("T")


def few_entries(values: Mapping[tuple[int, int], T], nothing: T) -> list[tuple[Pattern, T]]:
    """Return entries by which the most specific one gives every cell its value; `nothing` needs no entry.

    Rows and columns are never mixed, so no two entries are incomparable.

    >>> few_entries({(0, 0): -1, (0, 1): -1, (1, 0): 0, (1, 1): 5}, 0)
    [((0, None), -1), ((1, 1), 5)]
    """
    if not values:
        return []
    common = Counter(values.values()).most_common(1)[0][0]
    defaults = dict.fromkeys((nothing, common))
    tries = [_entries(values, nothing, default, axis) for default in defaults for axis in (0, 1)]
    return min(tries, key=len)


def _entries(
    values: Mapping[tuple[int, int], T], nothing: T, default: T, axis: int
) -> list[tuple[Pattern, T]]:
    lines: dict[int, dict[tuple[int, int], T]] = {}
    for cell, value in values.items():
        lines.setdefault(cell[axis], {})[cell] = value
    entries: list[tuple[Pattern, T]] = [] if default == nothing else [((None, None), default)]
    for i, line in sorted(lines.items()):
        same = set(line.values())
        if len(same) == 1 and len(line) > 1:
            value = same.pop()
            if value != default:
                entries.append(((i, None) if axis == 0 else (None, i), value))
        else:
            entries += ((cell, value) for cell, value in sorted(line.items()) if value != default)
    return entries
