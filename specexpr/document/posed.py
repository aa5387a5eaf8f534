"""Whether a task makes sense: no cycle through a strict constraint, no sequence better than itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.diagnostics import Span
from specexpr.document.context import Context
from specexpr.document.cycles import Edge, strict_cycles
from specexpr.models.environment import Environment
from specexpr.models.policy import behaviour, is_deterministic

ILL_POSED = frozenset({"strict-cycle", "identical-trajectories"})
"""The ids of what is no mistake in the text but a question without sense."""

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A constraint or an acceptable set with where and how the file says it."""

    what: PolicyConstraint | TrajectoryConstraint | AcceptableSet
    span: Span
    text: str
    sides: tuple[str, str] = ("", "")


def is_well_posed(context: Context, environments: Sequence[Environment], asked: Sequence[Asked]) -> bool:
    """Report every cycle that contains a strict constraint; return whether there is none."""
    edges = [edge for one in asked for edge in _edges(one)]
    if any(isinstance(one.what, AcceptableSet) for one in asked) and len(asked) > 1:
        edges += _acceptance_edges(environments, asked)
    cycles = strict_cycles(edges)
    for cycle in cycles:
        _report(context, cycle)
    return not cycles


def _edges(asked: Asked) -> Iterator[Edge]:
    what = asked.what
    if isinstance(what, AcceptableSet):
        return
    better, worse = (what.model, what.better), (what.model, what.worse)
    yield Edge(better, worse, what.relation is Relation.STRICT, asked.span, asked.text, asked.sides)
    if what.relation is Relation.TIE:
        yield Edge(worse, better, False, asked.span, asked.text, asked.sides[::-1])


def _acceptance_edges(environments: Sequence[Environment], asked: Sequence[Asked]) -> Iterator[Edge]:
    """Yield good -> hub -> bad for the tables that the task names, and ties among good ones.

    A table that behaves like a good one is left out: whether it is bad depends on an option.
    """
    named: dict[int, dict[Table, None]] = {}
    for one in asked:
        match one.what:
            case PolicyConstraint(better=better, worse=worse):
                tables: tuple[Table, ...] = (better, worse)
            case AcceptableSet(good=good, over=over):
                tables = good + (over or ())
            case _:
                continue
        named.setdefault(one.what.model, {}).update(dict.fromkeys(tables))
    for k, one in enumerate(asked):
        if not isinstance(one.what, AcceptableSet):
            continue
        what = one.what
        model = environments[what.model].model
        alike = {behaviour(model, table) for table in what.good}
        universe = [t for t in named[what.model] if is_deterministic(t)] if what.over is None else what.over
        for table in what.good:
            yield Edge((what.model, table), ("hub", k), True, one.span, one.text)
        for table in universe:
            if behaviour(model, table) not in alike:
                yield Edge(("hub", k), (what.model, table), False, one.span, one.text)
        if what.acceptance is Acceptance.EQUAL:
            for a, b in zip(what.good, what.good[1:] + what.good[:1], strict=True):
                yield Edge((what.model, a), (what.model, b), False, one.span, one.text)


def _report(context: Context, cycle: Sequence[Edge]) -> None:
    said = list(dict.fromkeys((edge.span, edge.text) for edge in cycle))
    (span, text), *others = said
    alike = "".join(
        f"; {first.sides[1]} and {second.sides[0]} are the same"
        for first, second in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        if "" not in (first.sides[1], second.sides[0]) and first.sides[1] != second.sides[0]
    )
    if not others:
        is_sequence = text.startswith("(")
        message = f"{text} asks that a {'sequence' if is_sequence else 'policy'} be better than itself{alike}"
        hint = "remove this line, or write '~'"
        context.error("identical-trajectories" if is_sequence else "strict-cycle", message, span, help=hint)
        return
    shown = [f"{text} (line {context.line(where)})" for where, text in said[:_SHOWN]]
    more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    context.error(
        "strict-cycle",
        f"no order does all of this: {', '.join(shown)}{more}{alike}",
        span,
        help="remove one of these lines, or replace the '>' among them by '>=' or '~'",
        notes=tuple((where, "this closes the cycle") for where, _ in others),
    )
