"""The value of every objective at every policy of its environment: computed, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from specexpr.certify.document import SCHEMA
from specexpr.certify.writing import to_text
from specexpr.diagnostics import Diagnostic, NoAutomaton, NoValue, Report, Severity, naming
from specexpr.document.document import Document
from specexpr.exact import Interval, Value, rational_text
from specexpr.expressivity.task import Objective
from specexpr.formalism import find_formalism
from specexpr.models.policy import Policy
from specexpr.report.layout import Block, Grid, Line, Piece, Style, line, named, row
from specexpr.report.rationals import both
from specexpr.syntax.names import shown

_POLICIES = 6


@dataclass(frozen=True, slots=True)
class Approximate:
    """A value in floats: not proved, not even enclosed."""

    number: float


@dataclass(frozen=True, slots=True)
class Valued:
    """An objective with the value of each policy of its environment, by name; None where it has none."""

    objective: Objective
    values: tuple[tuple[str, Value | Approximate | None], ...]


def valued_objectives(
    document: Document, report: Report, *, begin: Callable[[Objective], None] | None = None
) -> Iterator[Valued]:
    """Yield every objective with its values; those that cannot be evaluated are reported."""
    for objective in document.objectives:
        formalism = find_formalism(objective.formalism)
        if formalism is None or formalism.evaluate is None:
            message = f"objective {shown(objective.name)} is left out: {objective.formalism} has no values"
            report(Diagnostic(id="cannot-evaluate", message=message, severity=Severity.WARNING))
            continue
        if begin is not None:
            begin(objective)
        policies = document.policies.get(objective.environment.name, ())
        evaluate = partial(formalism.evaluate, objective.environment, objective.spec)
        try:
            with naming(shown(objective.name)):
                values = _present_values(objective, evaluate, policies, report)
        except NoAutomaton as error:
            report_all(error, report)
            continue
        yield Valued(objective, tuple(zip((str(p.name) for p in policies), values, strict=True)))


def _present_values(
    objective: Objective,
    evaluate: Callable[[Sequence[Policy]], Sequence[Value]],
    policies: Sequence[Policy],
    report: Report,
) -> Sequence[Value | None]:
    """Return the values of policies; those that have none are reported as warnings."""
    try:
        return evaluate(policies)
    except NoValue:  # some may have one: each by itself
        pass
    found: list[Value | None] = []
    for policy in policies:
        try:
            found += evaluate([policy])
        except NoValue as error:
            found.append(None)
            who, by = shown(str(policy.name)), shown(objective.name)
            message = f"policy {who} has no value by {by}: {error.reason}"
            report(Diagnostic(id="no-value", message=message, severity=Severity.WARNING))
    return found


def estimated_objectives(
    document: Document, report: Report, *, begin: Callable[[Objective], None] | None = None
) -> Iterator[Valued]:
    """Yield every objective with about its values; those that cannot be evaluated are reported."""
    for objective in document.objectives:
        formalism = find_formalism(objective.formalism)
        if formalism is None or formalism.approximate is None:
            message = (
                f"objective {shown(objective.name)} is left out: "
                f"{objective.formalism} has no approximate values"
            )
            report(Diagnostic(id="cannot-evaluate", message=message, severity=Severity.WARNING))
            continue
        if begin is not None:
            begin(objective)
        policies = document.policies.get(objective.environment.name, ())
        try:
            with naming(shown(objective.name)):
                numbers = formalism.approximate(objective.environment, objective.spec, policies)
        except NoAutomaton as error:
            report_all(error, report)
            continue
        values = map(Approximate, numbers)
        yield Valued(objective, tuple(zip((str(p.name) for p in policies), values, strict=True)))


def report_all(error: NoAutomaton, report: Report) -> None:
    """Pass on what is said of an objective; the others are done all the same."""
    for one in error.diagnostics:
        report(one)


def values_text(valued: Iterable[Valued]) -> str:
    """Return the values as JSON."""
    values: list[object] = [
        {
            "objective": one.objective.name,
            "environment": one.objective.environment.name,
            "policy": policy,
            "value": _json(value),
        }
        for one in valued
        for policy, value in one.values
        if value is not None
    ]
    return to_text({"schema": SCHEMA, "values": values})


def _json(value: Value | Approximate) -> object:
    """Return an exact value as its text, an enclosure as its ends, an approximate value as such."""
    if isinstance(value, Approximate):
        return {"approximate": f"{value.number:.12g}"}
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    if isinstance(value, Interval):
        return {"lo": rational_text(value.lo), "hi": rational_text(value.hi)}
    return rational_text(value)


def value_text(value: Value | Approximate | None) -> str:
    """Return a value for a table; of an enclosure the digits that both ends share, or its ends.

    Approximate values are marked by a tilde, and none by a dash.

    >>> from fractions import Fraction
    >>> value_text(Interval(Fraction(14142, 10000), Fraction(14143, 10000)))
    'about 1.414'
    """
    if value is None:
        return "-"
    if isinstance(value, Approximate):
        return f"~{value.number:.9g}"
    if isinstance(value, tuple):
        return f"({', '.join(value_text(one) for one in value)})"
    if not isinstance(value, Interval):
        return both(value)
    for digits in range(12, 3, -1):
        low, high = (f"{float(x):.{digits}g}" for x in (value.lo, value.hi))
        if low == high:
            return f"about {low}"
    return f"between {float(value.lo):.6g} and {float(value.hi):.6g}"


def value_blocks(valued: Sequence[Valued], document: Document) -> Iterator[Block]:
    """Yield a table for each environment: its objectives as rows, or its policies if they are many."""
    if not document.objectives:
        yield line(f"{document.source.name} has no objective: nothing to evaluate")
        return
    groups: dict[str, list[Valued]] = {}
    for one in valued:
        groups.setdefault(one.objective.environment.name, []).append(one)
    for k, (name, some) in enumerate(groups.items()):
        if k:
            yield Line()
        if len(document.environments) > 1:
            yield line(Piece(named(name), Style.STRONG))
        policies = [policy for policy, _ in some[0].values]
        if not policies:
            yield line(f"{shown(name)} has no policy: nothing to evaluate")
        elif len(policies) <= _POLICIES:
            rows = [row(named(one.objective.name), *(value_text(v) for _, v in one.values)) for one in some]
            yield Grid(("objective", *map(named, policies)), tuple(rows))
        else:
            columns = zip(*([value_text(value) for _, value in one.values] for one in some), strict=True)
            rows = [row(named(policy), *cells) for policy, cells in zip(policies, columns, strict=True)]
            yield Grid(("policy", *(named(one.objective.name) for one in some)), tuple(rows))
        yield from _in_words([one.objective for one in some])


def _in_words(objectives: Iterable[Objective]) -> Iterator[Block]:
    """Yield the objectives that have words in plain English, each as it is printed and in words."""
    for objective in objectives:
        formalism = find_formalism(objective.formalism)
        if formalism is not None and formalism.words is not None and formalism.print is not None:
            where, spec = objective.environment, objective.spec
            yield Line()
            yield line(Piece(named(objective.name), Style.STRONG), f": {formalism.print(where, spec)}")
            yield line(f"that is, {formalism.words(where, spec)}", indent=2)
