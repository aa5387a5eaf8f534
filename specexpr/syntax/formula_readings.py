"""Formulas read otherwise: what they would be if an operator reached as far as it may seem to.

`G push -> F goal` is (G push) -> (F goal), and who wrote it may have meant G (push -> (F goal)). Such places
are looked for where there are no brackets, neither around the part nor around what its operator applies to:

- G p -> q, G p <-> q: G over the whole, if p speaks of one step. `F p -> q` is left alone: F (p -> q) holds
  as soon as p does not, nobody means it.
- X p U q, and so with F, G and R, W, M: the operator over the whole.
- F p & q, G p | q: the operator over the whole, if p and q speak of one step.
- p U q & r, r | p U q: U to or from the whole of & or |, if what they join speaks of one step.

What speaks of one step and names no label is exempt, for `at s0` and `do a` are meant so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from specexpr.diagnostics import Span
from specexpr.syntax.formula_trees import PREFIXES, UNTILS, Tree, is_of_one_step, kind_of, names_a_label
from specexpr.syntax.formulas import OPERATORS, WEAK_NEXT
from specexpr.syntax.nodes import Node


@dataclass(frozen=True, slots=True)
class Brackets:
    """The brackets around the parts of a formula, in its text without comments, which starts at an offset."""

    text: str
    start: int

    def around(self, tree: Tree) -> Span:
        """Return the span of a part with the brackets around it alone."""
        text, low, high = self.text, tree.span.start - self.start, tree.span.end - self.start
        while True:
            before, after = text[:low].rstrip(), text[high:].lstrip()
            if before[-1:] + after[:1] != "()":
                return Span(self.start + low, self.start + high)
            low, high = len(before) - 1, len(text) - len(after) + 1

    def is_open(self, tree: Tree) -> bool:
        """Say whether a part stands without brackets around it."""
        return self.around(tree) == tree.span


@dataclass(frozen=True, slots=True)
class OtherReading:
    """A part of a formula, how it might have been meant, and what the whole would then be.

    tight, loose: the operator that binds tighter, and the one that it binds tighter than. drawn: what is
    beside the tight operator, and under it if it reaches further; of a chain only.
    """

    tight: str
    loose: str
    part: Node
    otherwise: Node
    whole: Node
    drawn: tuple[Tree, ...] = ()


def other_readings(tree: Tree, brackets: Brackets) -> Iterator[OtherReading]:
    """Yield the other readings of the parts of a formula, one part at a time, those of the whole first.

    brackets: those in the text.
    """
    if not isinstance(tree, Node):
        return
    kind = kind_of(tree)
    if kind in ("implication", "equivalence"):
        yield from _implied(tree, brackets)
    elif kind in UNTILS:
        yield from _before_until(tree, brackets)
    elif kind in ("conjunction", "disjunction"):
        yield from _joined(tree, brackets)
    for i, child in enumerate(tree.children):
        for reading in other_readings(child, brackets):
            children = (*tree.children[:i], reading.whole, *tree.children[i + 1 :])
            yield replace(reading, whole=replace(tree, children=children))


def _implied(node: Node, brackets: Brackets) -> Iterator[OtherReading]:
    first = node.children[0]
    if kind_of(first) != "always" or not isinstance(first, Node) or not brackets.is_open(first):
        return
    operand = first.children[0]
    if brackets.is_open(operand) and is_of_one_step(operand):
        inner = replace(node, children=(operand, *node.children[1:]))
        otherwise = replace(first, children=(inner,))
        yield OtherReading("G", _symbol(node), node, otherwise, otherwise)


def _before_until(node: Node, brackets: Brackets) -> Iterator[OtherReading]:
    stack = _prefixes(node.children[0], PREFIXES | {"negation"})
    while stack and kind_of(stack[-1]) == "negation":
        stack.pop()
    if stack and all(map(brackets.is_open, stack)) and brackets.is_open(stack[-1].children[0]):
        otherwise = _under(stack, replace(node, children=(stack[-1].children[0], *node.children[1:])))
        yield OtherReading(_symbols(stack), _symbol(node), node, otherwise, otherwise)


def _joined(node: Node, brackets: Brackets) -> Iterator[OtherReading]:
    for i, child in enumerate(node.children):
        stack = _prefixes(child, frozenset({"eventually", "always"}))
        if stack and all(map(brackets.is_open, stack)):
            operand = stack[-1].children[0]
            after = _plain_start(node.children[i + 1 :])
            if after and brackets.is_open(operand) and is_of_one_step(operand):
                inner = replace(node, children=(operand, *after))
                yield _drawn_in(brackets, node, i, _symbols(stack), _under(stack, inner), after=after)
        elif isinstance(child, Node) and kind_of(child) in UNTILS and brackets.is_open(child):
            left, right = child.children
            before, after = _plain_end(node.children[:i]), _plain_start(node.children[i + 1 :])
            if after and brackets.is_open(right) and is_of_one_step(right):
                whole = replace(child, children=(left, replace(node, children=(right, *after))))
                yield _drawn_in(brackets, node, i, _symbol(child), whole, after=after)
            elif before and brackets.is_open(left) and is_of_one_step(left):
                whole = replace(child, children=(replace(node, children=(*before, left)), right))
                yield _drawn_in(brackets, node, i, _symbol(child), whole, before=before)


def _drawn_in(
    brackets: Brackets,
    node: Node,
    i: int,
    tight: str,
    otherwise: Node,
    *,
    before: tuple[Tree, ...] = (),
    after: tuple[Tree, ...] = (),
) -> OtherReading:
    """Return the reading of a chain whose operand i takes in some of those before or after it."""
    low, high = i - len(before), i + 1 + len(after)
    taken = node.children[low:high]
    span = Span(brackets.around(taken[0]).start, brackets.around(taken[-1]).end)
    rest = (*node.children[:low], otherwise, *node.children[high:])
    whole = otherwise if len(rest) == 1 else replace(node, children=rest)
    part = replace(node, children=taken, span=span)
    return OtherReading(tight, _symbol(node), part, otherwise, whole, before + after)


def _plain_start(trees: Sequence[Tree]) -> tuple[Tree, ...]:
    """Return the first trees that speak of one step, none of them if they name no label."""
    found: list[Tree] = []
    for tree in trees:
        if not is_of_one_step(tree):
            break
        found.append(tree)
    return tuple(found) if any(map(names_a_label, found)) else ()


def _plain_end(trees: Sequence[Tree]) -> tuple[Tree, ...]:
    return _plain_start(trees[::-1])[::-1]


def _prefixes(tree: Tree, kinds: frozenset[str]) -> list[Node]:
    """Return the operators of one operand in front of a formula, from the outside."""
    found = []
    while isinstance(tree, Node) and kind_of(tree) in kinds:
        found.append(tree)
        tree = tree.children[0]
    return found


def _under(stack: Sequence[Node], inner: Node) -> Node:
    for node in reversed(stack):
        inner = replace(node, children=(inner,))
    return inner


def _symbols(stack: Sequence[Node]) -> str:
    return " ".join(map(_symbol, stack)).replace("! ", "!")


def _symbol(node: Node) -> str:
    kind = kind_of(node)
    return "N" if kind == WEAK_NEXT else OPERATORS[kind].value
