"""The kit finds mistakes in features, proofs and specifications, planted in the honest formalism."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any

import pytest

from specexpr.certify.model import Claim, Constraint, PolicyConstraint, Relation, TrajectoryConstraint
from specexpr.certify.proofs import FarkasCertificate, RewardWitness, Term
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Inexpressible, Undecided, Verdict
from specexpr.formalism import Formalism
from specexpr.testing import (
    ConformanceError,
    Kind,
    Law,
    check_formalism,
    confirm_markov_proof,
    markov_reward_truth,
)
from specexpr.testing.brute_force import (
    Differences,
    Features,
    Triple,
    comparisons,
    discounted_counts,
    occupancy,
)
from specexpr.testing.linear_truth import Conflict, Inequality, solve
from specexpr.testing.tasks import altered

Decision = Callable[..., Callable[[Question], Verdict]]
Sides = tuple[Features, Features]


def find_out(formalism: Formalism, **known: Any) -> ConformanceError:
    """Return how the kit finds out a formalism."""
    known.setdefault("truth", markov_reward_truth)
    with pytest.raises(ConformanceError) as found:
        check_formalism(formalism, **known)
    return found.value


def test_an_honest_formalism_keeps_all_laws(naive: Formalism, value_of_pay: Any) -> None:
    """What the oracle decides, proves and evaluates passes; every law and every kind has been at work."""
    cases = 5
    report = check_formalism(
        naive, truth=markov_reward_truth, value=value_of_pay, confirm=confirm_markov_proof, cases=cases
    )
    assert {law for law, _ in report.laws} == set(Law)
    assert {kind.kind for kind in report.kinds} == set(Kind)
    assert all(kind.yes + kind.no == cases for kind in report.kinds)
    assert str(report).splitlines()[0] == "naive, seed 0"


# -- mistakes in the rows of the linear system -----------------------------------------------------


def sides(claim: Claim, c: Constraint) -> Sides:
    model = claim.models[c.model]
    if isinstance(c, PolicyConstraint):
        return occupancy(model, c.better, claim.discount), occupancy(model, c.worse, claim.discount)
    return (
        discounted_counts(model, c.better, claim.discount),
        discounted_counts(model, c.worse, claim.discount),
    )


def minus(better: Mapping[Any, Fraction], worse: Mapping[Any, Fraction], relation: Relation) -> Inequality:
    keys = {**better, **worse}
    gap = {key: better.get(key, Fraction(0)) - worse.get(key, Fraction(0)) for key in keys}
    return Inequality({key: x for key, x in gap.items() if x}, relation)


def unscaled(claim: Claim, c: Constraint) -> Inequality:
    """Take numerators over each policy's own denominator."""
    better, worse = sides(claim, c)
    below = (lcm(*(x.denominator for x in side.values())) for side in (better, worse))
    over, under = (
        {key: x * n for key, x in side.items()} for side, n in zip((better, worse), below, strict=True)
    )
    return minus(over, under, c.relation)


def wrong_sign(claim: Claim, c: Constraint) -> Inequality:
    """Turn weak rows round."""
    better, worse = sides(claim, c)
    return (
        minus(worse, better, c.relation) if c.relation is Relation.WEAK else minus(better, worse, c.relation)
    )


def next_state_forgotten(claim: Claim, c: Constraint) -> Inequality:
    """Let a family share a reward on (s, a) only."""
    return merged(claim, c, lambda s, a, _: (s, a, 0))


def undiscounted_trajectories(claim: Claim, c: Constraint) -> Inequality:
    """Count the steps of a trajectory alike."""
    flat = replace(claim, discount=Fraction(1)) if isinstance(c, TrajectoryConstraint) else claim
    return minus(*sides(flat, c), c.relation)


def other_discount(claim: Claim, c: Constraint) -> Inequality:
    """Take 1 - g for g."""
    return minus(*sides(replace(claim, discount=1 - claim.discount), c), c.relation)


def actions_forgotten(claim: Claim, c: Constraint) -> Inequality:
    """See the states only."""
    return merged(claim, c, lambda s, *_: (s, 0, 0))


def merged(claim: Claim, c: Constraint, name: Callable[[int, int, int], Triple]) -> Inequality:
    """Take transitions for the same that have one name."""
    seen: list[dict[Triple, Fraction]] = [{}, {}]
    for summed, side in zip(seen, sides(claim, c), strict=True):
        for triple, x in side.items():
            summed[name(*triple)] = summed.get(name(*triple), Fraction(0)) + x
    return minus(*seen, c.relation)


ROWS = (
    unscaled,
    wrong_sign,
    next_state_forgotten,
    undiscounted_trajectories,
    other_discount,
    actions_forgotten,
)


@pytest.mark.parametrize("row", ROWS)
def test_wrong_rows_are_found_by_verdicts(
    row: Callable[[Claim, Constraint], Inequality], naive: Formalism, naive_decision: Decision
) -> None:
    """A wrong row gives a wrong answer somewhere, and nothing else is needed to see it."""

    def rows(claim: Claim, asked: Iterable[Constraint]) -> list[Inequality]:
        return [row(claim, c) for c in asked]

    decide = naive_decision(rows=rows, spoil=without_reward)
    assert find_out(replace(naive, decide=decide)).law in (Law.TRUTH, Law.ASKED_AGAIN)


def without_reward(proof: RewardWitness | FarkasCertificate) -> RewardWitness | FarkasCertificate:
    """Keep nothing that could show the mistake."""
    return replace(proof, reward=()) if isinstance(proof, RewardWitness) else replace(proof, terms=())


