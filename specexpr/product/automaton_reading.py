"""Read an automaton: its entries or its HOA file, and whether it is deterministic and complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from specexpr.diagnostics import Diagnostic, Report, Severity, Source, Span
from specexpr.models.environment import Environment
from specexpr.product.acceptance import ALWAYS, NEVER, Acceptance, Fin, Inf, every, some
from specexpr.product.automaton import RESERVED, Automaton, NamedEdge, automaton, find_faults
from specexpr.product.hoa import read_hoa
from specexpr.product.hoa_text import HoaError
from specexpr.product.machine import seen_text
from specexpr.product.tables import NO_MARKS, Marks
from specexpr.syntax.files import read_beside
from specexpr.syntax.grammar import parse_entries
from specexpr.syntax.guards import read_guard
from specexpr.syntax.names import clipped, read_name, shown, write_name
from specexpr.syntax.nodes import Leaf, Node

MOST_MARKS = 100

FORMS = {
    "accept": "write accept Inf(0), or accept Fin(0) | (Inf(1) & Inf(2))",
    "start": "write start q0",
    "file": 'write file "x.hoa"',
    "": "write q0 -> q1 on push & !goal {0}",
}


def read_automaton(source: Source, span: Span, environment: Environment, report: Report) -> Automaton | None:
    """Return the automaton that a body describes, or None once all that is wrong with it is reported."""
    reader = _Reader(source, environment, report)
    body = parse_entries("automaton", source, span, reader.report, start="automaton_body", forms=FORMS)
    entries = [entry for entry in body.entries if isinstance(entry, Node)]
    files = [entry for entry in entries if entry.kind == "file"]
    for entry in entries:
        if files and entry.kind != "file":
            message = "the automaton is in a file, it has no further entries"
            hint = "remove this entry or the file"
            reader.report(Diagnostic(id="beside-file", message=message, span=entry.span, help=hint))
        else:
            reader.read(entry)
    if files:
        return reader.from_file(files[0].leaf(0))
    if not body.broken:
        for part in ("start", "accept"):
            if part not in reader.given:
                message, hint = f"the automaton has no {part}", FORMS[part]
                reader.report(Diagnostic(id="missing-part", message=message, span=span, help=hint))
    return reader.automaton()


@dataclass(slots=True)
class _Reader:
    source: Source
    environment: Environment
    _report: Report
    failed: bool = False
    given: dict[str, Span] = field(default_factory=dict)
    start: str | None = None
    condition: Acceptance | None = None
    edges: list[NamedEdge] = field(default_factory=list)
    _spans: list[Span] = field(default_factory=list)
    _mentioned: dict[str, Span] = field(default_factory=dict)

    def report(self, diagnostic: Diagnostic) -> None:
        """Pass a diagnostic on and remember whether it is an error."""
        self.failed |= diagnostic.severity is Severity.ERROR
        self._report(diagnostic)

    def read(self, entry: Node) -> None:
        """Read one entry."""
        if entry.kind == "edge":
            self._edge(entry)
            return
        first = self.given.setdefault(entry.kind, entry.span)
        if first is not entry.span:
            notes, hint = ((first, "it is given here"),), "remove one of them"
            message = f"{entry.kind} is given twice"
            self.report(
                Diagnostic(id="given-twice", message=message, span=entry.span, help=hint, notes=notes)
            )
        elif entry.kind == "accept":
            self.condition = self._condition(entry.node(0))
        elif entry.kind == "start":
            self.start = self._state(entry.leaf(0))

    def _state(self, leaf: Leaf) -> str | None:
        name = read_name(leaf, self.report)
        if name is not None:
            self._mentioned.setdefault(name, leaf.span)
        return name

    def _condition(self, node: Node) -> Acceptance:
        match node.kind:
            case "any":
                return some([self._condition(part) for part in node.nodes()])
            case "all":
                return every([self._condition(part) for part in node.nodes()])
            case "infinitely":
                return Inf(self._mark(node.leaf(0)))
            case "finitely":
                return Fin(self._mark(node.leaf(0)))
            case _:
                return ALWAYS if node.kind == "ever" else NEVER

    def _mark(self, leaf: Leaf) -> int:
        if leaf.text.isascii() and leaf.text.isdigit() and int(leaf.text[:9]) < MOST_MARKS:
            return int(leaf.text)
        message = f"a mark must be a whole number below {MOST_MARKS}, {clipped(leaf.text)} is not"
        self.report(Diagnostic(id="bad-number", message=message, span=leaf.span, help="write 0"))
        return 0

    def _edge(self, entry: Node) -> None:
        first = entry.children[0]
        source = self._state(first.leaf(0) if isinstance(first, Node) else first)
        target = self._state(entry.leaf(1))
        guard = read_guard(self.environment, entry.children[2], self.report)
        marks = self._marks(entry.children[3:])
        if source is not None and target is not None and guard is not None:
            self.edges.append((source, target, guard, marks))
            self._spans.append(entry.span)

    def _marks(self, given: Sequence[Node | Leaf]) -> Marks:
        leaves = [leaf for node in given if isinstance(node, Node) for leaf in node.leaves()]
        return frozenset(map(self._mark, leaves)) or NO_MARKS

    def automaton(self) -> Automaton | None:
        """Return the automaton that the entries describe, once it is deterministic and complete."""
        if self.failed or self.start is None or self.condition is None:
            return None
        made = automaton(self.start, self.edges, self.condition)
        faults = find_faults(self.environment, made)
        for clash in faults.clashes:
            notes = ((self._spans[clash.first], "the other edge"),)
            source = shown(made.states[made.edges[clash.first].source])
            message = f"two edges leave {source} on {seen_text(self.environment, made, [clash.step])}"
            hint = "let their guards exclude each other, or both lead to one state with the same marks"
            span = self._spans[clash.second]
            self.report(
                Diagnostic(id="conflicting-edges", message=message, span=span, help=hint, notes=notes)
            )
        for gap in faults.gaps:
            state = made.states[gap.state]
            message = f"no edge leaves {shown(state)} on {seen_text(self.environment, made, gap.steps)}"
            hint = f"write {write_name(state, reserved=RESERVED)} -> STATE on GUARD for it"
            span = self._mentioned[state]
            self.report(Diagnostic(id="missing-edge", message=message, span=span, help=hint))
        for i in faults.idle:
            message, hint = "this edge is taken on no step that can happen", "remove it, or change its guard"
            span, severity = self._spans[i], Severity.WARNING
            self.report(
                Diagnostic(id="covers-nothing", message=message, span=span, help=hint, severity=severity)
            )
        return None if self.failed else made

    def from_file(self, leaf: Leaf) -> Automaton | None:
        """Return the automaton of a HOA file; None once all that is wrong with it is reported."""
        read = read_beside(self.source, leaf, self.report)
        if read is None:
            return None
        name, text = read
        try:
            made = read_hoa(self.environment, text)
        except HoaError as error:
            place = name if error.line is None else f"{name}, line {error.line}"
            self._refuse(leaf.span, f"{place}: {error}", error.hint)
            return None
        faults = find_faults(self.environment, made)
        hint = "make it deterministic and complete: autfilt --deterministic --generic --complete"
        for clash in faults.clashes:
            source = shown(made.states[made.edges[clash.first].source])
            seen = seen_text(self.environment, made, [clash.step])
            self._refuse(leaf.span, f"{name} is not deterministic: two edges leave {source} on {seen}", hint)
        for gap in faults.gaps:
            seen = seen_text(self.environment, made, gap.steps)
            state = shown(made.states[gap.state])
            self._refuse(leaf.span, f"{name} is not complete: no edge leaves {state} on {seen}", hint)
        return None if self.failed else made

    def _refuse(self, span: Span, message: str, hint: str) -> None:
        self.report(Diagnostic(id="automaton-file", message=message, span=span, help=hint))
