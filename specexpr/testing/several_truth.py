"""Whether the least or greatest of free rewards, or a function of given values, is as asked; and proofs.

By brute force from the definitions: see `concave_truth`. Of one set among all deterministic policies it is a
matter of which mean of which policies is which policy, which is looked up policy by policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from specexpr.certify.kinds.aggregation import LevelsWitness, PiecesWitness
from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.kinds.rewards import RewardsWitness
from specexpr.certify.kinds.vertices import VerticesWitness
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, PolicyConstraint, Relation, Shape, Table
from specexpr.certify.proofs import RewardEntry, RewardWitness
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from specexpr.testing.brute_force import (
    markov_reward_truth,
    occupancy,
    policy_value,
    split_universe,
)
from specexpr.testing.concave_truth import (
    Asked,
    Point,
    concave_exists,
    convex_exists,
    doubt_conflict,
    monotone_exists,
    occupancies,
    policy_comparisons,
)
from specexpr.testing.confirmation import holds, spread_reward
from specexpr.testing.given_truth import rows
from specexpr.testing.linear_truth import Inequality, Solution, solve

MOST_POINTS = 16
"""With more points brute force takes too long, but for single sets."""

_ONE = Fraction(1)


# -- free rewards -----------------------------------------------------------------------------------------


def extreme_truth(formalism: str, question: Question) -> bool | None:
    """Say whether the least (`maxmin`) or greatest (`maxmax`) of some rewards is as a question asks.

    None where there are too many points to tell by brute force.
    """
    claim = question.claim()
    if _is_one_set(claim):
        return _set_truth(formalism, claim)
    asked = policy_comparisons(claim)
    return None if _is_large(occupancies(claim, asked)) else _is_met(formalism, claim, asked)


def _is_one_set(claim: Claim) -> bool:
    return not claim.constraints and len(claim.acceptable) == 1


def _is_large(asked: Sequence[Asked]) -> bool:
    return len({tuple(sorted(point.items())) for _, *sides in asked for point in sides}) > MOST_POINTS


def _is_met(formalism: str, claim: Claim, asked: Sequence[PolicyConstraint]) -> bool:
    exists = concave_exists if formalism == "maxmin" else convex_exists
    return exists(occupancies(claim, asked))


def _set_truth(formalism: str, claim: Claim) -> bool:
    """Say whether a concave (convex) function puts the good policies of one set above all others.

    Concave: no other policy is a mean of good ones, for then min(0, l) of affine functions l that separate
    them does, whether or not good ones must tie. Convex: no good policy is a mean of others; and where the
    good ones tie at m, no good one is a mean of policies among which are others, for these would bring
    the mean of their values below m.
    """
    (accept,) = claim.acceptable
    good, bad = (
        [occupancy(claim.models[accept.model], table, claim.fixed_discount) for table in tables]
        for tables in split_universe(claim, accept)
    )
    if formalism == "maxmin":
        return not any(_is_mean(one, good, good) for one in bad)
    among = [*good, *bad] if accept.acceptance is Acceptance.EQUAL else bad
    return not any(_is_mean(one, among, bad) for one in good)


def _is_mean(point: Point, others: Sequence[Point], some: Sequence[Point], *, rising: bool = False) -> bool:
    """Say whether a point is a mean of others, one of some among them; with `rising`, or above one."""
    # Motzkin: it is not iff some affine function is >= 0 on all others, > 0 on those, and <= 0 at the point.
    counting = {id(one) for one in some}
    asked = [
        Inequality(_affine(one, _ONE), Relation.STRICT if id(one) in counting else Relation.WEAK)
        for one in others
    ]
    slopes = [Inequality({("x", key): _ONE}, Relation.WEAK) for key in point] if rising else []
    rows = [*asked, *slopes, Inequality(_affine(point, -_ONE), Relation.WEAK)]
    return not isinstance(solve(rows), Solution)


def _exceeds_mean(point: Point, others: Sequence[Point]) -> bool:
    """Say whether a point is at least a mean of others in every coordinate, and not the same."""
    # Motzkin: it is not iff some affine function of slopes > 0 is >= 0 on all others and <= 0 at the point.
    asked = [Inequality(_affine(one, _ONE), Relation.WEAK) for one in others]
    slopes = [Inequality({("x", key): _ONE}, Relation.STRICT) for key in point]
    rows = [*asked, *slopes, Inequality(_affine(point, -_ONE), Relation.WEAK)]
    return not isinstance(solve(rows), Solution)


def _affine(point: Point, sign: Fraction) -> Mapping[tuple[object, ...], Fraction]:
    """Return the value at a point of an affine function, times a sign, by what it gives to coordinates."""
    found: dict[tuple[object, ...], Fraction] = {("x", key): sign * y for key, y in point.items()}
    return found | {("one",): sign}


def confirm_extreme(formalism: str, question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with rewards, with a conflict, or with the size that is said; or None."""
    claim = question.claim()
    match verdict:
        case Expressible(witness=witness, size=size):
            if size is None or (size[0] == 1) != (size[1] == 1):
                return f"one Markov reward is neither found nor ruled out: {size}"
            if (size == (1, 1)) != markov_reward_truth(question):
                return f"the size {size} is not right about one Markov reward"
            return _doubt_rewards(formalism, claim, witness.proof)
        case Inexpressible(certificate=certificate):
            if not isinstance(certificate.proof, JensenCertificate):
                return "the certificate is of another kind"
            return doubt_conflict(
                claim,
                certificate.proof,
                lambda some: _is_met(formalism, claim, some),
                lambda model, table: occupancy(claim.models[model], table, claim.fixed_discount),
                is_convex=formalism == "maxmax",
            )
        case _:
            return None


