"""Read the body of an objective that pays for steps: entries of a reward, and lines of its own formalism."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.model import Distribution
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, Report, Severity, Source, Span
from specexpr.models.environment import Environment
from specexpr.syntax.grammar import Forms, Known, nothing_known, parse_entries
from specexpr.syntax.names import PLAIN, clipped, find_index, shown
from specexpr.syntax.nodes import Leaf, Node, group_leaf
from specexpr.syntax.numbers import read_discount, read_probability, shown_number
from specexpr.syntax.rewards import RewardTable, entries_of

REWARD_FORMS: Mapping[str, str] = {
    "": "write s0 / a: 1 for an action, s0 / a / s1: 1 for a step; '*' stands for every state or action",
}
"""What to write for an entry of a reward."""

_LINE = re.compile(rf"({PLAIN})[ \t]*/[ \t]*({PLAIN})(?:[ \t]*/[ \t]*({PLAIN}))?[ \t]*:[ \t]*([^ \t;\n]++)")


@dataclass(slots=True)
class RewardBody:
    """A body as it is read; what is wrong is reported, and `failed` says whether anything is.

    given: the lines that may stand once, by their first word; broken: whether an entry could not be read.
    """

    environment: Environment
    _report: Report
    failed: bool = False
    broken: bool = False
    given: dict[str, Span] = field(default_factory=dict)
    _table: RewardTable = field(init=False)

    def __post_init__(self) -> None:
        self._table = RewardTable(self.environment, self.report)

    def report(self, diagnostic: Diagnostic) -> None:
        """Pass a diagnostic on and remember whether it is an error."""
        self.failed |= diagnostic.severity is Severity.ERROR
        self._report(diagnostic)

    def read(
        self, stem: str, source: Source, span: Span, *, forms: Forms, known: Known = nothing_known
    ) -> Iterator[Node]:
        """Read the entries of the reward, and yield the others; the grammar is <stem>.lark.

        forms and known are those of `parse_entries`.
        """
        start = f"{stem}_body"
        body = parse_entries(stem, source, span, self.report, start=start, forms=forms, known=known)
        self.broken = bool(body.broken)
        for entry in body.entries:
            if isinstance(entry, Leaf):
                for match in _LINE.finditer(entry.text):
                    leaves = [group_leaf(entry, match, i) for i in (1, 2, 3, 4) if match[i] is not None]
                    self._table.read_entry(leaves, Span(leaves[0].span.start, leaves[-1].span.end))
            elif entry.kind in ("pair", "step"):
                parts = [c.leaf(0) if isinstance(c, Node) else c for c in entry.children]
                self._table.read_entry(parts, entry.span)
            else:
                yield entry

    def is_first(self, entry: Node, word: str) -> bool:
        """Say whether a line that may stand once has not been given before, and report it if it has."""
        first = self.given.setdefault(word, entry.span)
        if first is entry.span:
            return True
        notes = ((first, "it is given here"),)
        message, hint = f"{word} is given twice", "remove one of them"
        self.report(Diagnostic(id="given-twice", message=message, span=entry.span, help=hint, notes=notes))
        return False

    def read_discount(self, entry: Node) -> Fraction | None:
        """Return the discount of the line `discount 9/10`, or None once a problem is reported."""
        return read_discount(entry.leaf(0), self.report) if self.is_first(entry, "discount") else None

    def lacks(self, noun: str, what: str, span: Span, *, hint: str) -> None:
        """Report that an objective has no such line, unless it may be one that could not be read."""
        if not self.broken:
            message = f"the {noun} has no {what}"
            self.report(Diagnostic(id="missing-setting", message=message, span=span, help=hint))

    def lacks_discount(self, noun: str, span: Span) -> None:
        """Report that an objective has no discount, unless it was given wrongly or may have been."""
        if "discount" not in self.given and not self.broken:
            message = f"the {noun} has no discount"
            hint = "write discount 9/10 in the objective, or on a line of its own in the document"
            self.report(Diagnostic(id="missing-discount", message=message, span=span, help=hint))

    def entries(self) -> tuple[RewardEntry, ...]:
        """Return the entries of the reward; report those that cover nothing."""
        return entries_of(self._table.values())


def read_action_law(chances: Sequence[Node], environment: Environment, report: Report) -> Distribution | None:
    """Return the law of actions that nodes ACTION: PROBABILITY give, or None once a problem is reported."""
    place = f"environment {shown(environment.name)}"
    found: dict[int, Fraction] = {}
    sound = True
    for chance in chances:
        name, number = chance.leaves()
        a = find_index("action", name, environment.action_index, place, report)
        p = read_probability(number, report)
        if a is None or p is None:
            sound = False
        elif a in found:
            message, hint = f"{clipped(name.text)} is given twice", "remove one of them"
            report(Diagnostic(id="given-twice", message=message, span=chance.span, help=hint))
            sound = False
        else:
            found[a] = p
    total = sum(found.values(), Fraction(0))
    if sound and total != 1:
        message = f"these probabilities sum to {shown_number(total)}, not 1"
        span = Span(chances[0].span.start, chances[-1].span.end)
        report(Diagnostic(id="row-sum", message=message, span=span, help="write { a: 1/2, b: 1/2 }, say"))
        sound = False
    return tuple(sorted((a, p) for a, p in found.items() if p)) if sound else None
