"""Multipliers under which what should be worth less dominates what should be worth more: `inexpressible`.

The terms weigh constraints as in `farkas`; together they ask a mixture Z of policies, of total weight 0, to
be worth at least 0, and more than 0 if one of them is a `>`. It is refuted by what every specification makes
of Z, a sum of coefficients times features of Z:

- `linear`: features are the values under the given objectives, coefficients any numbers, so that all
  features must be 0; where weights must not be negative, none may be positive.
- `eu`: E u(G) = u(x_1) + sum over l > 1 of (u(x_l) - u(x_(l-1))) P(G >= x_l) on the values x_1 < .. < x_m
  that returns take: features are the masses at and above x_l, coefficients the increments of u.
  Where u is concave too, E u(G) = c + sum c_l E min(G, x_l) with c_l >= 0 what its slope loses at x_l, and
  c_m its last slope: features are the means of min(G, x_l). No feature may be positive.
- `spectral`: a mean of (1/t) integral_0^t q(v) dv over levels t, q the quantile function: features are the
  sums of such integrals, which are linear between finitely many levels. None may be positive.

Where no term is a `>`, the refutation must show that Z is worth less than 0, not only no more: some feature
is negative where u is increasing (where it is concave too: the last one, whose coefficient alone is
certainly positive); for `spectral` all are, because some weight is positive. See `pages/dominance.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.asked import asked_terms
from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.measure import given_values
from specexpr.certify.model import Claim, Relation, Table
from specexpr.certify.node import Node
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.risk import first_order, lower_parts, net_weights, returns_of, second_order
from specexpr.certify.scope import JsonObject, Scope

Mixture = list[tuple[int, Table, Fraction]]
"""(model, policy, weight), of total weight 0."""


@dataclass(frozen=True, slots=True)
class DominanceCertificate:
    """Terms whose weighted sum is a mixture that no specification values above 0."""

    terms: tuple[Term, ...]


def check_dominance(claim: Claim, formalism: str, proof: DominanceCertificate) -> None:
    """Check that the terms are the claim's, and that their mixture is worth too little. Raises Refused."""
    chains = [Chain(model) for model in claim.models]
    asked = asked_terms(claim, chains, proof.terms)
    mixture = net_weights(chains, asked, proof.terms)
    is_strict = any(term.relation is Relation.STRICT for term in proof.terms)
    if formalism == "linear":
        _check_linear(claim, mixture)
        if not is_strict:
            raise Refused('the certificate needs a term ">": with all weights 0 everything ties')
        return
    features = features_of(claim, formalism, mixture)
    if any(x > 0 for x in features):
        raise Refused("what should be worth less does not dominate what should be worth more")
    if not (is_strict or (features and _is_less(claim, formalism, features))):
        raise Refused('the certificate needs a term ">", or that one mixture is worth more than the other')


def features_of(claim: Claim, formalism: str, mixture: Mixture) -> list[Fraction]:
    """Return the features of a mixture in a formalism on one return. Raises Refused."""
    returns = returns_of(claim)
    parts = [(returns.law(model, table), weight) for model, table, weight in mixture]
    if formalism == "spectral":
        found = lower_parts(parts) if parts else []
    elif claim.setting.utility is None:
        raise Refused("the question does not say what a utility must be")
    else:
        found = second_order(parts) if claim.setting.utility.is_concave else first_order(parts)
    return [x for _, x in found]


def _check_linear(claim: Claim, mixture: Mixture) -> None:
    known = given_values(claim.setting.given, claim.models)
    total = [Fraction(0)] * len(known.objectives)
    for model, table, weight in mixture:
        total = [x + weight * v for x, v in zip(total, known.vector(model, table), strict=True)]
    if any(x > 0 or (x and not claim.setting.nonnegative) for x in total):
        raise Refused("the weighted differences of the values of some objective do not sum to what they must")


def _is_less(claim: Claim, formalism: str, features: list[Fraction]) -> bool:
    """Say whether every specification values a mixture below 0; no feature is positive."""
    if formalism == "spectral":
        return all(features)
    shape = claim.setting.utility
    assert shape is not None
    return shape.is_strict and (features[-1] < 0 if shape.is_concave else any(features))


def read_dominance(node: Node, scope: Scope) -> DominanceCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "terms")
    return DominanceCertificate(scope.read_terms(entry["terms"]))


def write_dominance(proof: DominanceCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return {"terms": scope.write_terms(proof.terms)}


PROOF = ProofKind(
    kind="dominance",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=frozenset({"linear", "eu", "spectral"}),
    data=(DominanceCertificate,),
    check=check_dominance,
    read=read_dominance,
    write=write_dominance,
)
