"""What free rewards with thresholds can keep inside, and what a constraint with an aim can order, by trial.

Every way to put the policies of a task on two sides is tried, as far as the constraints leave one; whether
the occupancies allow it says the simplex method of the oracle, on rows written out from the definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache

from specexpr.certify.kinds.bar import BarWitness
from specexpr.certify.kinds.hull import HullCertificate
from specexpr.certify.kinds.region import RegionWitness
from specexpr.certify.kinds.splits import SplitsCertificate
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Table
from specexpr.certify.overlaps import Share
from specexpr.certify.proofs import RewardWitness
from specexpr.certify.sides import Side
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from specexpr.testing.brute_force import Features, Triple, comparisons, occupancy, policy_value
from specexpr.testing.confirmation import confirm_markov_proof, holds, spread_reward
from specexpr.testing.linear_truth import Inequality, is_consistent

Policy = tuple[int, Table]
Look = frozenset[tuple[Triple, Fraction]]
"""An occupancy: policies that have one are one."""

Sides = Mapping[Policy, bool]
"""For each policy whether it is inside, or above the bar."""

BAR = (-1, -1, -1)
"""The unknown beside the rewards of transitions: the number that a return should reach."""

_ZERO, _ONE = Fraction(0), Fraction(1)


def asked(question: Question) -> list[PolicyConstraint]:
    """Return all comparisons of policies that a question asks for."""
    return [c for c in comparisons(question.claim()) if isinstance(c, PolicyConstraint)]


def visits_of(claim: Claim) -> Callable[[Policy], Features]:
    """Return what computes the occupancy of a policy, once for each."""

    @cache
    def visits(policy: Policy) -> Features:
        model, table = policy
        return occupancy(claim.models[model], table, claim.fixed_discount)

    return visits


def sides(
    some: Sequence[PolicyConstraint], allowed: Callable[[Relation, bool, bool], bool]
) -> Iterator[Sides]:
    """Yield every way to put policies on two sides that no constraint by itself rules out."""
    policies = list(dict.fromkeys((c.model, t) for c in some for t in (c.better, c.worse)))
    place = {policy: i for i, policy in enumerate(policies)}
    ending: list[list[tuple[Relation, int, int]]] = [[] for _ in policies]
    for c in some:
        i, j = place[c.model, c.better], place[c.model, c.worse]
        ending[max(i, j)].append((c.relation, i, j))
    pending: list[tuple[bool, ...]] = [()]
    while pending:
        chosen = pending.pop()
        if len(chosen) == len(policies):
            yield dict(zip(policies, chosen, strict=True))
            continue
        for side in (True, False):
            now = (*chosen, side)
            if all(allowed(relation, now[i], now[j]) for relation, i, j in ending[len(chosen)]):
                pending.append(now)


def combined(parts: Sequence[tuple[Features, Fraction]]) -> dict[Triple, Fraction]:
    """Return a sum of weights times occupancies."""
    total: dict[Triple, Fraction] = {}
    for features, weight in parts:
        for key, x in features.items():
            total[key] = total.get(key, _ZERO) + weight * x
    return {key: x for key, x in total.items() if x}


# -- inside and outside ------------------------------------------------------------------------------------


def is_two_level(relation: Relation, better: bool, worse: bool) -> bool:
    """Say whether a constraint holds of values that are 1 inside and 0 outside."""
    return holds(Fraction(better - worse), relation)


def region_truth(question: Question) -> bool:
    """Say whether some convex region has the policies inside that it should have."""
    return any(True for _ in regions(question))


def regions(question: Question) -> Iterator[Sides]:
    """Yield every way to be inside or outside: each policy outside is cut off by a hyperplane of its own."""
    visits = visits_of(question.claim())

    @cache
    def is_cut(policy: Policy, inside: frozenset[Policy]) -> bool:
        rows = [Inequality(_with_bar(visits(x), _ONE), Relation.WEAK) for x in inside]
        return is_consistent([*rows, Inequality(_with_bar(visits(policy), -_ONE), Relation.STRICT)])

    for found in sides(asked(question), is_two_level):
        inside = frozenset(policy for policy, is_in in found.items() if is_in)
        if all(is_cut(policy, inside) for policy, is_in in found.items() if not is_in):
            yield found


def _with_bar(features: Features, sign: Fraction) -> dict[Triple, Fraction]:
    """Return a return less the bar, or the other way round."""
    return {key: sign * x for key, x in features.items()} | {BAR: -sign}


def doubt_region(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with rewards and thresholds, or with the steps to the inside, or None."""
    match verdict:
        case Expressible(witness=witness) if isinstance(witness.proof, RegionWitness):
            return _doubt_rewards(question, witness.proof, verdict.size)
        case Inexpressible(certificate=certificate) if isinstance(certificate.proof, HullCertificate):
            return _doubt_steps(question, certificate.proof)
        case Expressible() | Inexpressible():
            return "the proof is of another kind"
        case _:
            return None


