"""Truth of formulas on many short words at once cheaply: to see that a formula is neither always nor never
true.

A word is a row of letters; after its last letter it goes on from some position for ever, or it ends there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from specexpr.certify.formula import Atom, Formula, Operator

Letter: TypeAlias = frozenset[Atom]
Step: TypeAlias = Callable[[int, bool], bool]
"""The truth of a formula at a position, given its truth at the next one."""


def truth_values(formula: Formula, word: Sequence[Letter], loop: int | None) -> list[bool]:
    """Return the truth of a formula at each position of a word.

    loop: where the word goes on after its last letter, or None where it ends.

    >>> from specexpr.syntax.formulas import compound, label
    >>> a = label("a")
    >>> truth_values(compound(Operator.NEXT, a), [frozenset({a}), frozenset()], 0)
    [False, True]
    """
    if isinstance(formula, Atom):
        return [formula in letter for letter in word]
    parts = [truth_values(part, word, loop) for part in formula.parts]
    size = len(word)
    if not parts:
        return [formula.operator is Operator.TRUE] * size
    a, b = parts[0], parts[-1]
    match formula.operator:
        case Operator.NOT:
            return [not x for x in a]
        case Operator.AND:
            return [x and y for x, y in zip(a, b, strict=True)]
        case Operator.OR:
            return [x or y for x, y in zip(a, b, strict=True)]
        case Operator.IMPLIES:
            return [not x or y for x, y in zip(a, b, strict=True)]
        case Operator.IFF:
            return [x is y for x, y in zip(a, b, strict=True)]
        case Operator.NEXT:
            return [*a[1:], False if loop is None else a[loop]]
        case Operator.EVENTUALLY:
            return _fixed(size, loop, False, lambda i, later: a[i] or later)
        case Operator.ALWAYS:
            return _fixed(size, loop, True, lambda i, later: a[i] and later)
        case Operator.UNTIL:
            return _fixed(size, loop, False, lambda i, later: b[i] or (a[i] and later))
        case Operator.WEAK:
            return _fixed(size, loop, True, lambda i, later: b[i] or (a[i] and later))
        case Operator.STRONG:
            return _fixed(size, loop, False, lambda i, later: b[i] and (a[i] or later))
        case Operator.RELEASE:
            return _fixed(size, loop, True, lambda i, later: b[i] and (a[i] or later))
        case _:
            raise ValueError(f"{formula.operator} joins {len(parts)} formulas")


def _fixed(size: int, loop: int | None, at_end: bool, step: Step) -> list[bool]:
    """Return the least fixed point of a step, the greatest one if `at_end` is true; twice around will do."""
    found = [at_end] * size
    for _ in range(1 if loop is None else 2):
        later = at_end if loop is None else found[loop]
        for i in reversed(range(size)):
            later = found[i] = step(i, later)
    return found
