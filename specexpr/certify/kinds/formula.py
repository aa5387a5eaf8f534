"""A formula of linear temporal logic: proves `expressible` for the formalism `ltl`.

The value of a policy is the probability that its trajectory satisfies the formula; it is computed from the
formula itself (`formula_probability`). See `pages/formula.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.coin import Coin
from specexpr.certify.formula import Atom, AtomKind
from specexpr.certify.formula_json import read_labels, read_scheme, write_labels, write_scheme
from specexpr.certify.formula_probability import FormulaProbability
from specexpr.certify.formula_store import Scheme, size
from specexpr.certify.model import Claim, Label, Setting, Table
from specexpr.certify.node import Node
from specexpr.certify.ordering import check_order
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text


@dataclass(frozen=True, slots=True)
class PolicyProbability:
    """The probability of the formula under a policy of the model with that index."""

    model: int
    table: Table
    value: Fraction


@dataclass(frozen=True, slots=True)
class FormulaWitness:
    """A formula with what it is worth to some policies.

    labels: those that it speaks of, where transitions are observed; they are names for sets of pairs.
    text: the formula as a person reads it. Nothing rests on it.
    """

    scheme: Scheme
    labels: tuple[Label, ...] = ()
    values: tuple[PolicyProbability, ...] = ()
    text: str | None = field(default=None, compare=False)


def probabilities(
    claim: Claim, scheme: Scheme, labels: Sequence[Label] = ()
) -> Mapping[int, FormulaProbability]:
    """Return what computes the probabilities of a formula in each model of a claim. Raises Refused."""
    observed = claim.setting.labels
    for entry in scheme:
        if observed is not None and isinstance(entry, Atom) and entry.kind is not AtomKind.LABEL:
            raise Refused("the formula sees more than labels, which are all that is observed")
        if observed is not None and isinstance(entry, Coin):
            raise Refused("a coin sees more than labels, which are all that is observed")
    return {
        m: FormulaProbability(model, labels if observed is None else observed[m], scheme)
        for m, model in enumerate(claim.models)
    }


def check_formula(claim: Claim, formalism: str, proof: FormulaWitness) -> None:
    """Check that the probabilities of the formula order everything as asked. Raises Refused."""
    if claim.setting != Setting(labels=claim.setting.labels):
        raise Refused("a formula has no memory, horizon or discounts that could be fixed")
    if proof.labels and claim.setting.labels is not None:
        raise Refused("the labels are those that are observed")
    if len({x.name for x in proof.labels}) < len(proof.labels):
        raise Refused("the witness defines a label twice")
    known = probabilities(claim, proof.scheme, proof.labels)
    for given in proof.values:
        if known[given.model].policy(given.table) != given.value:
            raise Refused("the witness gives a policy another probability than its formula has")
    check_order(claim, lambda model, table: known[model].policy(table))


def read_formula(node: Node, scope: Scope) -> FormulaWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "formula", "values", optional=("shared", "labels", "text"))
    shared = entry["shared"].items() if "shared" in entry else ()
    values = []
    for item in entry["values"].items():
        one = item.fields("environment", "policy", "value")
        model = scope.read_model(one["environment"])
        table = scope.read_table(one["policy"], model)
        values.append(PolicyProbability(model, table, one["value"].rational()))
    return FormulaWitness(
        read_scheme(entry["formula"], shared, scope),
        read_labels(entry["labels"], scope) if "labels" in entry else (),
        tuple(values),
        entry["text"].text() if "text" in entry else None,
    )


def write_formula(proof: FormulaWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    formula, shared = write_scheme(proof.scheme, scope)
    found: JsonObject = {"formula": formula}
    if shared:
        found["shared"] = shared
    if proof.labels:
        found["labels"] = write_labels(proof.labels, scope)
    if proof.text is not None:
        found["text"] = proof.text
    found["values"] = [
        {
            "environment": scope.names[one.model],
            "policy": scope.write_policy(one.model, one.table),
            "value": rational_text(one.value),
        }
        for one in proof.values
    ]
    return found


def size_bounds(proof: FormulaWitness) -> tuple[int, int]:
    """Return the operators and atoms of the formula; that no smaller one will do is not shown."""
    return 1, size(proof.scheme)


PROOF = ProofKind(
    kind="formula",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"ltl"}),
    data=(FormulaWitness,),
    check=check_formula,
    read=read_formula,
    write=write_formula,
    size=size_bounds,
)