def _doubt_rewards(question: Question, proof: RegionWitness, size: tuple[int, int] | None) -> str | None:
    claim, some = question.claim(), asked(question)

    @cache
    def is_inside(policy: Policy) -> bool:
        model = claim.models[policy[0]]
        return all(
            policy_value(model, policy[1], spread_reward(model, one.reward), discount=proof.discount)
            >= one.least
            for one in proof.rewards
        )

    for c in some:
        better, worse = is_inside((c.model, c.better)), is_inside((c.model, c.worse))
        if not is_two_level(c.relation, better, worse):
            return f"{c.relation} is not met: {better}, {worse}"
    if size is None or not 1 <= size[0] <= size[1] == len(proof.rewards):
        return "the size is not the number of rewards"
    visits = visits_of(claim)
    every = list(regions(question)) if proof.overlaps else []
    inside = {policy for found in every[:1] for policy in found if all(one[policy] for one in every)}
    outside = {policy for found in every[:1] for policy in found if not any(one[policy] for one in every)}
    for one in proof.overlaps:
        parts = [(one.inside, inside, _ONE), (one.outside, outside, -_ONE)]
        if any(not _is_mean(side) for side, _, _ in parts):
            return "an overlap is not of two means"
        if any((model, table) not in known for side, known, _ in parts for model, table, _ in side):
            return "a policy of an overlap is not as it says"
        if combined([(visits((m, t)), sign * x) for side, _, sign in parts for m, t, x in side]):
            return "the means of an overlap differ"
    return None


def _is_mean(side: Sequence[Share]) -> bool:
    return all(x > 0 for *_, x in side) and sum(x for *_, x in side) == 1


def _doubt_steps(question: Question, proof: HullCertificate) -> str | None:
    claim, some = question.claim(), asked(question)
    visits = visits_of(claim)
    known = {(c.model, c.relation, c.better, c.worse) for c in some}
    if any((c.model, c.relation, c.better, c.worse) not in known for c in _constraints(proof)):
        return "a constraint is not asked for"
    inside: list[Features] = []  # policies that behave alike are one
    for step in proof.steps:
        here = visits((step.model, step.table))
        if step.by is None:
            parts = [(here, -_ONE), *((inside[i], x) for i, x in step.mean)]
            if combined(parts) or any(x <= 0 for _, x in step.mean) or sum(x for _, x in step.mean) != 1:
                return "a step is not the mean of others"
        else:
            better, worse = visits((step.by.model, step.by.better)), visits((step.by.model, step.by.worse))
            is_right = here == better and (step.by.relation is Relation.STRICT or worse in inside)
            if not is_right and not (step.by.relation is Relation.TIE and here == worse and better in inside):
                return "a step does not follow from its constraint"
        inside.append(here)
    against = proof.against
    if against.relation is not Relation.STRICT or visits((against.model, against.worse)) not in inside:
        return "the policy that must be outside is not inside"
    return None


def _constraints(proof: HullCertificate) -> Iterator[PolicyConstraint]:
    yield proof.against
    yield from (step.by for step in proof.steps if step.by is not None)


# -- above and below a bar ---------------------------------------------------------------------------------


MOST_TRIED = 10
"""So many policies, those that behave alike counted once, are put on two sides in every way."""


def bar_truth(question: Question) -> bool | None:
    """Say whether a constraint with a bar and an aim order the policies as asked; None if these are many.

    Policies are put above or below one after the other, as long as some J_1 and J_2 allow it.
    """
    visits = visits_of(question.claim())
    looks: dict[Policy, Look] = {}
    counts: dict[Look, int] = {}
    ends: dict[tuple[Relation, Look, Look], None] = {}
    for c in asked(question):
        sides_of = []
        for policy in ((c.model, c.better), (c.model, c.worse)):
            look = looks.setdefault(policy, frozenset(visits(policy).items()))
            counts[look] = counts.get(look, 0) + 1
            sides_of.append(look)
        ends[c.relation, sides_of[0], sides_of[1]] = None
    if len(counts) > MOST_TRIED:
        return None
    order = sorted(counts, key=lambda look: -counts[look])  # those that most is asked of come first
    features = [dict(look) for look in order]
    rows = [(relation, order.index(i), order.index(j)) for relation, i, j in ends]

    def is_allowed(above: Sequence[bool]) -> bool:
        known = [(r, i, j) for r, i, j in rows if max(i, j) < len(above)]
        if any(above[i] < above[j] or (r is Relation.TIE and above[i] != above[j]) for r, i, j in known):
            return False
        for side in (True, False):
            here = [
                Inequality(combined([(features[i], _ONE), (features[j], -_ONE)]), r)
                for r, i, j in known
                if above[i] == above[j] == side
            ]
            if not side:
                here += [
                    Inequality(
                        _with_bar(features[i], _ONE if up else -_ONE),
                        Relation.WEAK if up else Relation.STRICT,
                    )
                    for i, up in enumerate(above)
                ]
            if not is_consistent(here):
                return False
        return True

    pending: list[tuple[bool, ...]] = [()]
    while pending:
        above = pending.pop()
        if len(above) == len(features):
            return True
        pending += [now for now in ((*above, False), (*above, True)) if is_allowed(now)]
    return False


