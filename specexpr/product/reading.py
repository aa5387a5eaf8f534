"""Read a reward machine: its entries or its file, and whether it is deterministic and total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.diagnostics import Diagnostic, Report, Severity, Source, Span
from specexpr.models.environment import Environment
from specexpr.product.machine import NamedEdge, Payment, RewardMachine, find_faults, reward_machine, seen_text
from specexpr.syntax.files import read_beside
from specexpr.syntax.grammar import parse_entries
from specexpr.syntax.guards import read_guard
from specexpr.syntax.names import KEYWORDS, read_name, shown, write_name
from specexpr.syntax.nodes import Leaf, Node
from specexpr.syntax.numbers import read_discount, read_number
from specexpr.syntax.rewards import RewardTable, entries_of

RESERVED = KEYWORDS | {"terminal", "file", "else", "stay", "on"}
"""A machine state with one of these names is written in quotes."""

_ZERO = Fraction(0)
_HALF = Fraction(1, 2)  # stands for a discount that is missing, so that all else can be checked

FORMS = {
    "discount": "write discount 9/10",
    "start": "write start u0",
    "terminal": "write terminal u2",
    "else": "write else stay, or else -> u0 : -1",
    "file": 'write file "t1.txt"',
    "": "write u0 -> u1 on push & !goal : 1",
}


def read_machine(
    source: Source, span: Span, environment: Environment, report: Report, *, discount: Fraction | None
) -> RewardMachine | None:
    """Return the machine that a body describes, or None once all that is wrong with it is reported.

    discount: the one that counts where the body gives none.
    """
    reader = _Reader(source, environment, report)
    body = parse_entries("machine", source, span, reader.report, start="machine_body", forms=FORMS)
    entries = [entry for entry in body.entries if isinstance(entry, Node)]
    files = [entry for entry in entries if entry.kind == "file"]
    for entry in entries:
        if files and entry.kind not in ("file", "discount"):
            message, hint = (
                "the machine is in a file, it has no further entries",
                "remove this entry or the file",
            )
            beside = Diagnostic(id="beside-file", message=message, span=entry.span, help=hint)
            reader.report(beside)
        else:
            reader.read(entry)
    discount = reader.discount or discount
    if discount is None and "discount" not in reader.given and not body.broken:
        message = "the machine has no discount"
        hint = "write discount 9/10 in the objective, or on a line of its own in the document"
        reader.report(Diagnostic(id="missing-discount", message=message, span=span, help=hint))
    if files:
        return reader.from_file(files[0].leaf(0), discount)
    if "start" not in reader.given and not body.broken:
        message, hint = "the machine has no start", FORMS["start"]
        reader.report(Diagnostic(id="missing-part", message=message, span=span, help=hint))
    return reader.machine(discount, is_whole=not body.broken)


@dataclass(slots=True)
class _Reader:
    source: Source
    environment: Environment
    _report: Report
    failed: bool = False
    given: dict[str, Span] = field(default_factory=dict)
    discount: Fraction | None = None
    start: str | None = None
    terminal: dict[str, Span] = field(default_factory=dict)
    edges: list[NamedEdge] = field(default_factory=list)
    otherwise: tuple[str | None, Payment] | None = None
    _spans: list[Span] = field(default_factory=list)
    _mentioned: dict[str, Span] = field(default_factory=dict)

    def report(self, diagnostic: Diagnostic) -> None:
        """Pass a diagnostic on and remember whether it is an error."""
        self.failed |= diagnostic.severity is Severity.ERROR
        self._report(diagnostic)

    def read(self, entry: Node) -> None:
        """Read one entry."""
        match entry.kind:
            case "discount":
                if self._is_first(entry, "discount"):
                    self.discount = read_discount(entry.leaf(0), self.report)
            case "start":
                if self._is_first(entry, "start"):
                    self.start = self._state(entry.leaf(0))
            case "terminal":
                for leaf in entry.leaves():
                    if (name := self._state(leaf)) is not None:
                        self.terminal.setdefault(name, leaf.span)
            case "edge":
                self._edge(entry)
            case "stay" | "otherwise":
                self._otherwise(entry)
            case _:
                self._is_first(entry, "file")

    def _is_first(self, entry: Node, what: str) -> bool:
        """Report an entry that is given a second time."""
        first = self.given.setdefault(what, entry.span)
        if first is entry.span:
            return True
        notes, hint = ((first, "it is given here"),), "remove one of them"
        message = f"{what} is given twice"
        twice = Diagnostic(id="given-twice", message=message, span=entry.span, help=hint, notes=notes)
        self.report(twice)
        return False

    def _state(self, leaf: Leaf) -> str | None:
        name = read_name(leaf, self.report)
        if name is not None:
            self._mentioned.setdefault(name, leaf.span)
        return name

    def _edge(self, entry: Node) -> None:
        first = entry.children[0]
        source = self._state(first.leaf(0) if isinstance(first, Node) else first)
        target = self._state(entry.leaf(1))
        guard = read_guard(self.environment, entry.children[2], self.report)
        reward = self._payment(entry.children[3:])
        if source is not None and target is not None and guard is not None:
            self.edges.append((source, target, guard, reward))
            self._spans.append(entry.span)

    def _otherwise(self, entry: Node) -> None:
        if not self._is_first(entry, "else"):
            return
        goes = entry.kind == "otherwise"
        target = self._state(entry.leaf(0)) if goes else None
        self.otherwise = target, self._payment(entry.children[int(goes) :])

    def _payment(self, given: Sequence[Node | Leaf]) -> Payment:
        """Return what an edge pays: a number, a table, or nothing."""
        if not given:
            return _ZERO
        (payment,) = given
        if isinstance(payment, Leaf):
            return read_number(payment, self.report) or _ZERO
        table = RewardTable(self.environment, self.report)
        for entry in payment.nodes():
            table.read_entry(entry.leaves(), entry.span)
        return entries_of(table.values()) or _ZERO

    def from_file(self, leaf: Leaf, discount: Fraction | None) -> RewardMachine | None:
        """Return the machine of a file; None once all that is wrong with it is reported."""
        from specexpr.product.reference import read_reference

        read = read_beside(self.source, leaf, self.report)
        if read is None:
            return None
        name, text = read
        machine = read_reference(
            text, self.environment, self.report, name=name, span=leaf.span, discount=discount or _HALF
        )
        return None if self.failed or discount is None else machine

    def machine(self, discount: Fraction | None, *, is_whole: bool) -> RewardMachine | None:
        """Return the machine that the entries describe, once it is deterministic and total."""
        for (source, *_), span in zip(self.edges, self._spans, strict=True):
            if source in self.terminal:
                notes = ((self.terminal[source], "it is terminal"),)
                message, hint = f"{shown(source)} is terminal, no edge leaves it", "remove one of them"
                leaves = Diagnostic(id="leaves-terminal", message=message, span=span, help=hint, notes=notes)
                self.report(leaves)
        if self.start is None:
            return None
        made = reward_machine(
            self.start,
            self.edges,
            discount=discount or _HALF,
            terminal=self.terminal,
            otherwise=self.otherwise,
        )
        self._check(made, is_whole=is_whole and not self.failed)
        return None if self.failed or discount is None else made

    def _check(self, made: RewardMachine, *, is_whole: bool) -> None:
        """Report edges that conflict and, once all could be read, what is missing or useless."""
        faults = find_faults(self.environment, made)
        for clash in faults.clashes:
            seen = seen_text(self.environment, made, [clash.step])
            source = shown(made.states[made.edges[clash.first].source])
            notes = ((self._spans[clash.first], "the other edge"),)
            self.report(
                Diagnostic(
                    id="conflicting-edges",
                    message=f"two edges leave {source} on {seen}",
                    span=self._spans[clash.second],
                    help="let their guards exclude each other, or both lead to one state and pay the same",
                    notes=notes,
                )
            )
        if not is_whole:
            return
        for gap in faults.gaps:
            state = made.states[gap.state]
            seen = seen_text(self.environment, made, gap.steps)
            message = f"no edge leaves {shown(state)} on {seen}"
            name = write_name(state, reserved=RESERVED)
            hint = f"write {name} -> STATE on GUARD : REWARD for it, or else stay"
            self.report(
                Diagnostic(id="missing-edge", message=message, span=self._mentioned[state], help=hint)
            )
        for i in faults.idle:
            message, hint = "this edge is taken on no step that can happen", "remove it, or change its guard"
            idle = Diagnostic(
                id="covers-nothing",
                message=message,
                span=self._spans[i],
                help=hint,
                severity=Severity.WARNING,
            )
            self.report(idle)
        entered = {edge.target for edge in made.edges if edge.target != edge.source} | {0}
        if made.otherwise is not None and made.otherwise.target is not None:
            entered.add(made.otherwise.target)
        for u, state in enumerate(made.states):
            if u not in entered:
                message = f"no edge leads to {shown(state)}"
                apart = Diagnostic(
                    id="never-entered",
                    message=message,
                    span=self._mentioned[state],
                    help="is it another state, misspelt? otherwise remove it",
                    severity=Severity.WARNING,
                )
                self.report(apart)
