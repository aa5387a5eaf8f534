"""The values of objectives that others name, each by its own definition.

What is known of a formalism by definition stands in `truth_<stem>.py`, one file a formalism in one directory.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from types import ModuleType

from specexpr.exact import Interval, Value
from specexpr.expressivity.task import Objective
from specexpr.formalism import find_formalism
from specexpr.models.policy import Policy


@cache
def known_of(directory: Path, stem: str) -> ModuleType:
    """Import what is known of the formalism with this stem."""
    path = directory / f"truth_{stem}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def true_values(directory: Path, objectives: Sequence[Objective], policy: Policy) -> tuple[Value, ...]:
    """Return what a policy is worth to some objectives by their definitions, from files of a directory."""
    found = []
    for one in objectives:
        formalism = find_formalism(one.formalism)
        assert formalism is not None
        known = known_of(directory, formalism.keyword or formalism.id)
        found.append(known.value(one.environment, one.spec, policy))
    return tuple(found)


def between(function: Callable[[tuple[Fraction, ...]], Fraction], values: Sequence[Value]) -> Value:
    """Return a function of values that are numbers: where they are enclosed, what it is at their ends.

    The function is monotone in each number, one way or the other.
    """
    corners = [(x,) if isinstance(x, Fraction) else (x.lo, x.hi) for x in values if not isinstance(x, tuple)]
    found = [function(corner) for corner in product(*corners)]
    low, high = min(found), max(found)
    return low if low == high else Interval(low, high)
