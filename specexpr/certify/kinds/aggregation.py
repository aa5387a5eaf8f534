"""A function of the values of given objectives that never falls where these rise: proves `expressible`.

- *Pieces*, for `concave`, and for `monotone` where the utility must be concave: weighted sums with
  constants, of which the least counts. With weights >= 0 the least is concave and never falls; with weights
  > 0 it rises strictly.
- *Levels*, for `monotone`: values u_i at some vectors v_i, with v_i >= v_j => u_i >= u_j, and where the
  function must rise strictly u_i > u_j unless v_i = v_j. Then some function on all vectors, rising in the
  same sense, has these values. For let L(x) be the greatest u_i with v_i <= x, or if there is none a number
  below all, and U(x) the least with v_i >= x, or a number above all. L and U do not fall, and L(v_i) =
  U(v_i) = u_i. L is the function that need not rise strictly. Otherwise take (1 - t) L + t U, where t(x) is
  strictly rising, with 0 < t < e for any e <= 1 (a sum of arctangents, scaled). It rises strictly: if x <=
  y and x is not y, then between them L, U and t do not fall and t rises, which tells where L(x) < U(x); and
  L(x) = U(x) only at a v_i, after which U is greater, and so is t U + (1 - t) L.

**Vectors that are not listed** may be those of bad policies of acceptable sets only. There the function is
L; or where it must rise strictly just above L, as near as need be, e being small. Both are below the value
of a good policy iff L is. See `pages/aggregation.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.measure import Given, given_values, name_index
from specexpr.certify.model import Claim, PolicyConstraint, Shape, Table
from specexpr.certify.node import Node
from specexpr.certify.ordering import check_order
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text

Vector = tuple[Fraction, ...]

MOST_LEVELS = 1_500
"""So many vectors are compared two by two."""

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class LevelsWitness:
    """Vectors of given values with what they are worth."""

    levels: tuple[tuple[Vector, Fraction], ...]


@dataclass(frozen=True, slots=True)
class PiecesWitness:
    """Weights of the given objectives with a constant; the least of these sums counts."""

    pieces: tuple[tuple[Vector, Fraction], ...]


def check_aggregation(claim: Claim, formalism: str, proof: LevelsWitness | PiecesWitness) -> None:
    """Check that the function is one of the formalism, and orders everything as asked. Raises Refused."""
    shape = claim.setting.utility
    if shape is None:
        raise Refused("the question does not say what a utility must be")
    given = given_values(claim.setting.given, claim.models)
    if any(len(vector) != len(given.objectives) for vector, _ in _entries(proof)):
        raise Refused("the witness does not fit the given objectives")
    if isinstance(proof, PiecesWitness):
        check_order(claim, _least(given, shape, proof))
    elif formalism == "concave" or shape.is_concave:
        raise Refused("nothing shows that the function is concave")
    else:
        check_order(claim, _levelled(claim, given, shape, proof))


def _entries(proof: LevelsWitness | PiecesWitness) -> tuple[tuple[Vector, Fraction], ...]:
    return proof.pieces if isinstance(proof, PiecesWitness) else proof.levels


def _least(given: Given, shape: Shape, proof: PiecesWitness) -> Callable[[int, Table], Fraction]:
    """Return the least of the sums. Raises Refused."""
    if not proof.pieces:
        raise Refused("the witness has no weighted sum")
    for weights, _ in proof.pieces:
        if any(w < 0 or (shape.is_strict and not w) for w in weights):
            raise Refused(f"a weight is not as a function that is {shape.value} needs it")

    def value(model: int, table: Table) -> Fraction:
        return least_sum(proof, given.vector(model, table))

    return value


def least_sum(proof: PiecesWitness, vector: Vector) -> Fraction:
    """Return what a vector of given values is worth."""
    sums = (
        sum((w * x for w, x in zip(weights, vector, strict=True)), constant)
        for weights, constant in proof.pieces
    )
    return min(sums)


def _levelled(claim: Claim, given: Given, shape: Shape, proof: LevelsWitness) -> Callable[[int, Table], Any]:
    """Return (value, whether it is a little more) of policies. Raises Refused, also where one is missing."""
    if len(proof.levels) > MOST_LEVELS:
        raise TooLarge(f"more than {MOST_LEVELS} values of given objectives would have to be compared")
    known = dict(proof.levels)
    if len(known) < len(proof.levels):
        raise Refused("the witness gives two values to one vector")
    for high, u in proof.levels:
        for low, v in proof.levels:
            if exceeds(high, low) and (u <= v if shape.is_strict else u < v):
                raise Refused(f"the function is not {shape.value}")
    if any(given.vector(model, table) not in known for model, table in _named(claim)):
        raise Refused("the witness gives no value to a policy that the task compares or accepts")
    bottom = min(known.values(), default=_ZERO) - 1

    def value(model: int, table: Table) -> tuple[Fraction, int]:
        vector = given.vector(model, table)
        if vector in known:
            return known[vector], 0
        return max((u for v, u in proof.levels if exceeds(vector, v)), default=bottom), int(shape.is_strict)

    return value


def exceeds(high: Vector, low: Vector) -> bool:
    """Say whether a vector is at least another one in each entry, and is not the same."""
    return high != low and all(x >= y for x, y in zip(high, low, strict=True))


def _named(claim: Claim) -> Iterator[tuple[int, Table]]:
    """Yield the policies that may be compared otherwise than as bad ones of a set."""
    for c in claim.constraints:
        if isinstance(c, PolicyConstraint):
            yield from ((c.model, table) for table in (c.better, c.worse))
    for accept in claim.acceptable:
        yield from ((accept.model, table) for table in accept.good)


def read_aggregation(node: Node, scope: Scope) -> LevelsWitness | PiecesWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", optional=("levels", "pieces"))
    if len(entry) != 2:
        node.expected('an object with one of "levels" and "pieces"')
    if "levels" in entry:
        return LevelsWitness(_read_entries(entry["levels"], "values", "worth", scope))
    return PiecesWitness(_read_entries(entry["pieces"], "weights", "constant", scope))


def _read_entries(node: Node, names: str, number: str, scope: Scope) -> tuple[tuple[Vector, Fraction], ...]:
    index = name_index(scope.claim.setting.given)
    found = []
    for item in node.items():
        entry = item.fields(names, number)
        vector = [_ZERO] * len(index)
        for name, x in entry[names].entries():
            vector[x.find(name, index, "given objective")] = x.rational()
        found.append((tuple(vector), entry[number].rational()))
    return tuple(found)


def write_aggregation(proof: LevelsWitness | PiecesWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    given = [one.name for one in scope.claim.setting.given]

    def written(names: str, number: str) -> list[JsonObject]:
        return [
            {
                names: {name: rational_text(x) for name, x in zip(given, vector, strict=True)},
                number: rational_text(u),
            }
            for vector, u in _entries(proof)
        ]

    if isinstance(proof, PiecesWitness):
        return {"pieces": written("weights", "constant")}
    return {"levels": written("values", "worth")}


PROOF = ProofKind(
    kind="aggregation",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"monotone", "concave"}),
    data=(LevelsWitness, PiecesWitness),
    check=check_aggregation,
    read=read_aggregation,
    write=write_aggregation,
)
