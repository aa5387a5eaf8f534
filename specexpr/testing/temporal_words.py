"""The meaning of temporal formulas on single words, operator by operator as their definitions have it.

A word is ultimately periodic (a lasso: a prefix, then a cycle for ever) or finite (a trace). Each letter is
the set of atoms that hold at its position. Nothing is translated and nothing is clever: "until" looks for
the position at which its second formula holds and at every one before it. Automata are compared with this,
so it shares no code with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from specexpr.certify.formula import Atom, Formula, Operator

Letter = frozenset[Atom]
"""The atoms that hold at a position."""


@dataclass(frozen=True, slots=True)
class Lasso:
    """The infinite word prefix cycle cycle cycle ..; the cycle is not empty."""

    prefix: tuple[Letter, ...]
    cycle: tuple[Letter, ...]

    def __getitem__(self, position: int) -> Letter:
        start = len(self.prefix)
        if position < start:
            return self.prefix[position]
        return self.cycle[(position - start) % len(self.cycle)]

    def following(self, position: int) -> int | None:
        """Return the position after one; there always is one."""
        return position + 1

    def suffixes(self, position: int) -> range:
        """Return so many positions, from one on, that each suffix of the word from there starts at one."""
        return range(position, position + len(self.prefix) + len(self.cycle))


@dataclass(frozen=True, slots=True)
class Trace:
    """A finite word; it is not empty."""

    letters: tuple[Letter, ...]

    def __getitem__(self, position: int) -> Letter:
        return self.letters[position]

    def following(self, position: int) -> int | None:
        """Return the position after one, None after the last."""
        return position + 1 if position + 1 < len(self.letters) else None

    def suffixes(self, position: int) -> range:
        """Return the positions from one on."""
        return range(position, len(self.letters))


def holds(formula: Formula, word: Lasso | Trace, position: int = 0) -> bool:
    """Say whether a word satisfies a formula from a position on.

    On a trace X asks for a next position: at the last one X true is false, and !X !true is true.

    >>> from specexpr.certify.formula import AtomKind, Compound
    >>> a = Atom(AtomKind.LABEL, "a")
    >>> again_and_again = Compound(Operator.ALWAYS, (Compound(Operator.EVENTUALLY, (a,)),))
    >>> holds(again_and_again, Lasso((), (frozenset(), frozenset({a}))))
    True
    >>> holds(again_and_again, Lasso((frozenset({a}),), (frozenset(),)))
    False
    """
    if isinstance(formula, Atom):
        return formula in word[position]
    after = word.suffixes(position)
    match formula.operator, formula.parts:
        case Operator.TRUE, ():
            return True
        case Operator.FALSE, ():
            return False
        case Operator.NOT, (a,):
            return not holds(a, word, position)
        case Operator.AND, (a, b):
            return holds(a, word, position) and holds(b, word, position)
        case Operator.OR, (a, b):
            return holds(a, word, position) or holds(b, word, position)
        case Operator.IMPLIES, (a, b):
            return holds(b, word, position) if holds(a, word, position) else True
        case Operator.IFF, (a, b):
            return holds(a, word, position) == holds(b, word, position)
        case Operator.NEXT, (a,):
            following = word.following(position)
            return following is not None and holds(a, word, following)
        case Operator.EVENTUALLY, (a,):
            return any(holds(a, word, k) for k in after)
        case Operator.ALWAYS, (a,):
            return all(holds(a, word, k) for k in after)
        case Operator.UNTIL, (a, b):
            return _until(a, b, word, after)
        case Operator.WEAK, (a, b):
            return _until(a, b, word, after) or all(holds(a, word, k) for k in after)
        case Operator.RELEASE, (a, b):
            return all(holds(b, word, k) or any(holds(a, word, j) for j in after if j < k) for k in after)
        case Operator.STRONG, (a, b):
            return any(holds(a, word, k) and all(holds(b, word, j) for j in after if j <= k) for k in after)
        case _:
            raise ValueError(f"{formula.operator} joins {len(formula.parts)} formulas")


def _until(a: Formula, b: Formula, word: Lasso | Trace, after: Iterable[int]) -> bool:
    """Say whether b holds at some position and a at every one before it."""
    for k in after:
        if holds(b, word, k):
            return True
        if not holds(a, word, k):
            return False
    return False


def letters_over(atoms: Sequence[Atom]) -> tuple[Letter, ...]:
    """Return every letter over some atoms."""
    return tuple(
        frozenset(atom for atom, on in zip(atoms, row, strict=True) if on)
        for row in product((False, True), repeat=len(atoms))
    )


def lassos(letters: Sequence[Letter], *, size: int) -> Iterator[Lasso]:
    """Yield every lasso over some letters whose prefix and cycle have together at most `size` letters."""
    for length in range(1, size + 1):
        for word in product(letters, repeat=length):
            for cut in range(length):
                yield Lasso(word[:cut], word[cut:])


def traces(letters: Sequence[Letter], *, size: int) -> Iterator[Trace]:
    """Yield every trace of at most `size` letters."""
    for length in range(1, size + 1):
        for word in product(letters, repeat=length):
            yield Trace(word)
