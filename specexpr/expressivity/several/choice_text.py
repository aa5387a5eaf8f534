"""Say in words what a choice makes of given objectives, or why no choice orders policies as asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from specexpr.certify.choices import Box, Choice, Comparison, Ranks, Vector, meets, ranked, worth
from specexpr.certify.kinds.no_choice import NoChoice
from specexpr.certify.measure import Given, given_values
from specexpr.certify.model import PolicyConstraint, Relation, Table
from specexpr.certify.proofs import Term
from specexpr.expressivity.naming import Names, called
from specexpr.expressivity.phrases import counted, joined, line_numbers, number_text, with_lines
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Proof, Speak, Words

_SHOWN = 10


def speaking(formalism: str) -> Speak:
    """Return what says of a proof by given objectives what it is."""

    def speak(question: Question, proof: Proof) -> Words:
        claim = question.claim()
        story = _Story(question, formalism, given_values(claim.setting.given, claim.models))
        match proof:
            case Choice():
                return story.chosen(proof)
            case NoChoice():
                return story.conflict(proof)
            case _:
                raise TypeError(f"{formalism} has no proof that is a {type(proof).__name__}")

    return speak


def choice_text(formalism: str, choice: Choice, names: Sequence[str]) -> str:
    """Return a choice as the body of an objective, or what the objectives are joined by.

    >>> choice_text("consat", Choice((1, 0), ((1, Fraction(1, 2)),)), ["fast", "calm"])
    'fast subject to calm >= 1/2'
    """
    said = [called(name) for name in names]
    bounds = [f"{said[i]} >= {number_text(c)}" for i, c in choice.thresholds]
    match formalism:
        case "maxmin" | "maxmax":
            return f"the {'least' if formalism == 'maxmin' else 'greatest'} of {joined(said)}"
        case "lexmax":
            return ", then ".join(said[i] for i in choice.priorities)
        case "consat":
            return f"{said[choice.priorities[1]]} subject to {bounds[0]}"
        case _:
            return "; ".join(bounds)


@dataclass(slots=True)
class _Row:
    """A constraint in words, with its line and the values of its sides."""

    term: Term
    asked: str
    better: str
    worse: str
    comparison: Comparison

    @property
    def words(self) -> str:
        (text,) = with_lines([(self.asked, self.term.line)])
        return text


class _Story:
    """What is said of one proof."""

    def __init__(self, question: Question, formalism: str, given: Given) -> None:
        self.question, self.formalism, self.given = question, formalism, given
        self.names = Names(question.task)
        self.objectives = [called(one.name) for one in given.objectives]

    # -- a choice -----------------------------------------------------------------------------------------

    def chosen(self, choice: Choice) -> Words:
        """Return what a choice is, and what it makes of the named policies."""
        summary = choice_text(self.formalism, choice, [one.name for one in self.given.objectives])
        value = worth(self.formalism, choice)
        lines = []
        named = dict.fromkeys((model, policy.table) for model, policy in self.question.task.policies)
        for model, table in list(named)[:_SHOWN]:
            vector = self.given.vector(model, table)
            lines.append(f"  {self.names(model, table)}: {self.values(vector)}{self.worth(value(vector))}")
        if len(named) > _SHOWN:
            lines.append(f"  ... and {counted(len(named) - _SHOWN, 'more policy')}")
        head = {
            "lexmax": f"By priority {summary}:",
            "maxsat": f"The number of these that are met: {summary}.",
            "feasible": f"Inside are the policies that meet all of these: {summary}.",
            "consat": f"{summary}:",
        }.get(self.formalism, f"{summary[0].upper()}{summary[1:]}:")
        return Words(summary, "\n".join([head, *lines]))

    def values(self, vector: Vector) -> str:
        """Return the values of a policy by the names of the objectives."""
        pairs = zip(self.objectives, vector, strict=True)
        return ", ".join(f"{name} = {number_text(x)}" for name, x in pairs)

    def worth(self, value: Any) -> str:
        """Return what is said after the values of a policy."""
        match self.formalism:
            case "maxmin" | "maxmax" | "maxsat":
                return f"; worth {number_text(Fraction(value))}"
            case "feasible":
                return "; inside" if value else "; outside"
            case "consat":
                return f"; {'above' if value[0] else 'below'} the bar"
            case _:
                return ""

    # -- no choice ----------------------------------------------------------------------------------------

    def conflict(self, proof: NoChoice) -> Words:
        """Return which constraints no choice meets, and why."""
        rows = [self.row(term) for term in proof.terms]
        lines = tuple(sorted({term.line for term in proof.terms if term.line is not None}))
        if len(rows) == 1:
            return Words(f"{rows[0].asked} fails{line_numbers(lines)}", self.single(rows[0]), lines)
        explain: dict[str, Callable[[Sequence[_Row]], list[str]]] = {
            "lexmax": self.priorities,
            "maxsat": self.counted,
            "feasible": self.inside,
            "consat": self.bars,
        }
        text = "\n".join([*explain[self.formalism](rows), *self.table(rows)])
        return Words(f"conflict of {counted(len(rows), 'constraint')}{line_numbers(lines)}", text, lines)

    def row(self, term: Term) -> _Row:
        better, worse = term.better, term.worse
        one, other = (self.names.plain(term.model, side) for side in (better, worse))
        is_written = any(
            isinstance(c, PolicyConstraint)
            and (c.model, c.relation, c.better, c.worse) == (term.model, term.relation, better, worse)
            for c in self.question.task.constraints
        )
        if is_written:
            asked = f"{one} {term.relation} {other}"
        elif term.relation is Relation.TIE:
            asked = f"{one} ~ {other} (both accepted equally)"
        else:
            asked = f"{one} (accepted) > {other}"
        place = self.names.place(term.model)
        u, v = (self.given.vector(term.model, _table(side)) for side in (better, worse))
        return _Row(term, f"{place} {asked}" if place else asked, one, other, (term.relation, u, v))

    def single(self, row: _Row) -> str:
        """Return why one constraint cannot be met."""
        relation, u, v = row.comparison
        if u == v:
            return f"{row.words}, but both have the same values: {self.values(u)}."
        both = f"{row.better} has {self.values(u)}; {row.worse} has {self.values(v)}"
        if self.formalism in ("maxmin", "maxmax"):
            value = worth(self.formalism, Choice())
            what = choice_text(self.formalism, Choice(), [one.name for one in self.given.objectives])
            worths = f"{what} is {number_text(value(u))} at {row.better} and {number_text(value(v))} at"
            return f"{row.words}, but {worths} {row.worse}: {both}."
        if relation is Relation.TIE:
            return f"{row.words}, but their values differ: {both}."
        return f"{row.words}, but {row.worse} is at least as good in everything: {both}."

    def table(self, rows: Sequence[_Row]) -> Iterator[str]:
        """Yield the values of the policies of some constraints."""
        found: dict[str, Vector] = {}
        for row in rows:
            found.setdefault(row.better, row.comparison[1])
            found.setdefault(row.worse, row.comparison[2])
        yield "Values:"
        yield from (f"  {name}: {self.values(vector)}" for name, vector in list(found.items())[:_SHOWN])

    def priorities(self, rows: Sequence[_Row]) -> list[str]:
        """Return for each objective that may come first which constraint it fails."""
        left = list(rows)
        first: list[int] = []
        everyone = range(len(self.objectives))
        while True:
            fine = (
                i
                for i in everyone
                if i not in first and all(r.comparison[1][i] >= r.comparison[2][i] for r in left)
            )
            following = next(fine, None)
            if following is None:
                break
            first.append(following)
            left = [r for r in left if r.comparison[1][following] == r.comparison[2][following]]
        rest = [i for i in everyone if i not in first]
        among = joined([self.objectives[i] for i in rest])
        lines = [f"Some objective comes first of {among}, and whichever it is, a constraint fails:"]
        for i in rest:
            row = next(r for r in left if r.comparison[1][i] < r.comparison[2][i])
            u, v = (number_text(side[i]) for side in row.comparison[1:])
            lines.append(
                f"  {self.objectives[i]}: {row.words}, but it is {u} at {row.better} and {v} at {row.worse}"
            )
        if first:
            others = joined([self.objectives[i] for i in first])
            lines.append(f"In {others} the policies of these constraints do not differ.")
        return lines

    def bars(self, rows: Sequence[_Row]) -> list[str]:
        """Return for each objective as the bar, and each place of it, which constraint fails."""
        lines = []
        for bar in (0, 1):
            values = sorted({side[bar] for row in rows for side in row.comparison[1:]})
            cells = [*values, values[-1] + 1]
            failing = [self.failing_at(rows, bar, c) for c in cells]
            at = 0
            for _, some in groupby(failing, key=id):
                size = len(list(some))
                low = None if at == 0 else values[at - 1]
                high = None if at + size == len(cells) else values[at + size - 1]
                where = _between(low, high)
                words = failing[at].words
                lines.append(f"  a bar{where} for {self.objectives[bar]}: {words} fails")
                at += size
        return ["Wherever the bar is, a constraint fails:", *lines]

    def failing_at(self, rows: Sequence[_Row], bar: int, least: Fraction) -> _Row:
        choice = Choice((bar, 1 - bar), ((bar, least),))
        return next(row for row in rows if not meets("consat", choice, [row.comparison]))

    def inside(self, rows: Sequence[_Row]) -> list[str]:
        """Return how the constraints force a policy inside that must be outside."""
        names: dict[Vector, str] = {}
        for row in rows:
            for name, side in ((row.better, row.comparison[1]), (row.worse, row.comparison[2])):
                names.setdefault(side, name)
        outside = {row.comparison[2]: row for row in rows if row.comparison[0] is Relation.STRICT}
        found: list[Vector] = []
        lines: list[str] = []

        def enter(vector: Vector, why: str) -> bool:
            if vector in found:
                return False
            found.append(vector)
            end = ""
            if vector in outside:
                end = f"; but then {outside[vector].words} fails"
            lines.append(f"  {names[vector]} is inside: {why}{end}")
            return vector in outside

        for row in rows:
            if row.comparison[0] is Relation.STRICT and enter(row.comparison[1], row.words):
                return ["Some policy must be inside and outside:", *lines]
        while True:
            before = len(found)
            for row in rows:
                relation, u, v = row.comparison
                ways = [(v, u)] if relation is not Relation.STRICT else []
                ways += [(u, v)] if relation is Relation.TIE else []
                for lower, upper in ways:
                    if lower in found and enter(upper, f"{row.words}, and {names[lower]} is"):
                        return ["Some policy must be inside and outside:", *lines]
            for vector in names:
                why = self.covered(vector, found, names)
                if why is not None and enter(vector, f"it is at least as good as {why}"):
                    return ["Some policy must be inside and outside:", *lines]
            assert len(found) > before

    def covered(self, vector: Vector, inside: Sequence[Vector], names: Mapping[Vector, str]) -> str | None:
        """Return which policies inside a policy is at least as good as, objective by objective, or None."""
        for other in inside:
            if all(x >= y for x, y in zip(vector, other, strict=True)):
                return f"{names[other]} in everything"
        parts = []
        for i, x in enumerate(vector):
            back = next((other for other in inside if other[i] <= x), None)
            if back is None:
                return None
            parts.append(f"{names[back]} in {self.objectives[i]}")
        return joined(parts)

    def counted(self, rows: Sequence[_Row]) -> list[str]:
        """Return for boxes of thresholds, which cover all, which constraint fails in them."""
        ranks = ranked([row.comparison for row in rows], len(self.objectives))
        lines = [f"  {self.box(ranks, box)}: {rows[n].words} fails" for box, n in _boxes(ranks)]
        hidden = len(lines) - _SHOWN
        more = [f"  ... and {counted(hidden, 'more case')}"] if hidden > 0 else []
        head = "Whatever the thresholds are, a constraint fails:"
        note = "A threshold above all values does what one below all does."
        return [head, *lines[:_SHOWN], *more, note]

    def box(self, ranks: Ranks, box: Box) -> str:
        """Return the thresholds of a box; those that lie anywhere are left out."""
        parts = []
        for name, values, (first, last) in zip(self.objectives, ranks.values, box, strict=True):
            low = values[first - 1] if first else None
            high = values[last] if first or last < len(values) - 1 else None
            if low is not None or high is not None:
                parts.append(f"that of {name}{_between(low, high)}")
        return joined(parts) if parts else "anywhere"


def _boxes(ranks: Ranks) -> Iterator[tuple[Box, int]]:
    """Yield boxes that cover all thresholds, each with a comparison that fails in it."""
    pending = [ranks.box]
    while pending:
        box = pending.pop()
        failing = ranks.failing(box)
        if failing is None:
            pending += ranks.halves(box)
        else:
            yield box, failing


def _between(low: Fraction | None, high: Fraction | None) -> str:
    """Return where a threshold lies."""
    if low is not None and high is not None:
        return f" above {number_text(low)} and at most {number_text(high)}"
    if low is not None:
        return f" above {number_text(low)}"
    return "" if high is None else f" at most {number_text(high)}"


def _table(side: object) -> Table:
    assert isinstance(side, tuple)
    return side
