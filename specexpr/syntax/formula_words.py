"""Formulas in plain English.

Every formula has words, and their brackets say how they belong together. The common patterns have words of
their own: never, whenever, again and again. What nests deeper than anyone reads is left out: "...".
"""

from __future__ import annotations

from typing import assert_never

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.models.environment import Environment
from specexpr.syntax.formulas import CHAINS, CONSTANTS, FALSE, LTL, TRUE, UNARY, Dialect, chain, weakly_next
from specexpr.syntax.names import write_name


def formula_words(environment: Environment, formula: Formula, *, dialect: Dialect = LTL) -> str:
    """Return a formula in plain English.

    >>> from specexpr.syntax.formulas import compound, label
    >>> from specexpr.testing.examples import ENTAILMENT
    >>> answered = compound(Operator.IMPLIES, label("ask"), compound(Operator.EVENTUALLY, label("tell")))
    >>> formula_words(Environment("e", ENTAILMENT), compound(Operator.ALWAYS, answered))
    'whenever ask, sooner or later tell'
    """
    return _Speaker(environment, dialect).say(formula)


_DEEPEST = 8
"""So many brackets within each other are written."""

_WORDS = (
    "again all already always and asked asks at be come comes doing either exactly false first from going "
    "holds if in is it last later leave long may meant more must need never next no not of on once only "
    "or out some sooner speaks stays step steps than that the then there this time to true until up "
    "whenever which with write "
)
ENGLISH = frozenset(_WORDS.split())
"""A name that is one of these words stands in quotes in a sentence."""


class _Speaker:
    def __init__(self, environment: Environment, dialect: Dialect) -> None:
        self._environment, self._dialect = environment, dialect
        self._depth = 0

    def say(self, formula: Formula) -> str:
        """Return the words of a formula."""
        if isinstance(formula, Atom):
            return self._atom(formula)
        operator, parts = formula.operator, formula.parts
        if operator in CONSTANTS:
            return operator.value
        weak = weakly_next(formula) if self._dialect.weak_next is not None else None
        if weak == FALSE:
            return "it is the last step"
        if weak is not None:
            return f"if there is a next step, then there {self._part(weak)}"
        if operator in UNARY:
            return self._single(operator, parts[0])
        if operator in CHAINS:
            links = [link for part in parts for link in chain(operator, part)]
            return (" and " if operator is Operator.AND else " or ").join(map(self._part, links))
        if operator is Operator.IMPLIES:
            premises, then = _implied(formula)
            return f"if {' and '.join(map(self._part, premises))} then {self._part(then)}"
        one, other = map(self._part, parts)
        match operator:
            case Operator.IFF:
                return f"{one} exactly if {other}"
            case Operator.UNTIL:
                return f"{one} until {other}, which must come"
            case Operator.WEAK:
                return f"{one} until {other}, which need not come"
            case Operator.STRONG:
                return f"{other} up to and with {one}, which must come"
            case Operator.RELEASE:
                return f"{other} up to and with {one}, which need not come"
            case _:
                raise ValueError(f"{operator} joins {len(parts)} formulas")

    def _single(self, operator: Operator, formula: Formula) -> str:
        inner = formula.operator if isinstance(formula, Compound) else None
        parts = formula.parts if isinstance(formula, Compound) else ()
        match operator, inner:
            case Operator.ALWAYS, Operator.IMPLIES:
                premises, then = _implied(formula)
                return f"whenever {' and '.join(map(self._part, premises))}, {self._open(then, operator)}"
            case Operator.ALWAYS, Operator.EVENTUALLY:
                return f"again and again {self._part(parts[0])}"
            case Operator.EVENTUALLY, Operator.ALWAYS:
                return f"from some step on always {self._part(parts[0])}"
            case (Operator.ALWAYS, Operator.NOT) | (Operator.NOT, Operator.EVENTUALLY):
                return f"never {self._part(parts[0])}"
            case Operator.NEXT, _:
                return self._next(formula)
            case Operator.EVENTUALLY, _:
                return f"sooner or later {self._open(formula, operator)}"
            case Operator.ALWAYS, _:
                return f"always {self._part(formula)}"
            case _:
                return f"not {self._part(formula)}"

    def _next(self, formula: Formula) -> str:
        count = 1
        while isinstance(formula, Compound) and formula.operator is Operator.NEXT:
            count, formula = count + 1, formula.parts[0]
        when = "at the next step" if count == 1 else f"{count} steps later"
        if self._dialect.weak_next is None:
            return f"{when} {self._open(formula, Operator.NEXT)}"
        exists = "there is a next step" if count == 1 else f"there are {count} more steps"
        return exists if formula == TRUE else f"{exists}, and there {self._part(formula)}"

    def _part(self, formula: Formula) -> str:
        """Return the words of a part, in brackets unless it is an atom."""
        if isinstance(formula, Atom) or formula.operator in CONSTANTS:
            return self.say(formula)
        if self._depth >= _DEEPEST:
            return "(...)"
        self._depth += 1
        words = self.say(formula)
        self._depth -= 1
        return f"({words})"

    def _open(self, formula: Formula, before: Operator) -> str:
        """Return the words of a part that comes last: without brackets after another operator of one."""
        if isinstance(formula, Compound) and formula.operator in UNARY and formula.operator is not before:
            return self.say(formula)
        return self._part(formula)

    def _atom(self, atom: Atom) -> str:
        states, actions = self._environment.states, self._environment.actions
        match atom.kind:
            case AtomKind.LABEL:
                return write_name(str(atom.what), reserved=ENGLISH)
            case AtomKind.AT:
                return f"in {write_name(states[int(atom.what)], reserved=ENGLISH)}"
            case AtomKind.DO:
                return f"doing {write_name(actions[int(atom.what)], reserved=ENGLISH)}"
            case AtomKind.NEXT:
                return f"going to {write_name(states[int(atom.what)], reserved=ENGLISH)}"
            case _:
                assert_never(atom.kind)


def _implied(formula: Formula) -> tuple[list[Formula], Formula]:
    """Return f, g, .. and h of f -> (g -> (.. -> h)), which is (f & g & ..) -> h."""
    premises: list[Formula] = []
    while isinstance(formula, Compound) and formula.operator is Operator.IMPLIES:
        premises.append(formula.parts[0])
        formula = formula.parts[1]
    return premises, formula
