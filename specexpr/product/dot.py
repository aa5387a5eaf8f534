"""Environments and products as graphs in the DOT language of Graphviz.

An action that leads to one state is an arrow with the action on it, and after a colon what it pays if that is
not 0. Any other action is an arrow to a dot, from which arrows with the probabilities go on. Actions that do
the same share their arrows. In a product, nodes with one state of the memory share a colour; where an
automaton is the memory, arrows show its marks in braces, and nodes where a policy can stay and be accepted
have a second border.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from html import escape

from specexpr.certify.model import Distribution
from specexpr.exact import rational_text
from specexpr.models.environment import Environment
from specexpr.product.product import Product
from specexpr.syntax.guards import Step
from specexpr.syntax.names import clipped

COLOURS = ("#dbe9f6", "#fde6cf", "#dff0d8", "#f3dcec", "#f9f3c6", "#e0dff2", "#d5eeec", "#e8e4dc")
"""Fills that tell nodes apart; all colours are those of the palette of pictures."""

PLAIN, LINE, FAINT, PALE = "#f3f5f8", "#444444", "#666666", "#a3aab2"
GAIN, LOSS, TAKEN, MARK = "#0b5394", "#b02418", "#6f42c1", "#c77700"

FONT = "Helvetica,Arial,sans-serif"
_GAP = '<br/><font point-size="4"> </font>'
_SMALL_GAP = '<br/><font point-size="2"> </font>'

Shown = tuple[Fraction, frozenset[int]]
"""What a step pays, and the marks that it shows."""


class _Rank(StrEnum):
    """How an arrow stands among the others of its state."""

    EQUAL = "equal"
    MARKED = "marked"
    TAKEN = "taken"
    FAINT = "faint"


_Outcome = tuple[Distribution, tuple[Shown, ...], _Rank]
"""The law of the next state, what each outcome pays and shows, and how the action stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emphasis:
    """How an action stands out: how much, from 0 to 1, and a remark after its name."""

    weight: Fraction
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessGraph:
    """What is drawn of an environment.

    labels: of the states, as HTML; fills: their colours. shown: what a step pays and shows.
    write: how numbers that are paid are written.
    taken: the actions that stand out, by state and action; None where there is nothing to compare.
    faint: states that stand back; marked: states, and pairs of a state and an action, that are pointed at.
    bordered: states with a second border.
    """

    environment: Environment
    labels: Sequence[str]
    fills: Sequence[str]
    shown: Callable[[Step], Shown]
    write: Callable[[Fraction], str] = rational_text
    taken: Mapping[tuple[int, int], Emphasis] | None = None
    faint: Collection[int] = ()
    marked: Collection[int | tuple[int, int]] = ()
    bordered: Collection[int] = field(default_factory=frozenset)

    def dot(self, *, title: str) -> str:
        """Return the graph in DOT; nodes are called by the numbers of their states."""
        return digraph(title, [*self._nodes(), *self._starts(), *self._all_arrows()])

    def _nodes(self) -> Iterator[str]:
        for s, label in enumerate(self.labels):
            look = f"fillcolor={quoted(self.fills[s])}"
            if s in self.bordered:
                look += ", peripheries=2"
            if s in self.faint:
                look += f', style="rounded,filled,dashed", color="{PALE}", fontcolor="{FAINT}"'
            if s in self.marked:
                look += f', color="{MARK}", penwidth=2.5'
            yield f"{s} [label=<{label}>, {look}]"

    def _starts(self) -> Iterator[str]:
        yield f'start [shape=point, style=filled, width=0.1, color="{LINE}", fillcolor="{LINE}"]'
        for s, p in self.environment.model.start:
            label = f"label=<{stacked([padded(rational_text(p))])}>, " if p != 1 else ""
            yield f"start -> {s} [{label}penwidth=1.6]"

    def _all_arrows(self) -> Iterator[str]:
        for s in range(len(self.labels)):
            yield from self._arrows(s)

    def _arrows(self, s: int) -> Iterator[str]:
        """Yield the arrows that leave a state: those to one state each, then those that branch."""
        groups: dict[_Outcome, list[int]] = {}
        for a, law in self.environment.model.rows[s].items():
            shown = tuple(self.shown((s, a, t)) for t, _ in law)
            groups.setdefault((law, shown, self._rank(s, a)), []).append(a)
        straight: dict[tuple[int, _Rank], list[tuple[Shown, list[int]]]] = {}
        for (law, shown, rank), actions in groups.items():
            if len(law) == 1:
                t = law[0][0]
                straight.setdefault((t, _Rank.EQUAL if s == t else rank), []).append((shown[0], actions))
        for (t, _), parts in straight.items():
            lines = [self._paid(self._actions(s, actions), one) for one, actions in parts]
            look = self._look(s, [a for _, actions in parts for a in actions], [one for one, _ in parts])
            yield f"{s} -> {t} [label=<{stacked(lines, is_loop=s == t)}>{look}]"
        branching = [(outcome, actions) for outcome, actions in groups.items() if len(outcome[0]) > 1]
        for k, ((law, shown, _), actions) in enumerate(branching):
            dot, name = f'"{s}.{k}"', self._actions(s, actions)
            all_alike = len(set(shown)) == 1
            yield f'{dot} [shape=point, width=0.06, color="{LINE}", fillcolor="{LINE}"]'
            stem = self._paid(name, shown[0]) if all_alike else name
            look = self._look(s, actions, shown if all_alike else ())
            yield f"{s} -> {dot} [label=<{stacked([stem])}>, arrowhead=none{look}]"
            for (t, p), one in zip(law, shown, strict=True):
                chance = padded(rational_text(p))
                label = chance if all_alike else self._paid(chance, one)
                yield f"{dot} -> {t} [label=<{stacked([label])}>{self._look(s, actions, [one])}]"

    def _rank(self, s: int, a: int) -> _Rank:
        if (s, a) in self.marked:
            return _Rank.MARKED
        if self.taken is None:
            return _Rank.EQUAL
        return _Rank.TAKEN if (s, a) in self.taken else _Rank.FAINT

    def _look(self, s: int, actions: Sequence[int], shown: Sequence[Shown]) -> str:
        """Return the attributes of the arrow of some actions, which pay and show this."""
        dashed = ", style=dashed" if s in self.faint else ""
        ranks = {self._rank(s, a) for a in actions}
        if _Rank.MARKED in ranks:
            return f', color="{MARK}", penwidth=2.5'
        if _Rank.TAKEN in ranks:
            known = self.taken or {}
            weight = sum((known[s, a].weight for a in actions if (s, a) in known), Fraction(0))
            width = 1.4 + 2 * min(float(weight), 1.0)
            return f', color="{TAKEN}", fontcolor="{TAKEN}", penwidth={width:.2f}{dashed}'
        if _Rank.FAINT in ranks:
            return f', color="{PALE}", fontcolor="{FAINT}"'
        signs = {(reward > 0) - (reward < 0) for reward, _ in shown}
        return f', color="{GAIN if 1 in signs else LOSS}"' if signs in ({1}, {-1}) else ""

    def _actions(self, s: int, actions: Sequence[int]) -> str:
        """Return the names of some actions of a state, each with the labels that it carries there."""
        shown = []
        for a in actions:
            carried = [label.name for label in self.environment.labels if (s, a) in label.pairs]
            name = html(self.environment.actions[a])
            match self._rank(s, a):
                case _Rank.FAINT:
                    name = coloured(name, FAINT)
                case _Rank.TAKEN:
                    remark = (self.taken or {})[s, a].remark
                    name = coloured(f"<b>{name}</b>{f' ({html(remark)})' if remark else ''}", TAKEN)
                case _Rank.MARKED:
                    name = coloured(f"<b>{name}</b>", MARK)
                case _Rank.EQUAL:
                    pass
            if carried:
                listed = ", ".join(map(html, carried))
                name = f"{name} {coloured(f'[{listed}]', FAINT)}"
            shown.append(name)
        return padded(", ".join(shown))

    def _paid(self, text: str, shown: Shown) -> str:
        reward, marks = shown
        if marks:
            text = f"{text}{braced(marks)} "
        if not reward:
            return text
        number = f"<b>{self.write(reward)}</b>"
        return f"{text.rstrip()} : {coloured(number, GAIN if reward > 0 else LOSS)} "


