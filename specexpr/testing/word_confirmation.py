"""Confirm proofs about functions of trajectories by the definitions, without the kernel that accepted them.

A function is confirmed by the value of every policy that the claim speaks of, its words followed path by
path; rewards moreover by the returns of all words of a length, of which no other may fall where a listed
one does. A conflict is confirmed by the lotteries of its policies: they cancel, and no term can be spared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

from specexpr.certify.kinds.function import FunctionWitness
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.returns import ReturnsWitness
from specexpr.certify.model import Claim, Constraint, PolicyConstraint, Relation, Table, TrajectoryConstraint
from specexpr.certify.proofs import Term
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.testing.brute_force import comparisons
from specexpr.testing.linear_truth import Inequality, is_consistent
from specexpr.testing.word_truth import Lottery, Seen, look, lotteries, observed

_ZERO = Fraction(0)
_MOST_WORDS = 3_000


def confirm_trajectory_proof(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with the proof of a verdict on functions of trajectories, or None."""
    claim = question.claim()
    match verdict:
        case Expressible(witness=witness):
            proof = witness.proof
            doubt = _doubt_returns(claim, proof) if isinstance(proof, ReturnsWitness) else None
            return doubt or _doubt_function(claim, proof)
        case Inexpressible(certificate=certificate):
            return _doubt_lotteries(claim, certificate.proof)
        case Undecided():
            return None


def observations(claim: Claim) -> list[Seen]:
    """Return what can be observed of a step, in the order in which proofs number it."""
    compares = any(isinstance(c, TrajectoryConstraint) for c in claim.constraints)
    found: set[Seen] = set()
    for m, model in enumerate(claim.models):
        for s, row in enumerate(model.rows):
            for a, law in row.items():
                steps = {observed(claim, m, s, a, t) for t, _ in law}
                found |= {(s, a)} if compares and claim.setting.labels is None else steps
    return sorted(found)


def _doubt_function(claim: Claim, proof: FunctionWitness | ReturnsWitness) -> str | None:
    known = observations(claim)
    words = [(tuple(known[o] for o in word), x) for word, x in proof.words]
    listed = proof.sequences if isinstance(proof, FunctionWitness) else ()
    sequences = {tuple(known[o] for o in word): x for word, x in listed}
    for asked in comparisons(claim):
        if isinstance(asked, TrajectoryConstraint):
            better, worse = (
                sequences.get(look(claim, asked.model, side), _ZERO) for side in (asked.better, asked.worse)
            )
        else:
            better, worse = (
                sum((x * _probability(claim, asked.model, side, word) for word, x in words), _ZERO)
                for side in (asked.better, asked.worse)
            )
        if not holds(better - worse, asked.relation):
            return f"the function gives {better} {asked.relation} {worse} to the comparison {asked}"
    return None


def _probability(claim: Claim, model: int, table: Table, word: Sequence[Seen]) -> Fraction:
    """Return the probability of a word: that of every path which shows it, added up."""
    now = dict(claim.models[model].start)
    for o in word:
        ahead: dict[int, Fraction] = {}
        for s, mass in now.items():
            for a, p in table[s]:
                for t, q in claim.models[model].rows[s][a]:
                    if o in (observed(claim, model, s, a, t), (s, a)):
                        ahead[t] = ahead.get(t, _ZERO) + mass * p * q
        now = ahead
    return sum(now.values(), _ZERO)


def holds(gap: Fraction, relation: Relation) -> bool:
    return {Relation.STRICT: gap > 0, Relation.WEAK: gap >= 0, Relation.TIE: gap == 0}[relation]


def _doubt_returns(claim: Claim, proof: ReturnsWitness) -> str | None:
    """Look for another word of the length of a listed one whose returns may fall into its box."""
    g, count = proof.discount, len(observations(claim))
    pays = [[dict(reward).get(o, _ZERO) for o in range(count)] for reward in proof.rewards]

    def box(word: Sequence[int]) -> list[tuple[Fraction, Fraction]]:
        tail = g ** len(word) / (1 - g)
        codes = [sum((g**t * pay[o] for t, o in enumerate(word)), _ZERO) for pay in pays]
        return [(c + tail * min(pay), c + tail * max(pay)) for c, pay in zip(codes, pays, strict=True)]

    for word, _ in proof.words:
        sides = box(word)
        if count ** len(word) > _MOST_WORDS:
            continue
        for other in product(range(count), repeat=len(word)):
            apart = any(x[1] < y[0] or y[1] < x[0] for x, y in zip(sides, box(other), strict=True))
            if other != word and not apart:
                return f"the returns of {other} may be those of {word}"
    return None


def _doubt_lotteries(claim: Claim, proof: LotteriesCertificate) -> str | None:
    asked = {_key(c) for c in comparisons(claim)}
    stated = [_constraint(term) for term in proof.terms]
    if any(_key(c) not in asked for c in stated):
        return "the conflict uses a comparison that the question does not ask"
    if len({_key(c) for c in stated}) < len(stated):
        return "the conflict uses a comparison twice"
    rows = list(_rows(claim, stated))
    total: dict[int, Fraction] = {}
    for term, row in zip(proof.terms, rows, strict=True):
        if term.weight <= 0 and (term.relation is not Relation.TIE or not term.weight):
            return f"the multiplier {term.weight} of a {term.relation} has the wrong sign"
        for word, x in row.coefficients.items():
            total[word] = total.get(word, _ZERO) + term.weight * x
    if any(total.values()):
        return "the lotteries of the conflict do not cancel"
    if not any(term.relation is Relation.STRICT for term in proof.terms):
        return "the conflict has no strict comparison"
    for k in range(len(rows)):
        if not is_consistent(rows[:k] + rows[k + 1 :]):
            return f"the conflict does without {stated[k]}"
    return None


def _rows(claim: Claim, stated: Sequence[Constraint]) -> Iterator[Inequality]:
    """Yield the differences of the lotteries, or sequences, of some constraints."""
    policies = list(
        dict.fromkeys(
            (c.model, t) for c in stated if isinstance(c, PolicyConstraint) for t in (c.better, c.worse)
        )
    )
    known = dict(zip(policies, lotteries(claim, policies), strict=True))
    number: dict[object, int] = {}
    for c in stated:
        if isinstance(c, PolicyConstraint):
            better, worse = known[c.model, c.better], known[c.model, c.worse]
        else:
            better, worse = (_sequence(look(claim, c.model, side)) for side in (c.better, c.worse))
        gap: dict[int, Fraction] = {}
        for lottery, sign in ((better, 1), (worse, -1)):
            for word, x in lottery.items():
                k = number.setdefault(word, len(number))
                gap[k] = gap.get(k, _ZERO) + sign * x
        yield Inequality({k: x for k, x in gap.items() if x}, c.relation)


def _sequence(word: tuple[Seen, ...]) -> Lottery:
    return {(("sequence",), *word): Fraction(1)}


def _key(c: Constraint) -> tuple[object, ...]:
    """Return what tells comparisons apart: the line does not, nor does the order of the sides of a tie."""
    sides: object = frozenset((c.better, c.worse)) if c.relation is Relation.TIE else (c.better, c.worse)
    return isinstance(c, PolicyConstraint), c.model, c.relation, sides


def _constraint(term: Term) -> Constraint:
    if term.is_trajectory:
        return TrajectoryConstraint(term.model, term.better, term.worse, term.relation)  # type: ignore[arg-type] # as is_trajectory says
    return PolicyConstraint(term.model, term.better, term.worse, term.relation)  # type: ignore[arg-type] # likewise
