"""Certain trajectories at two levels: proves `inexpressible` for the formalism `ltl`.

A policy whose trajectory is certain satisfies a formula with probability 1 or 0: it is on the upper level or
on the lower. In i > j, i is up and j is down; in k >= l or k ~ l, if l is up so is k. Policies of which the
same is observed are on one level. If one policy would be up and down there is no formula.
See `pages/two_level.md`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from specexpr.certify.asked import unweighted_constraints
from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Setting, Table
from specexpr.certify.node import Node
from specexpr.certify.observing import Observations, observations
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.step_chain import step_chain


@dataclass(frozen=True, slots=True)
class TwoLevelCertificate:
    """Constraints, terms of weight 1, that put a certain trajectory on both levels."""

    terms: tuple[Term, ...]


def check_two_level(claim: Claim, formalism: str, proof: TwoLevelCertificate) -> None:
    """Check that the terms are the claim's and put a trajectory on both levels. Raises Refused."""
    if claim.setting != Setting(labels=claim.setting.labels):
        raise Refused("a formula has no memory, horizon or discounts that could be fixed")
    asked = unweighted_constraints(claim, [Chain(model) for model in claim.models], proof.terms)
    seen = observations(claim)
    up: set[Hashable] = set()
    down: set[Hashable] = set()
    rises: list[tuple[Hashable, Hashable]] = []
    for c in asked:
        if not isinstance(c, PolicyConstraint):
            raise Refused("formulas do not value sequences")
        better, worse = (trace(claim, seen, c.model, table) for table in (c.better, c.worse))
        if c.relation is Relation.STRICT:
            up.add(better)
            down.add(worse)
        else:
            rises += [(worse, better)] + ([(better, worse)] if c.relation is Relation.TIE else [])
    waiting = list(up)
    for here in waiting:
        new = {better for worse, better in rises if worse == here} - up
        up |= new
        waiting += new
    if not up & down:
        raise Refused("the constraints of the certificate put no trajectory on both levels")


def trace(claim: Claim, seen: Observations, model: int, table: Table) -> Hashable:
    """Return what is observed of the trajectory of a policy for which it is certain: equal iff that is.

    Raises Refused for other policies.
    """
    chain = step_chain(claim.models[model], table)
    if len(chain.start) > 1 or any(len(steps) > 1 for steps in chain.leaving.values()):
        raise Refused("the trajectory of a policy of the certificate is not certain")
    state = chain.start[0][0]
    when: dict[int, int] = {}
    word: list[int] = []
    while state not in when:
        when[state] = len(word)
        (step, _), *_ = chain.leaving[state]
        word.append(seen.of[model][step])
        state = step[2]
    head, cycle = word[: when[state]], word[when[state] :]
    period = next(n for n in range(1, len(cycle) + 1) if cycle == cycle[n:] + cycle[:n])
    cycle = cycle[:period]
    while head and head[-1] == cycle[-1]:
        cycle = [head.pop(), *cycle[:-1]]
    return tuple(head), tuple(cycle)


def read_two_level(node: Node, scope: Scope) -> TwoLevelCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    return TwoLevelCertificate(scope.read_terms(node.fields("kind", "terms")["terms"]))


def write_two_level(proof: TwoLevelCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return {"terms": scope.write_terms(proof.terms)}


PROOF = ProofKind(
    kind="two-level",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=frozenset({"ltl"}),
    data=(TwoLevelCertificate,),
    check=check_two_level,
    read=read_two_level,
    write=write_two_level,
)
