"""A coin: a formula of temporal logic whose probability is a given rational m / N, whatever the policy.

It is tossed at a state r that is visited again and again. The way from one visit to the next is an
*excursion*; it is 1 if it takes the steps of a given *loop* from r back to r, else 0. By the strong Markov
property excursions are independent and each is 1 with the probability p of the loop. So if 0 < p < 1, all
words of K bits with equally many ones are equally likely.

**The words.** N of them, 1 1 0 y 0 of one length K and with as many ones, where y has no two ones in a row:
nowhere but at its start has a word 1 1, hence no end of a word is the beginning of another one. The coin
says: the first of the N words that occurs, beginning at any visit of r, is among the first m.

**Its probability is m / N.** Two occurrences never overlap. So word v is the first to occur, at the t-th
excursion, iff v occurs there and none occurs that begins at or before the (t - K)-th: the latter depends on
earlier excursions only, and is the same for all v, as is the probability of v. Some word does occur, almost
surely. So each of the N is the first with probability 1 / N, whatever p is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import comb
from typing import TypeAlias

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.certify.observing import Step
from specexpr.certify.step_chain import Class, StepChain

Bits = tuple[int, ...]
Along: TypeAlias = Callable[[Formula | None], Formula]


@dataclass(frozen=True, slots=True)
class Coin:
    """The coin with this chance, strictly between 0 and 1, that is tossed by excursions along this loop."""

    chance: Fraction
    loop: tuple[Step, ...]


def is_fair(coin: Coin, chain: StepChain, ending: Class) -> bool:
    """Say whether a coin has its chance under a policy that ends, or is, in this class of its chain.

    The loop must be a way from a state of the class back to its first return, of a probability in (0, 1).
    Before it enters the class the policy is in none of its states, so that excursions are all in it.
    """
    home = coin.loop[0][0]
    here, chance = home, Fraction(1)
    for i, step in enumerate(coin.loop):
        if step not in ending.support or step[0] != here or (i and here == home):
            return False
        chance *= dict(chain.leaving[here])[step]
        here = step[2]
    return here == home and chance < 1


def shape(faces: int) -> tuple[int, int]:
    """Return the length of y and the number of its ones: the shortest, then the fewest that give N words."""
    length = best = 1  # the number of ones with the most strings rises with the length
    while spaced(length, best) < faces:
        length += 1
        while spaced(length, best + 1) >= spaced(length, best):
            best += 1
    return length, next(ones for ones in range(1, best + 1) if spaced(length, ones) >= faces)


def spaced(length: int, ones: int) -> int:
    """Return the number of bit strings with so many ones, no two in a row."""
    return comb(length - ones + 1, ones) if 0 <= ones <= length + 1 else 0


def words(faces: int) -> tuple[Bits, ...]:
    """Return the N words of a coin, in the order of the dictionary.

    >>> words(2)
    ((1, 1, 0, 0, 1, 0), (1, 1, 0, 1, 0, 0))
    """
    length, ones = shape(faces)
    return tuple((1, 1, 0, *y, 0) for y in islice(_spaced(length, ones), faces))


def _spaced(length: int, ones: int) -> Iterator[Bits]:
    """Yield the bit strings with so many ones, no two in a row, in the order of the dictionary."""
    if not ones:
        yield (0,) * length
        return
    if length >= 2 * ones:
        for rest in _spaced(length - 1, ones):
            yield (0, *rest)
    if length == 1:
        yield (1,)
    elif length >= 2 * ones - 1:
        for rest in _spaced(length - 2, ones - 1):
            yield (1, 0, *rest)


def written_size(coin: Coin) -> int:
    """Return the number of operators and atoms of the formula that a coin stands for, which may be huge."""
    steps = 5 * len(coin.loop)
    return tossed_size(coin.chance, 1, steps - 2, steps)


def tossed_size(chance: Fraction, home: int, loop: int, onward: int) -> int:
    """Return the size of `tossed`, from that of `home`, of a loop, and what a loop adds to what follows it.

    Each bit of a word adds the same to what follows it, so that only the parts of y matter: `whole[n][j]` is
    the size for all strings of length n with j ones, and of the first m only those at an edge are cut.
    """
    zero, one = loop + 6 + 2 * home, onward
    length, ones = shape(chance.denominator)
    whole = [[loop + 1] + [0] * ones]
    for n in range(1, length + 1):
        row = [whole[n - 1][0] + zero]
        for j in range(1, ones + 1):
            parts = [whole[n - 1][j] + zero] if n >= 2 * j else []
            if n >= 2 * j - 1:
                parts.append(one + (whole[n - 2][j - 1] + zero if n > 1 else whole[0][0]))
            row.append(sum(parts) + len(parts) // 2)
        whole.append(row)

    def of_first(many: int) -> int:
        """Return the size for the first so many strings."""
        n, j, found = length, ones, 2 * one + zero
        while many < spaced(n, j):
            below = spaced(n - 1, j)
            if many <= below:
                n, found = n - 1, found + zero
            else:
                found += one + zero + (whole[n - 1][j] + zero + 1 if below else 0)
                n, j, many = n - 2, j - 1, many - below
        return found + whole[n][j]

    return 4 + 2 * home + of_first(chance.denominator) + of_first(chance.numerator)


def written_out(coin: Coin) -> Formula:
    """Return the coin as a formula."""
    steps = [conjunction([Atom(AtomKind.DO, a), Atom(AtomKind.NEXT, t)]) for _, a, t in coin.loop]
    return tossed(coin.chance, Atom(AtomKind.AT, coin.loop[0][0]), lambda then: in_turn(steps, then))


def tossed(chance: Fraction, home: Formula, along: Along) -> Formula:
    """Return that no word begins at a visit (`home`), until one of the first m does.

    along: what follows a loop, or None -> that the next excursion is one.
    """
    faces = words(chance.denominator)
    every, some = (_one_of(ways, home, along) for ways in (faces, faces[: chance.numerator]))
    none_yet = Compound(Operator.NOT, (Compound(Operator.AND, (home, every)),))
    return Compound(Operator.UNTIL, (none_yet, Compound(Operator.AND, (home, some))))


def _one_of(ways: tuple[Bits, ...], home: Formula, along: Along) -> Formula:
    """Return that the excursions from here on are one of these words; sorted by their first bit."""
    if not ways[0]:
        return Compound(Operator.TRUE)
    parts = []
    for bit in (0, 1):
        rest = tuple(way[1:] for way in ways if way[0] == bit)
        if rest:
            parts.append(_excursion(bit, _one_of(rest, home, along), home, along))
    return parts[0] if len(parts) == 1 else Compound(Operator.OR, tuple(parts))


def _excursion(bit: int, then: Formula, home: Formula, along: Along) -> Formula:
    """Return that an excursion is 0 or 1, and that at the next visit a formula holds."""
    is_last = then == Compound(Operator.TRUE)
    if bit:
        return along(None if is_last else then)
    other: Formula = Compound(Operator.NOT, (along(None),))
    if is_last:
        return other
    back = Compound(Operator.AND, (home, then))
    away = Compound(Operator.NOT, (home,))
    return Compound(Operator.AND, (other, Compound(Operator.NEXT, (Compound(Operator.UNTIL, (away, back)),))))


def in_turn(steps: Sequence[Formula], then: Formula | None) -> Formula:
    """Return that formulas hold one step after the other, and after them another one."""
    found = then
    for step in reversed(steps):
        found = step if found is None else conjunction([step, Compound(Operator.NEXT, (found,))])
    assert found is not None
    return found


def conjunction(parts: Sequence[Formula]) -> Formula:
    """Return that all of some formulas hold."""
    first, *others = parts or [Compound(Operator.TRUE)]
    for other in others:
        first = Compound(Operator.AND, (first, other))
    return first
