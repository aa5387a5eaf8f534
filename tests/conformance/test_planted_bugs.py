"""The kit finds bugs: decisions, proofs and specifications with one mistake each are all caught.

The mistakes sit in an honest formalism that is written here from the oracle (`naive`) or around the manifest
of Markov rewards (`reward`). A mistake that the kernel would refuse is shown to the kit without the kernel.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction as F
from random import Random

import pytest

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Constraint,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.proofs import FarkasCertificate, RewardEntry, RewardWitness, Term
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import (
    Certificate,
    Expressible,
    Inexpressible,
    Undecided,
    Verdict,
    Witness,
)
from specexpr.formalism import Formalism, find_formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import (
    Differences,
    comparisons,
    markov_reward_truth,
    policy_value,
    reachable_states,
)
from specexpr.testing.confirmation import confirm_markov_proof, spread_reward
from specexpr.testing.conformance import ConformanceError, ConformanceReport, check_formalism
from specexpr.testing.documentation import SECTIONS
from specexpr.testing.laws import Law
from specexpr.testing.linear_truth import Inequality, Solution, solve
from specexpr.testing.questions import Kind

PAGE = "\n\n".join(SECTIONS).replace("Example", "Example\n\n>>> 1 + 1\n2")

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE

# -- an honest formalism, from the oracle ---------------------------------------------------------------------


class _Unchecked:
    """Proofs that no kernel looks at, so that the kit has to."""

    def check(self) -> None:
        """Accept."""


@dataclass(frozen=True, slots=True)
class UncheckedWitness(_Unchecked, Witness):
    """A witness that checks itself by accepting itself."""


@dataclass(frozen=True, slots=True)
class UncheckedCertificate(_Unchecked, Certificate):
    """A certificate that does the same."""


Rows = Callable[[Claim, Iterable[Constraint]], list[Inequality]]
Proved = FarkasCertificate | RewardWitness


def honest_rows(claim: Claim, asked: Iterable[Constraint]) -> list[Inequality]:
    differences = Differences(claim)
    return [differences.row(one) for one in asked]


def naive_decision(
    *, rows: Rows = honest_rows, spoil: Callable[[Proved], Proved] = lambda proof: proof
) -> Callable[[Question], Verdict]:
    """Return a decision that writes every comparison down; `rows` and `spoil` are where mistakes go."""

    def decide(question: Question) -> Verdict:
        claim = question.claim()
        asked = list(comparisons(claim))
        match solve(rows(claim, asked)):
            case Solution(point=point):
                entries = tuple(RewardEntry(s, a, t, x) for (s, a, t), x in point.items())
                reward = spoil(RewardWitness(claim.discount, entries, ()))
                assert isinstance(reward, RewardWitness)
                return Expressible(UncheckedWitness(question, "naive", reward))
            case conflict:
                terms = tuple(
                    Term(c.model, c.better, c.worse, c.relation, y, c.line, isinstance(c, TrajectoryConstraint))
                    for c, y in zip(asked, conflict.weights, strict=True)
                    if y
                )
                proof = spoil(FarkasCertificate(claim.discount, terms, ()))
                assert isinstance(proof, FarkasCertificate)
                return Inexpressible(UncheckedCertificate(question, "naive", proof))

    return decide


Pay = tuple[tuple[str, str, str], ...]


def read_pay(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = Options()
) -> Pay | None:
    """Read [["s0", "a", "1/2"], ..] as a reward at discount 1/2."""
    try:
        return tuple((s, a, x) for s, a, x in json.loads(source.text[span.start : span.end]))
    except ValueError as error:
        report(Diagnostic(id="syntax", message=str(error), span=span))
        return None


def draw_pay(random: Random, environment: Environment) -> Pay:
    model = environment.model
    return tuple(
        (model.states[s], model.actions[a], str(F(random.randint(-3, 3), 2)))
        for s, row in enumerate(model.rows)
        for a in row
    )


def value_of_pay(environment: Environment, spec: Pay, policy: Policy) -> F:
    states, actions = environment.state_index, environment.action_index
    entries = [RewardEntry(states[s], actions[a], None, F(x)) for s, a, x in spec]
    reward = spread_reward(environment.model, entries)
    return policy_value(environment.model, policy.table, reward, discount=F(1, 2))


NAIVE = Formalism(
    id="naive",
    keyword="pay",
    title="What the oracle says",
    documentation=PAGE,
    parse=read_pay,
    print=lambda _, spec: json.dumps(spec),
    sample=draw_pay,
    evaluate=lambda environment, spec, policies: tuple(value_of_pay(environment, spec, p) for p in policies),
    needs=lambda question: None if question.options.discount else "a discount",
    decide=naive_decision(),
)


def check(formalism: Formalism, *, kinds: Iterable[Kind] = tuple(Kind), cases: int = 27) -> ConformanceReport:
    return check_formalism(
        formalism,
        truth=markov_reward_truth,
        value=value_of_pay if formalism.id == "naive" else None,
        confirm=confirm_markov_proof,
        kinds=kinds,
        cases=cases,
    )


def caught(formalism: Formalism) -> ConformanceError:
    """Return how a formalism with a mistake is found out."""
    with pytest.raises(ConformanceError) as found:
        check(formalism)
    return found.value


def test_an_honest_formalism_keeps_all_laws() -> None:
    """What the oracle decides, proves and evaluates passes; every law and every kind has been at work."""
    report = check(NAIVE)
    assert {law for law, _ in report.laws} == set(Law) - {Law.COMPLETE}
    assert all(k.yes and k.no and not k.skipped and not k.undecided for k in report.kinds)
    assert {k.kind for k in report.kinds} == set(Kind)


# -- mistakes in what a question asks -------------------------------------------------------------------------

Mistake = Callable[[Claim], Claim]


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
            replace(c, better=change(c.better), worse=change(c.worse)) if isinstance(c, PolicyConstraint) else c
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
        (*table[:s], ((a, F(1)),), *table[s + 1 :])
        for table in of
        for s in (reachable_states(model, table) if reachable_only else range(len(table)))
        for a in model.rows[s]
    ]
    return replace(x, over=tuple(dict.fromkeys(near)))


def likeliest(table: Table) -> Table:
    return tuple(((max(row, key=lambda entry: entry[1])[0], F(1)),) for row in table)


def rounded(table: Table) -> Table:
    """Round probabilities to the nearest millionth."""
    rows = []
    for row in table:
        kept = [(a, F(round(p * 10**6), 10**6)) for a, p in row]
        rows.append(tuple((a, p) for a, p in kept if p))
    return tuple(rows)


def every_action_everywhere(model: Model) -> Model:
    """Let an action that is not available do nothing."""
    rows = [{a: row.get(a, ((s, F(1)),)) for a in range(len(model.actions))} for s, row in enumerate(model.rows)]
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
    "a universe that forgets the deterministic policies": with_sets(lambda _, x: replace(x, over=x.over or ())),
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
    "a fixed discount": lambda claim: replace(claim, discount=F(9, 10)),
    "start distribution replaced by the first state": with_models(lambda m: replace(m, start=((0, F(1)),))),
    "availability ignored": with_models(every_action_everywhere),
    "stochastic policies taken for their likeliest actions": with_tables(likeliest),
    "probabilities rounded": with_tables(rounded),
    "one model for the whole family": lambda claim: replace(claim, models=claim.models[:1] * len(claim.models)),
}


def mistaken(decide: Callable[[Claim], Verdict], mistake: Mistake) -> Callable[[Question], Verdict]:
    """Return a decision of the wrong claim whose proofs say that they are about the right one."""

    def decision(question: Question) -> Verdict:
        claim = mistake(question.claim())
        environments = zip(question.task.environments, claim.models, strict=True)
        task = replace(
            question.task,
            environments=tuple(replace(environment, model=model) for environment, model in environments),
            constraints=claim.constraints,
            acceptable=claim.acceptable,
        )
        options = Options(discount=claim.discount, modulo_unreachable=claim.modulo_unreachable)
        match decide(Question(task=task, options=options)):
            case Expressible(witness=w):
                proof = replace(w.proof, discount=question.options.discount)
                return Expressible(UncheckedWitness(question, w.formalism, proof))
            case Inexpressible(certificate=c):
                return Inexpressible(UncheckedCertificate(question, c.formalism, c.proof))
            case undecided:
                return undecided

    return decision


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_in_what_is_asked(name: str) -> None:
    """The decision of another question than the one that was asked does not pass for its decision."""
    reward = find_formalism("mr")
    assert reward is not None
    assert reward.decide is not None
    error = caught(replace(reward, decide=mistaken(reward.decide, MISTAKES[name])))
    assert error.law in (Law.TRUTH, Law.CONFIRMED, Law.ASKED_AGAIN, Law.ANSWERS)
    assert "task t in" in error.document
