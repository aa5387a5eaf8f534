"""A product in the explicit format DRN of the probabilistic model checker Storm, numbers exact.

A state of the file is a node. It carries the labels of its state, `init` where the product starts, and
the labels `memory_u0` and `state_s0` for what it stands for. Its choices are the available actions, by
name, with the mean of what they pay as the reward model `reward`. The file has no place for a discount,
nor for labels of single actions: comments tell them. Properties can only speak of labels that are words
of letters, digits and underscores: others are renamed, and a comment says so.

Where an automaton is the memory, states where a policy can stay for ever and be accepted carry the label
`accepting`: the largest probability of being accepted is that of reaching them, Pmax=? [ F "accepting" ].
Marks have no place in the format, comments tell them.

The format has no law of the start. A product that starts at random gets one more state that pays nothing and
leads to the start, under an action `start`: every value is then one step later.

Format: https://www.stormchecker.org/documentation/background/drn.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from specexpr.exact import rational_text
from specexpr.product.acceptance import acceptance_text
from specexpr.product.product import Product
from specexpr.syntax.names import clipped, shown

REWARD = "reward"
"""The name of the reward model."""

ACCEPTING = "accepting"
"""The label of the states where a policy can stay and be accepted."""

_KEPT = ("init", "deadlock", ACCEPTING)
"""Labels that mean something to Storm, or here."""

_NO_WORD = re.compile(r"\W+", re.ASCII)


def write_drn(product: Product, *, title: str) -> str:
    """Return a product as a text in DRN."""
    model = product.environment.model
    is_random = len(model.start) > 1
    states = len(model.states) + is_random
    choices = sum(len(row) for row in model.rows) + is_random
    words = _words(product)
    lines = [f"// {clipped(title)}"]
    if product.discount is not None:
        lines.append(f"// discount {rational_text(product.discount)}")
    if is_random:
        lines.append(f"// state {states - 1} is added: it draws the first state, one step before the start")
    if product.automaton is not None:
        lines.append(f"// accepted: {acceptance_text(product.automaton.acceptance)}")
    lines += words.notes
    lines += ["@type: MDP", "@parameters", "", "@reward_models", REWARD]
    lines += ["@nr_states", str(states), "@nr_choices", str(choices), "@model"]
    lines += _states(product, words)
    if is_random:
        lines += [f"state {states - 1} [0] init", "\taction start [0]"]
        lines += (f"\t\t{x} : {rational_text(p)}" for x, p in model.start)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Words:
    """What names are called in the file, and comments on those that are called otherwise."""

    labels: tuple[str, ...]
    memory: tuple[str, ...]
    states: tuple[str, ...]
    actions: tuple[str, ...]
    notes: tuple[str, ...]


def _words(product: Product) -> _Words:
    notes: list[str] = []
    taken = dict.fromkeys(_KEPT)
    labels = _distinct((label.name for label in product.environment.labels), "", "label", taken, notes)
    memory = _distinct(product.memory, "memory_", "machine state", taken, notes)
    states = _distinct(product.origin.states, "state_", "state", taken, notes)
    actions = _distinct(product.environment.actions, "", "action", {}, notes)
    return _Words(labels, memory, states, actions, tuple(notes))


def _distinct(
    names: Iterable[str], prefix: str, kind: str, taken: dict[str, None], notes: list[str]
) -> tuple[str, ...]:
    """Return a word for each name, different from those that are taken, and take it."""
    found = []
    for name in names:
        base = prefix + _NO_WORD.sub("_", name)
        if base[0].isdigit():
            base = f"_{base}"
        word, count = base, 1
        while word in taken:
            count += 1
            word = f"{base}_{count}"
        taken[word] = None
        found.append(word)
        if word != prefix + name:
            notes.append(f"// {word} stands for the {kind} {shown(name)}")
    return tuple(found)


def _states(product: Product, words: _Words) -> Iterator[str]:
    environment = product.environment
    starts = {x for x, _ in environment.model.start} if len(environment.model.start) == 1 else set()
    for x, row in enumerate(environment.model.rows):
        u, s = product.nodes[x]
        carried = ["init"] if x in starts else []
        carried += [ACCEPTING] if x in product.accepting else []
        carried += [words.memory[u]] if product.has_memory else []
        carried.append(words.states[s])
        marks = list(zip(environment.labels, words.labels, strict=True))
        carried += (word for label, word in marks if x in label.states)
        yield f"state {x} [0] {' '.join(carried)}"
        for a, law in row.items():
            on_action = [word for label, word in marks if (x, a) in label.pairs]
            if on_action:
                yield f"// {words.actions[a]} carries {', '.join(on_action)}"
            yield f"\taction {words.actions[a]} [{rational_text(product.expected_reward(x, a))}]"
            for y, p in law:
                yield f"\t\t{y} : {rational_text(p)}"
                if seen := product.marks.get((x, a, y)):
                    yield f"// marks {', '.join(map(str, sorted(seen)))}"
