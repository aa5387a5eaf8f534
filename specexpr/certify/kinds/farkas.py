"""Multipliers under which constraints of a claim add up to 0 > 0: proves `inexpressible`.

In a linear formalism the value of a policy is the product of the specification with the policy's features,
for Markov rewards its occupancy. If the multipliers weigh the differences of features to zero, they do so to
the differences of values; but each constraint makes its share at least zero, and one `>` makes it positive.
See `pages/farkas.md`.

The kernel does not check that the conflict is irreducible: a redundant term would make it longer, not wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm

from specexpr.certify.asked import asked_constraints
from specexpr.certify.chain import Chain, Key
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.features import features, read_numbers, write_numbers
from specexpr.certify.model import Claim, PolicyConstraint, Table, Trajectory
from specexpr.certify.node import Node
from specexpr.certify.one_reward import LEXICOGRAPHIC, as_one_reward
from specexpr.certify.proofs import FarkasCertificate, Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import common_denominator, rational_text


def check_farkas(claim: Claim, formalism: str, proof: FarkasCertificate) -> None:
    """Check that the terms are the claim's and that their weighted differences sum to zero. Raises Refused.

    The sum is taken on (s, a); where several models share one reward on triples, on (s, a, next).
    """
    if proof.discount != claim.discount:
        raise Refused("the certificate has another discount than the question")
    if as_one_reward(claim, formalism) == "mr":
        _check_occupancies(claim, proof)
    else:
        _check_features(claim, formalism, proof)


def _check_occupancies(claim: Claim, proof: FarkasCertificate) -> None:
    """Check the sum of occupancies of Markov rewards, which is quick on large models."""
    if proof.discount is None:
        raise Refused("a conflict at one discount says nothing of the others")
    if proof.numbers:
        raise Refused("the numbers of a conflict of Markov rewards are occupancies")
    chains = [Chain(model) for model in claim.models]
    constraints = asked_constraints(claim, chains, proof.terms)
    known = _checked_occupancies(chains, proof, proof.discount)
    weights: dict[tuple[int, Key], Fraction] = {}
    tables: dict[tuple[int, Key], Table] = {}
    counts: list[tuple[int, dict[int, int], Fraction]] = []
    for constraint, term in zip(constraints, proof.terms, strict=True):
        model = constraint.model
        if isinstance(constraint, PolicyConstraint):
            for table, weight in ((constraint.better, term.weight), (constraint.worse, -term.weight)):
                name = model, chains[model].behaviour(table)[1]
                tables.setdefault(name, table)
                weights[name] = weights.get(name, Fraction(0)) + weight
        else:
            for steps, weight in ((constraint.better, term.weight), (constraint.worse, -term.weight)):
                visits, over = _trajectory_visits(chains[model], steps, proof.discount)
                counts.append((model, visits, weight / over))
    for name, weight in weights.items():
        if weight:
            chain, table = chains[name[0]], tables[name]
            values, over = known.get(name) or chain.occupancy(table, proof.discount, None)
            visits, below = _policy_visits(chain, table, values)
            counts.append((name[0], visits, weight / (over * below)))
    scaled, _ = common_denominator([weight for *_, weight in counts])
    sums: list[dict[int, int]] = [{} for _ in chains]
    for (model, visits, _), factor in zip(counts, scaled, strict=True):
        total = sums[model]
        for pair, n in visits.items():
            total[pair] = total.get(pair, 0) + factor * n
    if any(sums[0].values() if len(chains) == 1 else _on_triples(chains, sums)):
        raise Refused("the weighted differences of the certificate do not sum to zero")


def _check_features(claim: Claim, formalism: str, proof: FarkasCertificate) -> None:
    """Check the sum on the coordinates of another linear formalism."""
    if formalism == "rm" and claim.setting.machine is None:
        raise Refused("a conflict in one machine says nothing of the others")
    if proof.occupancies:
        raise Refused("occupancies belong to a conflict of Markov rewards")
    asked = asked_constraints(claim, [Chain(model) for model in claim.models], proof.terms)
    known = features(formalism, claim, proof.numbers)
    if known.combined(zip(asked, [term.weight for term in proof.terms], strict=True)):
        raise Refused("the weighted differences of the certificate do not sum to zero")
    known.check_rest()


def _checked_occupancies(
    chains: Sequence[Chain], proof: FarkasCertificate, discount: Fraction
) -> Mapping[tuple[int, Key], tuple[list[int], int]]:
    """Return the carried occupancies by model and behaviour, each checked, as integers over a denominator."""
    found: dict[tuple[int, Key], tuple[list[int], int]] = {}
    for carried in proof.occupancies:
        if not 0 <= carried.model < len(chains):
            raise Refused(
                "the certificate carries occupancies for an environment that the task does not have"
            )
        chain = chains[carried.model]
        if not len(carried.table) == len(carried.occupancy) == len(chain.index):
            raise Refused("the certificate carries occupancies that do not fit the environment")
        name = carried.model, chain.behaviour(carried.table)[1]
        found[name] = chain.occupancy(carried.table, discount, carried.occupancy)
    return found


def _policy_visits(chain: Chain, table: Table, values: list[int]) -> tuple[dict[int, int], int]:
    """Return a state occupancy on pairs, as integers over one denominator more."""
    reached = [s for s, n in enumerate(values) if n]
    below = lcm(*{p.denominator for s in reached for _, p in table[s]})
    index = chain.index
    visits = {
        index[s][a]: values[s] * p.numerator * (below // p.denominator) for s in reached for a, p in table[s]
    }
    return visits, below


def _trajectory_visits(
    chain: Chain, trajectory: Trajectory, discount: Fraction
) -> tuple[dict[int, int], int]:
    """Return the discounted counts of the pairs of a sequence as integers over one denominator."""
    visits: dict[int, int] = {}
    last = len(trajectory) - 1
    for t, (s, a) in enumerate(trajectory):
        pair = chain.index[s][a]
        visits[pair] = visits.get(pair, 0) + discount.numerator**t * discount.denominator ** (last - t)
    return visits, discount.denominator**last


def _on_triples(chains: Sequence[Chain], sums: Sequence[Mapping[int, int]]) -> Iterator[int]:
    """Yield the sum over the models on (s, a, next), up to a positive factor for each (s, a)."""
    here: dict[tuple[int, int], list[tuple[Chain, int, int]]] = {}
    for chain, total in zip(chains, sums, strict=True):
        for s, actions in enumerate(chain.index):
            for a, pair in actions.items():
                if total.get(pair):
                    here.setdefault((s, a), []).append((chain, pair, total[pair]))
    for parts in here.values():
        below = lcm(*(chain.below[pair] for chain, pair, _ in parts))
        masses: dict[int, int] = {}
        for chain, pair, n in parts:
            factor = n * (below // chain.below[pair])
            for t, weight in zip(chain.successors[pair], chain.weights[pair], strict=True):
                masses[t] = masses.get(t, 0) + factor * weight
        yield from masses.values()


def read_farkas(node: Node, scope: Scope) -> FarkasCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "terms", optional=("occupancies", "numbers"))
    discount = None if entry["discount"].value is None else entry["discount"].rational()
    occupancies = scope.read_occupancies(entry["occupancies"]) if "occupancies" in entry else ()
    numbers = read_numbers(entry["numbers"], scope, scope.machine) if "numbers" in entry else ()
    return FarkasCertificate(discount, scope.read_terms(entry["terms"]), occupancies, numbers)


def write_farkas(proof: FarkasCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    discount = None if proof.discount is None else rational_text(proof.discount)
    found: JsonObject = {"discount": discount, "terms": scope.write_terms(proof.terms)}
    if proof.occupancies:
        found["occupancies"] = scope.write_occupancies(proof.occupancies)
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope, scope.machine)
    return found


PROOF = ProofKind(
    kind="farkas",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=LEXICOGRAPHIC | {"mr", "lar", "horizon", "quasihyperbolic", "sdd", "rrl", "rm"},
    data=(FarkasCertificate,),
    check=check_farkas,
    read=read_farkas,
    write=write_farkas,
)