def write_dot(product: Product, *, title: str) -> str:
    """Return a product as a graph in DOT."""
    return product_graph(product).dot(title=title)


def product_graph(
    product: Product, *, taken: Mapping[tuple[int, int], Emphasis] | None = None, faint: Collection[int] = ()
) -> ProcessGraph:
    """Return what is drawn of a product; `taken` are the actions of its nodes that stand out."""
    zero, nothing = Fraction(0), frozenset[int]()
    return ProcessGraph(
        environment=product.environment,
        labels=[_node_label(product, x) for x in range(len(product.nodes))],
        fills=[COLOURS[u % len(COLOURS)] for u, _ in product.nodes],
        shown=lambda step: (product.rewards.get(step, zero), product.marks.get(step, nothing)),
        taken=taken,
        faint=faint,
        bordered=product.accepting,
    )


def _node_label(product: Product, x: int) -> str:
    u, s = product.nodes[x]
    state = html(product.origin.states[s])
    memory = f"<b>{html(product.memory[u])}</b>, {state}"
    return with_labels(memory if product.has_memory else f"<b>{state}</b>", product.environment, x)


def with_labels(name: str, environment: Environment, state: int) -> str:
    """Return the name of a state, as HTML, with the labels that it carries below."""
    carried = [label.name for label in environment.labels if state in label.states]
    if not carried:
        return name
    shown = ", ".join(map(html, carried))
    return f'{name}<br/><font point-size="10" color="{FAINT}">{shown}</font>'


