"""A function, or an order, written as a table of policies with a value for all others: `expressible`.

It is a function of the occupancy (`fomr`, `omo`) or of the lottery (`ftlr`, `tlo`): both are named by a
policy that has them, and the values of orders are ranks; or a function of the policy itself (`fpr`, `po`).
See `certify.sight` for what these see, and `pages/value_table.md`.

Sets among all deterministic policies are not enumerated. The value of all others is below that of every good
policy, and an entry that is not must have no policy of the universe but good ones: a law belongs to at most
one behaviour of a model, which is looked up.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.asked import Listed
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.members import Behaviour, behaviour_of, has_stranger, least_value
from specexpr.certify.model import AcceptableSet, Acceptance, Claim, Table
from specexpr.certify.node import Node
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import OF_LAWS, OF_TABLES, Sight, check_values, refuse_twins
from specexpr.exact import rational_text

DISCOUNTED = frozenset({"fomr", "omo"})


@dataclass(frozen=True, slots=True)
class Entry:
    """The value of a policy; with `is_class`, of every deterministic one that behaves like it there."""

    model: int
    table: Table
    value: Fraction
    is_class: bool = False


@dataclass(frozen=True, slots=True)
class TableWitness:
    """Values of policies, of classes of policies, and of all others; a discount where there are occupancies.

    The entry of a policy itself comes before those of its classes, of which the first counts.
    """

    discount: Fraction | None
    entries: tuple[Entry, ...]
    otherwise: Fraction


def check_table(claim: Claim, formalism: str, proof: TableWitness) -> None:
    """Check that the table orders everything in the claim as asked. Raises Refused."""
    if formalism not in DISCOUNTED:
        if proof.discount is not None:
            raise Refused("the formalism has no discount")
    elif proof.discount is None or not 0 < proof.discount < 1 or claim.discount not in (None, proof.discount):
        raise Refused("the witness has no discount between 0 and 1, or another one than the question")
    _check_values(claim, _Table(claim, formalism, proof))


class _Table:
    """The entries by the names under which the formalism sees policies."""

    def __init__(self, claim: Claim, formalism: str, proof: TableWitness) -> None:
        self.sight, self.proof = Sight(claim, formalism), proof
        self.known: dict[Hashable, Fraction] = {}
        self.classes: list[tuple[Behaviour, Fraction]] = []
        for entry in proof.entries:
            if not 0 <= entry.model < len(claim.models):
                raise Refused("the table names an environment that the task does not have")
            chain = self.sight.chains[entry.model]
            if len(entry.table) != len(chain.index):
                raise Refused("a policy of the table does not fit its environment")
            if entry.is_class:
                part = behaviour_of(chain, entry.table)
                if not (self.sight.is_of_tables and claim.modulo_unreachable) or part is None:
                    raise Refused("only deterministic policies modulo unreachable states form a class")
                self.classes.append((part, entry.value))
            else:
                name = self.sight.name(entry.model, entry.table)
                if name in self.known:
                    raise Refused("two entries of the table are about policies that cannot be told apart")
                self.known[name] = entry.value

    def value(self, model: int, table: Table) -> Fraction:
        """Return the value of a policy."""
        found = self.known.get(self.sight.name(model, table))
        if found is None:
            found = next((x for part, x in self.classes if part.has(table)), self.proof.otherwise)
        return found


def _check_values(claim: Claim, table: _Table) -> None:
    sight, merged = table.sight, claim.modulo_unreachable

    def others(accept: AcceptableSet, least: Fraction) -> None:
        """Check the policies of the universe that the claim does not name."""
        chain = sight.chains[accept.model]
        if not sight.is_of_tables:
            refuse_twins(claim, sight, accept)
        names = Listed(chain, accept, merged=merged or not sight.is_of_tables)
        listed = (e for e in table.proof.entries if not e.is_class)
        moved = ((e.value, sight.moved(e.model, e.table, accept.model)) for e in listed)
        here = [(value, names.name(x) in names.good) for value, x in moved if x is not None]
        good = [value for value, is_good in here if is_good]
        if accept.acceptance is Acceptance.EQUAL and any(value != least for value in good):
            raise Refused("a policy that behaves like a good one does not have its value")
        floor = min([least, *good])
        if sight.is_of_tables and merged:
            floor = least_value(chain, accept, floor, table.classes)
        if table.proof.otherwise >= floor:
            raise Refused("the value of all other policies is not below that of every good one")
        if any(value >= floor and not is_good for value, is_good in here):
            raise Refused("the table does not put every good policy above every other one")
        if any(value >= floor and has_stranger(chain, accept, part) for part, value in table.classes):
            raise Refused("a class of policies that are not all accepted has the value of good ones")

    check_values(claim, sight, table.value, others)


def read_table(node: Node, scope: Scope) -> TableWitness:
    """Read a witness from its JSON. Raises Malformed."""
    top = node.fields("kind", "values", "otherwise", optional=("discount",))
    entries = []
    for item in top["values"].items():
        entry = item.fields("environment", "policy", "value", optional=("modulo",))
        if "modulo" in entry and entry["modulo"].value != "unreachable":
            entry["modulo"].expected('"unreachable"')
        model = scope.read_model(entry["environment"])
        table = scope.read_table(entry["policy"], model)
        entries.append(Entry(model, table, entry["value"].rational(), "modulo" in entry))
    discount = top["discount"].rational() if "discount" in top else None
    return TableWitness(discount, tuple(entries), top["otherwise"].rational())


def write_table(proof: TableWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    values = []
    for entry in proof.entries:
        found: JsonObject = {
            "environment": scope.names[entry.model],
            "policy": scope.write_policy(entry.model, entry.table),
            "value": rational_text(entry.value),
        }
        values.append(found | ({"modulo": "unreachable"} if entry.is_class else {}))
    discount = {} if proof.discount is None else {"discount": rational_text(proof.discount)}
    return {**discount, "values": values, "otherwise": rational_text(proof.otherwise)}


PROOF = ProofKind(
    kind="value-table",
    verdict=Answer.EXPRESSIBLE,
    formalisms=OF_LAWS | OF_TABLES,
    data=(TableWitness,),
    check=check_table,
    read=read_table,
    write=write_table,
)
