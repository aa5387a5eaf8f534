"""Formulas of temporal logic in English, with brackets wherever a reader could take them in two ways."""

from __future__ import annotations

from typing import assert_never

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.models.environment import Environment
from specexpr.syntax.names import write_name


def formula_english(environment: Environment, formula: Formula) -> str:
    """Return a formula in words.

    >>> from specexpr.testing.examples import MEMORY
    >>> first = Atom(AtomKind.DO, 0)
    >>> same = Compound(Operator.IFF, (first, Compound(Operator.NEXT, (first,))))
    >>> formula_english(Environment("memory", MEMORY), same)
    'a is taken exactly if (at the next step a is taken)'
    """
    if isinstance(formula, Atom):
        return _atom(environment, formula, negated=False)
    operator, parts = formula.operator, formula.parts
    if operator in (Operator.TRUE, Operator.FALSE):
        return "whatever happens" if operator is Operator.TRUE else "never, whatever happens"
    if operator is Operator.NOT:
        inner = parts[0]
        if isinstance(inner, Atom):
            return _atom(environment, inner, negated=True)
        return f"not {_operand(environment, inner)}"
    if operator in (Operator.AND, Operator.OR):
        links = _chain(operator, formula)
        return f" {_JOINED[operator]} ".join(_operand(environment, link) for link in links)
    if operator in (Operator.ALWAYS, Operator.EVENTUALLY):
        inner = parts[0]
        other = Operator.EVENTUALLY if operator is Operator.ALWAYS else Operator.ALWAYS
        if isinstance(inner, Compound) and inner.operator is other:
            often = "again and again" if operator is Operator.ALWAYS else "from some time on for ever"
            return f"{often} {_operand(environment, inner.parts[0])}"
    return _PATTERNS[operator].format(*(_operand(environment, part) for part in parts))


_JOINED = {Operator.AND: "and", Operator.OR: "or"}

_PATTERNS = {
    Operator.IMPLIES: "if {0} then {1}",
    Operator.IFF: "{0} exactly if {1}",
    Operator.NEXT: "at the next step {0}",
    Operator.EVENTUALLY: "at some time {0}",
    Operator.ALWAYS: "at all times {0}",
    Operator.UNTIL: "{0} until at last {1}",
    Operator.WEAK: "{0} until {1}, or for ever",
    Operator.RELEASE: "{1} up to and at the first time that {0}, or for ever",
    Operator.STRONG: "{1} up to and at the first time that {0}, which comes",
}


def _chain(operator: Operator, formula: Formula) -> list[Formula]:
    if isinstance(formula, Compound) and formula.operator is operator:
        return [link for part in formula.parts for link in _chain(operator, part)]
    return [formula]


def _operand(environment: Environment, formula: Formula) -> str:
    text = formula_english(environment, formula)
    inner = formula
    if isinstance(inner, Compound) and inner.operator is Operator.NOT:
        inner = inner.parts[0]
    return text if isinstance(inner, Atom) else f"({text})"


def _atom(environment: Environment, atom: Atom, *, negated: bool) -> str:
    what = atom.what
    match atom.kind:
        case AtomKind.LABEL:
            return f"{'not ' if negated else ''}{_called(str(what))}"
        case AtomKind.AT:
            return f"the state is {'not ' if negated else ''}{_called(environment.states[int(what)])}"
        case AtomKind.DO:
            return f"{_called(environment.actions[int(what)])} is {'not ' if negated else ''}taken"
        case AtomKind.NEXT:
            return f"the next state is {'not ' if negated else ''}{_called(environment.states[int(what)])}"
        case _:
            assert_never(atom.kind)


def _called(name: str) -> str:
    return write_name(name, reserved=frozenset())
