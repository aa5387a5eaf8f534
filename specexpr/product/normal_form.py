"""The disjunctive normal form of a guard over labels: `e&!n|f`.

A term is a set of literals; one that contains a label both ways is dropped, and so is one that contains
another.
"""

from __future__ import annotations

from typing import TypeAlias, assert_never

from specexpr.syntax.guards import And, At, Constant, Do, Guard, Labelled, Next, Not, Or

MOST_TERMS = 2_000

Literal: TypeAlias = tuple[str, bool]
"""A label, and whether it holds."""

Terms: TypeAlias = list[frozenset[Literal]]


class TooManyTermsError(Exception):
    """The normal form is larger than anybody reads."""


def normal_form(guard: Guard) -> str | None:
    """Return a guard as a disjunction of conjunctions, or None for one that never holds.

    >>> normal_form(Not(Or((Labelled("e"), And((Labelled("f"), Not(Labelled("g"))))))))
    '!e&!f|!e&g'
    """
    terms = _terms(guard, is_positive=True)
    if not terms:
        return None
    return "|".join("&".join(map(_literal, sorted(term))) for term in terms) if all(terms) else "True"


def _literal(literal: Literal) -> str:
    label, is_positive = literal
    return label if is_positive else f"!{label}"


def _terms(guard: Guard, *, is_positive: bool) -> Terms:
    """Return the terms of a guard, or of its negation."""
    match guard:
        case Labelled(label=label):
            return [frozenset({(label, is_positive)})]
        case Constant(value=value):
            return [frozenset()] if value is is_positive else []
        case Not(guard=negated):
            return _terms(negated, is_positive=not is_positive)
        case And(guards=guards) | Or(guards=guards):
            parts = [_terms(part, is_positive=is_positive) for part in guards]
            is_sum = isinstance(guard, Or) is is_positive
            return _reduced([term for part in parts for term in part]) if is_sum else _multiplied(parts)
        case At() | Do() | Next():
            raise ValueError("a normal form has labels only")
        case _:
            assert_never(guard)


def _multiplied(parts: list[Terms]) -> Terms:
    found: Terms = [frozenset()]
    for part in parts:
        both = (one | other for one in found for other in part)
        found = _reduced([term for term in both if not any((x, not sign) in term for x, sign in term)])
    return found


def _reduced(terms: Terms) -> Terms:
    """Return the terms that contain no other one, each once."""
    if len(terms) > MOST_TERMS:
        raise TooManyTermsError
    kept: Terms = []
    for term in dict.fromkeys(terms):
        if not any(other < term for other in terms):
            kept.append(term)
    return kept
