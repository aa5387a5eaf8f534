"""What the kit knows of regularised rewards by definition: occupancies, and decimals for the logarithms."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from fractions import Fraction

from specexpr.certify.kinds.step_reward import StepRewardWitness
from specexpr.certify.model import Claim, Distribution, Table
from specexpr.exact import Interval
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import state_occupancy
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.feature_truth import Key, confirm_linear_proof, is_linearly_expressible, on_steps

_DIGITS = 60


def key_of(law: Distribution) -> Key:
    """Return the coordinate of a law of actions, which sorts before those of steps."""
    return -1, law


def features(claim: Claim, model: int, table: Table) -> Mapping[Key, Fraction]:
    """Return the discounted visits: of transitions, and of states where each law of actions is played."""
    one = claim.models[model]
    visits = dict(enumerate(state_occupancy(one, table, claim.fixed_discount)))
    found = on_steps(one, table, visits)
    for s, law in enumerate(table):
        if visits[s]:
            found[key_of(law)] = found.get(key_of(law), Fraction(0)) + visits[s]
    return found


def truth(question: Question) -> bool:
    """Say whether some reward and some regulariser have values as the question asks."""
    return is_linearly_expressible(question, features)


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction | Interval:
    """Return E sum_t g^t (R - alpha F(pi(.|s_t)))."""
    model = environment.model
    visits = dict(enumerate(state_occupancy(model, policy.table, spec.discount)))
    pays = spread_reward(model, spec.entries)
    taken = on_steps(model, policy.table, visits)
    exact = sum((mass * pays.get(step, Fraction(0)) for step, mass in taken.items()), Fraction(0))
    given, rounded = dict(spec.laws), Decimal(0)
    is_rational = True
    with localcontext(prec=_DIGITS):
        for s, law in enumerate(policy.table):
            weight = -spec.alpha * visits[s]
            if law in given:
                exact += weight * given[law]
            elif spec.named == "tsallis":
                exact += weight * (sum(p**2 for _, p in law) - 1)
            elif spec.named is not None:
                base = len(environment.actions) if spec.named == "kl" else 1
                is_rational &= not weight or all(base * p == 1 for _, p in law)
                rounded += decimal(weight) * sum(decimal(p) * decimal(base * p).ln() for _, p in law)
    if is_rational:
        return exact
    middle = exact + Fraction(rounded)
    error = (1 + abs(exact) + abs(Fraction(rounded))) / 10 ** (_DIGITS - 10)
    return Interval(middle - error, middle + error)


def decimal(x: Fraction) -> Decimal:
    """Return a rational rounded to the digits of the context."""
    return Decimal(x.numerator) / Decimal(x.denominator)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a reward and its regulariser, or with a conflict."""

    def laws(proof: StepRewardWitness) -> Mapping[Key, Fraction]:
        return {key_of(law): value for law, value in proof.regulariser}

    return confirm_linear_proof(question, verdict, features, laws=laws)
