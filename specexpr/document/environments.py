"""Environments: names, start, labels; the transitions are next door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from specexpr.certify.model import Distribution, Model
from specexpr.diagnostics import Span
from specexpr.document.context import Context, listed
from specexpr.document.forms import ENVIRONMENT_FORMS
from specexpr.document.laws import Laws
from specexpr.document.scope import Draft
from specexpr.document.transitions import Row, Transitions
from specexpr.models.environment import Environment, Label
from specexpr.models.policy import point
from specexpr.syntax.grammar import parse_entries
from specexpr.syntax.names import NAME, clipped, shown
from specexpr.syntax.nodes import Body, Leaf, Node

_LABEL = re.compile(rf"\s*label\s+({NAME.pattern})")


def read_environment(context: Context, name: str, header: Span, body: Span) -> Draft | None:
    """Return an environment as far as it can be read; None where its states or actions are not known."""
    content = parse_entries(
        "document", context.source, body, context.report, start="environment_body", forms=ENVIRONMENT_FORMS
    )
    place = f"environment {shown(name)}"
    states = _declared(context, content, "state", place, header)
    actions = _declared(context, content, "action", place, header)
    if states is None or actions is None:
        return None
    start = _start(context, content, place, header, states)
    transitions = Transitions(context, place, states, actions)
    rows = transitions.read(content, header)
    labels = _Labels(context, place, states, actions, rows).read(content)
    model = Model(tuple(states), tuple(actions), start or point(0), rows)
    sound = not content.broken and start is not None and transitions.sound
    return Draft(Environment(name, model, labels), sound)


def _index(names: Iterable[str]) -> Mapping[str, int]:
    return {name: i for i, name in enumerate(names)}


def _listed(context: Context, content: Body, kind: str) -> Iterator[tuple[str, Span]]:
    for entry in content.entries:
        if entry.kind == kind + "s" and isinstance(entry, Node):
            leaf = entry.leaf(0)
            for match in NAME.finditer(leaf.text):
                span = Span(leaf.span.start + match.start(), leaf.span.start + match.end())
                name = match[0] if match[0][0] != '"' else context.name(Leaf("NAME", match[0], span))
                if name is not None:
                    yield name, span


def _declared(
    context: Context, content: Body, kind: str, place: str, header: Span
) -> Mapping[str, int] | None:
    """Return the index of each declared name of a kind, or None once it is reported that there are none."""
    found: dict[str, Span] = {}
    for name, span in _listed(context, content, kind):
        first = found.setdefault(name, span)
        if first is not span:
            message = f"{place} already has the {kind} {shown(name)}"
            notes = ((first, "it is declared here"),)
            context.error("duplicate-name", message, span, help="remove one of them", notes=notes)
    if not found and not content.broken:
        context.error("missing-part", f"{place} has no {kind}s", header, help=ENVIRONMENT_FORMS[kind + "s"])
    return {name: i for i, name in enumerate(found)} or None


def _nodes(content: Body, kind: str) -> Iterator[Node]:
    return (entry for entry in content.entries if entry.kind == kind and isinstance(entry, Node))


def _start(
    context: Context, content: Body, place: str, header: Span, states: Mapping[str, int]
) -> Distribution | None:
    """Return the law of the first state, or None once what is wrong with it is reported."""
    given = list(_nodes(content, "start"))
    if not given:
        if not content.broken:
            context.error("missing-part", f"{place} has no start", header, help=ENVIRONMENT_FORMS["start"])
        return None
    for again in given[1:]:
        notes = ((given[0].span, "the start is given here"),)
        hint = "write one start, or one distribution: start { s0: 1/2, s1: 1/2 }"
        context.error("given-twice", f"{place} already has a start", again.span, help=hint, notes=notes)
    return Laws(context, "state", states, place).read(given[0].children[0], "start")


@dataclass(frozen=True, slots=True)
class _Labels:
    context: Context
    place: str
    states: Mapping[str, int]
    actions: Mapping[str, int]
    rows: tuple[Row, ...]

    def read(self, content: Body) -> tuple[Label, ...]:
        """Return the labels in the order of the text."""
        found: dict[str, Label] = {}
        spans: dict[str, Span] = {}
        for node in _nodes(content, "label"):
            leaf = node.leaf(0)
            name = self.context.name(leaf)
            if name is None:
                continue
            if name in found:
                notes = ((spans[name], "it is declared here"),)
                message = f"{self.place} already has a label {shown(name)}"
                hint = "write all its members in one label"
                self.context.error("duplicate-name", message, leaf.span, help=hint, notes=notes)
                continue
            members = [self._member(child) for child in node.children[1:] if isinstance(child, Node)]
            in_states = frozenset(s for states, _ in members for s in states)
            found[name] = Label(name, in_states, frozenset(pair for _, pairs in members for pair in pairs))
            spans[name] = leaf.span
        for name in self._unread(content):
            found.setdefault(name, Label(name, frozenset(), frozenset()))
        return tuple(found.values())

    def _unread(self, content: Body) -> Iterator[str]:
        """Yield the names of labels whose entries could not be read: formulas may use them."""
        for span in content.broken:
            match = _LABEL.match(self.context.source.text, span.start, span.end)
            if match is not None:
                yield match[1].strip('"')

    def _member(self, member: Node) -> tuple[Iterable[int], Iterable[tuple[int, int]]]:
        """Return the states and the pairs that one member of a label names."""
        state, *rest = member.leaves()
        s = None if state.kind == "ANY" else self.context.index("state", state, self.states, place=self.place)
        if s is None and state.kind != "ANY":
            return (), ()
        among = range(len(self.rows)) if s is None else (s,)
        if not rest:
            return among, ()
        action = rest[0]
        if action.kind == "ANY":
            return (), ((s, a) for s in among for a in self.rows[s])
        a = self.context.index("action", action, self.actions, place=self.place)
        if a is None:
            return (), ()
        if s is not None and a not in self.rows[s]:
            message = f"{clipped(action.text)} is not available in {clipped(state.text)} of {self.place}"
            hint = f"available there: {listed([tuple(self.actions)[b] for b in self.rows[s]])}"
            self.context.error("unavailable-action", message, action.span, help=hint)
        return (), ((s, a) for s in among if a in self.rows[s])
