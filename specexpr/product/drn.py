"""A product in the explicit format DRN of the probabilistic model checker Storm, numbers exact.

A state of the file is a node. It carries the labels of its state, `init` where the product starts, and the
labels `memory=u0` and `state=s0` for what it stands for. Its choices are the available actions, by name,
with the mean of what they pay as the reward model `reward`. The file has no place for a discount, nor for
labels of single actions: comments tell them.

The format has no law of the start. A product that starts at random gets one more state that pays nothing and
leads to the start, under an action `start`: every value is then one step later.

Format: https://www.stormchecker.org/documentation/background/drn.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.exact import rational_text
from specexpr.product.product import Product
from specexpr.syntax.names import clipped, shown

REWARD = "reward"
"""The name of the reward model."""

_TAKEN = ("init", "deadlock")
_PLAIN = re.compile(r"[^\s\"\[\]]+")


def write_drn(product: Product, *, title: str) -> str:
    """Return a product as a text in DRN.

    Raises SpecError (`no-drn-text`) where a label has a name that the format cannot hold or that Storm keeps
    for itself.
    """
    problems = list(_unsayable(product))
    if problems:
        raise SpecError(problems)
    model = product.environment.model
    is_random = len(model.start) > 1
    states = len(model.states) + is_random
    choices = sum(len(row) for row in model.rows) + is_random
    lines = [f"// {clipped(title)}"]
    if product.discount is not None:
        lines.append(f"// discount {rational_text(product.discount)}")
    if is_random:
        lines.append(f"// state {states - 1} is added: it draws the first state, one step before the start")
    lines += ["@type: MDP", "@parameters", "", "@reward_models", REWARD]
    lines += ["@nr_states", str(states), "@nr_choices", str(choices), "@model"]
    lines += _states(product)
    if is_random:
        lines += [f"state {states - 1} [0] init", "\taction start [0]"]
        lines += (f"\t\t{x} : {rational_text(p)}" for x, p in model.start)
    return "\n".join(lines) + "\n"


def _states(product: Product) -> Iterator[str]:
    environment = product.environment
    actions = _action_names(environment.actions)
    starts = {x for x, _ in environment.model.start} if len(environment.model.start) == 1 else set()
    for x, row in enumerate(environment.model.rows):
        u, s = product.nodes[x]
        labels = ["init"] if x in starts else []
        labels += [f"memory={product.memory[u]}"] if product.has_memory else []
        labels.append(f"state={product.origin.states[s]}")
        labels += (label.name for label in environment.labels if x in label.states)
        yield f"state {x} [0] {' '.join(map(_label, labels))}"
        for a, law in row.items():
            carried = [clipped(label.name) for label in environment.labels if (x, a) in label.pairs]
            if carried:
                yield f"// {actions[a]}: {', '.join(carried)}"
            yield f"\taction {actions[a]} [{rational_text(product.expected_reward(x, a))}]"
            for y, p in law:
                yield f"\t\t{y} : {rational_text(p)}"


def _label(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def _action_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names without spaces or brackets, which end a name in the file, and all different."""
    found: dict[str, None] = {}
    for name in names:
        plain = base = "_".join(re.split(r"[\s\[\]]+", name)) or "_"
        count = 1
        while plain in found:
            count += 1
            plain = f"{base}_{count}"
        found[plain] = None
    return tuple(found)


def _unsayable(product: Product) -> Iterator[Diagnostic]:
    """Yield what the format cannot say; names of states and of the memory become labels, too."""
    names = [("label", label.name) for label in product.environment.labels]
    names += (("state", name) for name in product.origin.states)
    names += (("machine state", name) for name in product.memory)
    for kind, name in names:
        if '"' in name or not name.isprintable():
            message = f"the format DRN cannot hold the name of the {kind} {shown(name)}"
            yield Diagnostic(id="no-drn-text", message=message, help="rename it, without a quote or line end")
        elif kind == "label" and (name in _TAKEN or name.startswith(("memory=", "state="))):
            message = f"the label {shown(name)} has another meaning in the format DRN"
            yield Diagnostic(id="no-drn-text", message=message, help="rename it")
