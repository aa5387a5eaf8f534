"""Transitions: the law of the next state for every available action of every state.

An action that no entry gives to a state is not available there. Where an entry is wrong its state still
gets rows, so that what else the document says about it can be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from specexpr.certify.model import Distribution
from specexpr.diagnostics import Span
from specexpr.document.context import Context, listed
from specexpr.document.laws import Laws
from specexpr.models.policy import point
from specexpr.syntax.names import PLAIN, write_name
from specexpr.syntax.nodes import Body, Leaf, Node, group_leaf
from specexpr.syntax.patterns import Entry, Pattern, Rules, cell_text, clash_diagnostic

Row = Mapping[int, Distribution]

_ROW = re.compile(rf"({PLAIN})[ \t]*/[ \t]*({PLAIN})[ \t]*->[ \t]*(\{{[^}}]*\}}|{PLAIN})")


@dataclass(slots=True)
class Transitions:
    """Builds the rows of a model from the entries of a body; `sound` until something is found wrong."""

    context: Context
    place: str
    states: Mapping[str, int]
    actions: Mapping[str, int]
    sound: bool = True
    _laws: Laws = field(init=False)
    _rows: list[dict[int, Distribution]] = field(init=False)
    _rules: Rules[Distribution] = field(init=False)
    _excused: set[int] = field(default_factory=set)
    _runs: list[Leaf] = field(default_factory=list)
    _spans: dict[tuple[int, int], Span] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._laws = Laws(self.context, "state", self.states, self.place)
        self._rows = [{} for _ in self.states]
        self._rules = Rules(self._clash)

    def read(self, body: Body, declared: Span) -> tuple[Row, ...]:
        """Return the rows; report what is wrong or clashes, and at `declared` states without any row."""
        for span in body.broken:
            everywhere = "*" in self.context.source.text[span.start : span.end]
            self._excuse(self.states if everywhere else self.context.words(span))
        has_wildcards = False
        for entry in body.entries:
            if isinstance(entry, Leaf):
                self._run(entry)
            elif entry.kind == "transition":
                state, action, target = entry.children
                has_wildcards |= self._entry((state, action), target, entry.span)
        if has_wildcards:
            for s, row in enumerate(self._rows):
                for a in self.actions.values():
                    if a not in row and (found := self._rules.find((s, a))):
                        row[a] = found.value
        self._complete(declared)
        return tuple(MappingProxyType(_ascending(row)) for row in self._rows)

    def _run(self, run: Leaf) -> None:
        """Read many entries of the shape `s0 / left -> s1`, quickly while they are right."""
        states, actions, rows, known = self.states, self.actions, self._rows, self._laws.known
        if not known:
            known.update((name, point(i)) for name, i in states.items())
        self._runs.append(run)
        for match in _ROW.finditer(run.text):
            state, action, target = match.groups()
            s, a, law = states.get(state), actions.get(action), known.get(target)
            if law is None and target[0] == "{":
                law = self._laws.quick(target)
            if s is None or a is None or law is None or a in rows[s]:
                first, second, third = (group_leaf(run, match, i) for i in (1, 2, 3))
                self._entry((first, second), third, group_leaf(run, match, 0).span)
            else:
                rows[s][a] = law

    def _entry(self, head: tuple[Node | Leaf, Node | Leaf], target: Node | Leaf, span: Span) -> bool:
        """Enter one transition; return whether it has a wildcard."""
        state, action = (child.leaf(0) if isinstance(child, Node) else child for child in head)
        index, place = self.context.index, self.place
        s = None if state.kind == "ANY" else index("state", state, self.states, place=place)
        a = None if action.kind == "ANY" else index("action", action, self.actions, place=place)
        law = self._laws.read(target, f"{state.text} / {action.text}")
        is_known = (s is not None or state.kind == "ANY") and (a is not None or action.kind == "ANY")
        if law is None or not is_known:
            self.sound = False
            self._excuse(self.states if state.kind == "ANY" else (state.text,))
            return False
        if s is None or a is None:
            self._rules.add(Entry((s, a), law, span))
            return True
        self._spans[s, a] = self._spans.get((s, a), span)
        first = self._rows[s].setdefault(a, law)
        if first != law:
            self._clash(Entry((s, a), first, self._span_of(s, a)), Entry((s, a), law, span), (s, a))
        return False

    def _span_of(self, state: int, action: int) -> Span:
        """Return where the first entry for a pair stands; only now are the runs searched for it."""
        for run in self._runs:
            for match in _ROW.finditer(run.text):
                s, a = self.states.get(match[1]), self.actions.get(match[2])
                if s is not None and a is not None:
                    here = group_leaf(run, match, 0).span
                    self._spans[s, a] = min(self._spans.get((s, a), here), here, key=lambda span: span.start)
        self._runs.clear()
        return self._spans[state, action]

    def _clash(self, first: Entry[Distribution], second: Entry[Distribution], cell: Pattern) -> None:
        self.sound = False
        names = (tuple(self.states), tuple(self.actions))
        self.context.report(clash_diagnostic(first, second, cell_text(cell, names)))

    def _excuse(self, names: Iterable[str]) -> None:
        """Remember states of which an entry is wrong, so that no row is asked for them."""
        self._excused.update(self.states[name] for name in names if name in self.states)

    def _complete(self, declared: Span) -> None:
        """Report states without any row, and give every state that lacks one some."""
        missing = [s for s, row in enumerate(self._rows) if not row and s not in self._excused]
        if missing:
            self.sound = False
            states, actions = tuple(self.states), tuple(self.actions)
            which = listed([states[s] for s in missing])
            message = f"{which} {'has' if len(missing) == 1 else 'have'} no transition in {self.place}"
            state = write_name(states[missing[0]])
            hint = (
                f"write {state} / {write_name(actions[0])} -> STATE, or {state} / * -> {state} to stay there"
            )
            self.context.error("missing-row", message, declared, help=hint)
        for s in (*missing, *self._excused):
            for a in self.actions.values():
                self._rows[s].setdefault(a, point(s))


def _ascending(row: dict[int, Distribution]) -> dict[int, Distribution]:
    actions = list(row)
    ordered = sorted(actions)
    return row if ordered == actions else {a: row[a] for a in ordered}
