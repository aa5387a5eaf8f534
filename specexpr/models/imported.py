"""Models from outside: floats made exact, row by row, and a result that says what was done.

Nothing here reads a format; the readers next door do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import isfinite, lcm

from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, Severity, SpecError
from specexpr.exact import rational_text
from specexpr.models.environment import Environment

Number = int | float | Fraction

Ratio = tuple[int, int]
"""A numerator and a positive denominator without common factor."""

FINITE = "nan and inf come from a division by zero or an overflow: find it where the number is computed"
"""The hint where a number is not finite."""

Place = str | tuple[str, str]
"""Where a row stands: its (state, action), or words."""

_NEAR = 10**12  # a rational may lie 1/_NEAR from the float that it replaces
_SMALL = 1e-3
_SLACK = 10**9  # a row of floats that sums to one within 1/_SLACK may be renormalised
_PLAIN = 1 << 20  # a float with a smaller denominator is meant as the binary fraction that it is
_MOST_SUMMED = 10**6
_WIDEST = 60  # characters of a number that are shown
_SHOWN = 10  # problems of one kind that are listed before they are only counted


@dataclass(frozen=True, slots=True)
class Imported:
    """An environment from outside and what was done to make it exact.

    `notes` are diagnostics of severity note or warning (a row was renormalised, the table leaves something
    out). `reward` and `discount` are those of the source, where it has a reward.
    """

    environment: Environment
    notes: tuple[Diagnostic, ...] = ()
    reward: tuple[RewardEntry, ...] = ()
    discount: Fraction | None = None


class Reading(StrEnum):
    """How the numbers of a row were made exact, in the order in which the readings are tried."""

    GIVEN = "as given"
    SIMPLEST = "the simplest rational within 1e-12"
    DECIMAL = "the shortest decimal"
    RENORMALISED = "the binary value, renormalised"


@dataclass(frozen=True, slots=True)
class ExactRow:
    """Positive rationals that sum to one, in the order of the numbers they stand for."""

    values: tuple[Fraction, ...]
    reading: Reading


def _simplest_between(low: int, high: int, below: int) -> Ratio:
    """Return the rational with the least denominator in [low / below, high / below], for 0 < low <= high.

    Both ends share the partial quotients of the answer's continued fraction up to its last one.
    """
    a, b, c, d = low, below, high, below
    p, q, before_p, before_q = 1, 0, 0, 1
    while True:
        whole, rest = divmod(a, b)
        if rest == 0 or whole < c // d:
            whole += rest != 0
            return whole * p + before_p, whole * q + before_q
        p, q, before_p, before_q = whole * p + before_p, whole * q + before_q, p, q
        a, b, c, d = d, c - whole * d, b, rest


def _simplest(number: Number) -> Ratio:
    above, below = number.as_integer_ratio()
    if below == 1 or not isinstance(number, float):
        return above, below
    size = abs(above)
    p, q = _simplest_between(size * (_NEAR - 1), size * (_NEAR + 1), below * _NEAR)
    return (p, q) if above > 0 else (-p, q)


def _simplest_small(number: Number) -> Ratio:
    """Return the simplest rational within 1e-12 in all of a small positive float.

    A difference of floats needs it: (1 - 0.9999) / 2 stands for 1/20000, to which it is less near relatively.
    """
    above, below = number.as_integer_ratio()
    if number > _SMALL or not isinstance(number, float):
        return _simplest(number)
    slack = min(2 * below, above * _NEAR)
    return _simplest_between(2 * above * _NEAR - slack, 2 * above * _NEAR + slack, 2 * below * _NEAR)


def _decimal(number: Number) -> Ratio:
    return (
        Decimal(repr(number)).as_integer_ratio() if isinstance(number, float) else number.as_integer_ratio()
    )


_TRIED = (
    (_simplest, Reading.SIMPLEST, 1.0),
    (_decimal, Reading.DECIMAL, 1.0),
    (_simplest_small, Reading.SIMPLEST, _SMALL),
)
"""The readings of a row, each with the size that its least number must not exceed."""


@lru_cache(maxsize=1 << 16)
def simplest(number: Number) -> Fraction:
    """Return the simplest rational within 1e-12 of a float, relative to it; other numbers stay as they are.

    >>> simplest(0.33333333333333337)
    Fraction(1, 3)
    """
    return Fraction(*_simplest(number))


def exact_row(numbers: Sequence[Number]) -> ExactRow:
    """Make the positive probabilities of a row exact; raise ValueError, with the reason, if it is no law.

    Ints and Fractions stay as they are. Floats become simple rationals only if the row then sums to one;
    else they keep their binary values, divided by their sum when that is within 1e-9 of one.

    >>> exact_row((0.1, 0.9)).values
    (Fraction(1, 10), Fraction(9, 10))
    """
    if not numbers:
        raise ValueError("probabilities must sum to 1, these sum to 0")
    if not all(map(is_finite, numbers)) or min(numbers) <= 0:
        odd = next(number for number in numbers if not is_finite(number) or number <= 0)
        raise ValueError(f"a probability must be a number between 0 and 1, not {_shown(odd)}")
    least = min(numbers)
    given = [number.as_integer_ratio() for number in numbers]
    parts, below, total = _common(given)
    floats = [number for number in numbers if isinstance(number, float)]
    if total == below and (not floats or below <= _PLAIN):
        return ExactRow(tuple(Fraction(*ratio) for ratio in given), Reading.GIVEN)
    if floats and abs(total - below) * _SLACK <= below:
        for read, reading, size in _TRIED:
            if least <= size:
                ratios = list(map(read, numbers))
                _, one, mass = _common(ratios)
                if mass == one:
                    values = tuple(Fraction(*ratio) for ratio in ratios)
                    return ExactRow(values, Reading.GIVEN if ratios == given else reading)
        return ExactRow(tuple(Fraction(part, total) for part in parts), Reading.RENORMALISED)
    if max(numbers) > _MOST_SUMMED:  # the sum may be no float any more
        raise ValueError(f"a probability must be a number between 0 and 1, not {_shown(max(numbers))}")
    shown = _shown(total / below if floats else Fraction(total, below))
    raise ValueError(f"probabilities must sum to 1, these sum to {shown}")


def is_finite(number: Number) -> bool:
    """Say whether a number is neither infinite nor NaN; ints and Fractions of any size are finite."""
    return not isinstance(number, float) or isfinite(number)


def _shown(number: Number) -> str:
    text = repr(number) if isinstance(number, float) else rational_text(Fraction(number))
    return text if len(text) <= _WIDEST else text[:_WIDEST] + "..."


def _common(ratios: Sequence[Ratio]) -> tuple[list[int], int, int]:
    """Return integers n_i and the least d with n_i / d = ratios[i], and the sum of the n_i."""
    below = lcm(*[denominator for _, denominator in ratios])
    parts = [numerator * (below // denominator) for numerator, denominator in ratios]
    return parts, below, sum(parts)


@dataclass(slots=True)
class RowReader:
    """Makes rows exact, remembers those that it has seen, and collects what was done and what was wrong."""

    _seen: dict[tuple[Number, ...], ExactRow] = field(default_factory=dict)
    _places: dict[Reading, list[Place]] = field(default_factory=dict)
    _examples: dict[Reading, str] = field(default_factory=dict)
    _problems: list[Diagnostic] = field(default_factory=list)

    def read(self, numbers: tuple[Number, ...], place: Place) -> tuple[Fraction, ...] | None:
        """Return the exact row, or None once the problem is noted."""
        # Equal Fractions and floats are read differently, so only rows without Fractions are shared.
        row = None if Fraction in map(type, numbers) else self._seen.get(numbers)
        if row is None:
            try:
                row = exact_row(numbers)
            except ValueError as error:
                self.refuse(place, str(error), numbers)
                return None
            if Fraction not in map(type, numbers):
                self._seen[numbers] = row
        if row.reading is not Reading.GIVEN:
            self._places.setdefault(row.reading, []).append(place)
            if row.reading not in self._examples:
                self._examples[row.reading] = next(
                    f"{number!r} as {value}"
                    for number, value in zip(numbers, row.values, strict=True)
                    if number != value
                )
        return row.values

    def refuse(
        self, place: Place, message: str, numbers: Sequence[Number] = (), *, help: str | None = None
    ) -> None:
        """Note that a row is wrong; without `help` the hint is about probabilities."""
        hint = help or "write probabilities as fractions, or as floats that sum to one within 1e-9"
        if not all(map(is_finite, numbers)):
            hint = FINITE
        elif any(isinstance(number, float) and _is_single(number) for number in numbers):
            hint += "; single precision (float32) keeps 7 digits only"
        self._problems.append(Diagnostic(id="bad-row", message=f"{_words(place)}: {message}", help=hint))

    def raise_problems(self) -> None:
        """Raise SpecError with every problem noted so far, if there is one."""
        if self._problems:
            more = len(self._problems) - _SHOWN
            counted = Diagnostic(id="bad-row", message=f"{more} more rows are wrong") if more > 0 else None
            raise SpecError([*self._problems[:_SHOWN], *([counted] if counted else [])])

    def notes(self) -> Iterator[Diagnostic]:
        """Yield one note for each reading that changed a number."""
        for reading, places in self._places.items():
            where = _words(places[0]) + (f" and {len(places) - 1} more rows" if len(places) > 1 else "")
            example = self._examples[reading]
            if reading is Reading.RENORMALISED:
                message = f"divided the probabilities by their sum, which was within 1e-9 of one: {where}"
                yield Diagnostic(id="renormalised-row", message=message, severity=Severity.WARNING)
            else:
                message = f"read floats as {reading} ({example}): {where}"
                yield Diagnostic(id="float-made-exact", message=message, severity=Severity.NOTE)


def _words(place: Place) -> str:
    return place if isinstance(place, str) else f'state "{place[0]}", action "{place[1]}"'


def _is_single(number: float) -> bool:
    """Say whether a float has no more digits than single precision holds, and is no short binary fraction."""
    numerator, denominator = number.as_integer_ratio()
    return denominator > _PLAIN and numerator.bit_length() <= 24
