"""What a claim asks for: whether a term of a certificate is one of its constraints, or follows from a set.

From an acceptable set follows good > bad for every good policy and every other one of the universe, and
for `equal` good ~ good. Where policies that behave alike count as one, they have one name here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from specexpr.certify.chain import Chain, Key
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Constraint,
    PolicyConstraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.certify.proofs import Refused, Term


def asked_constraints(claim: Claim, chains: Sequence[Chain], terms: Sequence[Term]) -> list[Constraint]:
    """Return the terms as constraints once each is asked for, no two are alike and one is strict.

    Raises Refused, also for a weight that is zero or, but for `~`, negative.
    """
    found = asked_terms(claim, chains, terms)
    if not any(term.relation is Relation.STRICT for term in terms):
        raise Refused('the certificate needs a term ">"')
    return found


def asked_terms(claim: Claim, chains: Sequence[Chain], terms: Sequence[Term]) -> list[Constraint]:
    """Return the same where none needs to be strict. Raises Refused."""
    known: dict[object, list[int | None]] = {}
    for constraint in claim.constraints:
        known.setdefault(_mark(chains, constraint), []).append(constraint.line)
    names = [
        Listed(chains[accept.model], accept, merged=claim.modulo_unreachable) for accept in claim.acceptable
    ]
    found, seen = [], set()
    for term in terms:
        constraint = _as_constraint(term)
        mark = _mark(chains, constraint)
        if mark in seen:
            raise Refused("two terms of the certificate are alike")
        seen.add(mark)
        lines = list(known.get(mark, ()))
        if isinstance(constraint, PolicyConstraint):
            lines += [x.accept.line for x in names if x.ask_for(constraint)]
        if not lines:
            raise Refused(f'a term "{term.relation}" of the certificate is not asked for by the task')
        if term.line is not None and term.line not in lines:
            raise Refused(f"no constraint of line {term.line} asks for a term of the certificate")
        if not term.weight or (term.weight < 0 and term.relation is not Relation.TIE):
            raise Refused(f'the weight of a term "{term.relation}" is zero or has the wrong sign')
        found.append(constraint)
    return found


def unweighted_constraints(claim: Claim, chains: Sequence[Chain], terms: Sequence[Term]) -> list[Constraint]:
    """Return the same for a kind of proof in which weights say nothing: all are 1. Raises Refused."""
    if any(term.weight != 1 for term in terms):
        raise Refused("a term of the certificate has another weight than 1, though nothing is weighed")
    return asked_constraints(claim, chains, terms)


def _as_constraint(term: Term) -> Constraint:
    if term.is_trajectory:
        better, worse = cast(Trajectory, term.better), cast(Trajectory, term.worse)
        return TrajectoryConstraint(term.model, better, worse, term.relation, term.line)
    return PolicyConstraint(
        term.model, cast(Table, term.better), cast(Table, term.worse), term.relation, term.line
    )


def _mark(chains: Sequence[Chain], constraint: Constraint) -> object:
    """Return what makes two constraints alike."""
    if not 0 <= constraint.model < len(chains):
        raise Refused("the certificate names an environment that the task does not have")
    if isinstance(constraint, TrajectoryConstraint):
        return constraint.model, constraint.relation, "trajectory", constraint.better, constraint.worse
    chain = chains[constraint.model]
    if not len(constraint.better) == len(constraint.worse) == len(chain.index):
        raise Refused("a table of the certificate does not fit its environment")
    better, worse = chain.key(constraint.better), chain.key(constraint.worse)
    return constraint.model, constraint.relation, "policy", better, worse


class Listed:
    """An acceptable set by the names under which its policies count: tables, or behaviours if `merged`."""

    def __init__(self, chain: Chain, accept: AcceptableSet, *, merged: bool) -> None:
        self.chain, self.accept, self.merged = chain, accept, merged
        self.good = frozenset(map(self.name, accept.good))
        self.over = frozenset(map(self.name, accept.over or ()))

    def name(self, table: Table) -> Key:
        return self.chain.behaviour(table)[1] if self.merged else self.chain.key(table)

    def ask_for(self, constraint: PolicyConstraint) -> bool:
        """Say whether the constraint is good > bad, or for `equal` good ~ good."""
        if constraint.model != self.accept.model or self.name(constraint.better) not in self.good:
            return False
        worse = self.name(constraint.worse)
        if constraint.relation is Relation.TIE:
            return self.accept.acceptance is Acceptance.EQUAL and worse in self.good
        if constraint.relation is not Relation.STRICT or worse in self.good:
            return False
        return self._is_deterministic(constraint.worse) if self.accept.over is None else worse in self.over

    def _is_deterministic(self, table: Table) -> bool:
        rows = zip(table, self.chain.index, strict=True)
        return all(len(row) == 1 and row[0][1] == 1 and row[0][0] in actions for row, actions in rows)
