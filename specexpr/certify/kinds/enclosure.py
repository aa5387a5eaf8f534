"""A conflict whose multipliers are only enclosed, for large supports: proves `inexpressible`.

One model, K terms between policies with rows d(better) - d(worse). The multipliers y should solve M y = e_K:
row i < K of M has the terms' entries at the i-th column, a pair (s, a); row K sums the strict terms to 1.

**Enough columns.** In each state at most one pair that some policy of the terms takes (where it goes) is no
column: the reference. Let z(s, a) = sum_k y_k row_k(s, a) vanish on the columns. Occupancies satisfy
sum_a d(s, a) = start(s) + g sum_(s', a') d(s', a') T(s | s', a'), and z loses the start: its weights
cancel. With w(s) = z(s, reference of s) this reads w = g P^T w, so |w|_1 <= g |w|_1, w = 0 and z = 0.

**A solution exists.** M is known as M~ with |M - M~| <= Delta: an approximate occupancy d~ with flow residual
rho = start + g P^T d~ - d~ has |d - d~|_1 <= |rho|_1 / (1 - g). Given C, let beta be the largest row sum of
|I - C M~| + |C| Delta. If beta < 1, |I - C M| < 1 in that norm: C M and M are nonsingular, and for any y~
|y - y~| <= |C (e_K - M~ y~)| + |C| Delta |y~| in maximum norm, divided by 1 - beta.

If every term but the ties then has y > 0, y is an exact conflict as in `farkas`. See `pages/enclosure.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from operator import mul

from specexpr.certify.asked import asked_constraints
from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Table
from specexpr.certify.node import Node
from specexpr.certify.one_reward import LEXICOGRAPHIC, as_one_reward
from specexpr.certify.proofs import EnclosureCertificate, Exactness, Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import common_denominator, rational_text

MAX_TERMS = 1500


def check_enclosure(claim: Claim, formalism: str, proof: EnclosureCertificate) -> None:
    """Check that the terms are the claim's and that exact multipliers are enclosed. Raises Refused."""
    as_one_reward(claim, formalism)
    if proof.discount != claim.discount:
        raise Refused("the certificate has another discount than the question")
    size = len(proof.terms)
    if len(claim.models) != 1 or size > MAX_TERMS:
        raise Refused(f"an enclosure is for one environment and at most {MAX_TERMS} terms")
    if len(proof.columns) != size - 1 or [len(row) for row in proof.inverse] != [size] * size:
        raise Refused("the system of the enclosure is not square")
    chain = Chain(claim.models[0])
    constraints = asked_constraints(claim, [chain], proof.terms)
    sides = [(c.better, c.worse) for c in constraints if isinstance(c, PolicyConstraint)]
    if len(sides) < size:
        raise Refused("an enclosure is for terms between policies")
    bits, middle, delta = _system(chain, proof, sides)
    strict = [int(term.relation is Relation.STRICT) << bits for term in proof.terms]
    _check_solution(proof, bits, [*middle, strict], [*delta, [0] * size])
    for term in proof.terms:
        if term.relation is not Relation.TIE and term.weight <= proof.radius:
            raise Refused("the enclosure does not show that a multiplier is positive")


def _system(
    chain: Chain, proof: EnclosureCertificate, sides: Sequence[tuple[Table, Table]]
) -> tuple[int, list[list[int]], list[list[int]]]:
    """Return M~ and Delta without their last row, as integers over 2^bits, and bits."""
    sizes = [x.denominator.bit_length() for carried in proof.occupancies for x in carried.occupancy]
    bits = 32 + max(sizes, default=0)
    given = {
        chain.behaviour(c.table)[1]: c.occupancy
        for c in proof.occupancies
        if len(c.table) == len(c.occupancy) == len(chain.index)
    }
    policies = {chain.behaviour(table)[1]: table for pair in sides for table in pair}
    columns = set(proof.columns)
    taken = {(s, a) for table in policies.values() for s in chain.behaviour(table)[0] for a, _ in table[s]}
    others = [s for s, _ in taken - columns]
    if len(columns) < len(proof.columns) or len(set(others)) < len(others):
        raise Refused("the columns of the enclosure do not determine the occupancies")
    visits = {}
    for alike, table in policies.items():
        if alike not in given:
            raise Refused("the enclosure must carry an occupancy for every policy of its terms")
        visits[alike] = _visits(chain, proof, table, given[alike], bits)
    pairs = [(visits[chain.behaviour(b)[1]], visits[chain.behaviour(w)[1]]) for b, w in sides]
    middle = [[b[0][i] - w[0][i] for b, w in pairs] for i in range(len(proof.columns))]
    delta = [[b[1][i] + w[1][i] for b, w in pairs] for i in range(len(proof.columns))]
    return bits, middle, delta


