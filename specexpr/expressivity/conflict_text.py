"""Tell a linear conflict: two mixtures that no reward tells apart, and the constraints that want one above.

The terms of a certificate add up to nothing. Moving what is negative to the other side, they say that two
lotteries over policies have one occupancy; policies that occur on both sides cancel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd
from typing import cast

from specexpr.certify.model import Relation, Table, Trajectory
from specexpr.certify.proofs import Term
from specexpr.exact import common_denominator
from specexpr.expressivity.naming import Names
from specexpr.expressivity.phrases import joined, lottery, number_text, with_lines
from specexpr.expressivity.task import Question
from specexpr.models.policy import behaviour

_LARGEST = 5
_LONG = 1_000  # from here on whole-number weights are not worth reading


@dataclass(frozen=True, slots=True)
class Wording:
    """How to speak of a linear formalism: "every <noun>", two mixtures that <counts>, under which clock.

    counts: "visits every state-action pair exactly as often". clock: " (discounted at 9/10)", or nothing.
    """

    noun: str
    counts: str
    clock: str = ""


def visiting(question: Question, noun: str, *, clock: str = "") -> Wording:
    """Return the wording of a formalism that counts state-action pairs, or in a family transitions."""
    is_family = len(question.task.environments) > 1
    what = "takes every transition" if is_family else "visits every state-action pair"
    return Wording(noun, f"{what} exactly as often", clock)


def discounted_at(discount: Fraction) -> str:
    """Return the clock of a discount, in brackets."""
    return f" (discounted at {number_text(discount)})"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A constraint of the file, or all that one acceptable set contributes, in words."""

    words: str
    line: int | None


@dataclass(slots=True)
class _Accepted:
    """Good and bad policies of one acceptable set, in order; whether ties between good ones count."""

    place: str
    line: int | None
    good: dict[str, None] = field(default_factory=dict)
    bad: dict[str, None] = field(default_factory=dict)
    is_tied: bool = False

    def words(self) -> str:
        good, bad = list(self.good), list(self.bad)
        how = "accepted equally" if self.is_tied else "accepted"
        text = f"{self.place}{joined(good)} {_are(good)} {how}"
        return f"{text}, {joined(bad)} {_are(bad)} not" if bad else text


