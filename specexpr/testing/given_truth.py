"""What can be expressed by given objectives, by brute force: every choice, every policy, every comparison.

What objectives are worth their own definitions say, which stand in the files of one directory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path
from typing import Any, cast

from specexpr.certify.choices import Choice
from specexpr.certify.kinds.no_choice import NoChoice
from specexpr.certify.model import Model, PolicyConstraint, Relation, Table
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from specexpr.formalisms.reward import reward
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import Features, comparisons
from specexpr.testing.component_truth import true_values
from specexpr.testing.confirmation import holds

Vector = tuple[Fraction, ...]
Worth = Callable[[Vector], Any]
Row = tuple[Relation, Vector, Vector]

DISCOUNTS = (Fraction(1, 2), Fraction(9, 10))
_ZERO = Fraction(0)


def shaped_rewards(model: Model) -> tuple[Features, Features]:
    """Return two rewards on the steps of a model: for many followers, and for coming back to the start.

    They are the same when states and actions are renamed; a state that is never left pays 0.
    """
    first: dict[tuple[int, int, int], Fraction] = {}
    second: dict[tuple[int, int, int], Fraction] = {}
    start = {s for s, _ in model.start}
    for s, row in enumerate(model.rows):
        for a, law in row.items():
            for t, p in law:
                if t != s:
                    first[s, a, t] = Fraction(len(law)) - (1 if t in start else 0)
                    second[s, a, t] = p + (2 if t in start else -1)
    return first, second


def give(question: Question) -> Question:
    """Return a question with the two objectives in each environment."""
    found = []
    for environment in question.task.environments:
        for name, pays, discount in zip("ab", shaped_rewards(environment.model), DISCOUNTS, strict=True):
            found.append(
                Objective(
                    name, environment, "mr", reward(discount, {(s, a, t): x for (s, a, t), x in pays.items()})
                )
            )
    return replace(question, options=replace(question.options, given=tuple(found)))


def rows(question: Question, directory: Path, asked: Sequence[PolicyConstraint] | None = None) -> list[Row]:
    """Return all that is asked, by the values of its sides."""
    known: dict[tuple[int, Table], Vector] = {}
    given = question.options.given or ()

    def of(model: int, table: Table) -> Vector:
        key = model, table
        if key not in known:
            place = question.task.environments[model].name
            here = [one for one in given if one.environment.name == place]
            values = true_values(directory, here, Policy(table))
            known[key] = tuple(x for x in values if isinstance(x, Fraction))
            assert len(known[key]) == len(here)
        return known[key]

    every = [c for c in comparisons(question.claim()) if isinstance(c, PolicyConstraint)]
    some = every if asked is None else asked
    return list(dict.fromkeys((c.relation, of(c.model, c.better), of(c.model, c.worse)) for c in some))


def worths(formalism: str, some: Sequence[Row]) -> Iterator[Worth]:
    """Yield every way to value policies that an aggregate of the objectives leaves, for these vectors."""
    vectors = [side for _, *sides in some for side in sides]
    count = len(vectors[0]) if vectors else 2
    cuts = [sorted({v[i] for v in vectors} or {_ZERO}) for i in range(count)]
    cuts = [[*here, here[-1] + 1] for here in cuts]
    match formalism:
        case "maxmin":
            yield min
        case "maxmax":
            yield max
        case "lexmax":
            for order in permutations(range(count)):
                yield _listed(order)
        case "maxsat" | "feasible":
            for bounds in product(*cuts):
                yield _counted(bounds, is_all=formalism == "feasible")
        case _:
            for bar in (0, 1):
                for least in cuts[bar]:
                    yield _constrained(bar, least)


def _listed(order: Sequence[int]) -> Worth:
    return lambda v: tuple(v[i] for i in order)


def _counted(bounds: Sequence[Fraction], *, is_all: bool) -> Worth:
    def count(v: Vector) -> int:
        met = [x >= c for x, c in zip(v, bounds, strict=True)]
        return int(all(met)) if is_all else sum(met)

    return count


def _constrained(bar: int, least: Fraction) -> Worth:
    return lambda v: (1, v[1 - bar]) if v[bar] >= least else (0, v[bar])


def meets(worth: Worth, some: Sequence[Row]) -> bool:
    """Say whether a way to value policies is as asked."""
    return all(_holds(relation, worth(u), worth(v)) for relation, u, v in some)


def _holds(relation: Relation, better: Any, worse: Any) -> bool:
    return holds(Fraction((better > worse) - (better < worse)), relation)


def is_met(formalism: str, some: Sequence[Row]) -> bool:
    """Say whether some choice is as asked."""
    return any(meets(worth, some) for worth in worths(formalism, some))


def given_truth(formalism: str, question: Question, directory: Path) -> bool:
    """Say whether some choice of the aggregate is as the question asks."""
    return is_met(formalism, rows(question, directory))


def confirm_choice(formalism: str, question: Question, verdict: Verdict, directory: Path) -> str | None:
    """Return what is wrong with a choice, or with constraints that none meets, or None."""
    match verdict:
        case Expressible(witness=witness):
            if not isinstance(witness.proof, Choice):
                return "the witness is no choice"
            is_right = meets(_chosen(formalism, witness.proof), rows(question, directory))
            return None if is_right else "the choice does not order the policies as asked"
        case Inexpressible(certificate=certificate):
            if not isinstance(certificate.proof, NoChoice):
                return "the certificate is not about choices"
            return _doubt(formalism, question, certificate.proof, directory)
        case _:
            return None


def _chosen(formalism: str, choice: Choice) -> Worth:
    match formalism:
        case "maxmin":
            return min
        case "maxmax":
            return max
        case "lexmax":
            return _listed(choice.priorities)
        case "maxsat" | "feasible":
            return _counted([c for _, c in choice.thresholds], is_all=formalism == "feasible")
        case _:
            return _constrained(choice.priorities[0], choice.thresholds[0][1])


def _doubt(formalism: str, question: Question, proof: NoChoice, directory: Path) -> str | None:
    asked = {(c.model, c.better, c.worse, c.relation) for c in comparisons(question.claim())}
    terms = [(t.model, t.better, t.worse, t.relation) for t in proof.terms]
    if not asked.issuperset(terms):
        return "a term is not asked for"
    sides = [(cast(Table, t.better), cast(Table, t.worse)) for t in proof.terms]
    some = [
        rows(question, directory, [PolicyConstraint(t.model, *both, t.relation)])[0]
        for t, both in zip(proof.terms, sides, strict=True)
    ]
    if is_met(formalism, some):
        return "some choice meets the terms"
    for row in some:
        if not is_met(formalism, [other for other in some if other is not row]):
            return "a term can be spared"
    return None
