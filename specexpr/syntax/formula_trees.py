"""What the tree of a formula shows before it is read: which parts are temporal, where steps are counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from specexpr.syntax.formulas import WEAK_NEXT
from specexpr.syntax.nodes import Leaf, Node

Tree: TypeAlias = Node | Leaf

BOOLEAN = frozenset({"negation", "conjunction", "disjunction", "implication", "equivalence"})
NEXTS = frozenset({"tomorrow", WEAK_NEXT})
UNTILS = frozenset({"until", "release", "weak", "strong"})
PREFIXES = NEXTS | {"eventually", "always"}


def kind_of(tree: Tree) -> str:
    """Return the rule of the grammar that a tree comes from, under its own name where it was imported."""
    return tree.kind.rpartition("__")[2]


def nodes_of(tree: Tree) -> Iterator[Node]:
    """Yield all rules in a tree."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Node):
            yield node
            todo += reversed(node.children)


def names_a_label(tree: Tree) -> bool:
    """Say whether a tree has an atom that is a label."""
    return any(kind_of(node) == "label" for node in nodes_of(tree))


def is_of_one_step(tree: Tree) -> bool:
    """Say whether a tree has no temporal operator."""
    return not any(kind_of(node) in PREFIXES | UNTILS for node in nodes_of(tree))


def conjuncts(tree: Tree) -> Iterator[Tree]:
    """Yield what a formula joins with &, through all its brackets."""
    if isinstance(tree, Node) and kind_of(tree) == "conjunction":
        for child in tree.children:
            yield from conjuncts(child)
    else:
        yield tree


def next_steps(tree: Tree, is_alone: bool) -> Iterator[tuple[Node, int, Tree]]:
    """Yield each X with how many follow in a row, and what comes after them, where X stands beside something.

    is_alone: the tree is all that a temporal operator applies to. `F X p` says that p comes after the first
    step, and `G (X p -> X q)` is X G (p -> q): there a step is counted once and for all.
    """
    if not isinstance(tree, Node):
        return
    kind = kind_of(tree)
    if kind in NEXTS:
        count, operand = 1, tree.children[0]
        while isinstance(operand, Node) and kind_of(operand) == kind:
            count, operand = count + 1, operand.children[0]
        if not is_alone:
            yield tree, count, operand
        yield from next_steps(operand, is_alone)
        return
    is_alone = kind not in BOOLEAN or (is_alone and all(map(_starts_with_next, tree.children)))
    for child in tree.children:
        yield from next_steps(child, is_alone)


def _starts_with_next(tree: Tree) -> bool:
    while isinstance(tree, Node) and kind_of(tree) == "negation":
        tree = tree.children[0]
    return kind_of(tree) in NEXTS