def _visits(
    chain: Chain, proof: EnclosureCertificate, table: Table, given: tuple[Fraction, ...], bits: int
) -> tuple[list[int], list[int]]:
    """Return the approximate occupancy of a policy at each column and a bound on its error, over 2^bits."""
    values, over = common_denominator(given)
    residual, scale = chain.flow_residual(table, proof.discount, values, over)
    away = Fraction(sum(map(abs, residual)), scale) / (1 - proof.discount)
    error = ceil(away * 2**bits) + 1  # and what the division below rounds off
    at = {(s, a): p for s in chain.behaviour(table)[0] for a, p in table[s]}
    middle, delta = [], []
    for s, a in proof.columns:
        p = at.get((s, a))
        middle.append(0 if p is None else (values[s] * p.numerator << bits) // (over * p.denominator))
        delta.append(0 if p is None else error)
    return middle, delta


def _check_solution(
    proof: EnclosureCertificate, bits: int, middle: Sequence[Sequence[int]], delta: Sequence[Sequence[int]]
) -> None:
    """Check |I - C M~| + |C| Delta < 1 and the distance from the midpoints. Raises Refused."""
    size = len(proof.terms)
    flat, over = common_denominator([x for row in proof.inverse for x in row])
    inverse = [flat[i * size : (i + 1) * size] for i in range(size)]
    absolute = [list(map(abs, row)) for row in inverse]
    whole = over << bits  # entries of C M~ and of |C| Delta are integers over this
    spread = list(map(sum, delta))
    beta = max(
        sum(map(abs, product))
        - abs(product[i])
        + abs(whole - product[i])
        + sum(map(mul, absolute[i], spread))
        for i, product in enumerate(_products(inverse, middle))
    )
    if beta >= whole:
        raise Refused("the inverse of the enclosure is not close enough")
    y, below = common_denominator([term.weight for term in proof.terms])
    away = list(map(abs, y))
    miss = [-sum(map(mul, row, y)) for row in middle]
    miss[-1] += below << bits
    loose = [sum(map(mul, row, away)) for row in delta]
    worst = max(
        abs(sum(map(mul, row, miss))) + sum(map(mul, positive, loose))
        for row, positive in zip(inverse, absolute, strict=True)
    )
    if Fraction(worst, below * (whole - beta)) > proof.radius:
        raise Refused("the midpoints of the enclosure are not shown to be within its radius")


def _products(left: Sequence[Sequence[int]], right: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the product of two square integer matrices, each row of `right` packed into one integer."""
    size = len(right)
    widest = [max((abs(x).bit_length() for row in m for x in row), default=0) for m in (left, right)]
    width = (sum(widest) + size.bit_length() + 9) // 8  # bytes for a signed entry of the product
    half = 1 << (8 * width - 1)
    offset = int.from_bytes(half.to_bytes(width, "little") * size, "little")
    packed = [
        int.from_bytes(b"".join([(x + half).to_bytes(width, "little") for x in row]), "little") - offset
        for row in right
    ]
    found = []
    for row in left:
        data = (sum(map(mul, row, packed)) + offset).to_bytes(width * size, "little")
        found.append(
            [int.from_bytes(data[k : k + width], "little") - half for k in range(0, width * size, width)]
        )
    return found


def read_enclosure(node: Node, scope: Scope) -> EnclosureCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "terms", "occupancies", "columns", "inverse", "radius")
    return EnclosureCertificate(
        entry["discount"].rational(),
        scope.read_terms(entry["terms"]),
        scope.read_occupancies(entry["occupancies"]),
        tuple(map(scope.read_step, entry["columns"].items())),
        tuple(tuple(x.rational() for x in row.items()) for row in entry["inverse"].items()),
        entry["radius"].rational(),
    )


def write_enclosure(proof: EnclosureCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    return {
        "discount": rational_text(proof.discount),
        "terms": scope.write_terms(proof.terms),
        "occupancies": scope.write_occupancies(proof.occupancies),
        "columns": scope.write_trajectory(proof.columns),
        "inverse": [list(map(rational_text, row)) for row in proof.inverse],
        "radius": rational_text(proof.radius),
    }


PROOF = ProofKind(
    kind="enclosure",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=LEXICOGRAPHIC | {"mr"},
    data=(EnclosureCertificate,),
    check=check_enclosure,
    read=read_enclosure,
    write=write_enclosure,
    exactness=Exactness.ENCLOSURE,
)
