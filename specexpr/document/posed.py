"""Whether a task makes sense: no cycle through a strict constraint, no sequence better than itself."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

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
from specexpr.document.cycles import Edge, Vertex, strict_cycles
from specexpr.models.environment import Environment
from specexpr.models.policy import Behaviours, is_deterministic, mark

ILL_POSED = frozenset({"strict-cycle", "identical-trajectories"})
"""The ids of what is no mistake in the text but a question without sense."""

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """A constraint or an acceptable set with where and how the file says it.

    `is_written` is False where an objective decides the relation.
    """

    what: PolicyConstraint | TrajectoryConstraint | AcceptableSet
    span: Span
    text: str
    sides: tuple[str, str] = ("", "")
    is_written: bool = True


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A number for each table, equal iff the tables are; each table object is looked at once."""

    _by_object: dict[int, tuple[Table, int]] = field(default_factory=dict)
    _by_mark: dict[Hashable, int] = field(default_factory=dict)

    def of(self, table: Table) -> int:
        """Return the number of a table."""
        known = self._by_object.get(id(table))
        if known is None:  # an identity lasts as long as its table, which is kept beside it
            number = self._by_mark.setdefault(mark(table), len(self._by_mark))
            known = self._by_object[id(table)] = table, number
        return known[1]


def is_well_posed(context: Context, environments: Sequence[Environment], asked: Sequence[Asked]) -> bool:
    """Report every cycle that contains a strict constraint; return whether there is none."""
    numbers = _Numbers()
    edges = [edge for one in asked for edge in _edges(one, numbers)]
    if any(isinstance(one.what, AcceptableSet) for one in asked) and len(asked) > 1:
        edges += _acceptance_edges(environments, asked, numbers)
    cycles = strict_cycles(edges)
    for cycle in cycles:
        _report(context, cycle)
    return not cycles


def _edges(asked: Asked, numbers: _Numbers) -> Iterator[Edge]:
    what = asked.what
    if isinstance(what, AcceptableSet):
        return
    sides: tuple[Vertex, Vertex] = what.better, what.worse
    if isinstance(what, PolicyConstraint):
        sides = numbers.of(what.better), numbers.of(what.worse)
    better, worse = ((what.model, side) for side in sides)
    is_strict, written = what.relation is Relation.STRICT, asked.is_written
    yield Edge(better, worse, is_strict, asked.span, asked.text, asked.sides, written)
    if what.relation is Relation.TIE:
        yield Edge(worse, better, False, asked.span, asked.text, asked.sides[::-1], written)


def _acceptance_edges(
    environments: Sequence[Environment], asked: Sequence[Asked], numbers: _Numbers
) -> Iterator[Edge]:
    """Yield good -> hub -> bad for the tables that the task names, and ties among good ones.

    A table that behaves like a good one is left out: whether it is bad depends on an option.
    """
    named: dict[int, dict[int, Table]] = {}
    for one in asked:
        match one.what:
            case PolicyConstraint(better=better, worse=worse):
                tables: tuple[Table, ...] = (better, worse)
            case AcceptableSet(good=good, over=over):
                tables = good + (over or ())
            case _:
                continue
        here = named.setdefault(one.what.model, {})
        for table in tables:
            here.setdefault(numbers.of(table), table)
    behaviours = Behaviours([environment.model for environment in environments])
    for k, one in enumerate(asked):
        if not isinstance(one.what, AcceptableSet):
            continue
        what, hub = one.what, ("hub", k)
        acts = {t: numbers.of(behaviours.of(what.model, table)) for t, table in named[what.model].items()}
        good_ones = [numbers.of(table) for table in what.good]
        alike = {acts[t] for t in good_ones}
        universe = (
            [t for t, table in named[what.model].items() if is_deterministic(table)]
            if what.over is None
            else [numbers.of(table) for table in what.over]
        )
        for t in good_ones:
            yield Edge((what.model, t), hub, True, one.span, one.text, is_written=False)
        for t in universe:
            if acts[t] not in alike:
                yield Edge(hub, (what.model, t), False, one.span, one.text, is_written=False)
        if what.acceptance is Acceptance.EQUAL:
            for a, b in zip(good_ones, good_ones[1:] + good_ones[:1], strict=True):
                yield Edge((what.model, a), (what.model, b), False, one.span, one.text, is_written=False)


def _report(context: Context, cycle: Sequence[Edge]) -> None:
    said = list(dict.fromkeys((edge.span, edge.text) for edge in cycle))
    (span, text), *others = said
    same = [
        f"; {first.sides[1]} and {second.sides[0]} are the same"
        for first, second in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        if "" not in (first.sides[1], second.sides[0]) and first.sides[1] != second.sides[0]
    ]
    alike = "".join(same[:_SHOWN])
    if not others:
        is_sequence = text.startswith("(")
        message = f"{text} asks that a {'sequence' if is_sequence else 'policy'} be better than itself{alike}"
        hint = "remove this line, or write '~'"
        context.error("identical-trajectories" if is_sequence else "strict-cycle", message, span, help=hint)
        return
    shown = [f"{text} (line {context.line(where)})" for where, text in said]
    hidden = len(said) - _SHOWN
    if hidden > 0:
        shown[_SHOWN - 1 : -1] = [f"{hidden} more"]
        others[_SHOWN - 2 : -1] = []
    *between, (last, _) = others
    context.error(
        "strict-cycle",
        f"no order does all of this: {', '.join(shown)}{alike}",
        span,
        help=_remedy(cycle),
        notes=(*((where, "and this") for where, _ in between), (last, "this closes the cycle")),
    )


def _remedy(cycle: Sequence[Edge]) -> str:
    """Say what to write instead: a '>' can be replaced only where the file has one."""
    hint = "remove one of these lines"
    if any(edge.text.startswith("accept ") and not edge.is_written for edge in cycle):
        if all(edge.text.startswith("accept ") and not edge.is_written for edge in cycle):
            return f"{hint}, or accept all of these policies in one line: accept go stay"
        return f"{hint}: an accepted policy is better than every one that is not"
    strict = [edge for edge in cycle if edge.is_strict]
    if all(edge.is_written for edge in strict):
        return f"{hint}, or replace {'the' if len(strict) == 1 else 'each'} '>' among them by '>=' or '~'"
    if not any(edge.is_written for edge in cycle):
        return f"{hint}: the objectives order these policies differently"
    return f"{hint}: an order says what its objective decides"