# -- DOT ---------------------------------------------------------------------------------------------------


def digraph(title: str, lines: Sequence[str], *, direction: str = "LR") -> str:
    """Return a graph in DOT: rounded boxes and thin arrows."""
    head = [
        f"digraph {quoted(title)} {{",
        f'graph [rankdir={direction}, nodesep=0.35, ranksep=0.6, fontname="{FONT}", fontsize=12]',
        f'node [shape=box, style="rounded,filled", fontname="{FONT}", fontsize=13, margin="0.12,0.06",'
        f' color="{LINE}", fillcolor="{PLAIN}"]',
        f'edge [fontname="{FONT}", fontsize=11, arrowsize=0.7, color="{LINE}"]',
    ]
    body = (f"  {line}" for line in [*head[1:], *lines])
    return "\n".join([head[0], *body, "}", ""])


def html(text: str) -> str:
    """Return a text as HTML for a label: of bounded length; DOT would read a backslash as an escape."""
    return escape(clipped(text)).replace("\\", "&#92;")


def padded(text: str) -> str:
    """Return a text with a space on both sides, so that it does not touch its arrow."""
    return f" {text} "


def stacked(lines: Sequence[str], *, is_loop: bool = False) -> str:
    """Return lines of HTML as the label of an arrow, with room below that keeps it off the arrow."""
    return "<br/>".join(lines) + (_GAP if is_loop else _SMALL_GAP)


def braced(marks: Collection[int]) -> str:
    """Return marks in braces."""
    return f"{{{', '.join(map(str, sorted(marks)))}}}"


def coloured(html: str, colour: str) -> str:
    """Return HTML in a colour."""
    return f'<font color="{colour}">{html}</font>'


def quoted(text: str) -> str:
    """Return a text as a quoted string of DOT."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@contextmanager
def quiet() -> Iterator[None]:
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
