"""Constraints that Jensen's inequality contradicts: proves `inexpressible`.

A *mixture* says of a policy i and of others j, with shares lambda_j > 0 that sum to 1, how the value u of i
stands to the mean m of the values u_j:
- `maxmin`, free rewards: the mean of the occupancies of the j is that of i. The least of linear functions
  is concave, so u >= m. `maxmax`: the greatest is convex, so u <= m.
- `concave`, by given objectives: what i is worth to each of them is at least the mean of what the j are
  worth. A concave function that does not fall has u >= m, and if it rises strictly and the two differ, u >
  m.
- `monotone`: the same for a single j, since nothing is said of means; with a utility that must be concave
  also for more.

Constraints with multipliers z (>= 0 but for ties) and mixtures with multipliers Y > 0 are a conflict when
sum of z (u_better - u_worse) + sum of Y (u - m) is 0 whatever the values, with Y (m - u) for `maxmax`, and
a strict constraint or a strict mixture takes part: each summand is at least 0, and one is more. Policies
that cannot be told apart have one value: those that behave alike, or have the same given values. See
`pages/jensen.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from specexpr.certify.asked import asked_terms
from specexpr.certify.blends import Member, Mixture, check_shares, read_blend, write_blend
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.features import features, read_numbers, write_numbers
from specexpr.certify.measure import given_values
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Setting, Table
from specexpr.certify.node import Node
from specexpr.certify.one_reward import AGGREGATED
from specexpr.certify.proofs import NodeNumbers, Refused, Term
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import Sight

Vector = Mapping[Any, Fraction]

OF_GIVEN = frozenset({"monotone", "concave"})

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class JensenCertificate:
    """Constraints and mixtures with their multipliers; visits of policies where models are large."""

    terms: tuple[Term, ...]
    mixtures: tuple[Mixture, ...] = ()
    numbers: tuple[NodeNumbers, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What tells policies apart, and what is mixed of them; `finish` checks what is carried and not used."""

    name: Callable[[int, Table], Hashable]
    vector: Callable[[int, Table], Vector]
    finish: Callable[[], None] = lambda: None


def check_jensen(claim: Claim, formalism: str, proof: JensenCertificate) -> None:
    """Check that the terms are the claim's and contradict the mixtures. Raises Refused."""
    sight = Sight(claim, formalism)
    asked = asked_terms(claim, sight.chains, proof.terms)
    seen = _of_rewards(claim, sight, proof) if formalism in AGGREGATED else _of_given(claim, proof)
    total: dict[Hashable, Fraction] = {}

    def add(member: Member, weight: Fraction) -> None:
        name = seen.name(*member)
        total[name] = total.get(name, _ZERO) + weight

    is_strict = False
    for c, term in zip(asked, proof.terms, strict=True):
        if not isinstance(c, PolicyConstraint):
            raise Refused("the formalism does not compare sequences")
        add((c.model, c.better), term.weight)
        add((c.model, c.worse), -term.weight)
        is_strict = is_strict or c.relation is Relation.STRICT
    for mixture in proof.mixtures:
        check_shares(claim, mixture)
        is_strict = _rises(claim, formalism, mixture, seen) or is_strict
        sign = -mixture.weight if formalism == "maxmax" else mixture.weight
        add(mixture.whole, sign)
        for member, share in mixture.parts:
            add(member, -sign * share)
    seen.finish()
    if any(total.values()):
        raise Refused("the constraints and the mixtures of the certificate do not sum to zero")
    if not is_strict:
        raise Refused("the certificate needs a strict constraint or mixture")


def _of_rewards(claim: Claim, sight: Sight, proof: JensenCertificate) -> _Seen:
    if claim.setting != Setting():
        raise Refused("the question fixes more than a discount, the proof is about free rewards")
    if claim.discount is None:
        if proof.mixtures or proof.numbers:
            raise Refused("a mixture at one discount says nothing of the others")
        return _Seen(sight.name, lambda model, table: {})
    known = features("mr", claim, proof.numbers)
    vectors: dict[Hashable, Vector] = {}

    def vector(model: int, table: Table) -> Vector:
        name = sight.name(model, table)
        if name not in vectors:
            vectors[name] = known.policy(model, table)
        return vectors[name]

    return _Seen(sight.name, vector, known.check_rest)


def _of_given(claim: Claim, proof: JensenCertificate) -> _Seen:
    if claim.setting.utility is None:
        raise Refused("the question does not say what a utility must be")
    if proof.numbers:
        raise Refused("visits belong to a conflict of free rewards")
    given = given_values(claim.setting.given, claim.models)
    return _Seen(given.vector, lambda model, table: dict(enumerate(given.vector(model, table))))


def _rises(claim: Claim, formalism: str, mixture: Mixture, seen: _Seen) -> bool:
    """Check that the mixture is what it must be; say whether the value of the whole is strictly more."""
    gap = dict(seen.vector(*mixture.whole))
    for member, share in mixture.parts:
        for key, x in seen.vector(*member).items():
            gap[key] = gap.get(key, _ZERO) - share * x
    if formalism in AGGREGATED:
        if any(gap.values()):
            raise Refused("the shares of a mixture do not give the occupancy of its policy")
        return False
    shape = claim.setting.utility
    assert shape is not None
    if len(mixture.parts) > 1 and formalism == "monotone" and not shape.is_concave:
        raise Refused("of a function that is only monotone mixtures say nothing")
    if any(x < 0 for x in gap.values()):
        raise Refused("a policy is worth less to a given objective than what it is compared with")
    return shape.is_strict and any(gap.values())


def read_jensen(node: Node, scope: Scope) -> JensenCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "terms", optional=("mixtures", "numbers"))
    return JensenCertificate(
        scope.read_terms(entry["terms"]),
        tuple(read_blend(item, scope) for item in entry["mixtures"].items()) if "mixtures" in entry else (),
        read_numbers(entry["numbers"], scope) if "numbers" in entry else (),
    )


def write_jensen(proof: JensenCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    found: JsonObject = {"terms": scope.write_terms(proof.terms)}
    if proof.mixtures:
        found["mixtures"] = [write_blend(mixture, scope) for mixture in proof.mixtures]
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope)
    return found


PROOF = ProofKind(
    kind="jensen",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=AGGREGATED | OF_GIVEN,
    data=(JensenCertificate,),
    check=check_jensen,
    read=read_jensen,
    write=write_jensen,
)
