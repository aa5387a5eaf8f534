"""Words for numbers, lists, lotteries and lines of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby

from specexpr.exact import rational_text

_SHORT = 40  # bits of a fraction that is still read with pleasure
_FEW = 6
_MIXED = 8


def number_text(value: Fraction) -> str:
    """Return a rational as it is if it is short, else about what it is.

    >>> number_text(Fraction(1, 3)), number_text(Fraction(10**20 + 1, 10**20 + 3))
    ('1/3', 'about 1')
    """
    if value.numerator.bit_length() + value.denominator.bit_length() <= _SHORT:
        return rational_text(value)
    try:
        return f"about {float(value):.4g}"
    except OverflowError:
        power = value.numerator.bit_length() - value.denominator.bit_length()
        return f"about {'-' if value < 0 else ''}2^{power}"


def joined(words: Sequence[str]) -> str:
    """Return words as a list that is read.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def some(words: Sequence[str], *, noun: str) -> str:
    """Return the first few words and how many more there are.

    >>> some([f"s{i}" for i in range(9)], noun="states")
    's0, s1, s2, s3, s4 and 4 other states'
    """
    if len(words) <= _FEW:
        return joined(words)
    return joined([*words[: _FEW - 1], f"{len(words) - _FEW + 1} other {noun}"])


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "entry"), counted(1_200, "entry")
    ('1 entry', '1,200 entries')
    """
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'}"


def lottery(parts: Sequence[tuple[str, Fraction]], *, noun: str = "policies") -> str:
    """Return a lottery as the subject of a sentence; the weights sum to 1.

    >>> lottery([("go", Fraction(1, 3)), ("stay", Fraction(2, 3))])
    'mixing go (1/3) and stay (2/3)'
    """
    names = [name for name, _ in parts]
    if len(parts) == 1:
        return names[0]
    if len(parts) > _MIXED:
        return f"a mixture of {len(parts):,} {noun}"
    if len({weight for _, weight in parts}) == 1:
        return f"mixing {joined(names)} {'half and half' if len(parts) == 2 else 'equally'}"
    return "mixing " + joined([f"{name} ({number_text(weight)})" for name, weight in parts])


def with_lines(items: Sequence[tuple[str, int | None]]) -> list[str]:
    """Attach the lines of the file; neighbours on one line share its mention.

    >>> with_lines([("a > b", 3), ("c > d", 4), ("e > f", 4)])
    ['a > b (line 3)', 'c > d', 'e > f (both line 4)']
    """
    found: list[str] = []
    for line, group in groupby(items, key=lambda item: item[1]):
        words = [word for word, _ in group]
        if line is not None:
            all_of = {1: "", 2: "both "}.get(len(words), "all ")
            words[-1] += f" ({all_of}line {line})"
        found += words
    return found


def line_numbers(lines: Iterable[int | None]) -> str:
    """Return the lines in brackets, a space before, or nothing if there are none.

    >>> line_numbers([15, 14, None, 15]), line_numbers(range(9))
    (' (lines 14, 15)', ' (lines 0, 1, 2, ...)')
    """
    found = sorted({line for line in lines if line is not None})
    if not found:
        return ""
    shown = ", ".join(map(str, found[:3])) + (", ..." if len(found) > 3 else "")
    return f" (line{'s' if len(found) > 1 else ''} {shown})"
