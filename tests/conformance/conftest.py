"""An honest formalism, written from the oracle: what the kit accepts, and where mistakes are planted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.model import Claim, Constraint, TrajectoryConstraint
from specexpr.certify.proofs import FarkasCertificate, RewardEntry, RewardWitness, Term
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import Certificate, Expressible, Inexpressible, Verdict, Witness
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import Differences, comparisons, policy_value
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.documentation import SECTIONS
from specexpr.testing.linear_truth import Inequality, Solution, solve

PAGE = "\n\n".join(SECTIONS).replace("Example", "Example\n\n>>> 1 + 1\n2")
_OPEN = Options()


@dataclass(frozen=True, slots=True)
class UncheckedWitness(Witness):
    """A witness that no kernel looks at, so that the kit has to."""

    def check(self) -> None:
        """Accept."""


@dataclass(frozen=True, slots=True)
class UncheckedCertificate(Certificate):
    """A certificate that no kernel looks at either."""

    def check(self) -> None:
        """Accept."""


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
                    Term(
                        c.model, c.better, c.worse, c.relation, y, c.line, isinstance(c, TrajectoryConstraint)
                    )
                    for c, y in zip(asked, conflict.weights, strict=True)
                    if y
                )
                proof = spoil(FarkasCertificate(claim.discount, terms, ()))
                assert isinstance(proof, FarkasCertificate)
                return Inexpressible(UncheckedCertificate(question, "naive", proof))

    return decide


Pay = tuple[tuple[str, str, str], ...]


def read_pay(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
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
        (model.states[s], model.actions[a], str(Fraction(random.randint(-3, 3), 2)))
        for s, row in enumerate(model.rows)
        for a in row
    )


def value_of_pay(environment: Environment, spec: Pay, policy: Policy) -> Fraction:
    states, actions = environment.state_index, environment.action_index
    entries = [RewardEntry(states[s], actions[a], None, Fraction(x)) for s, a, x in spec]
    reward = spread_reward(environment.model, entries)
    return policy_value(environment.model, policy.table, reward, discount=Fraction(1, 2))


_NAIVE = Formalism(
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


def unchecked(verdict: Verdict, question: Question) -> Verdict:
    """Return the verdict on another question as one on this question, its proof hidden from the kernel."""
    match verdict:
        case Expressible(witness=w):
            return Expressible(UncheckedWitness(question, w.formalism, w.proof))
        case Inexpressible(certificate=c):
            return Inexpressible(UncheckedCertificate(question, c.formalism, c.proof))
        case undecided:
            return undecided


@pytest.fixture(scope="session")
def naive() -> Formalism:
    """Return the honest formalism."""
    return _NAIVE


@pytest.fixture(scope="session", name="naive_decision")
def _naive_decision() -> Callable[..., Callable[[Question], Verdict]]:
    """Return what makes decisions of the honest formalism, with places for mistakes."""
    return naive_decision


@pytest.fixture(scope="session", name="unchecked")
def _unchecked() -> Callable[[Verdict, Question], Verdict]:
    """Return what hides a proof from the kernel."""
    return unchecked


@pytest.fixture(scope="session", name="value_of_pay")
def _value_of_pay() -> Callable[[Environment, Pay, Policy], Fraction]:
    """Return the value of a specification of the honest formalism."""
    return value_of_pay
