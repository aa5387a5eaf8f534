"""Decide whether the least, or the greatest, of some free Markov rewards orders policies as asked.

One reward is tried first: where it does not do, its refutation shows that two or more are needed. Then
values that a concave (convex) function of the occupancy takes are sought (`shaping`). One acceptable set
among all deterministic policies needs no search where no other policy behaves like an accepted one:
occupancies of deterministic policies are vertices.
- For `maxmin` rewards exist by a theorem (`certify.kinds.vertices`); they are written out where policies
  are few.
- For `maxmax`, if the accepted policies are deterministic, let R_g pay 1 for each step that g takes, g
  accepted. Then J_g <= 1 / (1 - g) with equality only for policies that behave like g. One reward serves
  several g where every policy that does, wherever it goes, what one of them does there is accepted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice

from specexpr.certify.blends import Member
from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.kinds.rewards import RewardsWitness
from specexpr.certify.kinds.vertices import VerticesWitness, most_rewards
from specexpr.certify.model import Claim, PolicyConstraint
from specexpr.certify.ordering import behaviours
from specexpr.certify.proofs import FarkasCertificate, RewardEntry, RewardWitness
from specexpr.expressivity.acceptable import Class, alike_conflict, bad_mixture, classes
from specexpr.expressivity.several.occupancies import Extreme, Occupancies, Reward
from specexpr.expressivity.several.shaping import Search
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import (
    GIVE_A_DISCOUNT,
    Expressible,
    Inexpressible,
    Proof,
    Undecided,
    Verdict,
    proved,
)
from specexpr.models.policy import behaviour

TRIED = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
"""Discounts that are tried where the question leaves it open."""

WRITTEN_OUT = 64
"""Up to so many behaviours the rewards of a set among all deterministic policies are written out."""

_ONE = Fraction(1)


def answer_free(question: Question, formalism: str) -> Verdict:
    """Return a proved verdict on `maxmin` or `maxmax` with free rewards."""
    from specexpr.expressivity.several.shaping_text import speaking

    proof = decide_free(question, formalism)
    return proved(question, formalism, proof, speaking(formalism))


def decide_free(question: Question, formalism: str) -> Proof | Undecided:
    """Return rewards whose least or greatest return orders everything as asked, or a conflict."""
    if question.options.discount is None:
        return _at_some_discount(question, formalism)
    single, reward = _one_reward(question)
    if reward is not None:
        return reward
    claim = question.claim()
    search = Search(claim, Occupancies(claim, is_convex=formalism == "maxmax"), question.deadline)
    if _is_one_set(claim):
        found = _of_one_set(question, formalism, search, single)
        if found is not None:
            return found
    return _witness(claim, search.run(), single)


def _one_reward(question: Question) -> tuple[Proof | None, RewardWitness | None]:
    """Return a proof that no single reward does, or a reward that does; neither where it is not found out."""
    from specexpr.expressivity.markov import decide_markov_reward

    match decide_markov_reward(replace(question, deadline=_half(question.deadline))):
        case Expressible(witness=witness):
            return None, witness.proof
        case Inexpressible(certificate=certificate):
            is_exact = isinstance(certificate.proof, FarkasCertificate | MixtureCertificate)
            return certificate.proof if is_exact else None, None
        case _:
            return None, None


def _half(deadline: float | None) -> float | None:
    return None if deadline is None else (deadline + time.monotonic()) / 2


def _witness(claim: Claim, found: object, single: Proof | None) -> Proof | Undecided:
    if not isinstance(found, Extreme):
        return found
    numbers = found.view.numbers(_named(claim))
    return RewardsWitness(claim.fixed_discount, found.rewards(), numbers, single)


def _named(claim: Claim) -> Iterator[Member]:
    """Yield the policies that a claim names, each once."""
    sides = [
        (c.model, t)
        for c in claim.constraints
        if isinstance(c, PolicyConstraint)
        for t in (c.better, c.worse)
    ]
    sides += [(x.model, table) for x in claim.acceptable for table in (*x.good, *(x.over or ()))]
    yield from dict.fromkeys(sides)


# -- one set among all deterministic policies -------------------------------------------------------------


def _is_one_set(claim: Claim) -> bool:
    """Say whether a claim is one set among all deterministic policies, with no twin of a good one outside."""
    if claim.constraints or len(claim.acceptable) != 1 or claim.acceptable[0].over is not None:
        return False
    (accept,) = claim.acceptable
    return claim.modulo_unreachable or alike_conflict(claim.models[accept.model], accept.good) is None


def _of_one_set(
    question: Question, formalism: str, search: Search, single: Proof | None
) -> Proof | Undecided | None:
    """Return a witness for one set; None where policies have to be gone through."""
    claim = question.claim()
    (accept,) = claim.acceptable
    model = claim.models[accept.model]
    few = list(islice(behaviours(model), WRITTEN_OUT + 1))
    if formalism == "maxmin":
        if len(few) <= WRITTEN_OUT:
            search.deadline = _half(question.deadline)
            found = _witness(claim, search.run(), single)
            if isinstance(found, RewardsWitness):
                return found
        return VerticesWitness(most_rewards(claim, formalism), single)
    if any(len(row) > 1 for table in accept.good for row in behaviour(model, table)):
        return None
    good = classes(model, accept.good)
    rewards = tuple(_followed(model_used) for model_used in _groups(claim, good))
    view = Occupancies(claim, is_convex=True)
    return RewardsWitness(claim.fixed_discount, rewards, view.numbers(_named(claim)), single)


def _groups(claim: Claim, good: Sequence[Class]) -> list[list[list[int]]]:
    """Return what is done in each state by groups of good policies, all mixtures of a group being good."""
    model = claim.models[claim.acceptable[0].model]
    groups: list[list[list[int]]] = []
    for one in good:
        for k, used in enumerate(groups):
            larger = _with(used, one.actions)
            if bad_mixture(model, larger, good) is None:
                groups[k] = larger
                break
        else:
            groups.append(_with([[] for _ in model.states], one.actions))
    return groups


def _with(used: Sequence[Sequence[int]], actions: Mapping[int, int]) -> list[list[int]]:
    found = [list(here) for here in used]
    for s, a in actions.items():
        if a not in found[s]:
            found[s].append(a)
    return found


def _followed(used: Sequence[Sequence[int]]) -> Reward:
    """Return the reward that pays 1 for each of these actions."""
    return tuple(RewardEntry(s, a, None, _ONE) for s, here in enumerate(used) for a in sorted(here))


# -- an open discount -------------------------------------------------------------------------------------


def _at_some_discount(question: Question, formalism: str) -> Proof | Undecided:
    """Return rewards at one of a few discounts, or what contradicts itself at every discount."""
    for discount in TRIED:
        options = replace(question.options, discount=discount, any_discount=None)
        found = decide_free(replace(question, options=options, deadline=_half(question.deadline)), formalism)
        if isinstance(found, JensenCertificate):
            if not found.mixtures:
                return replace(found, numbers=())
        elif not isinstance(found, Undecided):
            return found if isinstance(found, RewardWitness) else replace(found, single=None)
    return Undecided(GIVE_A_DISCOUNT)
