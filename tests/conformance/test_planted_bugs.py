"""The kit finds mistakes in what a decision takes its question to be, from its verdicts alone.

Each mistake is planted before the decision of Markov rewards, and its proofs are hidden from the kernel and
not confirmed: what finds it is the truth, or asking again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import Inexpressible, Verdict
from specexpr.formalism import find_formalism
from specexpr.testing import ConformanceError, Law, check_formalism, confirm_markov_proof, markov_reward_truth
from specexpr.testing.brute_force import reachable_states
from specexpr.testing.tasks import altered

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE

Decide = Callable[[Question], Verdict]
Mistake = Callable[[Claim], Claim]
Hide = Callable[[Verdict, Question], Verdict]


def related(old: Relation, new: Relation | None) -> Mistake:
    """Take one relation for another, or drop it."""

    def mistake(claim: Claim) -> Claim:
        return replace(
            claim,
            constraints=tuple(
                replace(c, relation=new or c.relation) if c.relation is old else c
                for c in claim.constraints
                if c.relation is not old or new is not None
            ),
        )

    return mistake


def with_sets(change: Callable[[Claim, AcceptableSet], AcceptableSet]) -> Mistake:
    return lambda claim: replace(claim, acceptable=tuple(change(claim, x) for x in claim.acceptable))


def with_models(change: Callable[[Model], Model]) -> Mistake:
    return lambda claim: replace(claim, models=tuple(map(change, claim.models)))


def with_tables(change: Callable[[Table], Table]) -> Mistake:
    def mistake(claim: Claim) -> Claim:
        constraints = (
            replace(c, better=change(c.better), worse=change(c.worse))
            if isinstance(c, PolicyConstraint)
            else c
            for c in claim.constraints
        )
        sets = (
            replace(
                x,
                good=tuple(dict.fromkeys(map(change, x.good))),
                over=None if x.over is None else tuple(map(change, x.over)),
            )
            for x in claim.acceptable
        )
        return replace(claim, constraints=tuple(constraints), acceptable=tuple(sets))

    return mistake


def fringe(claim: Claim, x: AcceptableSet, *, of: Iterable[Table], reachable_only: bool) -> AcceptableSet:
    """Let good policies compete with what is one action away from them."""
    if x.over is not None:
        return x
    model = claim.models[x.model]
    near = [
        (*table[:s], ((a, Fraction(1)),), *table[s + 1 :])
        for table in of
        for s in (reachable_states(model, table) if reachable_only else range(len(table)))
        for a in model.rows[s]
    ]
    return replace(x, over=tuple(dict.fromkeys(near)))


def likeliest(table: Table) -> Table:
    return tuple(((max(row, key=lambda entry: entry[1])[0], Fraction(1)),) for row in table)


def rounded(table: Table) -> Table:
    """Round probabilities to the nearest millionth."""
    rows = []
    for row in table:
        kept = [(a, Fraction(round(p * 10**6), 10**6)) for a, p in row]
        rows.append(tuple((a, p) for a, p in kept if p))
    return tuple(rows)


def every_action_everywhere(model: Model) -> Model:
    """Let an action that is not available do nothing."""
    rows = [
        {a: row.get(a, ((s, Fraction(1)),)) for a in range(len(model.actions))}
        for s, row in enumerate(model.rows)
    ]
    return replace(model, rows=tuple(rows))


def swap_trajectories(claim: Claim) -> Claim:
    return replace(
        claim,
        constraints=tuple(
            replace(c, better=c.worse, worse=c.better)
            if isinstance(c, TrajectoryConstraint) and c.relation is WEAK
            else c
            for c in claim.constraints
        ),
    )


MISTAKES: Mapping[str, Mistake] = {
    "weak taken as strict": related(WEAK, STRICT),
    "strict taken as weak": related(STRICT, WEAK),
    "tie taken as weak": related(TIE, WEAK),
    "a dropped tie": related(TIE, None),
    "a dropped weak constraint": related(WEAK, None),
    "the last constraint forgotten": lambda claim: replace(claim, constraints=claim.constraints[:-1]),
    "better and worse swapped in trajectories": swap_trajectories,
    "equal treated as range": with_sets(lambda _, x: replace(x, acceptance=Acceptance.RANGE)),
    "range treated as equal": with_sets(lambda _, x: replace(x, acceptance=Acceptance.EQUAL)),
    "a universe that forgets a listed policy": with_sets(
        lambda _, x: x if x.over is None else replace(x, over=x.over[:-1])
    ),
    "a universe that forgets the deterministic policies": with_sets(
        lambda _, x: replace(x, over=x.over or ())
    ),
    "a universe that forgets stochastic good policies": with_sets(
        lambda _, x: replace(x, good=tuple(t for t in x.good if t == likeliest(t)) or x.good)
    ),
    "a fringe that skips unreachable states": with_sets(
        lambda claim, x: fringe(claim, x, of=x.good, reachable_only=True)
    ),
    "a fringe of the first good policy only": with_sets(
        lambda claim, x: fringe(claim, x, of=x.good[:1], reachable_only=False)
    ),
    "modulo unreachable ignored": lambda claim: replace(claim, modulo_unreachable=False),
    "modulo unreachable always on": lambda claim: replace(claim, modulo_unreachable=True),
    "a fixed discount": lambda claim: replace(claim, discount=Fraction(9, 10)),
    "start distribution replaced by the first state": with_models(
        lambda m: replace(m, start=((0, Fraction(1)),))
    ),
    "availability ignored": with_models(every_action_everywhere),
    "stochastic policies taken for their likeliest actions": with_tables(likeliest),
    "probabilities rounded": with_tables(rounded),
    "one model for the whole family": lambda claim: replace(
        claim, models=claim.models[:1] * len(claim.models)
    ),
}


def decide_markov_reward(question: Question) -> Verdict:
    """Decide with the manifest of Markov rewards."""
    formalism = find_formalism("mr")
    assert formalism is not None
    assert formalism.decide is not None
    return formalism.decide(question)


def mistaken(mistake: Mistake, hide: Hide) -> Decide:
    """Return a decision of the wrong claim whose proofs say that they are about the right one."""

    def decide(question: Question) -> Verdict:
        claim = mistake(question.claim())
        environments = zip(question.task.environments, claim.models, strict=True)
        asked = altered(
            question,
            environments=[replace(environment, model=model) for environment, model in environments],
            constraints=claim.constraints,
            acceptable=claim.acceptable,
        )
        options = Options(discount=claim.discount, modulo_unreachable=claim.modulo_unreachable)
        return hide(decide_markov_reward(replace(asked, options=options)), question)

    return decide


def find_out(decide: Decide, **known: object) -> ConformanceError:
    """Return how the kit finds out a decision that goes for that of Markov rewards."""
    formalism = find_formalism("mr")
    assert formalism is not None
    with pytest.raises(ConformanceError) as found:
        check_formalism(replace(formalism, decide=decide), truth=markov_reward_truth, **known)  # type: ignore[arg-type]
    return found.value


@pytest.mark.parametrize("name", MISTAKES)
def test_mistaken_questions_are_found_by_verdicts(name: str, unchecked: Hide) -> None:
    """The decision of another question than the one that was asked gives another answer somewhere."""
    error = find_out(mistaken(MISTAKES[name], unchecked))
    assert error.law in (Law.TRUTH, Law.ASKED_AGAIN)
    assert "task t in" in error.document


def test_members_of_a_family_decided_alone_are_found(unchecked: Hide) -> None:
    """One reward must serve all members of a family: a reward for each is not enough."""

    def decide(question: Question) -> Verdict:
        task = question.task
        verdicts = [
            decide_markov_reward(
                altered(
                    question,
                    environments=[environment],
                    constraints=[replace(c, model=0) for c in task.constraints if c.model == index],
                    acceptable=[replace(x, model=0) for x in task.acceptable if x.model == index],
                )
            )
            for index, environment in enumerate(task.environments)
        ]
        return unchecked(next((v for v in verdicts if isinstance(v, Inexpressible)), verdicts[0]), question)

    assert find_out(decide).law is Law.TRUTH


def test_a_mirrored_question_is_found_by_its_proofs(unchecked: Hide) -> None:
    """With better and worse swapped everywhere the verdict is right, since R and -R both are; R is not."""

    def swapped(claim: Claim) -> Claim:
        return replace(
            claim, constraints=tuple(replace(c, better=c.worse, worse=c.better) for c in claim.constraints)
        )

    assert find_out(mistaken(swapped, unchecked), confirm=confirm_markov_proof).law is Law.CONFIRMED


def test_a_verdict_on_another_question_is_found() -> None:
    """A proof that holds, but of something else, is no proof."""

    def decide(question: Question) -> Verdict:
        return decide_markov_reward(altered(question, constraints=question.task.constraints[:1]))

    assert find_out(decide).law is Law.SUBJECT
