"""Policies: for every state a distribution over its available actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from specexpr.certify.model import Distribution, Table
from specexpr.diagnostics import Span
from specexpr.document.context import Context, listed
from specexpr.document.forms import POLICY_FORMS
from specexpr.document.laws import Laws
from specexpr.document.scope import Draft
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.grammar import parse_entries
from specexpr.syntax.names import PLAIN, shown, write_name
from specexpr.syntax.nodes import Body, Leaf, Node, group_leaf
from specexpr.syntax.patterns import Entry, cell_text, clash_diagnostic

_CHOICE = re.compile(rf"({PLAIN})[ \t]*->[ \t]*(\{{[^}}]*\}}|{PLAIN})")


def read_body(context: Context, body: Span) -> Body:
    """Return the entries of a policy; which environment they are for does not matter yet."""
    return parse_entries(
        "document", context.source, body, context.report, start="policy_body", forms=POLICY_FORMS
    )


def elaborate(context: Context, name: str, draft: Draft, content: Body, header: Span) -> Policy | None:
    """Return the policy of an environment that a body writes, or None once its mistakes are reported."""
    reader = _Choices(context, draft.environment, f"environment {shown(draft.environment.name)}")
    table = reader.read(name, content, header)
    return None if table is None or content.broken else Policy(table, name)


@dataclass(slots=True)
class _Choices:
    context: Context
    environment: Environment
    place: str
    sound: bool = True
    _laws: Laws = field(init=False)
    _rows: dict[int, tuple[Distribution, Span]] = field(default_factory=dict)
    _default: tuple[Distribution, Span] | None = None
    _excused: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._laws = Laws(self.context, "action", self.environment.action_index, self.place)

    def read(self, name: str, content: Body, header: Span) -> Table | None:
        """Return the table; report entries that are wrong or clash, and states without a choice."""
        states = self.environment.states
        for span in content.broken:
            everywhere = "*" in self.context.source.text[span.start : span.end]
            self._excuse(states if everywhere else self.context.words(span))
        for entry in content.entries:
            if isinstance(entry, Leaf):
                self._run(entry)
            else:
                self._entry(entry.leaf(0), entry.children[1], entry.span)
        self._fill()
        missing = [s for s in range(len(states)) if s not in self._rows and s not in self._excused]
        if missing:
            self.sound = False
            which = listed([states[s] for s in missing])
            message = f"policy {shown(name)} says nothing for {which} in {self.place}"
            state = write_name(states[missing[0]])
            hint = f"write {state} -> ACTION, or * -> ACTION for all states not named"
            self.context.error("missing-choice", message, header, help=hint)
        if not self.sound or len(self._rows) < len(states):
            return None
        return tuple(self._rows[s][0] for s in range(len(states)))

    def _run(self, run: Leaf) -> None:
        """Read many entries of the shape `s0 -> left`, quickly while they are right."""
        index, rows, known = self.environment.state_index, self._rows, self._laws.known
        available = self.environment.model.rows
        base = run.span.start
        for match in _CHOICE.finditer(run.text):
            state, target = match.groups()
            s, law = index.get(state), known.get(target)
            if s is None or law is None or s in rows or any(a not in available[s] for a, _ in law):
                head, tail = (group_leaf(run, match, i) for i in (1, 2))
                self._entry(head, tail, Span(head.span.start, tail.span.end))
            else:
                rows[s] = law, Span(base + match.start(), base + match.end())

    def _entry(self, state: Leaf, target: Node | Leaf, span: Span) -> None:
        """Enter one choice."""
        is_default = state.kind == "ANY"
        index = self.environment.state_index
        s = None if is_default else self.context.index("state", state, index, place=self.place)
        law = self._laws.read(target, state.text)
        if law is None or (s is None and not is_default):
            self.sound = False
            self._excuse(self.environment.states if is_default else (state.text,))
        elif s is None:
            if self._default is None:
                self._default = law, span
            elif self._default[0] != law:
                self._clash(None, Entry((None,), *self._default), Entry((None,), law, span))
        elif s in self._rows:
            first, where = self._rows[s]
            if first != law:
                self._clash(s, Entry((s,), first, where), Entry((s,), law, span))
        else:
            self._rows[s] = law, span
            self._check([s], law, target.span)

    def _fill(self) -> None:
        """Give the default to the states that have no choice of their own."""
        if self._default is None:
            return
        law, span = self._default
        rest = [s for s in range(len(self.environment.states)) if s not in self._rows]
        self._check(rest, law, span)
        self._rows.update((s, (law, span)) for s in rest)

    def _check(self, states: Sequence[int], law: Distribution, span: Span) -> None:
        """Report the actions of a law that are not available in some of the states."""
        names, rows = self.environment.states, self.environment.model.rows
        for a, _ in law:
            without = [s for s in states if a not in rows[s]]
            if without:
                self.sound = False
                action = self.environment.actions[a]
                where = listed([names[s] for s in without])
                message = f"{shown(action)} is not available in {where} of {self.place}"
                there = listed([self.environment.actions[b] for b in rows[without[0]]])
                hint = f"write {write_name(names[without[0]])} -> ACTION; available there: {there}"
                self.context.error("unavailable-action", message, span, help=hint)

    def _clash(self, state: int | None, first: Entry[Distribution], second: Entry[Distribution]) -> None:
        self.sound = False
        where = cell_text((state,), (self.environment.states,))
        self.context.report(clash_diagnostic(first, second, where))

    def _excuse(self, names: Iterable[str]) -> None:
        index = self.environment.state_index
        self._excused.update(index[name] for name in names if name in index)
