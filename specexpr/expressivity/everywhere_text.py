"""Tell a conflict at every discount, and a reward at an algebraic one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from specexpr.certify.algebraic import Algebraic, Coefficients
from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.kinds.farkas_any import FarkasAnyCertificate
from specexpr.certify.polynomial import sign
from specexpr.certify.proofs import Term
from specexpr.certify.stretch import Stretch
from specexpr.certify.supports import Support
from specexpr.exact import rational_text
from specexpr.expressivity.conflict_text import ConflictText, Wording, discounted_at
from specexpr.expressivity.phrases import counted, line_numbers, number_text
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Words
from specexpr.syntax.patterns import cell_text

_FEW_CELLS = 4
_FEW_TERMS = 8
_FEW_ENTRIES = 10
_HALVINGS = 30  # of the interval of an algebraic number before it is shown


def everywhere_words(question: Question, proof: FarkasAnyCertificate, wording: Wording) -> Words:
    """Return why no discount will do: the conflict of each interval, at one discount inside."""
    terms = [term for support in proof.supports for term in support.terms]
    lines = sorted({term.line for term in terms if term.line is not None})
    parts = []
    if len(proof.supports) == 1 and all(len(weight) == 1 for weight in proof.supports[0].weights):
        clock = " (at every discount)"
        parts.append(_story(question, proof.supports[0], Fraction(1, 2), wording, clock=clock))
    else:
        for cell in proof.cells[:_FEW_CELLS]:
            t = _between(cell.lo, cell.hi)
            story = _story(question, proof.supports[cell.support], t, wording, clock=discounted_at(t))
            between = f"Between {discount_text(cell.lo)} and {discount_text(cell.hi)}"
            parts.append(f"{between}, for example: {story}")
        if len(proof.cells) > _FEW_CELLS:
            parts.append(f"And so on, {counted(len(proof.cells) - _FEW_CELLS, 'interval')} more.")
        if proof.points:
            where = "; ".join(discount_text(point.discount) for point in proof.points)
            parts.append(f"At the discounts between two intervals, {where}, other weights do the same.")
    summary = f"conflict at every discount, {counted(len(proof.supports), 'set')} of constraints"
    return Words(summary + line_numbers(lines), "\n".join(parts), tuple(lines))


def _story(question: Question, support: Support, t: Fraction, wording: Wording, *, clock: str) -> str:
    weights = [_value(weight, t) for weight in support.weights]
    terms = _scaled(support.terms, weights)
    text = ConflictText(question, terms, replace(wording, clock=clock))
    return text.whole() if len(terms) <= _FEW_TERMS else text.abridged()


def _scaled(terms: Sequence[Term], weights: Sequence[Fraction]) -> list[Term]:
    """Return the terms with these weights, signs turned so that those of `>` are positive."""
    strict = [w for term, w in zip(terms, weights, strict=True) if term.relation == ">"]
    sign = -1 if any(w < 0 for w in strict) else 1
    total = sum(map(abs, strict), Fraction(0)) or Fraction(1)
    return [replace(t, weight=sign * w / total) for t, w in zip(terms, weights, strict=True) if w]


def _value(weight: Coefficients, t: Fraction) -> Fraction:
    return sum((c * t**k for k, c in enumerate(weight)), Fraction(0))


def discount_text(number: Fraction | Algebraic) -> str:
    """Return a discount; of an irrational one its first digits and the equation that it solves."""
    if isinstance(number, Fraction):
        return number_text(number)
    return f"about {float(middle(number)):.6g} (a root of {polynomial_text(number.minpoly)})"


def middle(number: Algebraic) -> Fraction:
    """Return a rational close to an algebraic number."""
    lo, hi = number.lo, number.hi
    low = sign(number.minpoly, lo)
    for _ in range(_HALVINGS):  # one simple root lies between the ends, where the signs differ
        half = (lo + hi) / 2
        lo, hi = (half, hi) if sign(number.minpoly, half) == low else (lo, half)
    return (lo + hi) / 2


def stretches_text(stretches: Sequence[Stretch]) -> str:
    """Return a set of discounts in words.

    >>> half, one = Fraction(1, 2), Fraction(1)
    >>> stretches_text([Stretch(Fraction(0), half, False, True), Stretch(half, half, True, True)])
    'above 0 up to and including 1/2; 1/2 alone'
    """
    found = []
    for one in stretches:
        if one.has_lo and one.has_hi and one.lo == one.hi:
            found.append(f"{discount_text(one.lo)} alone")
            continue
        low = "from" if one.has_lo else "above"
        high = "up to and including" if one.has_hi else "and below"
        found.append(f"{low} {discount_text(one.lo)} {high} {discount_text(one.hi)}")
    return "; ".join(found) or "none"


def polynomial_text(coefficients: Sequence[int], name: str = "g") -> str:
    """Return a polynomial in a number of that name, highest power first.

    >>> polynomial_text((-1, 0, 2))
    '2g^2 - 1'
    """
    parts: list[str] = []
    for k in reversed(range(len(coefficients))):
        c = coefficients[k]
        if c:
            power = "" if k == 0 else name if k == 1 else f"{name}^{k}"
            size = "" if abs(c) == 1 and k else str(abs(c))
            parts.append((("- " if c < 0 else "+ ") if parts else ("-" if c < 0 else "")) + size + power)
    return " ".join(parts) or "0"


def _between(lo: Fraction | Algebraic, hi: Fraction | Algebraic) -> Fraction:
    """Return the simplest rational between two numbers."""
    low = lo.hi if isinstance(lo, Algebraic) else lo
    high = hi.lo if isinstance(hi, Algebraic) else hi
    for below in range(2, 1 << 16):
        above = int(low * below) + 1
        if low < Fraction(above, below) < high:
            return Fraction(above, below)
    return (low + high) / 2


def value_text(value: Coefficients) -> str:
    """Return a polynomial in the discount with rational coefficients, lowest power first.

    >>> value_text((Fraction(1, 2), Fraction(0), Fraction(-3)))
    '1/2 + -3 g^2'
    """
    powers = ("" if k == 0 else " g" if k == 1 else f" g^{k}" for k in range(len(value)))
    return " + ".join(f"{rational_text(c)}{power}" for c, power in zip(value, powers, strict=True) if c)


def algebraic_reward_words(question: Question, proof: AlgebraicReward) -> Words:
    """Return the reward in entries of the language, its numbers polynomials in the discount."""
    model = question.task.environments[0].model
    places = (model.states, model.actions, model.states)
    lines = [f"Markov reward, discount g = {discount_text(proof.discount)}, 0 where nothing is listed:"]
    entries = [entry for entry in proof.reward if any(entry.value)]
    for entry in entries[:_FEW_ENTRIES]:
        cell = (entry.state, entry.action) + (() if entry.next is None else (entry.next,))
        lines.append(f"  {cell_text(cell, places[: len(cell)])}: {value_text(entry.value)}")
    if len(entries) > _FEW_ENTRIES:
        lines.append(f"  ... and {counted(len(entries) - _FEW_ENTRIES, 'more line')}")
    summary = f"reward with {counted(len(entries), 'entry')} at {discount_text(proof.discount)}"
    return Words(summary, "\n".join(lines))