# -- mistakes in proofs ----------------------------------------------------------------------------


def changed_reward(change: Callable[[RewardWitness], RewardWitness]) -> Callable[[Any], Any]:
    return lambda proof: change(proof) if isinstance(proof, RewardWitness) else proof


def changed_terms(change: Callable[[tuple[Term, ...]], Iterable[Term]]) -> Callable[[Any], Any]:
    return lambda proof: (
        replace(proof, terms=tuple(change(proof.terms))) if isinstance(proof, FarkasCertificate) else proof
    )


SPOILED: Mapping[str, Callable[[Any], Any]] = {
    "a negated reward": changed_reward(
        lambda w: replace(w, reward=tuple(replace(e, value=-e.value) for e in w.reward))
    ),
    "a reward without its last entry": changed_reward(lambda w: replace(w, reward=w.reward[:-1])),
    "a rounded reward": changed_reward(
        lambda w: replace(w, reward=tuple(replace(e, value=Fraction(round(e.value, 1))) for e in w.reward))
    ),
    "a reward on the first step's next state only": changed_reward(
        lambda w: replace(w, reward=tuple(replace(e, next=None) for e in w.reward))
    ),
    "a reward at another discount": changed_reward(lambda w: replace(w, discount=1 - w.discount / 2)),
    "a conflict without its last term": changed_terms(lambda terms: terms[:-1]),
    "a conflict with equal weights": changed_terms(
        lambda terms: (replace(t, weight=Fraction(1)) for t in terms)
    ),
    "a conflict with negated weights": changed_terms(
        lambda terms: (replace(t, weight=-t.weight) for t in terms)
    ),
    "a conflict with sides swapped": changed_terms(
        lambda terms: (replace(t, better=t.worse, worse=t.better) for t in terms)
    ),
    "a conflict that makes ties strict": changed_terms(
        lambda terms: (replace(t, relation=Relation.STRICT, weight=abs(t.weight)) for t in terms)
    ),
    "a conflict with a term twice": changed_terms(
        lambda terms: (*(replace(t, weight=t.weight / 2) for t in terms[:1]), *terms[1:], *terms[:1])
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_spoiled_proofs_are_found(name: str, naive: Formalism, naive_decision: Decision) -> None:
    """Right verdicts do not excuse wrong proofs, even where no kernel looks at them."""
    formalism = replace(naive, decide=naive_decision(spoil=SPOILED[name]))
    assert find_out(formalism, confirm=confirm_markov_proof).law is Law.CONFIRMED


def test_a_conflict_that_says_too_much_is_found(naive: Formalism) -> None:
    """Two conflicts added up are a conflict, but not an irreducible one."""

    def decide(question: Question) -> Verdict:
        assert naive.decide is not None
        verdict, claim = naive.decide(question), question.claim()
        if not isinstance(verdict, Inexpressible):
            return verdict
        proof = verdict.certificate.proof
        assert isinstance(proof, FarkasCertificate)
        used = {(t.model, t.better, t.worse, t.relation): t.weight for t in proof.terms}
        asked, differences = list(comparisons(claim)), Differences(claim)
        for gone in used:
            others = [c for c in asked if (c.model, c.better, c.worse, c.relation) != gone]
            conflict = solve([differences.row(c) for c in others])
            if isinstance(conflict, Conflict):
                for c, y in zip(others, conflict.weights, strict=True):
                    key = (c.model, c.better, c.worse, c.relation)
                    used[key] = used.get(key, Fraction(0)) + y
                break
        terms = tuple(
            Term(*key, weight=y, is_trajectory=t.is_trajectory)
            for t in proof.terms[:1]
            for key, y in used.items()
            if y
        )
        return replace(verdict, certificate=replace(verdict.certificate, proof=replace(proof, terms=terms)))

    error = find_out(replace(naive, decide=decide), confirm=confirm_markov_proof)
    assert error.law is Law.CONFIRMED
    assert "irreducible" in error.what


# -- no answer -------------------------------------------------------------------------------------


def test_giving_up_is_found_unless_allowed(naive: Formalism) -> None:
    """`undecided` fails a law unless the caller says where it is in order."""

    def decide(question: Question) -> Verdict:
        assert naive.decide is not None
        return Undecided("limit: tired") if len(question.task.policies) > 3 else naive.decide(question)

    tired = replace(naive, decide=decide)
    assert find_out(tired).law is Law.ANSWERS
    report = check_formalism(tired, truth=markov_reward_truth, cases=4, allow_undecided=lambda *_: True)
    assert sum(kind.undecided for kind in report.kinds) > 0


def test_crashing_is_found(naive: Formalism) -> None:
    """An exception is no answer; the smallest question that raises it is shown."""

    def decide(question: Question) -> Verdict:
        assert naive.decide is not None
        if any(c.relation is Relation.TIE for c in question.task.constraints):
            raise KeyError("tie")
        return naive.decide(question)

    error = find_out(replace(naive, decide=decide))
    assert error.law is Law.ANSWERS
    assert error.document.count("~") == 1


def test_laws_need_no_truth(naive: Formalism, unchecked: Callable[[Verdict, Question], Verdict]) -> None:
    """A decision that heeds three constraints at most is found by asking again, whatever the truth is."""

    def decide(question: Question) -> Verdict:
        assert naive.decide is not None
        heeded = altered(question, constraints=question.task.constraints[-3:])
        return unchecked(naive.decide(heeded), question)

    assert find_out(replace(naive, decide=decide), truth=None).law is Law.ASKED_AGAIN
