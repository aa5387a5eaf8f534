"""Decide what functions of trajectories can express: whatever their shape, they only see lotteries.

Finitely many policies have finitely many independent probabilities of words, and a function of trajectories
may weigh these as it likes. So a task is one linear system on a basis of words (`lotteries`): weights that
meet it are a function, multipliers that refute it combine whole lotteries to zero. The same words serve
rewards whose discounted returns tell the words apart.

Of an acceptable set among all deterministic policies some contenders are asked for first; others join when
the function at hand does not put them below.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from math import gcd, lcm

from specexpr.certify.chain import Chain
from specexpr.certify.kinds.function import Expectation, FunctionWitness, ValuedWord
from specexpr.certify.kinds.lotteries import LotteriesCertificate, check_lotteries
from specexpr.certify.kinds.returns import ReturnsWitness
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
    Table,
)
from specexpr.certify.ordering import behaviours
from specexpr.certify.proofs import Refused, RewardWitness, Term, TooLarge
from specexpr.certify.rivals import rivals
from specexpr.expressivity.acceptable import alike_conflict, good_test
from specexpr.expressivity.conflict import terms
from specexpr.expressivity.contenders import contenders
from specexpr.expressivity.lotteries import PRIMES, OutOfReach, WordBasis, growing_basis
from specexpr.expressivity.sequences import Cycle, order_sequences
from specexpr.expressivity.system import PolicyPoint, Row, System
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Undecided
from specexpr.models.policy import Behaviours
from specexpr.solve.cone import Conflict, Direction, OutOfTime
from specexpr.solve.rows import decide_rows

_FIRST = 40  # contenders that are asked for from the start
_CUTS = 20  # policies that join at once
_PRUNED = 600  # rows x words up to which words are tried to be left out one by one
_MANY_BEHAVIOURS = 500
_DISCOUNT = Fraction(9, 10)
_OUT_OF_TIME = "time: the limit passed before an answer was proved"

Proof = FunctionWitness | LotteriesCertificate
Found = tuple[ValuedWord, ...] | LotteriesCertificate | Undecided | None


def decide_lotteries(claim: Claim, *, deadline: float | None = None) -> Proof | Undecided:
    """Return a function of trajectories that meets a claim, or constraints whose lotteries cancel.

    Holds for every discount. A certificate has been checked; a witness is for the kernel to check.
    """
    try:
        sequences = order_sequences(claim)
        if isinstance(sequences, Cycle):
            return LotteriesCertificate(sequences.terms)
        if isinstance(sequences, Undecided):
            return sequences
        for prime in PRIMES:
            found = _Decision(claim, deadline, prime).run()
            if isinstance(found, tuple):
                return FunctionWitness(found, tuple(sequences.items()))
            if found is not None:
                return found
        return Undecided("limit: the rank of the lotteries could not be told")
    except (OutOfReach, TooLarge) as gave_up:
        reason = str(gave_up)
        return Undecided(f"limit: {reason}" if isinstance(gave_up, TooLarge) else reason)


@dataclass(slots=True)
class _Decision:
    claim: Claim
    deadline: float | None
    prime: int
    system: System = field(init=False)
    asked: set[tuple[int, int]] = field(default_factory=set)
    pools: dict[int, tuple[Table, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.system = System(self.claim, (), Behaviours(self.claim.models))

    def run(self) -> Found:
        """Return values of words, or terms whose lotteries cancel; None where the prime was a bad choice."""
        claim = self.claim
        for accepted in claim.acceptable:
            if accepted.over is None and not claim.modulo_unreachable:
                pair = alike_conflict(claim.models[accepted.model], accepted.good)
                if pair is not None:
                    term = Term(accepted.model, *pair, Relation.STRICT, Fraction(1), accepted.line)
                    return LotteriesCertificate((term,))
        self.system.add_constraints(c for c in claim.constraints if isinstance(c, PolicyConstraint))
        for k, accepted in enumerate(claim.acceptable):
            self.add_good(k, accepted)
            if accepted.over is not None:
                is_good = good_test(
                    claim.models[accepted.model], accepted, modulo_unreachable=claim.modulo_unreachable
                )
                first = [table for table in accepted.over if not is_good(table)]
            else:
                self.pools[k] = contenders(
                    claim.models[accepted.model], accepted, modulo_unreachable=claim.modulo_unreachable
                )
                first = list(self.pools[k][:_FIRST])
            for table in first:
                self.add_bad(k, table)
        while True:
            outcome = self.weighted()
            if not isinstance(outcome, tuple):
                return outcome
            value = Expectation(claim, outcome, {})
            cuts = [(k, table) for k in self.pools for table in self.cuts(k, value)]
            if not cuts:
                return outcome
            for k, table in cuts:
                self.add_bad(k, table)

    def add_good(self, k: int, accepted: AcceptableSet) -> None:
        """Ask that accepted policies have at least the threshold of their set, or tie."""
        numbers = [(self.system.policy(accepted.model, table), table) for table in accepted.good]
        first = numbers[0]
        for number, table in numbers:
            if accepted.acceptance is Acceptance.RANGE:
                self.system.rows.append(Row(Relation.WEAK, number, None, k, -1, good=table))
            elif number != first[0]:
                self.system.rows.append(Row(Relation.TIE, number, first[0], k, good=table, bad=first[1]))

    def add_bad(self, k: int, table: Table) -> None:
        """Ask that a policy that is not accepted is below the accepted ones, once."""
        accepted = self.claim.acceptable[k]
        number = self.system.policy(accepted.model, table)
        if (k, number) in self.asked:
            return
        self.asked.add((k, number))
        first = accepted.good[0]
        if accepted.acceptance is Acceptance.RANGE:
            row = Row(Relation.STRICT, None, number, k, 1, bad=table)
        else:
            plus = self.system.policy(accepted.model, first)
            row = Row(Relation.STRICT, plus, number, k, good=first, bad=table)
        self.system.rows.append(row)

    def weighted(self) -> Found:
        """Return values of short words that meet the rows, or terms that refute them.

        A conflict on the words so far may be none on longer ones. The kernel is asked where that is unlikely:
        when it is of few terms, or when longer words have told no more, if only for a while.
        """
        if not self.system.rows:
            return ()
        points = [(p.model, p.table) for p in self.system.points if isinstance(p, PolicyPoint)]
        last: WordBasis | None = None
        conflict: LotteriesCertificate | None = None
        for basis in growing_basis(self.claim, points, deadline=self.deadline, prime=self.prime):
            if basis is last:
                if conflict is not None and self.is_proved(conflict):
                    return conflict
                conflict = None
                continue
            last = basis
            system = _Rows.of(self.system, basis)
            match system.decide(range(len(system.words)), self.deadline):
                case OutOfTime():
                    return Undecided(_OUT_OF_TIME)
                case Conflict(multipliers=multipliers):
                    conflict = self.refuted({k: y * system.scales[k] for k, y in multipliers})
                    if 2 * len(conflict.terms) < len(system.words) and self.is_proved(conflict):
                        return conflict
                case Direction() as direction:
                    return system.fewest(direction, self.deadline)
        return conflict if conflict is not None and self.is_proved(conflict) else None

    def refuted(self, multipliers: Mapping[int, Fraction]) -> LotteriesCertificate:
        """Return the terms of rows with these multipliers."""
        rows = self.system.rows
        total = sum(y for k, y in multipliers.items() if rows[k].relation is Relation.STRICT)
        return LotteriesCertificate(tuple(terms(self.system, {k: y / total for k, y in multipliers.items()})))

    def is_proved(self, conflict: LotteriesCertificate) -> bool:
        """Say whether the lotteries of a conflict cancel, beyond the words that it was found on."""
        try:
            check_lotteries(self.claim, "ftr", conflict)
        except TooLarge:
            raise
        except Refused:
            return False
        return True

    def cuts(self, k: int, value: Expectation) -> list[Table]:
        """Return some policies that are not accepted and not below the accepted ones. Raises TooLarge."""
        accepted = self.claim.acceptable[k]
        least = min(value.policy(accepted.model, table) for table in accepted.good)
        worst = sorted(self.unbeaten(k, value, self.pools[k], least), key=lambda pair: -pair[0])
        if worst:
            return [table for _, table in worst[:_CUTS]]
        chain, seen = Chain(self.claim.models[accepted.model]), value.seen.of[accepted.model]
        others = rivals(chain, accepted, seen, value.tree, merged=self.claim.modulo_unreachable)
        found: list[Table] = []
        try:
            found.extend(table for _, table in islice(self.unbeaten(k, value, others, least), _CUTS))
        except TooLarge:
            if not found:
                raise
        return found

    def unbeaten(
        self, k: int, value: Expectation, tables: Iterable[Table], least: Fraction
    ) -> Iterator[tuple[Fraction, Table]]:
        """Yield those of some policies that are worth no less than this, with what they are worth."""
        for table in tables:
            if self.deadline is not None and time.monotonic() > self.deadline:
                raise OutOfReach(_OUT_OF_TIME)
            worth = value.policy(self.claim.acceptable[k].model, table)
            if worth >= least:
                yield worth, table


@dataclass(frozen=True, slots=True)
class _Rows:
    """Integer rows on the words of a basis but the empty one, then on the thresholds of acceptable sets.

    `scales` are the positive numbers that the rows have been multiplied by.
    """

    words: tuple[tuple[int, ...], ...]
    rows: Sequence[Sequence[int]]
    scales: Sequence[int]
    relations: Sequence[Relation]

    @classmethod
    def of(cls, system: System, basis: WordBasis) -> _Rows:
        """Return the rows of a system on a basis."""
        columns = list(zip(*basis.probabilities[1:], strict=True)) or [()] * len(system.points)
        zero = [Fraction(0)] * (len(basis.words) - 1)
        rows, scales = [], []
        for row in system.rows:
            plus, minus = (columns[i] if i is not None else zero for i in (row.plus, row.minus))
            exact = [p - q for p, q in zip(plus, minus, strict=True)]
            below = lcm(*(x.denominator for x in exact))
            thresholds = [0] * len(system.claim.acceptable)
            if row.sign and row.threshold is not None:
                thresholds[row.threshold] = row.sign * below
            rows.append([*(x.numerator * (below // x.denominator) for x in exact), *thresholds])
            scales.append(below)
        return cls(basis.words[1:], rows, scales, [row.relation for row in system.rows])

    def decide(self, kept: Sequence[int], deadline: float | None) -> Direction | Conflict | OutOfTime:
        """Decide the rows with weights for these words only."""
        columns = [*kept, *range(len(self.words), len(self.rows[0]))]
        return decide_rows(
            [[row[j] for j in columns] for row in self.rows], self.relations, deadline=deadline
        )

    def fewest(self, direction: Direction, deadline: float | None) -> tuple[ValuedWord, ...]:
        """Return words with whole weights, on small systems so that none can be left out."""
        kept: Sequence[int] = range(len(self.words))
        if len(self.rows) * len(kept) <= _PRUNED:
            for j in reversed(kept):
                fewer = [i for i in kept if i != j]
                outcome = self.decide(fewer, deadline)
                if isinstance(outcome, Direction):
                    kept, direction = fewer, outcome
        numerators = direction.numerators[: len(kept)]
        common = gcd(*numerators) or 1
        return tuple(
            (self.words[j], Fraction(x // common)) for j, x in zip(kept, numerators, strict=True) if x
        )


def decide_returns(
    claim: Claim, *, is_one_reward: bool, deadline: float | None = None
) -> ReturnsWitness | LotteriesCertificate | Undecided:
    """Return rewards with a function of their returns that meet a claim, or lotteries that cancel."""
    found = decide_lotteries(claim, deadline=deadline)
    return coded(found, is_one_reward=is_one_reward) if isinstance(found, FunctionWitness) else found


def markov_reward(question: Question) -> RewardWitness | None:
    """Return a Markov reward that answers a question about a set among very many policies, or None.

    Its discounted sum is a function of the trajectory too. Where all policies are a few it is not looked for:
    values of a few beginnings say more.
    """
    claim = question.claim()
    sets = [claim.models[accepted.model] for accepted in claim.acceptable if accepted.over is None]
    if claim.setting != Setting() or not any(map(_has_many_behaviours, sets)):
        return None
    from specexpr.expressivity.markov import decide_markov_reward

    verdict = decide_markov_reward(
        replace(
            question, options=replace(question.options, discount=_DISCOUNT), deadline=_half(question.deadline)
        )
    )
    return verdict.witness.proof if isinstance(verdict, Expressible) else None


def _has_many_behaviours(model: Model) -> bool:
    return next(islice(behaviours(model), _MANY_BEHAVIOURS, None), None) is not None


def _half(deadline: float | None) -> float | None:
    """Return the moment half way to a deadline."""
    return None if deadline is None else (deadline + time.monotonic()) / 2


def coded(function: FunctionWitness, *, is_one_reward: bool) -> ReturnsWitness:
    """Return rewards whose discounted returns tell the words of a function, with the same values.

    One reward pays 1, .., k for what the k observations of the words are, and 0 else; or each of k rewards
    pays 1 for one of them, and at discount 1/3 the digits of its return say when that was seen.
    """
    observed = sorted({o for word, _ in function.words for o in word})
    if is_one_reward:
        entries = tuple((o, Fraction(i)) for i, o in enumerate(observed, 1))
        return ReturnsWitness(Fraction(1, len(observed) + 2), (entries,), function.words)
    rewards = tuple(((o, Fraction(1)),) for o in observed) or ((),)
    return ReturnsWitness(Fraction(1, 3), rewards, function.words)