class ConflictText:
    """The sentences about the terms of one certificate."""

    def __init__(self, question: Question, terms: Sequence[Term], wording: Wording) -> None:
        self.task = question.task
        self.terms = terms
        self.wording = wording
        self.names = Names(question.task)

    def whole(self) -> str:
        """Return the story of a conflict of a few terms, nothing left out."""
        more, less = self.lotteries()
        if not more:
            asked = self.constraints()
            return f"The constraints contradict each other whatever the policies are worth: {asked}."
        alike = self.behaving_alike(more, less)
        if alike is None:
            equal = self._equal(more, less)
        elif len(self.terms) == 1:
            end = f"No {self.wording.noun} can tell them apart"
            if self._is_accepted(self.terms[0]):
                end += "; `modulo unreachable` counts them as one"
            return f"{self.constraints()}, but they behave alike: {alike}. {end}."
        else:
            pair = joined([*more, *less])
            equal = f"{pair} behave alike: {alike}. So every {self.wording.noun} values them alike."
        better = "the first mixture" if len(more) > 1 else next(iter(more))
        return f"{equal} Yet the task wants {better} to be worth more: {self.constraints()}."

    def abridged(self) -> str:
        """Return the two mixtures of a conflict of many terms, and its heaviest constraints."""
        more, less = self.lotteries()
        if not more:
            many = f"{len(self.terms):,} constraints"
            return f"{many} contradict each other whatever the policies are worth. {self.heaviest()}"
        better = "the first mixture" if len(more) > 1 else next(iter(more))
        return (
            f"{self._equal(more, less)} Yet {len(self.terms):,} constraints of the task together want "
            f"{better} to be worth more. {self.heaviest()}"
        )

    def enclosed(self) -> str:
        """Return what kind of conflict it is where the weights are known to lie in intervals only."""
        return (
            f"With suitable weights, {len(self.terms):,} constraints want one mixture of {self._things()} to "
            f"be worth more than another one that {self._visits('')}{self.wording.clock}, and "
            f"{self._every_reward()} values the two alike. The proof "
            "shows that such weights exist, close to those below, and does not write them out. "
            f"{self.heaviest()}"
        )

    def heaviest(self) -> str:
        """Return the constraints that weigh most, one a line."""
        lines = ["The heaviest of them:"]
        for term in sorted(self.terms, key=lambda term: -abs(term.weight))[:_LARGEST]:
            (asked,) = self._asked([term])
            (words,) = with_lines([(asked.words, asked.line)])
            lines.append(f"  {words}, weight {number_text(abs(term.weight))}")
        return "\n".join(lines)

    def _name(self, term: Term, side: Table | Trajectory) -> str:
        return self.names(term.model, side, is_trajectory=term.is_trajectory)

    def lotteries(self) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
        """Return what the terms ask to be worth more and less, by name, each with weights that sum to 1."""
        net: dict[str, Fraction] = {}
        for term in self.terms:
            for side, weight in ((term.better, term.weight), (term.worse, -term.weight)):
                name = self._name(term, side)
                net[name] = net.get(name, Fraction(0)) + weight
        total = sum((weight for weight in net.values() if weight > 0), Fraction(0))
        more = {name: weight / total for name, weight in net.items() if weight > 0}
        less = {name: -weight / total for name, weight in net.items() if weight < 0}
        return more, less

    def _equal(self, more: Mapping[str, Fraction], less: Mapping[str, Fraction]) -> str:
        first, second = (lottery(list(side.items()), noun=self._things()) for side in (more, less))
        if len(more) > 1:
            first = first[0].upper() + first[1:]
        both = "the two mixtures" if len(more) > 1 and len(less) > 1 else "both"
        return (
            f"{first} {self._visits(second)}{self.wording.clock}. "
            f"So {self._every_reward()} values {both} alike."
        )

    def _visits(self, other: str) -> str:
        return self.wording.counts + (f" as {other}" if other else "")

    def _every_reward(self) -> str:
        is_family = len(self.task.environments) > 1
        return f"every {self.wording.noun}" + (" shared by the environments" if is_family else "")

    def _things(self) -> str:
        kinds = {"sequences" if term.is_trajectory else "policies" for term in self.terms}
        return joined(sorted(kinds))

    def behaving_alike(self, more: Mapping[str, Fraction], less: Mapping[str, Fraction]) -> str | None:
        """Return how two policies differ if each side is one policy of one environment."""
        if len(more) > 1 or len(less) > 1:
            return None
        sides: dict[str, tuple[int, Table]] = {}
        for term in self.terms:
            if term.is_trajectory:
                return None
            for side in (term.better, term.worse):
                sides.setdefault(self._name(term, side), (term.model, cast(Table, side)))
        (model, one), (elsewhere, other) = sides[next(iter(more))], sides[next(iter(less))]
        chain = self.task.environments[model].model
        if model != elsewhere or behaviour(chain, one) != behaviour(chain, other):
            return None
        return f"they differ only in {self.names.differing(model, one, other)}, which neither reaches"

    def constraints(self) -> str:
        """Return the constraints with their lines, and with their weights where these differ."""
        asked = self._asked(self.terms)
        text = joined(with_lines([(one.words, one.line) for one in asked]))
        if len(asked) == len(self.terms):
            weights, _ = common_denominator([abs(term.weight) for term in self.terms])
            weights = [weight // gcd(*weights) for weight in weights]
            if len(set(weights)) > 1 and max(weights) < _LONG:
                text += f", with weights {joined([str(weight) for weight in weights])}"
        return text

    def _asked(self, terms: Sequence[Term]) -> list[_Asked]:
        """Return what the file asks, a set once; a tie with a negative weight is read the other way round."""
        found: list[_Asked | _Accepted] = []
        sets: dict[tuple[int, int | None], _Accepted] = {}
        for term in terms:
            sides = (term.better, term.worse) if term.weight >= 0 else (term.worse, term.better)
            better, worse = (self.names.plain(term.model, x, is_trajectory=term.is_trajectory) for x in sides)
            place = self.names.place(term.model)
            place += " " if place else ""
            if not self._is_accepted(term):
                found.append(_Asked(f"{place}{better} {term.relation} {worse}", term.line))
                continue
            accepted = sets.get((term.model, term.line))
            if accepted is None:
                accepted = sets[term.model, term.line] = _Accepted(place, term.line)
                found.append(accepted)
            accepted.good[better] = None
            if term.relation is Relation.TIE:
                accepted.is_tied = True
                accepted.good[worse] = None
            else:
                accepted.bad[worse] = None
        return [one if isinstance(one, _Asked) else _Asked(one.words(), one.line) for one in found]

    def _is_accepted(self, term: Term) -> bool:
        """Say whether a term comes from an acceptable set and from no constraint."""
        return bool(self.task.acceptable) and not any(
            (c.model, c.relation, c.line) == (term.model, term.relation, term.line)
            and c.better == term.better
            and c.worse == term.worse
            for c in self.task.constraints
        )


def _are(words: Sequence[str]) -> str:
    return "is" if len(words) == 1 else "are"
