"""Numbers of a text as exact rationals; a bad one is a diagnostic on its span."""

from __future__ import annotations

import re
from fractions import Fraction

from specexpr.diagnostics import Diagnostic, Report
from specexpr.exact import MAX_EXPONENT, rational, rational_text
from specexpr.syntax.names import clipped
from specexpr.syntax.nodes import Leaf

_ZERO, _ONE = Fraction(0), Fraction(1)
_LONGEST_SHOWN = 40

_OPEN_POINT = re.compile(r"(?<!\d)(?=\.\d)|\.(?=$|[eE])", re.ASCII)
_HUGE_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?0*[1-9]\d{6,}", re.ASCII)


def read_number(leaf: Leaf, report: Report) -> Fraction | None:
    """Return the rational that a leaf writes, or None once the problem is reported."""
    try:
        return rational(leaf.text)
    except ValueError as error:
        message, why = f"{clipped(leaf.text)} is not a number", str(error)
        if _HUGE_EXPONENT.fullmatch(leaf.text):
            why = f"an exponent may be at most {MAX_EXPONENT}"
        if not why.startswith("not a number"):
            message += f" that can be read: {why}"
        report(Diagnostic(id="bad-number", message=message, span=leaf.span, help=number_hint(leaf.text)))
        return None


def number_hint(text: str) -> str:
    """Return what to write for a number that cannot be read: itself, if a digit beside its point is missing.

    >>> number_hint(".8"), number_hint("-5.e2"), number_hint("half")
    ('write 0.8', 'write -5e2', 'write 9/10, 0.9, 3 or 1e-3')
    """
    mended = _OPEN_POINT.sub(lambda match: "" if match[0] else "0", text)
    try:
        rational(mended)
    except ValueError:
        return "write 9/10, 0.9, 3 or 1e-3"
    return "write 9/10, 0.9, 3 or 1e-3" if mended == text else f"write {clipped(mended)}"


def read_probability(leaf: Leaf, report: Report) -> Fraction | None:
    """Return a rational that is not negative, or None once the problem is reported."""
    value = read_number(leaf, report)
    if value is None or value >= _ZERO:
        return value
    message = f"a probability must not be negative, {clipped(leaf.text)} is"
    hint = "write a number between 0 and 1"
    report(Diagnostic(id="bad-probability", message=message, span=leaf.span, help=hint))
    return None


def read_discount(leaf: Leaf, report: Report) -> Fraction | None:
    """Return a rational strictly between 0 and 1, or None once the problem is reported."""
    value = read_number(leaf, report)
    if value is None or _ZERO < value < _ONE:
        return value
    message = f"a discount must lie strictly between 0 and 1, {clipped(leaf.text)} does not"
    report(Diagnostic(id="bad-discount", message=message, span=leaf.span, help="write discount 9/10"))
    return None


def read_beta(leaf: Leaf, report: Report) -> Fraction | None:
    """Return a rational from 0 to 1, 0 left out, or None once the problem is reported."""
    value = read_number(leaf, report)
    if value is None or _ZERO < value <= _ONE:
        return value
    message = f"beta must be more than 0 and at most 1, {clipped(leaf.text)} is not"
    report(Diagnostic(id="bad-number", message=message, span=leaf.span, help="write beta 7/10, say"))
    return None


def read_count(leaf: Leaf, report: Report, word: str, *, most: int) -> int | None:
    """Return a whole number from 1 to `most`, or None once the problem is reported."""
    value = read_number(leaf, report)
    if value is None or (value.denominator == 1 and 0 < value <= most):
        return None if value is None else int(value)
    message = f"{word} must be a whole number from 1 to {most}, {clipped(leaf.text)} is not"
    report(Diagnostic(id="bad-number", message=message, span=leaf.span, help=f"write {word} 3, say"))
    return None


def shown_number(value: Fraction) -> str:
    """Return a rational for a message: exactly if that is short, else by its size."""
    text = rational_text(value) if value.denominator.bit_length() + value.numerator.bit_length() < 500 else ""
    if 0 < len(text) <= _LONGEST_SHOWN:
        return text
    try:
        return f"about {float(value)}"
    except OverflowError:
        return "a number beyond 1e308"
