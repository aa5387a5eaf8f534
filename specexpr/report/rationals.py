"""Exact rationals for people: in full where they are short, else with their decimals."""

from __future__ import annotations

from fractions import Fraction

from specexpr.exact import rational_text

_SHORT = 9
_DIGITS = 6
_LEAST = 3
_LONGEST = 24


def compact(value: Fraction) -> str:
    """Return a rational exactly if that is short, else the start of its decimal expansion.

    >>> compact(Fraction(-3, 2)), compact(Fraction(1234567, 987654))
    ('-3/2', '1.24999...')
    """
    text = _exact(value, _SHORT)
    return decimals(value) if text is None else text


def both(value: Fraction) -> str:
    """Return a rational exactly, with decimals beside it if they help; only these if it is very long.

    >>> both(Fraction(1, 2)), both(Fraction(12345, 678))
    ('1/2', '4115/226 = 18.2079...')
    """
    text = _exact(value, _LONGEST)
    if text is None:
        return decimals(value)
    return text if len(text) <= 5 or value.denominator == 1 else f"{text} = {decimals(value)}"


def _exact(value: Fraction, longest: int) -> str | None:
    """Return the exact text, or None if it is longer than that; huge numbers are not written out to see."""
    if value.numerator.bit_length() + value.denominator.bit_length() > 4 * longest + 8:
        return None
    text = rational_text(value)
    return text if len(text) <= longest else None


def decimals(value: Fraction) -> str:
    """Return the first digits of a rational, followed by `...` where more follow: cut off, not rounded.

    >>> decimals(Fraction(2, 3)), decimals(Fraction(1, 8)), decimals(Fraction(-1, 3 * 10**9))
    ('0.666666...', '0.125', '-3.33333...e-10')
    """
    if value < 0:
        return "-" + decimals(-value)
    if not value:
        return "0"
    power = _magnitude(value)
    if -5 <= power < 12:
        places = max(_LEAST, _DIGITS - 1 - power)
        digits, rest = divmod(value.numerator * 10**places, value.denominator)
        text = str(digits).zfill(places + 1)
        return _joined(text[:-places], text[-places:], is_exact=not rest)
    mantissa = value / Fraction(10) ** power
    digits, rest = divmod(mantissa.numerator * 10 ** (_DIGITS - 1), mantissa.denominator)
    text = str(digits)
    return f"{_joined(text[0], text[1:], is_exact=not rest)}e{power:+03d}"


def _joined(whole: str, fraction: str, *, is_exact: bool) -> str:
    if is_exact:
        return f"{whole}.{fraction}".rstrip("0").rstrip(".")
    return f"{whole}.{fraction}..."


def _magnitude(value: Fraction) -> int:
    """Return the p with 10^p <= value < 10^(p + 1)."""
    power = int((value.numerator.bit_length() - value.denominator.bit_length()) * 0.30103)
    while value >= Fraction(10) ** (power + 1):
        power += 1
    while value < Fraction(10) ** power:
        power -= 1
    return power
