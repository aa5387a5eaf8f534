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
_SHORT = 20  # the numbers of longer distributions are not remembered
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Laws:
    """Reads distributions over the names of one kind; `known` are those that were already right."""

    context: Context
    kind: str
    index: Mapping[str, int]
    place: str
    known: dict[str, Distribution] = field(default_factory=dict)
    _whole: dict[tuple[str, ...], tuple[Fraction, ...]] = field(default_factory=dict)

    def quick(self, text: str) -> Distribution | None:
        """Return the law of a target in braces whose numbers are known to be right, or None if in doubt."""
        names, numbers = zip(*_OUTCOME.findall(text), strict=True)
        masses = self._whole.get(numbers)
        found = [self.index.get(name) for name in names]
        if masses is None or len(set(found)) < len(found):
            return None
        pairs = [(i, mass) for i, mass in zip(found, masses, strict=True) if i is not None]
        return tuple(sorted(pairs)) if len(pairs) == len(found) else None

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
        law: dict[int, Fraction] = {}
        numbers: list[str] = []
        sound = True
        for name, number in outcomes:
            index = self.context.index(self.kind, name, self.index, place=self.place)
            mass = read_probability(number, self.context.report)
            numbers.append(number.text)
            if index is None or mass is None:
                sound = False
            elif index in law:
                sound = False
                message = f"{clipped(name.text)} is given a probability twice"
                self.context.error("given-twice", message, name.span, help="write each name once")
            else:
                law[index] = mass
        total = sum(law.values(), _ZERO)
        if sound and total != _ONE:
            gap = _ONE - total
            message = f"the probabilities of {head} sum to {shown_number(total)}, they must sum to 1"
            hint = f"{shown_number(abs(gap))} is {'missing' if gap > 0 else 'too much'}"
            self.context.error("row-sum", message, span, help=hint)
            sound = False
        if sound and len(numbers) < _SHORT and all(law.values()):
            self._whole[tuple(numbers)] = tuple(law.values())
        return tuple(sorted((i, mass) for i, mass in law.items() if mass)) if sound else None


def _outcomes(target: Leaf) -> Iterator[tuple[Leaf, Leaf]]:
    for match in _OUTCOME.finditer(target.text):
        yield group_leaf(target, match, 1), group_leaf(target, match, 2)
