"""A policy that mixes acceptable ones and is not acceptable: proves `inexpressible` at every discount.

The claim must ask for an acceptable set among all deterministic policies. The certificate names good
policies g_1..g_k and a bad deterministic pi that at every state it reaches does what some g_i that reaches
it does there. See `pages/mixture.md`.

**Why it is a conflict.** Let x be the mean of the occupancies of g_1..g_k and T(s) the actions of those g_i
that reach s. By what pi does, x >= c d(pi) for some c > 0, and what is left, (x - c d(pi)) / (1 - c), is an
occupancy supported on T: a mean of occupancies of deterministic policies that keep to T. So
x = c d(pi) + sum of c_j d(q_j), all weights positive and summing to 1, and every reward gives the same
combination of values.
- `equal`: all good policies are worth m and all others less, so the mean of the g_i is worth m, but
  c J(pi) + sum c_j J(q_j) is less. Contradiction.
- `range`, k = 2, where no good policy but those that behave like g_1 or g_2 keeps to T: let alpha and beta be
  the weights of q_j that behave like g_1 and g_2. They do not behave alike, so g_1 has a pair (s, a) that g_2
  never visits; there x = d(g_1) / 2, hence alpha <= 1/2, and likewise beta <= 1/2. Taking these away,
  (1/2 - alpha) J(g_1) + (1/2 - beta) J(g_2) = a positive combination of values of bad policies of the same
  total weight, which is at least c > 0. Contradiction.
"""

from __future__ import annotations

from dataclasses import dataclass

from specexpr.certify.asked import Listed
from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, PolicyConstraint, Relation, Table
from specexpr.certify.node import Node
from specexpr.certify.one_reward import LEXICOGRAPHIC, as_one_reward
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope


@dataclass(frozen=True, slots=True)
class MixtureCertificate:
    """Good policies of an acceptable set (of the file's `line`) and a bad one that mixes them."""

    model: int
    good: tuple[Table, ...]
    bad: Table
    line: int | None = None


def check_mixture(claim: Claim, formalism: str, proof: MixtureCertificate) -> None:
    """Check that some acceptable set of the claim is refuted by the mixture. Raises Refused."""
    as_one_reward(claim, formalism)
    if not 0 <= proof.model < len(claim.models):
        raise Refused("the certificate names an environment that the task does not have")
    chain = Chain(claim.models[proof.model])
    if any(len(table) != len(chain.index) for table in (*proof.good, proof.bad)):
        raise Refused("a table of the certificate does not fit its environment")
    reasons = []
    for accepted in claim.acceptable:
        if accepted.model == proof.model and accepted.over is None:
            try:
                return _check_set(chain, accepted, proof, merged=claim.modulo_unreachable)
            except Refused as refusal:
                reasons.append(refusal)
    raise reasons[0] if reasons else Refused("the task has no such acceptable set")


def _check_set(chain: Chain, accepted: AcceptableSet, proof: MixtureCertificate, *, merged: bool) -> None:
    if proof.line is not None and proof.line != accepted.line:
        raise Refused(f"the acceptable set is not of line {proof.line}")
    names = Listed(chain, accepted, merged=merged)
    for table in proof.good:
        if not names.ask_for(PolicyConstraint(proof.model, table, proof.bad, Relation.STRICT)):
            raise Refused("the certificate takes a policy for good or bad that the task does not")
    if not proof.good or not all(_is_certain(chain, table) for table in proof.good):
        raise Refused("the policies of a mixture must be deterministic where they go")
    used: list[set[int]] = [set() for _ in chain.index]
    for table in proof.good:
        for s in chain.behaviour(table)[0]:
            used[s].add(table[s][0][0])
    if not _keeps_to(chain, proof.bad, used):
        raise Refused("the bad policy does something that none of the good ones does")
    if accepted.acceptance is Acceptance.EQUAL:
        return
    mixed = {chain.behaviour(table)[1] for table in proof.good}
    if len(proof.good) != 2 or len(mixed) != 2:
        raise Refused("a mixture refutes a range only with two good policies that behave differently")
    for table in accepted.good:
        if (
            chain.behaviour(table)[1] not in mixed
            and _is_certain(chain, table)
            and _keeps_to(chain, table, used)
        ):
            raise Refused("a third good policy mixes the two")


def _is_certain(chain: Chain, table: Table) -> bool:
    return all(len(table[s]) == 1 for s in chain.behaviour(table)[0])


def _keeps_to(chain: Chain, table: Table, used: list[set[int]]) -> bool:
    return all(table[s][0][0] in used[s] for s in chain.behaviour(table)[0])


def read_mixture(node: Node, scope: Scope) -> MixtureCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "environment", "good", "bad", "line")
    model = scope.read_model(entry["environment"])
    good = tuple(scope.read_table(item, model) for item in entry["good"].items())
    return MixtureCertificate(model, good, scope.read_table(entry["bad"], model), entry["line"].line())


def write_mixture(proof: MixtureCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return {
        "environment": scope.names[proof.model],
        "good": [scope.write_policy(proof.model, table) for table in proof.good],
        "bad": scope.write_policy(proof.model, proof.bad),
        "line": proof.line,
    }


PROOF = ProofKind(
    kind="mixture",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=LEXICOGRAPHIC | {"mr"},
    data=(MixtureCertificate,),
    check=check_mixture,
    read=read_mixture,
    write=write_mixture,
)
