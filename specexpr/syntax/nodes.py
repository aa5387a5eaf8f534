"""Parse trees as plain values: what the grammars hand to the rest of the house, without a parser's types."""

from __future__ import annotations

import re
from dataclasses import dataclass

from specexpr.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Leaf:
    """A token: `kind` is the name of its terminal, `text` what the source says."""

    kind: str
    text: str
    span: Span


def group_leaf(run: Leaf, match: re.Match[str], group: int) -> Leaf:
    """Return what a group of a match in a leaf's text matched, as a leaf."""
    base = run.span.start
    return Leaf("NAME", match[group], Span(base + match.start(group), base + match.end(group)))


@dataclass(frozen=True, slots=True)
class Node:
    """A rule of a grammar with what it is made of."""

    kind: str
    children: tuple[Node | Leaf, ...]
    span: Span

    def leaf(self, index: int) -> Leaf:
        """Return a child that the grammar says is a leaf."""
        child = self.children[index]
        if not isinstance(child, Leaf):
            raise TypeError(f"{self.kind}[{index}] is a {child.kind}, not a leaf")
        return child

    def node(self, index: int) -> Node:
        """Return a child that the grammar says is a node."""
        child = self.children[index]
        if not isinstance(child, Node):
            raise TypeError(f"{self.kind}[{index}] is a {child.kind}, not a node")
        return child

    def leaves(self) -> tuple[Leaf, ...]:
        """Return the children of a rule that the grammar says has nothing but leaves."""
        return tuple(self.leaf(i) for i in range(len(self.children)))

    def nodes(self) -> tuple[Node, ...]:
        """Return the children of a rule that the grammar says has nothing but nodes."""
        return tuple(self.node(i) for i in range(len(self.children)))


@dataclass(frozen=True, slots=True)
class Body:
    """The entries of a body that could be read, and where those stand that could not (already reported)."""

    entries: tuple[Node | Leaf, ...]
    broken: tuple[Span, ...] = ()
