"""Tables of rewards: entries `s0 / a: 1` for actions and `s0 / a / s1: 1` for steps, read and written.

Of the entries of one kind that cover a step the most specific one counts; entries of the two kinds are
chosen separately and added. What no entry covers pays 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, Report, Severity, Span
from specexpr.exact import rational_text
from specexpr.models.environment import Environment
from specexpr.syntax.compaction import few_entries
from specexpr.syntax.names import clipped, find_index, shown
from specexpr.syntax.nodes import Leaf
from specexpr.syntax.numbers import read_number
from specexpr.syntax.patterns import Cell, Entry, Pattern, Rules, cell_text, clash_diagnostic

C = TypeVar("C", bound=Cell)

Values = Mapping[tuple[int, int, int | None], Fraction]
"""What an action pays at (s, a, None), and what a step pays besides at (s, a, s')."""

_ZERO = Fraction(0)
_WIDTH = 80


def entries_of(values: Values) -> tuple[RewardEntry, ...]:
    """Return the values that are not 0, in the order of state, action and next state (None before any)."""
    entries = (RewardEntry(s, a, t, value) for (s, a, t), value in values.items() if value)
    return tuple(sorted(entries, key=lambda e: (e.state, e.action, -1 if e.next is None else e.next)))


@dataclass(slots=True)
class RewardTable:
    """The entries of one table as they are read; what is wrong is reported."""

    environment: Environment
    report: Report
    _pairs: Rules[Fraction] = field(init=False)
    _steps: Rules[Fraction] = field(init=False)
    _place: str = field(init=False)

    def __post_init__(self) -> None:
        self._pairs, self._steps = Rules(self._clash), Rules(self._clash)
        self._place = f"environment {shown(self.environment.name)}"

    def _clash(self, first: Entry[Fraction], second: Entry[Fraction], cell: Pattern) -> None:
        states, actions = self.environment.states, self.environment.actions
        self.report(clash_diagnostic(first, second, cell_text(cell, (states, actions, states)[: len(cell)])))

    def read_entry(self, leaves: Sequence[Leaf], span: Span) -> None:
        """Read an entry: a state, an action, perhaps a next state, and what they pay."""
        states, actions = self.environment.state_index, self.environment.action_index
        *places, number = leaves
        value = read_number(number, self.report)
        fixed: list[int | None] = []
        known = True
        for leaf, kind in zip(places, ("state", "action", "state"), strict=False):
            index = None
            if leaf.kind != "ANY":
                names = actions if kind == "action" else states
                index = find_index(kind, leaf, names, self._place, self.report)
                known = known and index is not None
            fixed.append(index)
        if value is None or not known:
            return
        s, a, *_ = fixed
        if s is not None and a is not None and a not in self.environment.model.rows[s]:
            state, action = (clipped(leaf.text) for leaf in places[:2])
            message = f"{action} is not available in {state} of {self._place}"
            there = ", ".join(shown(self.environment.actions[b]) for b in self.environment.available(s))
            hint, span = f"available there: {there}", places[1].span
            self.report(Diagnostic(id="unavailable-action", message=message, span=span, help=hint))
            return
        (self._pairs if len(fixed) == 2 else self._steps).add(Entry(tuple(fixed), value, span))

    def values(self) -> dict[tuple[int, int, int | None], Fraction]:
        """Return what every action and every possible step pays; report entries that cover nothing."""
        rows = self.environment.model.rows
        found: dict[tuple[int, int, int | None], Fraction] = {}
        if self._pairs:
            pairs = [(s, a) for s, row in enumerate(rows) for a in row]
            found.update(((s, a, None), value) for (s, a), value in self._resolved(self._pairs, pairs))
        if self._steps:
            steps = [(s, a, t) for s, row in enumerate(rows) for a, law in row.items() for t, _ in law]
            found.update(((s, a, t), value) for (s, a, t), value in self._resolved(self._steps, steps))
        return found

    def _resolved(self, rules: Rules[Fraction], cells: Sequence[C]) -> Iterator[tuple[C, Fraction]]:
        for entry in rules.idle(cells):
            idle = Diagnostic(
                id="covers-nothing",
                message="this entry covers no step that can happen",
                span=entry.span,
                help="remove it, or name a step that can",
                severity=Severity.WARNING,
            )
            self.report(idle)
        for cell in cells:
            if (found := rules.find(cell)) is not None:
                yield cell, found.value


def print_entries(environment: Environment, entries: Iterable[RewardEntry]) -> list[str]:
    """Return the entries of a table as texts, wildcards where they save some."""
    rows = environment.model.rows
    pays = {(entry.state, entry.action, entry.next): entry.value for entry in entries}
    pairs = {(s, a): pays.get((s, a, None), _ZERO) for s, row in enumerate(rows) for a in row}
    entered = (t for _, _, t in pays if t is not None)
    into: dict[int, dict[tuple[int, int], Fraction]] = {t: {} for t in entered}
    for s, a in pairs if into else ():
        for t, _ in rows[s][a]:
            if t in into:
                into[t][s, a] = pays.get((s, a, t), _ZERO)
    found = few_entries(pairs, _ZERO)
    for t, values in sorted(into.items()):
        found += (((*pattern, t), value) for pattern, value in few_entries(values, _ZERO))
    names = (environment.states, environment.actions, environment.states)
    return [f"{cell_text(p, names[: len(p)])}: {rational_text(value)}" for p, value in found]


def body_text(lines: Sequence[str]) -> str:
    """Return the body of an objective, on one line if it is short.

    >>> body_text(["steps 10", "s0 / a: 1"])
    'steps 10; s0 / a: 1'
    """
    line = "; ".join(lines)
    return line if len(line) <= _WIDTH else "\n".join(lines)
