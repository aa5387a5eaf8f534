"""Distributions as a text writes them: names with probabilities that sum to one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.model import Distribution
from specexpr.diagnostics import Span
from specexpr.document.context import Context
from specexpr.models.policy import point
from specexpr.syntax.names import PLAIN, clipped
from specexpr.syntax.nodes import Leaf, Node, group_leaf
from specexpr.syntax.numbers import read_probability, shown_number

_OUTCOME = re.compile(rf"({PLAIN})[ \t]*:[ \t]*([^ \t,}}]+)")
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Laws:
    """Reads distributions over the names of one kind; `known` are those that were already right."""

    context: Context
    kind: str
    index: Mapping[str, int]
    place: str
    known: dict[str, Distribution] = field(default_factory=dict)

    def read(self, target: Node | Leaf, head: str) -> Distribution | None:
        """Return the law that a target writes, or None once its mistakes are reported.

        target: a name, a node of outcomes, or a leaf with the text of outcomes in braces (from a run).
        head: what the law belongs to, in words.
        """
        if isinstance(target, Node):
            law = self._law(((node.leaf(0), node.leaf(1)) for node in target.nodes()), target.span, head)
        elif target.text.startswith("{"):
            law = self._law(_outcomes(target), target.span, head)
        else:
            only = self.context.index(self.kind, target, self.index, place=self.place)
            law = None if only is None else point(only)
        if law is not None and isinstance(target, Leaf):
            self.known[target.text] = law
        return law

    def _law(self, outcomes: Iterable[tuple[Leaf, Leaf]], span: Span, head: str) -> Distribution | None:
        masses: dict[int, Fraction] = {}
        sound, total = True, _ZERO
        for name, number in outcomes:
            index = self.context.index(self.kind, name, self.index, place=self.place)
            mass = read_probability(number, self.context.report)
            if index is None or mass is None:
                sound = False
                total += mass or 0
            elif index in masses:
                sound = False
                message = f"{clipped(name.text)} is given a probability twice"
                self.context.error("given-twice", message, name.span, help="write each name once")
            else:
                masses[index] = mass
                total += mass
        if sound and total != _ONE:
            message = f"the probabilities of {head} sum to {shown_number(total)}, they must sum to 1"
            gap = _ONE - total
            what = f"{shown_number(abs(gap))} is {'missing' if gap > 0 else 'too much'}"
            self.context.error("row-sum", message, span, help=what)
            sound = False
        return tuple(sorted((i, mass) for i, mass in masses.items() if mass)) if sound else None


def _outcomes(target: Leaf) -> Iterator[tuple[Leaf, Leaf]]:
    for match in _OUTCOME.finditer(target.text):
        yield group_leaf(target, match, 1), group_leaf(target, match, 2)