def doubt_bar(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a constraint and an aim, or with refuted cases, or None."""
    match verdict:
        case Expressible(witness=witness) if isinstance(witness.proof, BarWitness):
            return _doubt_sides(question, witness.proof)
        case Inexpressible(certificate=certificate) if isinstance(certificate.proof, SplitsCertificate):
            return _doubt_cases(question, certificate.proof)
        case Expressible(witness=witness) if isinstance(witness.proof, RewardWitness):
            return confirm_markov_proof(question, verdict)
        case Expressible() | Inexpressible():
            return "the proof is of another kind"
        case _:
            return None


def _doubt_sides(question: Question, proof: BarWitness) -> str | None:
    claim = question.claim()

    @cache
    def value(policy: Policy) -> tuple[int, Fraction]:
        model = claim.models[policy[0]]
        constraint, aim = (
            policy_value(model, policy[1], spread_reward(model, reward), discount=proof.discount)
            for reward in (proof.constraint, proof.aim)
        )
        return (1, aim) if constraint >= proof.bar else (0, constraint)

    for c in asked(question):
        better, worse = value((c.model, c.better)), value((c.model, c.worse))
        if not holds(Fraction((better > worse) - (better < worse)), c.relation):
            return f"{c.relation} is not met: {better}, {worse}"
    return None


def _doubt_cases(question: Question, proof: SplitsCertificate) -> str | None:
    claim = question.claim()
    visits = visits_of(claim)
    known = {(c.model, c.relation, c.better, c.worse) for c in asked(question)}
    if any((c.model, c.relation, c.better, c.worse) not in known for c in proof.constraints):
        return "a constraint is not asked for"
    for cut in proof.cuts:
        parts: list[tuple[Features, Fraction]] = []
        strict = [y for _, _, y in cut.below]
        for k, y in cut.weights:
            c = proof.constraints[k]
            parts += [(visits((c.model, c.better)), y), (visits((c.model, c.worse)), -y)]
            strict += [y] if c.relation is Relation.STRICT else []
            if y <= 0 and c.relation is not Relation.TIE:
                return "a weight has the wrong sign"
        parts += [(visits((m, t)), y) for m, t, y in cut.above]
        parts += [(visits((m, t)), -y) for m, t, y in cut.below]
        if combined(parts) or not strict or min(y for *_, y in (*cut.above, *cut.below, (0, (), _ONE))) <= 0:
            return "a cut does not add up"
        if cut.side is Side.ABOVE and (cut.above or cut.below):
            return "a cut above the bar has to do with the bar"

    def look(model: int, table: Table) -> Look:
        return frozenset(visits((model, table)).items())

    rows = [(c.relation, look(c.model, c.better), look(c.model, c.worse)) for c in proof.constraints]
    needed = []
    for cut in proof.cuts:
        sides_of = [(rows[k][2], cut.side is Side.ABOVE) for k, _ in cut.weights]
        sides_of += [(look(m, t), True) for m, t, _ in cut.above]
        needed.append([*sides_of, *((look(m, t), False) for m, t, _ in cut.below)])
    for above in _every_split(rows):
        if not any(all(above.get(x) is side for x, side in need) for need in needed):
            return "a split is left that no cut refutes"
    return None


def _every_split(rows: Sequence[tuple[Relation, Look, Look]]) -> Iterator[Mapping[Look, bool]]:
    """Yield every split that constraints allow; policies that behave alike are one."""
    policies = list(dict.fromkeys(x for _, *ends in rows for x in ends))
    pending: list[dict[Look, bool]] = [{}]
    while pending:
        above = pending.pop()
        if len(above) == len(policies):
            yield above
            continue
        for side in (True, False):
            now = {**above, policies[len(above)]: side}
            met = [(r, now[i], now[j]) for r, i, j in rows if i in now and j in now]
            if all(up >= down and (up == down or r is not Relation.TIE) for r, up, down in met):
                pending.append(now)
