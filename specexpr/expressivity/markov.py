"""Decide whether one Markov reward at a given discount serves a whole task, and prove it.

Rows between occupancies go to the linear core; bad policies of acceptable sets join them one by one, as the
reward at hand fails to punish them. What comes back is completed to a full witness or read as a conflict,
and the kernel checks it before anyone sees it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from specexpr.certify.checking import check
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import Acceptance, Relation, Table
from specexpr.certify.proofs import (
    Exactness,
    FarkasCertificate,
    Refused,
    RewardEntry,
    RewardWitness,
    Term,
    TooLarge,
)
from specexpr.diagnostics import InternalError
from specexpr.expressivity.acceptable import (
    alike_conflict,
    bad_mixture,
    classes,
    conflicting_mixture,
    fringe,
    good_test,
    keeps_to,
    used_actions,
)
from specexpr.expressivity.completion import Completed, complete_reward
from specexpr.expressivity.conflict import farkas_certificate, terms
from specexpr.expressivity.enclosing import enclosure
from specexpr.expressivity.linear import (
    SMALL_STATES,
    Combination,
    GaveUp,
    LargeSupport,
    Method,
    Weights,
    exact_multipliers,
    solve_system,
)
from specexpr.expressivity.system import Coordinate, Row, System
from specexpr.expressivity.task import Question
from specexpr.expressivity.values import Precision, named_values
from specexpr.expressivity.verdict import Certificate, Expressible, Inexpressible, Undecided, Verdict, Witness
from specexpr.models.policy import Behaviours

FORMALISM = "mr"

_EXACT_AT_MOST = 300
_READABLE_STATES = 8  # above, a mixture says more to a reader than a sum of many policies
_OUT_OF_TIME = "time: the limit passed before an answer was proved"


def decide_markov_reward(question: Question, *, candidate: Sequence[RewardEntry] = ()) -> Verdict:
    """Return a proved verdict on a question with a discount, or `Undecided` with the reason.

    A candidate is a reward to try first.
    """
    decision = _Decision(question)
    return (decision.witnessed(candidate) if candidate else None) or decision.run()


class _Decision:
    def __init__(self, question: Question) -> None:
        self.question = question
        self.claim = question.claim()
        behaviours = Behaviours(self.claim.models)
        self.used = used_actions(self.claim, behaviours)
        self.system = System(self.claim, self.used, behaviours)
        self.is_small = max(len(model.states) for model in self.claim.models) <= SMALL_STATES
        self.method = Method.FLOATS_FIRST
        self.known_bad: set[tuple[int, int]] = set()

    def expired(self) -> bool:
        deadline = self.question.deadline
        return deadline is not None and time.monotonic() > deadline

    def run(self) -> Verdict:
        verdict = self.from_structure()
        if verdict is not None:
            return verdict
        self.add_rows()
        while not self.expired():
            match solve_system(self.system, self.method, deadline=self.question.deadline):
                case Weights(values=values) as weights:
                    rewards = dict(zip(self.system.coordinates, values, strict=True))
                    verdict = self.completed(weights, rewards)
                    if verdict is not None:
                        return verdict
                case Combination() as found:
                    return self.combined(found)
                case LargeSupport(multipliers=multipliers):
                    return self.enclosed(dict(multipliers))
                case GaveUp(reason=reason):
                    return Undecided(reason)
        return Undecided(_OUT_OF_TIME)

    def from_structure(self) -> Verdict | None:
        """Return the verdict where acceptable sets decide it without a linear system."""
        for accepted in self.claim.acceptable:
            model = self.claim.models[accepted.model]
            if accepted.over is None and not self.claim.modulo_unreachable:
                pair = alike_conflict(model, accepted.good)
                if pair is not None:
                    term = Term(accepted.model, *pair, Relation.STRICT, Fraction(1), accepted.line)
                    return self.refuted(farkas_certificate(self.system, [term]))
            if accepted.over is None and len(model.states) > _READABLE_STATES:
                mixed = conflicting_mixture(model, accepted, classes(model, accepted.good))
                if mixed is not None:
                    return self.refuted(MixtureCertificate(accepted.model, *mixed, accepted.line))
        return self.completed(Weights((), is_exact=True), {}) if self.every_mixture_is_good() else None

    def every_mixture_is_good(self) -> bool:
        """Say whether the task is one set among all deterministic policies that no mixture leaves."""
        claim = self.claim
        if claim.constraints or len(claim.acceptable) != 1 or claim.acceptable[0].over is not None:
            return False
        model = claim.models[claim.acceptable[0].model]
        good = classes(model, claim.acceptable[0].good)
        return bool(good) and bad_mixture(model, self.used, good) is None

    def add_rows(self) -> None:
        self.system.add_constraints(self.claim.constraints)
        for k, accepted in enumerate(self.claim.acceptable):
            model = self.claim.models[accepted.model]
            first, *others = [(self.system.policy(accepted.model, table), table) for table in accepted.good]
            if accepted.acceptance is Acceptance.RANGE:
                for number, table in (first, *others):
                    self.system.rows.append(Row(Relation.WEAK, number, None, k, -1, good=table))
            else:
                for number, table in others:
                    if number != first[0]:
                        self.system.rows.append(
                            Row(Relation.TIE, number, first[0], k, good=table, bad=first[1])
                        )
            bad: Iterable[Table] = accepted.over or ()
            if accepted.over is None:
                good = classes(model, accepted.good)
                mixture = bad_mixture(model, self.used, good)
                mixtures = (*fringe(model, self.used, good), *(() if mixture is None else (mixture,)))
                bad = (table for table in mixtures if keeps_to(model, table, self.used))
            is_good = good_test(model, accepted, modulo_unreachable=self.claim.modulo_unreachable)
            for table in bad:
                if not is_good(table):
                    self.add_bad(k, table)

    def add_bad(self, k: int, table: Table) -> bool:
        """Add the row that puts a bad policy below the good ones; say whether it is new."""
        accepted = self.claim.acceptable[k]
        number = self.system.policy(accepted.model, table)
        if (k, number) in self.known_bad:
            return False
        self.known_bad.add((k, number))
        first = accepted.good[0]
        if accepted.acceptance is Acceptance.RANGE:
            row = Row(Relation.STRICT, None, number, k, 1, bad=table)
        else:
            row = Row(
                Relation.STRICT, self.system.policy(accepted.model, first), number, k, good=first, bad=table
            )
        self.system.rows.append(row)
        return True

    def completed(self, weights: Weights, rewards: Mapping[Coordinate, Fraction]) -> Verdict | None:
        """Return the verdict with the completed witness, or None when the system is to be solved again."""
        outcome = complete_reward(self.claim, self.used, rewards, expired=self.expired)
        match outcome:
            case None:
                return Undecided(_OUT_OF_TIME)
            case Completed():
                return self.proved(weights, outcome)
            case _:
                added = [self.add_bad(cut.accepted, cut.table) for cut in outcome]
                if not any(added):
                    self.insist(weights, "a reward that meets a row was refuted by that row")
                return None

    def proved(self, weights: Weights, completed: Completed) -> Verdict | None:
        """Return the verdict, at the least precision of values that convinces the kernel."""
        refusal: Refused | None = None
        for precision in (Precision.EXACT,) if weights.is_exact else Precision:
            if precision is Precision.EXACT and not weights.is_exact and not self.is_small:
                break
            try:
                return self.checked(completed, precision)
            except TooLarge as limit:
                return Undecided(f"limit: {limit}")
            except Refused as caught:
                refusal = caught
        self.insist(weights, f"the kernel refused a witness: {refusal}")
        return None

    def witnessed(self, reward: Sequence[RewardEntry]) -> Verdict | None:
        """Return the verdict if this reward meets every named constraint."""
        try:
            return self.checked(Completed(tuple(reward), ()), Precision.EXACT)
        except Refused:
            return None

    def checked(self, completed: Completed, precision: Precision) -> Verdict:
        """Return the verdict that a reward proves; raise Refused where the kernel is not convinced."""
        values = named_values(self.system, completed.reward, precision)
        proof = RewardWitness(self.claim.fixed_discount, completed.reward, (*completed.values, *values))
        check(self.claim, FORMALISM, proof)
        return Expressible(Witness(self.question, FORMALISM, proof))

    def insist(self, weights: Weights, failure: str) -> None:
        """Go on exactly after floats have failed; exact weights that fail are our bug."""
        if weights.is_exact:
            raise InternalError(failure)
        self.method = Method.EXACT

    def enclosed(self, multipliers: Mapping[int, float]) -> Verdict:
        """Return the verdict on a conflict whose multipliers are enclosed, if the kernel agrees."""
        proof = enclosure(self.system, multipliers)
        if proof is not None:
            try:
                check(self.claim, FORMALISM, proof)
            except Refused:
                pass
            else:
                return Inexpressible(Certificate(self.question, FORMALISM, proof), Exactness.ENCLOSURE)
        exact = (
            exact_multipliers(self.system, sorted(multipliers))
            if len(multipliers) <= _EXACT_AT_MOST
            else None
        )
        if exact is not None:
            return self.combined(exact)
        return Undecided(
            f"limit: a conflict of about {len(multipliers)} constraints is too large to prove exactly"
        )

    def combined(self, found: Combination) -> Verdict:
        return self.refuted(
            farkas_certificate(self.system, list(terms(self.system, dict(found.multipliers))))
        )

    def refuted(self, proof: FarkasCertificate | MixtureCertificate) -> Verdict:
        try:
            check(self.claim, FORMALISM, proof)
        except Refused as refusal:
            raise InternalError(f"the kernel refused a certificate: {refusal}") from refusal
        return Inexpressible(Certificate(self.question, FORMALISM, proof), Exactness.EXACT)