def _doubt_rewards(formalism: str, claim: Claim, proof: object) -> str | None:
    match proof:
        case RewardWitness(reward=reward):
            rewards: tuple[tuple[RewardEntry, ...], ...] = (reward,)
        case RewardsWitness(rewards=rewards):
            pass
        case VerticesWitness():
            return None  # the truth does not rest on the theorem
        case _:
            return "the witness is of another kind"
    choose = min if formalism == "maxmin" else max
    known: dict[tuple[int, Table], Fraction] = {}

    def worth(model: int, table: Table) -> Fraction:
        if (model, table) not in known:
            here = claim.models[model]
            known[model, table] = choose(
                policy_value(here, table, spread_reward(here, one), discount=claim.fixed_discount)
                for one in rewards
            )
        return known[model, table]

    for c in policy_comparisons(claim):
        if not holds(worth(c.model, c.better) - worth(c.model, c.worse), c.relation):
            return f"the rewards do not meet {c}"
    return None


# -- given values -----------------------------------------------------------------------------------------


def _asked(
    question: Question, directory: Path, some: Sequence[PolicyConstraint] | None = None
) -> list[Asked]:
    """Return comparisons by the given values of their sides."""
    return [
        (relation, dict(enumerate(u)), dict(enumerate(v)))
        for relation, u, v in rows(question, directory, some)
    ]


def _function_exists(formalism: str, question: Question, asked: Sequence[Asked]) -> bool:
    shape = question.options.utility or Shape.INCREASING
    if formalism == "monotone" and not shape.is_concave:
        return monotone_exists(asked, is_strict=shape.is_strict)
    rising = sorted({key for _, *sides in asked for side in sides for key in side})
    return concave_exists(asked, rising, is_strict=shape.is_strict)


