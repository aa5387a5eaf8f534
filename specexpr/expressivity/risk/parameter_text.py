"""Say in words which level or rate does, or why none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import exp, log

from specexpr.certify.algebraic import Algebraic, Number
from specexpr.certify.kinds.parameter import (
    BaseWitness,
    Certain,
    LevelWitness,
    ParameterWitness,
    RateWitness,
    parameter_values,
)
from specexpr.certify.kinds.parameter_cells import Cell, CellsCertificate
from specexpr.certify.law import Law
from specexpr.certify.model import Relation, Table
from specexpr.certify.risk import returns_of
from specexpr.exact import rational_text
from specexpr.expressivity.conflict_text import ConflictText, Wording
from specexpr.expressivity.everywhere_text import middle, polynomial_text
from specexpr.expressivity.explanation import conflict_summary
from specexpr.expressivity.naming import Names, called
from specexpr.expressivity.phrases import counted, line_numbers, number_text, with_lines
from specexpr.expressivity.reward_text import valued_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Words

_FEW_CELLS = 12
_FEW_POLICIES = 12


def parameter_words(question: Question, formalism: str, proof: ParameterWitness) -> Words:
    """Return the level or rate, and what it values policies at."""
    name = called(question.setting.given[0].name)
    value = parameter_values(returns_of(question.claim()), formalism, proof)
    match proof:
        case LevelWitness(level=level):
            said = f"cvar {{ {rational_text(level)} of {name} }}"
            return Words(said, "\n".join([said, *valued_lines(question, value)]))
        case RateWitness(rate=rate):
            said = f"entropic {{ {rational_text(rate)} of {name} }}"
            text = said if rate else f"{said}, which is the mean"
            values = entropic_lines(question, value, float(rate)) if rate else valued_lines(question, value)
            return Words(said, "\n".join([text, *values]))
        case BaseWitness(unit=unit, base=base):
            said = f"entropic value of {name} with b {rate_text(unit, base)}"
            values = entropic_lines(question, value, _about_rate(unit, base))
            return Words(said, "\n".join([said[0].upper() + said[1:], *values]))


def entropic_lines(question: Question, value: Callable[[int, Table], Certain], rate: float) -> Iterator[str]:
    """Yield the named policies in their exact order, with about what they are worth, where they are few."""
    task, names = question.task, Names(question.task)
    for k, environment in enumerate(task.environments):
        tables = {policy.table: None for index, policy in task.policies if index == k}
        if 0 < len(tables) <= _FEW_POLICIES:
            found = sorted(((value(k, table), names.policy(k, table)) for table in tables), reverse=True)
            levels: list[tuple[Certain, list[str]]] = []
            for worth, said in found:
                if levels and levels[-1][0] == worth:
                    levels[-1][1].append(said)
                else:
                    levels.append((worth, [said]))
            where = f" in {called(environment.name)}" if len(task.environments) > 1 else ""
            parts = [f"{' = '.join(said)} = {_entropic_text(worth.law, rate)}" for worth, said in levels]
            yield f"Values{where}: {'; '.join(parts)}"


def _entropic_text(law: Law, rate: float) -> str:
    """Return about (1/b) log E exp(bG)."""
    if len(law) == 1:
        return number_text(law[0][0])
    outcomes = [(float(x), float(p)) for x, p in law]
    top = max(rate * x for x, _ in outcomes)
    return f"about {(top + log(sum(p * exp(rate * x - top) for x, p in outcomes))) / rate:.4g}"


def _about_rate(unit: Fraction, base: Number) -> float:
    return log(middle(base) if isinstance(base, Algebraic) else base) / float(unit)


def rate_text(unit: Fraction, base: Number) -> str:
    """Return about the b of a base z = exp(b unit), and the equation that z solves."""
    about = f"about {_about_rate(unit, base):.6g}"
    power = "b" if unit == 1 else f"b {rational_text(unit)}"
    if unit.numerator == 1 < unit.denominator:
        power = f"b/{unit.denominator}"
    if isinstance(base, Algebraic):
        return f"{about}: z = exp({power}) is a root of {polynomial_text(base.minpoly, 'z')}"
    return f"{about}: exp({power}) = {number_text(base)}"


def cells_words(question: Question, formalism: str, proof: CellsCertificate) -> Words:
    """Return where which constraint fails."""
    terms = proof.terms
    noun = "level of CVaR" if formalism == "cvar" else "b"
    everywhere = f"at every {noun}" if formalism == "cvar" else f"for every {noun}"
    text = ConflictText(question, terms, Wording(noun, ""))
    lines = tuple(sorted({term.line for term in terms if term.line is not None}))
    names = Names(question.task)
    sides = [[names(term.model, side) for side in (term.better, term.worse)] for term in terms]
    asked = [
        with_lines([(f"{better} {term.relation} {worse}", term.line)])[0]
        for (better, worse), term in zip(sides, terms, strict=True)
    ]
    if len(terms) == 1:
        more, less = text.lotteries()
        if more and text.behaving_alike(more, less) is not None:
            return Words(conflict_summary(terms), text.whole(), lines)
        ((better, worse),) = sides
        how = {
            Relation.STRICT: f"{worse} is worth at least as much as {better}",
            Relation.WEAK: f"{worse} is worth more than {better}",
            Relation.TIE: f"{better} and {worse} differ",
        }[terms[0].relation]
        said = f"{everywhere[0].upper()}{everywhere[1:]} {how}, so {asked[0]} fails."
        return Words(f"{how} {everywhere}{line_numbers(lines)}", said, lines)
    parts = [f"  {where}: {asked[term]}" for where, term in _places(proof)]
    if len(parts) > _FEW_CELLS:
        parts = [*parts[:_FEW_CELLS], f"  and so on, {counted(len(parts) - _FEW_CELLS, 'more place')}"]
    summary = f"{everywhere} one of {counted(len(terms), 'constraint')} fails{line_numbers(lines)}"
    head = f"{everywhere[0].upper()}{everywhere[1:]} some constraint fails:"
    return Words(summary, "\n".join([head, *parts]), lines)


def _places(proof: CellsCertificate) -> Iterator[tuple[str, int]]:
    """Yield each stretch and point in words with the number of its term, from the least on.

    Cells of one term that only a point at which it fails, too, divides are told as one. An end at which no
    point is given belongs to the stretch of a `>`, before it or else after it.
    """
    points = {point.at: point.term for point in proof.points}
    strict = [term.relation is Relation.STRICT for term in proof.terms]
    stretches: list[Cell] = []
    for cell in proof.cells:
        last = stretches[-1] if stretches else None
        if last is not None and last.term == cell.term and points.get(cell.lo, cell.term) == cell.term:
            stretches[-1] = replace(last, hi=cell.hi)
        else:
            stretches.append(cell)
    has_lo = False
    for cell, after in zip(stretches, [*stretches[1:], None], strict=True):
        has_hi = after is not None and cell.hi not in points and strict[cell.term]
        yield _stretch(cell, proof.unit, has_lo=has_lo, has_hi=has_hi), cell.term
        has_lo = after is not None and cell.hi not in points and not strict[cell.term]
        if cell.hi in points and points[cell.hi] != cell.term:
            yield f"at {_shown(cell.hi, proof.unit)}", points[cell.hi]


def _stretch(cell: Cell, unit: Fraction | None, *, has_lo: bool, has_hi: bool) -> str:
    is_last = cell.hi is None or (unit is None and cell.hi == 1)
    low = "" if cell.lo == 0 else f"{'from' if has_lo else 'above'} {_shown(cell.lo, unit)}"
    high = "" if is_last else f"{'up to' if has_hi else 'below'} {_shown(cell.hi, unit)}"
    if low and high:
        return f"{low} {'' if has_hi else 'and '}{high}"
    return low or high or "everywhere"


def _shown(x: Number | None, unit: Fraction | None) -> str:
    assert x is not None
    if unit is None:
        assert isinstance(x, Fraction)
        return number_text(x)
    if x == 1:
        return "0"
    return f"about {_about_rate(unit, x):.6g}"
