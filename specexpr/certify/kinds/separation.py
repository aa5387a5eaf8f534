"""Rewards whose returns tell policies apart, and a function or order of the returns: proves `expressible`.

`onmr` is any function of the return of one Markov reward, `omorl` one of the returns of several rewards,
`gomorl` an order of those returns, whose ranks are written as values. The value of a policy is that of the
first row whose returns it has, else a default.

**One reward for several.** For `onmr` several parts R_i are one reward R = sum of base^i R_i. If the base is
large enough (see `certify.outcomes`), the return under R tells the returns under all R_i of the policies that
the claim names or means. So the rows define a function of the return under R.

**All deterministic policies.** The default is below the values of good policies. Of a row that is not, a
deterministic policy with these returns keeps to pairs as `Returns.rule` says; each behaviour that does is
good, or is valued and is below. See `pages/separation.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.chain import Key
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.entries import read_entries, write_entries
from specexpr.certify.model import AcceptableSet, Claim, Table
from specexpr.certify.node import Node
from specexpr.certify.outcomes import kept, least_base, returns_of
from specexpr.certify.proofs import Refused, RewardEntry, StateOccupancy
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.sight import OF_RETURNS, Sight, check_values, refuse_twins
from specexpr.exact import Interval, Number, bounds, rational_text

Row = tuple[tuple[Number | None, ...], Fraction]
"""A return for each reward, or None where it does not matter, and the value of policies that have them."""


@dataclass(frozen=True, slots=True)
class SeparationWitness:
    """Rewards, rows, and the value of policies that are in none; visits d where models are large.

    With a `base` the rewards are parts of one.
    """

    discount: Fraction
    rewards: tuple[tuple[RewardEntry, ...], ...]
    base: int | None
    rows: tuple[Row, ...]
    otherwise: Fraction
    occupancies: tuple[StateOccupancy, ...] = ()


def check_separation(claim: Claim, formalism: str, proof: SeparationWitness) -> None:
    """Check that the function of the returns orders everything in the claim as asked. Raises Refused."""
    if not 0 < proof.discount < 1 or claim.discount not in (None, proof.discount):
        raise Refused("the witness has a discount that is not between 0 and 1, or not the question's")
    sight = Sight(claim, formalism)
    returns = returns_of(sight.chains, proof.discount, proof.rewards)
    _check_rewards(formalism, proof)
    if proof.base is not None and not proof.base > least_base(claim, returns):
        raise Refused("the base is too small for one reward to tell the returns of its parts")
    returns.carry(proof.occupancies)
    known: dict[tuple[int, Key], Fraction] = {}

    def value(model: int, table: Table) -> Fraction:
        key = model, sight.chains[model].behaviour(table)[1]
        if key not in known:
            rows = (x for wanted, x in proof.rows if has(model, table, wanted))
            known[key] = next(rows, proof.otherwise)
        return known[key]

    def has(model: int, table: Table, wanted: Sequence[Number | None]) -> bool:
        return all(x is None or returns.is_at(i, model, table, x) for i, x in enumerate(wanted))

    def others(accept: AcceptableSet, least: Fraction) -> None:
        """Check the policies of the universe that the claim does not name."""
        if proof.otherwise >= least:
            raise Refused("the value of all other policies is not below that of every good one")
        refuse_twins(claim, sight, accept)
        chain = sight.chains[accept.model]
        good = {chain.behaviour(table)[1] for table in accept.good}
        for wanted, x in proof.rows:
            allowed = returns.rule(accept.model, wanted) if x >= least else None
            for table in () if allowed is None else kept(chain, allowed):
                if chain.behaviour(table)[1] not in good and value(accept.model, table) >= least:
                    raise Refused("the witness does not put every good policy above every other one")

    check_values(claim, sight, value, others)


def _check_rewards(formalism: str, proof: SeparationWitness) -> None:
    if not proof.rewards or any(len(wanted) != len(proof.rewards) for wanted, _ in proof.rows):
        raise Refused("the rows of the witness do not fit its rewards")
    if (proof.base is not None) != (formalism == "onmr" and len(proof.rewards) > 1):
        raise Refused("the witness has more rewards than the formalism, or a base without a use for it")
    for reward in proof.rewards:
        if len({(entry.state, entry.action, entry.next) for entry in reward}) < len(reward):
            raise Refused("the witness gives two rewards to one step")
        if proof.base is not None and any(entry.value.denominator > 1 for entry in reward):
            raise Refused("the parts of one reward must be whole numbers")


def read_separation(node: Node, scope: Scope) -> SeparationWitness:
    """Read a witness from its JSON. Raises Malformed."""
    keys = ("kind", "discount", "rewards", "values", "otherwise")
    top = node.fields(*keys, optional=("base", "occupancies"))
    rows = []
    for item in top["values"].items():
        entry = item.fields("returns", "value")
        rows.append((tuple(map(_read_return, entry["returns"].items())), entry["value"].rational()))
    base = top["base"].rational() if "base" in top else None
    if base is not None and base.denominator > 1:
        top["base"].expected("a whole number")
    return SeparationWitness(
        top["discount"].rational(),
        tuple(read_entries(item, scope) for item in top["rewards"].items()),
        None if base is None else base.numerator,
        tuple(rows),
        top["otherwise"].rational(),
        scope.read_occupancies(top["occupancies"]) if "occupancies" in top else (),
    )


def _read_return(node: Node) -> Number | None:
    if node.value is None:
        return None
    if not isinstance(node.value, dict):
        return node.rational()
    ends = node.fields("lo", "hi")
    return Interval(ends["lo"].rational(), ends["hi"].rational())


def write_separation(proof: SeparationWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    found: JsonObject = {
        "discount": rational_text(proof.discount),
        "rewards": [write_entries(reward, scope) for reward in proof.rewards],
        "values": [
            {"returns": [_write_return(value) for value in wanted], "value": rational_text(x)}
            for wanted, x in proof.rows
        ],
        "otherwise": rational_text(proof.otherwise),
    }
    if proof.base is not None:
        found["base"] = rational_text(Fraction(proof.base))
    if proof.occupancies:
        found["occupancies"] = scope.write_occupancies(proof.occupancies)
    return found


def _write_return(value: Number | None) -> object:
    if value is None:
        return None
    low, high = map(rational_text, bounds(value))
    return {"lo": low, "hi": high} if isinstance(value, Interval) else low


PROOF = ProofKind(
    kind="separation",
    verdict=Answer.EXPRESSIBLE,
    formalisms=OF_RETURNS,
    data=(SeparationWitness,),
    check=check_separation,
    read=read_separation,
    write=write_separation,
)
