"""The options of a task: lines that fix what a question asks about, such as `horizon 10`."""

from __future__ import annotations

from collections.abc import Callable

from specexpr.diagnostics import Report
from specexpr.expressivity.task import Objective, Options
from specexpr.syntax.nodes import Leaf, Node
from specexpr.syntax.numbers import read_beta, read_count, read_discount

OPTION_WORDS = {
    "discount": "discount",
    "any_discount": "discount",
    "modulo": "modulo",
    "horizon": "horizon",
    "beta": "beta",
    "machine_states": "machine states",
    "observe": "observe",
    "structure": "structure",
}
"""The rules of the grammar that are options, with the words that open them."""

LIMITS = {"horizon": 10_000, "machine states": 100}


def read_option(entry: Node, report: Report, structure: Callable[[Leaf], Objective | None]) -> Options | None:
    """Return what a line fixes, or None once what is wrong with it is reported."""
    match entry.kind:
        case "any_discount":
            return Options(any_discount=True)
        case "discount":
            discount = read_discount(entry.leaf(0), report)
            return None if discount is None else Options(discount=discount)
        case "modulo":
            return Options(modulo_unreachable=True)
        case "observe":
            return Options(observe_labels=True)
        case "horizon":
            steps = read_count(entry.leaf(0), report, "horizon", most=LIMITS["horizon"])
            return None if steps is None else Options(horizon=steps)
        case "machine_states":
            states = read_count(entry.leaf(0), report, "machine states", most=LIMITS["machine states"])
            return None if states is None else Options(machine_states=states)
        case "beta":
            beta = read_beta(entry.leaf(0), report)
            return None if beta is None else Options(beta=beta)
        case _:
            objective = structure(entry.leaf(0))
            return None if objective is None else Options(structure=objective)
