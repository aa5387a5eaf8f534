"""No policy outside behaves like an accepted one: proves `expressible` where all deterministic ones
compete.

For `maxmin` and `feasible` with free Markov rewards, of one acceptable set among all deterministic policies
and nothing else. Nothing is written out: the least number of rewards may be exponential in the states.

**Why rewards exist.** The discounted occupancies of policies are the d >= 0 with d(t, .) = start(t) + g sum
of d(s, a) T(t|s, a) in every state t. Let b be a deterministic policy. If d(b) is a mean of such d, all
these take only the pairs of b, and on these pairs the equations have one solution: all are d(b). So d(b) is
a vertex. If b is not good, and no good policy behaves like b, then no good policy, stochastic ones
included, has the occupancy d(b), and the convex hull of those of the good policies does not contain d(b). A
hyperplane separates the two: some reward has J(b) < c < J(g) for every good g. Let R_b be this reward less
c (1 - g) on every step, so that J_b(b) < 0 < J_b(g).
- `feasible`: J_b >= 0 for all b holds inside only for good ones, whether or not they must tie.
- `maxmin`, range: the least of the J_b is positive for good policies and negative for all others.
- `maxmin`, equal: with one reward more, 0 everywhere, it is 0 for good policies and negative for all
  others.

Hence one reward for each policy that is not good does, or one more; this is the bound that is reported
where the policies can be counted. A proof may carry, as `single`, one that no single Markov reward does:
then two or more are needed. See `pages/vertices.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Setting
from specexpr.certify.node import Node
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import Sight, refuse_twins
from specexpr.certify.single import Proof, check_single, least_rewards, read_single, write_single

MOST_COUNTED = 10**12
"""A larger number of rewards is not reported."""


@dataclass(frozen=True, slots=True)
class VerticesWitness:
    """So many rewards suffice, None where they are too many. `single` is a proof that one does not."""

    most: int | None
    single: Proof | None = None


def check_vertices(claim: Claim, formalism: str, proof: VerticesWitness) -> None:
    """Check that the claim is one set among all deterministic policies that leaves no twin out."""
    if claim.setting != Setting():
        raise Refused("the question fixes more than a discount, the proof is about free rewards")
    if claim.constraints or len(claim.acceptable) != 1 or claim.acceptable[0].over is not None:
        raise Refused("the question is not one acceptable set among all deterministic policies")
    (accept,) = claim.acceptable
    refuse_twins(claim, Sight(claim, formalism), accept)
    if proof.most != most_rewards(claim, formalism):
        raise Refused("the proof does not show that so many rewards suffice")
    if formalism == "feasible":  # good policies tie inside, whatever their returns are
        claim = replace(claim, acceptable=(replace(accept, acceptance=Acceptance.RANGE),))
    check_single(claim, proof.single)


def most_rewards(claim: Claim, formalism: str) -> int | None:
    """Return a number of rewards that suffices for the set of a claim, unless it is very large."""
    (accept,) = claim.acceptable
    rewards = _others(claim, accept) + (formalism == "maxmin" and accept.acceptance is Acceptance.EQUAL)
    return max(rewards, 1) if rewards <= MOST_COUNTED else None


def _others(claim: Claim, accept: AcceptableSet) -> int:
    """Return how many deterministic policies are not accepted, each counted on its own."""
    count = prod(len(row) for row in claim.models[accept.model].rows)
    return count - len({table for table in accept.good if all(len(row) == 1 for row in table)})


def size_of_vertices(proof: VerticesWitness) -> tuple[int, int] | None:
    """Return how many rewards are needed at least, and how many suffice."""
    if proof.most is None:
        return None
    return min(least_rewards(proof.single), proof.most), proof.most


def read_vertices(node: Node, scope: Scope) -> VerticesWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", optional=("most", "single"))
    most = entry["most"].line() if "most" in entry else None
    return VerticesWitness(most, read_single(entry["single"], scope) if "single" in entry else None)


def write_vertices(proof: VerticesWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    found: JsonObject = {} if proof.most is None else {"most": proof.most}
    if proof.single is not None:
        found["single"] = write_single(proof.single, scope)
    return found


PROOF = ProofKind(
    kind="vertices",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"maxmin", "feasible"}),
    data=(VerticesWitness,),
    check=check_vertices,
    read=read_vertices,
    write=write_vertices,
    size=size_of_vertices,
)
