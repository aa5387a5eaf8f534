"""Constraints whose lotteries add up to 0 > 0: proves `inexpressible` for every function of trajectories.

The lottery L of a policy is the law of what is observed of its infinite trajectory. If multipliers as in
`farkas` make sum_k y_k (L(better_k) - L(worse_k)) the zero measure, they do the same to the expectations of
any function of the trajectory, whatever it is and whatever discount it uses. See `pages/lotteries.md`.

**The zero measure.** Let z_i be the sum of the multipliers with which policy i enters. The measure is zero
iff it is zero on words, that is iff sum_i z_i P_i(w) = 0 for each. With an entry for each policy i and state
s, the vector of a word is start M_o1 .. M_oh, linear in one factor for each observation, and sum_i z_i P_i(w)
is its product with z. So let W be the least space with the start that all M_o map into itself, and check that
z is orthogonal to a basis of it; or let W' be the least space with z that all transposed M_o map into itself,
and check that the start is orthogonal to that. Either shows it: both are explored in turn until one is done.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import TypeVar

from specexpr.certify.asked import asked_constraints
from specexpr.certify.chain import Chain, Key
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.kinds.function import refuse_settings
from specexpr.certify.model import Claim, PolicyConstraint, Table
from specexpr.certify.node import Node
from specexpr.certify.observing import Observations, observations
from specexpr.certify.proofs import Refused, Term, TooLarge
from specexpr.certify.risk import refuse_hidden
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.words import emissions, sequence_key
from specexpr.exact import common_denominator

MOST_WORK = 20_000_000
"""How many entries of vectors are combined in either space before the kernel gives up."""

Coordinate = tuple[int, int]
Vector = dict[Coordinate, int]
Moves = dict[Coordinate, list[tuple[int, Coordinate, int]]]
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class LotteriesCertificate:
    """Terms whose weighted lotteries cancel."""

    terms: tuple[Term, ...]


def check_lotteries(claim: Claim, formalism: str, proof: LotteriesCertificate) -> None:
    """Check that the terms are the claim's and that their weighted lotteries cancel. Raises Refused."""
    if formalism in ("eu", "entropic"):
        refuse_hidden(claim)
    elif formalism != "rm":  # a question about machines may fix one, or how many states it has
        refuse_settings(claim)
    chains = [Chain(model) for model in claim.models]
    constraints = asked_constraints(claim, chains, proof.terms)
    seen = observations(claim)
    sequences: dict[Hashable, Fraction] = {}
    weights: dict[tuple[int, Key], Fraction] = {}
    tables: dict[tuple[int, Key], Table] = {}
    for constraint, term in zip(constraints, proof.terms, strict=True):
        model = constraint.model
        if isinstance(constraint, PolicyConstraint):
            for table, weight in ((constraint.better, term.weight), (constraint.worse, -term.weight)):
                name = model, chains[model].behaviour(table)[1]
                tables.setdefault(name, table)
                weights[name] = weights.get(name, Fraction(0)) + weight
        else:
            for steps, weight in ((constraint.better, term.weight), (constraint.worse, -term.weight)):
                key = sequence_key(claim, seen, model, steps)
                sequences[key] = sequences.get(key, Fraction(0)) + weight
    if any(sequences.values()):
        raise Refused("the weighted sequences of the certificate do not cancel")
    left = [name for name, weight in weights.items() if weight]
    if left:
        _check_measure(claim, seen, chains, [(name[0], tables[name], weights[name]) for name in left])


def _check_measure(
    claim: Claim,
    seen: Observations,
    chains: Sequence[Chain],
    parts: Sequence[tuple[int, Table, Fraction]],
) -> None:
    """Check that sum_i z_i L_i = 0 for (model, policy, z_i). Raises Refused."""
    start: dict[Coordinate, Fraction] = {}
    signed: dict[Coordinate, Fraction] = {}
    steps: dict[int, list[tuple[Coordinate, Coordinate, Fraction]]] = {}
    for i, (model, table, z) in enumerate(parts):
        start |= {(i, s): mass for s, mass in claim.models[model].start}
        for s in chains[model].behaviour(table)[0]:
            signed[i, s] = z
            for o, following in emissions(claim, seen, model, table, s).items():
                steps.setdefault(o, []).extend(((i, s), (i, t), p) for t, p in following)
    forth: Moves = {}
    back: Moves = {}
    for o, entries in steps.items():
        scaled = _primitive(dict(enumerate(p for *_, p in entries)))
        for k, (source, target, _) in enumerate(entries):
            forth.setdefault(source, []).append((o, target, scaled[k]))
            back.setdefault(target, []).append((o, source, scaled[k]))
    first, last = _primitive(start), _primitive(signed)
    searches = (_orthogonal(last, back, first), _orthogonal(first, forth, last))
    work = [0, 0]
    while True:
        k = int(work[0] > work[1])
        spent = next(searches[k], None)
        if spent is None:
            return
        work[k] += spent
        if work[k] > MOST_WORK:
            raise TooLarge("the lotteries of the certificate need too many words to compare")


def _orthogonal(first: Vector, moves: Moves, other: Vector) -> Iterator[int]:
    """Check that the least space with a vector that the moves map into itself is orthogonal to another.

    Yields the work done, a little at a time. Raises Refused.
    """
    rows: dict[Coordinate, Vector] = {}
    waiting = [first]
    while waiting:
        vector = waiting.pop()
        rest, spent = (first, len(first)) if vector is first else _reduced(vector, rows)
        if rest:
            if sum(x * other.get(c, 0) for c, x in rest.items()):
                raise Refused("the weighted lotteries of the certificate do not cancel")
            if rest is not first:  # as a row it would fill in others, which are short
                rows[min(rest)] = rest
            images: dict[int, Vector] = {}
            for c, x in rest.items():
                for o, to, p in moves.get(c, ()):
                    image = images.setdefault(o, {})
                    image[to] = image.get(to, 0) + x * p
                    spent += 1
            waiting += map(_divided, images.values())
        yield spent


def _reduced(vector: Vector, rows: Mapping[Coordinate, Vector]) -> tuple[Vector, int]:
    """Return a vector without what rows of an echelon form span, and the work; a row's key is its least."""
    spent = 0
    while vector:
        pivot = min(vector)
        row = rows.get(pivot)
        if row is None:
            break
        spent += len(vector) + len(row)
        x, y = row[pivot], vector[pivot]
        common = gcd(x, y)
        x, y = x // common, y // common
        combined = {c: x * v for c, v in vector.items()}
        for c, r in row.items():
            combined[c] = combined.get(c, 0) - y * r
        vector = _divided(combined)
    return vector, spent


def _divided(vector: Mapping[C, int]) -> dict[C, int]:
    """Return a vector, zeros left out, times the positive number that makes its entries whole and coprime."""
    common = gcd(*vector.values())
    return {c: x // common for c, x in vector.items() if x}


def _primitive(vector: Mapping[C, Fraction]) -> dict[C, int]:
    """Return the same of a vector of rationals."""
    return _divided(dict(zip(vector, common_denominator(list(vector.values()))[0], strict=True)))


def read_lotteries(node: Node, scope: Scope) -> LotteriesCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "terms")
    return LotteriesCertificate(scope.read_terms(entry["terms"]))


def write_lotteries(proof: LotteriesCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return {"terms": scope.write_terms(proof.terms)}


PROOF = ProofKind(
    kind="lotteries",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=frozenset({"ftr", "inmr", "imorl", "rm", "ltl", "eu", "entropic"}),
    data=(LotteriesCertificate,),
    check=check_lotteries,
    read=read_lotteries,
    write=write_lotteries,
)
