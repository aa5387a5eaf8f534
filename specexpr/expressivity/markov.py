"""Decide whether one Markov reward at a given discount serves a whole task, and prove it.

Rows between occupancies go to the linear core; bad policies of acceptable sets join them one by one, as the
reward at hand fails to punish them. What comes back is completed to a full witness or read as a conflict,
and the kernel checks it before anyone sees it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from specexpr.certify.checking import check
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import Acceptance, Relation, Table, TrajectoryConstraint
from specexpr.certify.proofs import (
    Exactness,
    FarkasCertificate,
    PolicyValue,
    Refused,
    RewardWitness,
    StateOccupancy,
    Term,
)
from specexpr.diagnostics import InternalError
from specexpr.expressivity.acceptable import (
    alike_conflict,
    bad_mixture,
    classes,
    conflicting_mixture,
    fringe,
    is_good,
    keeps_to,
    used_actions,
)
from specexpr.expressivity.completion import Completed, complete_reward
from specexpr.expressivity.linear import SMALL_STATES, Combination, GaveUp, LargeSupport, Weights, solve_system
from specexpr.expressivity.system import Coordinate, Row, System
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Certificate, Expressible, Inexpressible, Undecided, Verdict, Witness
from specexpr.models.occupancy import policy_value, state_occupancy

FORMALISM = "mr"

_OUT_OF_TIME = "time: the limit passed before an answer was proved"


def decide_markov_reward(question: Question) -> Verdict:
    """Return a proved verdict on a question with a discount, or `Undecided` with the reason."""
    return _Decision(question).run()


class _Decision:
    def __init__(self, question: Question) -> None:
        self.question = question
        self.claim = question.claim()
        self.used = used_actions(self.claim)
        self.system = System(self.claim, self.used)
        self.known_bad: set[tuple[int, int]] = set()

    def expired(self) -> bool:
        deadline = self.question.deadline
        return deadline is not None and time.monotonic() > deadline

    def run(self) -> Verdict:
        for accepted in self.claim.acceptable:
            if accepted.over is None and not self.claim.modulo_unreachable:
                pair = alike_conflict(self.claim.models[accepted.model], accepted.good)
                if pair is not None:
                    term = Term(accepted.model, *pair, Relation.STRICT, Fraction(1), accepted.line)
                    return self.refuted(self.certificate([term]))
        if self.every_mixture_is_good():
            return self.completed(Weights((), is_exact=True), {})
        if max(len(model.states) for model in self.claim.models) > SMALL_STATES:
            for accepted in self.claim.acceptable:
                if accepted.over is None:
                    model = self.claim.models[accepted.model]
                    found = conflicting_mixture(model, accepted, classes(model, accepted.good))
                    if found is not None:
                        return self.refuted(MixtureCertificate(accepted.model, *found, accepted.line))
        self.add_rows()
        while not self.expired():
            match solve_system(self.system, deadline=self.question.deadline):
                case Weights(values=values) as weights:
                    rewards = dict(zip(self.system.coordinates, values, strict=True))
                    verdict = self.completed(weights, rewards)
                    if verdict is not None:
                        return verdict
                case Combination(multipliers=multipliers):
                    return self.refuted(self.certificate(list(self.terms(dict(multipliers)))))
                case LargeSupport(rows=rows):
                    return Undecided(f"limit: a conflict of about {len(rows)} constraints is too large to prove exactly")
                case GaveUp(reason=reason):
                    return Undecided(reason)
        return Undecided(_OUT_OF_TIME)

    def every_mixture_is_good(self) -> bool:
        """Say whether the task is one acceptable set among all deterministic policies that no mixture leaves."""
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
                        self.system.rows.append(Row(Relation.TIE, number, first[0], k, good=table, bad=first[1]))
            bad: Iterable[Table] = accepted.over or ()
            if accepted.over is None:
                good = classes(model, accepted.good)
                mixture = bad_mixture(model, self.used, good)
                mixtures = (*fringe(model, self.used, good), *(() if mixture is None else (mixture,)))
                bad = (table for table in mixtures if keeps_to(model, table, self.used))
            for table in bad:
                if not is_good(model, accepted, table, modulo_unreachable=self.claim.modulo_unreachable):
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
            row = Row(Relation.STRICT, self.system.policy(accepted.model, first), number, k, good=first, bad=table)
        self.system.rows.append(row)
        return True

    def completed(self, weights: Weights, rewards: Mapping[Coordinate, Fraction]) -> Verdict | None:
        """Return the verdict with the completed witness, or None once new rows have been added."""
        outcome = complete_reward(self.claim, self.used, rewards, expired=self.expired)
        match outcome:
            case None:
                return Undecided(_OUT_OF_TIME)
            case Completed():
                witness = RewardWitness(
                    self.claim.discount, outcome.reward, (*outcome.values, *self.named_values(rewards))
                )
                return self.proved(witness)
            case _:
                if not any([self.add_bad(cut.accepted, cut.table) for cut in outcome]):
                    raise InternalError("a reward that meets a row was refuted by that row")
                return None

    def named_values(self, rewards: Mapping[Coordinate, Fraction]) -> list[PolicyValue]:
        """Return exact values of the named policies that no acceptable set among all policies covers."""
        claim = self.claim
        named: dict[tuple[int, Table], None] = {}
        for c in claim.constraints:
            if not isinstance(c, TrajectoryConstraint):
                named |= {(c.model, c.better): None, (c.model, c.worse): None}
        for accepted in claim.acceptable:
            listed = accepted.good if accepted.over is None else (*accepted.good, *accepted.over)
            named |= {(accepted.model, table): None for table in listed}
        return [PolicyValue(k, table, self.value(k, table, rewards)) for k, table in named]

    def value(self, k: int, table: Table, rewards: Mapping[Coordinate, Fraction]) -> tuple[Fraction, ...]:
        model = self.claim.models[k]

        def reward(s: int, a: int) -> Fraction:
            if len(self.claim.models) == 1:
                return rewards.get((s, a), Fraction(0))
            return sum((p * rewards.get((s, a, t), Fraction(0)) for t, p in model.rows[s][a]), Fraction(0))

        return policy_value(model, table, self.claim.discount, reward)

    def proved(self, proof: RewardWitness) -> Verdict:
        witness = Witness(self.question, FORMALISM, proof)
        try:
            check(self.claim, FORMALISM, proof)
        except Refused as refusal:
            raise InternalError(f"the kernel refused a witness: {refusal}") from refusal
        return Expressible(witness)

    def refuted(self, proof: FarkasCertificate | MixtureCertificate) -> Verdict:
        try:
            check(self.claim, FORMALISM, proof)
        except Refused as refusal:
            raise InternalError(f"the kernel refused a certificate: {refusal}") from refusal
        return Inexpressible(Certificate(self.question, FORMALISM, proof), Exactness.EXACT)

    def terms(self, multipliers: Mapping[int, Fraction]) -> Iterator[Term]:
        """Yield constraints with their weights; good and bad shares of an acceptable set are paired off in order."""
        rows = self.system.rows
        shares: dict[int, tuple[list[tuple[Table, Fraction]], list[tuple[Table, Fraction]]]] = {}
        for k, weight in multipliers.items():
            row = rows[k]
            c = row.source
            if c is not None:
                is_trajectory = isinstance(c, TrajectoryConstraint)
                yield Term(c.model, c.better, c.worse, c.relation, weight, c.line, is_trajectory)
                continue
            assert row.threshold is not None
            accepted = self.claim.acceptable[row.threshold]
            if row.good is not None and row.bad is not None:
                yield Term(accepted.model, row.good, row.bad, row.relation, weight, accepted.line)
            else:
                good, bad = shares.setdefault(row.threshold, ([], []))
                if row.good is not None:
                    good.append((row.good, weight))
                if row.bad is not None:
                    bad.append((row.bad, weight))
        for k, (good, bad) in shares.items():
            accepted = self.claim.acceptable[k]
            for better, worse, weight in paired(good, bad):
                yield Term(accepted.model, better, worse, Relation.STRICT, weight, accepted.line)

    def certificate(self, terms: Sequence[Term]) -> FarkasCertificate:
        total = sum((t.weight for t in terms if t.relation is Relation.STRICT), Fraction(0))
        scaled = tuple(
            Term(t.model, t.better, t.worse, t.relation, t.weight / total, t.line, t.is_trajectory) for t in terms
        )
        sides = {(t.model, side): None for t in scaled if not t.is_trajectory for side in (t.better, t.worse)}
        occupancies = tuple(
            StateOccupancy(k, table, state_occupancy(self.claim.models[k], table, self.claim.discount))  # type: ignore[arg-type] # tables
            for k, table in sides
        )
        return FarkasCertificate(self.claim.discount, scaled, occupancies)


def paired(
    good: Sequence[tuple[Table, Fraction]], bad: Sequence[tuple[Table, Fraction]]
) -> Iterator[tuple[Table, Table, Fraction]]:
    """Split two distributions of one mass into pairs, along the north-west corner: fewest pairs, a forest."""
    good, bad = list(good), list(bad)
    while good and bad:
        (better, x), (worse, y) = good[0], bad[0]
        weight = min(x, y)
        yield better, worse, weight
        good[0], bad[0] = (better, x - weight), (worse, y - weight)
        good, bad = [g for g in good if g[1]], [b for b in bad if b[1]]
