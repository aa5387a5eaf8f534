"""The options of a task: lines that fix what a question asks about, such as `horizon 10`."""

from __future__ import annotations

from collections.abc import Callable

from specexpr.certify.model import Shape
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
    "given": "given",
    "utility": "utility",
    "weights": "weights",
}
"""The rules of the grammar that are options, with the words that open them."""

LIMITS = {"horizon": 10_000, "machine states": 100}


def read_option(
    entry: Node, report: Report, objectives: Callable[[Leaf], tuple[Objective, ...]]
) -> Options | None:
    """Return what a line fixes, or None once what is wrong with it is reported.

    objectives: those of a name, in the environments of the task that have one; none once that is reported.
    """
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
        case "utility":
            return Options(utility=Shape(" ".join(leaf.text for leaf in entry.leaves()[1:])))
        case "weights":
            return Options(nonnegative=True)
        case "given":
            found = [objectives(leaf) for leaf in entry.leaves()]
            return Options(given=tuple(one for some in found for one in some)) if all(found) else None
        case _:
            first = objectives(entry.leaf(0))[:1]
            return Options(structure=first[0]) if first else None