def function_truth(formalism: str, question: Question, directory: Path) -> bool | None:
    """Say whether a monotone (or `concave`) function of given values is as a question asks.

    None where there are too many points to tell by brute force.
    """
    shape = question.options.utility or Shape.INCREASING
    is_concave = formalism == "concave" or shape.is_concave
    asked = _asked(question, directory)
    if is_concave and _is_one_set(question.claim()):
        return _concave_set_truth(question.claim().acceptable[0], asked, is_strict=shape.is_strict)
    if is_concave and _is_large(asked):
        return None
    return _function_exists(formalism, question, asked)


def _concave_set_truth(accept: AcceptableSet, asked: Sequence[Asked], *, is_strict: bool) -> bool:
    """Say whether a concave function that does not fall puts the good policies of one set above all others.

    No other policy is a mean of good ones or above one; else a slope w >= 0 separates it from these, also
    w > 0 near by, and the least of such functions does, capped at 0 where good ones tie. If the function
    must rise, it cannot be capped: then moreover no good one that ties is above a mean of these.
    """
    good = [better for relation, better, _ in asked if relation is Relation.STRICT]
    good += [side for relation, *sides in asked if relation is Relation.TIE for side in sides]
    bad = [worse for relation, _, worse in asked if relation is Relation.STRICT]
    if any(_is_mean(one, good, good, rising=True) for one in bad):
        return False
    is_tied = accept.acceptance is Acceptance.EQUAL and is_strict
    return not (is_tied and any(_exceeds_mean(one, good) for one in good))


def confirm_function(formalism: str, question: Question, verdict: Verdict, directory: Path) -> str | None:
    """Return what is wrong with a function or a conflict, or None."""
    match verdict:
        case Expressible(witness=witness):
            return _doubt_function(question, witness.proof, directory)
        case Inexpressible(certificate=certificate):
            if not isinstance(certificate.proof, JensenCertificate):
                return "the certificate is of another kind"

            def is_met(some: Sequence[PolicyConstraint]) -> bool:
                return _function_exists(formalism, question, _asked(question, directory, some))

            def point(model: int, table: Table) -> Point:
                both = PolicyConstraint(model, table, table, Relation.TIE)
                return _asked(question, directory, [both])[0][1]

            return doubt_conflict(question.claim(), certificate.proof, is_met, point, is_given=True)
        case _:
            return None


def _doubt_function(question: Question, proof: object, directory: Path) -> str | None:
    shape = question.options.utility or Shape.INCREASING
    asked = rows(question, directory)
    if isinstance(proof, PiecesWitness):
        for weights, _ in proof.pieces:
            if any(w < 0 or (w == 0 and shape.is_strict) for w in weights):
                return f"a weight is not as a function that is {shape} needs it"

        def least(v: Sequence[Fraction]) -> Fraction:
            sums = [sum((w * x for w, x in zip(weights, v, strict=True)), c) for weights, c in proof.pieces]
            return min(sums)

        if all(holds(least(u) - least(v), relation) for relation, u, v in asked):
            return None
        return "the sums do not order the policies as asked"
    if not isinstance(proof, LevelsWitness):
        return "the witness is of another kind"
    known = dict(proof.levels)
    stated = [c for c in question.claim().constraints if isinstance(c, PolicyConstraint)]
    if any(v not in known for _, *sides in rows(question, directory, stated) for v in sides):
        return "a policy that is named has no value"
    values = [(relation, known.get(u), known.get(v)) for relation, u, v in asked]
    if not all(holds(u - v, relation) for relation, u, v in values if u is not None and v is not None):
        return "the values do not order the policies as asked"
    fixed: list[Asked] = []
    levels = sorted(known.items(), key=lambda level: level[1])
    for (low, u), (high, w) in pairwise(levels):
        relation = Relation.TIE if u == w else Relation.STRICT
        fixed.append((relation, dict(enumerate(high)), dict(enumerate(low))))
    more = [(relation, dict(enumerate(u)), dict(enumerate(v))) for relation, u, v in asked]
    if not monotone_exists([*fixed, *more], is_strict=shape.is_strict):
        return "no monotone function with these values is as asked"
    return None
