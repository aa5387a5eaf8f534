"""A formula of linear temporal logic: proves `expressible` for the formalism `ltl`.

The value of a policy is the probability that its trajectory satisfies the formula; it is computed from the
formula itself (`formula_probability`). A witness lists the values of the policies that the claim names, and
those are compared with what is computed. See `pages/formula.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.coin import Coin
from specexpr.certify.formula import Atom, AtomKind
from specexpr.certify.formula_json import read_labels, read_scheme, write_labels, write_scheme
from specexpr.certify.formula_probability import FormulaProbability
from specexpr.certify.formula_store import Scheme, size
from specexpr.certify.label_coin import LabelCoin
from specexpr.certify.model import Claim, Label, Setting, Table
from specexpr.certify.node import Node
from specexpr.certify.ordering import check_order
from specexpr.certify.outcomes import named_policies
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
    """A formula with what it is worth to each policy that the claim names.

    labels: those that it speaks of, where transitions are observed; they are names for sets of pairs.
    """

    scheme: Scheme
    labels: tuple[Label, ...] = ()
    values: tuple[PolicyProbability, ...] = ()


def probabilities(
    claim: Claim, scheme: Scheme, labels: Sequence[Label] = ()
) -> Mapping[int, FormulaProbability]:
    """Return what computes the probabilities of a formula in each model of a claim. Raises Refused."""
    observed = claim.setting.labels
    for name in label_names(scheme):
        if not all(any(x.name == name for x in known) for known in (observed or [labels])):
            raise Refused(f'the formula speaks of the label "{name}", which is not known')
    for entry in scheme:
        if observed is not None and isinstance(entry, Atom) and entry.kind is not AtomKind.LABEL:
            raise Refused("the formula sees more than labels, which are all that is observed")
        if isinstance(entry, Coin) and observed is not None:
            raise Refused("a coin sees more than labels, which are all that is observed")
        if isinstance(entry, LabelCoin) and observed is None:
            raise Refused("a coin is tossed by label sets although transitions are observed")
    return {
        m: FormulaProbability(model, labels if observed is None else observed[m], scheme)
        for m, model in enumerate(claim.models)
    }


def label_names(scheme: Scheme) -> Set[str]:
    """Return the names of the labels that a formula speaks of."""
    found = {str(entry.what) for entry in scheme if isinstance(entry, Atom) and entry.kind is AtomKind.LABEL}
    coins = [entry for entry in scheme if isinstance(entry, LabelCoin)]
    return found | {name for coin in coins for letter in coin.loop for names in letter for name in names}


def values_of(claim: Claim, scheme: Scheme, labels: Sequence[Label] = ()) -> tuple[PolicyProbability, ...]:
    """Return what a formula is worth to each policy that a claim names. Raises Refused."""
    known = probabilities(claim, scheme, labels)
    named = dict.fromkeys(named_policies(claim))
    return tuple(PolicyProbability(model, table, known[model].policy(table)) for model, table in named)


def check_formula(claim: Claim, formalism: str, proof: FormulaWitness) -> None:
    """Check that the probabilities of the formula order everything as asked. Raises Refused."""
    if claim.setting != Setting(labels=claim.setting.labels):
        raise Refused("a formula has no memory, horizon or discounts that could be fixed")
    if proof.labels and claim.setting.labels is not None:
        raise Refused("the labels are those that are observed")
    if len({x.name for x in proof.labels}) < len(proof.labels):
        raise Refused("the witness defines a label twice")
    if not {x.name for x in proof.labels} <= label_names(proof.scheme):
        raise Refused("the witness defines a label that its formula does not speak of")
    known = probabilities(claim, proof.scheme, proof.labels)
    found: dict[tuple[int, Table], Fraction] = {}

    def value(model: int, table: Table) -> Fraction:
        if (model, table) not in found:
            found[model, table] = known[model].policy(table)
        return found[model, table]

    given = {(one.model, one.table): one.value for one in proof.values}
    if len(given) < len(proof.values) or given.keys() != set(named_policies(claim)):
        raise Refused("the witness does not give each policy that the task names one value")
    for (model, table), x in given.items():
        if value(model, table) != x:
            raise Refused("the witness gives a policy another probability than its formula has")
    check_order(claim, value)


def read_formula(node: Node, scope: Scope) -> FormulaWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "formula", "values", optional=("shared", "labels"))
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
    )


def write_formula(proof: FormulaWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    formula, shared = write_scheme(proof.scheme, scope)
    found: JsonObject = {"formula": formula}
    if shared:
        found["shared"] = shared
    if proof.labels:
        found["labels"] = write_labels(proof.labels, scope)
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
