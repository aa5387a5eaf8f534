"""A product as a picture: a graph in the DOT language of Graphviz, and its drawing as SVG.

An action that leads to one node is an arrow with the action on it, and after a colon what it pays if that is
not 0. Any other action is an arrow to a dot, from which arrows with the probabilities go on. Actions that do
the same share their arrows. Nodes with one state of the memory share a colour. Where an automaton is the
memory, arrows show its marks in braces, and nodes where a policy can stay and be accepted have a second
border.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from html import escape

from specexpr.certify.model import Distribution
from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.exact import rational_text
from specexpr.product.product import Product
from specexpr.syntax.names import clipped

MOST_DRAWN = 400
"""A picture of more nodes and arrows than this is neither quick nor of use."""

_COLOURS = ("#dbe9f6", "#fde6cf", "#dff0d8", "#f3dcec", "#f9f3c6", "#e0dff2", "#d5eeec", "#e8e4dc")
_GAIN, _LOSS = "#0b5394", "#b02418"
_FAINT = "#666666"
_GAP = '<font point-size="4"> </font>'  # keeps the label of a loop off the loop

_Shown = tuple[Fraction, frozenset[int]]
"""What a step pays, and the marks that it shows."""

_Outcome = tuple[Distribution, tuple[_Shown, ...]]
"""The law of the next node, and what each outcome pays and shows."""


def write_dot(product: Product, *, title: str) -> str:
    """Return a product as a graph in DOT."""
    lines = [
        f"digraph {_quoted(title)} {{",
        '  graph [rankdir=LR, nodesep=0.35, ranksep=0.6, fontname="Helvetica,Arial,sans-serif"]',
        '  node [shape=box, style="rounded,filled", fontname="Helvetica,Arial,sans-serif", fontsize=13,'
        ' margin="0.12,0.06", color="#444444"]',
        '  edge [fontname="Helvetica,Arial,sans-serif", fontsize=11, arrowsize=0.7, color="#444444"]',
    ]
    lines += (f"  {line}" for line in _lines(product))
    return "\n".join([*lines, "}", ""])


def draw_svg(product: Product, *, title: str) -> str:
    """Return a product as a drawing; raise SpecError (`too-large-to-draw`) for one that nobody could read."""
    from pygraphviz import AGraph

    arrows = sum(len(law) for row in product.environment.model.rows for law in row.values())
    if len(product.nodes) + arrows > MOST_DRAWN:
        message = (
            f"the product has {len(product.nodes)} nodes and {arrows} transitions, too many for a picture"
        )
        hint = "take another --format: dot, drn, json"
        raise SpecError([Diagnostic(id="too-large-to-draw", message=message, help=hint)])
    with _quiet():
        drawn: bytes = AGraph(string=write_dot(product, title=title)).draw(format="svg", prog="dot")
    return drawn.decode("utf-8")


@contextmanager
def _quiet() -> Iterator[None]:
    """Let nothing reach standard error: the fonts' library warns there of settings newer than it knows."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _lines(product: Product) -> Iterator[str]:
    model = product.environment.model
    for x in range(len(product.nodes)):
        colour = _COLOURS[product.nodes[x][0] % len(_COLOURS)]
        border = ", peripheries=2" if x in product.accepting else ""
        yield f"{x} [label=<{_node_label(product, x)}>, fillcolor={_quoted(colour)}{border}]"
    yield 'start [shape=point, style=filled, width=0.1, color="#444444", fillcolor="#444444"]'
    for x, p in model.start:
        label = f"label=<{_padded(rational_text(p))}>, " if p != 1 else ""
        yield f"start -> {x} [{label}penwidth=1.6]"
    for x in range(len(product.nodes)):
        yield from _arrows(product, x)


def _node_label(product: Product, x: int) -> str:
    u, s = product.nodes[x]
    state = escape(clipped(product.origin.states[s]))
    name = (
        f"<b>{escape(clipped(product.memory[u]))}</b>, {state}" if product.has_memory else f"<b>{state}</b>"
    )
    carried = [label.name for label in product.environment.labels if x in label.states]
    if not carried:
        return name
    shown = escape(", ".join(map(clipped, carried)))
    return f'{name}<br/><font point-size="10" color="{_FAINT}">{shown}</font>'


def _arrows(product: Product, x: int) -> Iterator[str]:
    """Yield the arrows that leave a node: those to one node each, then those that branch."""
    groups: dict[_Outcome, list[int]] = {}
    for a, law in product.environment.model.rows[x].items():
        pays = tuple(
            (product.rewards.get((x, a, y), Fraction(0)), product.marks.get((x, a, y), frozenset()))
            for y, _ in law
        )
        groups.setdefault((law, pays), []).append(a)
    straight: dict[int, list[str]] = {}
    for (law, pays), actions in groups.items():
        if len(law) == 1:
            straight.setdefault(law[0][0], []).append(_paid(_actions(product, x, actions), pays[0]))
    for y, labels in straight.items():
        lines = [*labels, _GAP] if x == y else labels
        yield f"{x} -> {y} [label=<{'<br/>'.join(lines)}>]"
    branching = [(outcome, actions) for outcome, actions in groups.items() if len(outcome[0]) > 1]
    for k, ((law, pays), actions) in enumerate(branching):
        dot = f'"{x}.{k}"'
        yield f'{dot} [shape=point, width=0.06, color="#444444"]'
        yield f"{x} -> {dot} [label=<{_actions(product, x, actions)}>, arrowhead=none]"
        for (y, p), paid in zip(law, pays, strict=True):
            yield f"{dot} -> {y} [label=<{_paid(_padded(rational_text(p)), paid)}>]"


def _actions(product: Product, x: int, actions: Sequence[int]) -> str:
    """Return the names of some actions of a node, each with the labels that it carries there."""
    shown = []
    for a in actions:
        carried = [label.name for label in product.environment.labels if (x, a) in label.pairs]
        name = escape(clipped(product.environment.actions[a]))
        marks = (
            f' <font color="{_FAINT}">[{escape(", ".join(map(clipped, carried)))}]</font>' if carried else ""
        )
        shown.append(name + marks)
    return _padded(", ".join(shown))


def _padded(text: str) -> str:
    """Return a text with a space on both sides, so that it does not touch its arrow."""
    return f" {text} "


def _paid(text: str, shown: _Shown) -> str:
    reward, marks = shown
    if marks:
        text = f"{text}{{{', '.join(map(str, sorted(marks)))}}} "
    if not reward:
        return text
    colour = _GAIN if reward > 0 else _LOSS
    return f'{text.rstrip()} : <font color="{colour}"><b>{rational_text(reward)}</b></font> '


def _quoted(text: str) -> str:
    """Return a text as a quoted string of DOT."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{plain}"'
