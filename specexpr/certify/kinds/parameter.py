"""The level of a CVaR, or the b of an entropic value, that meets every constraint: proves `expressible`.

- `cvar`: a level in (0, 1], a rational. A policy is worth the mean of the worst share of its returns.
- `entropic`: b, a rational; or, where only one irrational b will do, z = exp(b c) as an algebraic number,
  with the unit c of a lattice x_0 + k c on which returns lie. A policy is worth (1/b) log E exp(bG), and for
  b = 0 the mean.

Entropic values are compared, not computed: see `certify.gaps` for z, and for b not 0 (1/b) log E exp(bG)
rises with E exp(bG) if b > 0 and falls with it if b < 0, so that the sign of a sum of exponentials decides.
The level 1 and b = 0 are the mean, which is computed also where the return takes infinitely many values.
See `pages/parameter.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from specexpr.certify.algebraic import Number, check_positive, read_number, write_number
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.exponential import sign_of_sum
from specexpr.certify.gaps import base_gap
from specexpr.certify.law import Law
from specexpr.certify.model import Claim, Table
from specexpr.certify.node import Node
from specexpr.certify.ordering import check_order
from specexpr.certify.proofs import Refused
from specexpr.certify.risk import Returns, lower_part, mixed, returns_of
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text


@dataclass(frozen=True, slots=True)
class LevelWitness:
    """The level of a CVaR."""

    level: Fraction


@dataclass(frozen=True, slots=True)
class RateWitness:
    """The b of an entropic value."""

    rate: Fraction


@dataclass(frozen=True, slots=True)
class BaseWitness:
    """The z = exp(b unit) of an entropic value on a lattice of that unit."""

    unit: Fraction
    base: Number


ParameterWitness = LevelWitness | RateWitness | BaseWitness


@dataclass(frozen=True, slots=True, eq=False)
class Certain:
    """The entropic value of a law: what is as good for certain. Values under one parameter are compared."""

    law: Law
    parameter: RateWitness | BaseWitness

    def against(self, other: Certain) -> int:
        """Return the sign of this value minus another one. Raises TooLarge, and Refused off the lattice."""
        if isinstance(self.parameter, BaseWitness):
            return base_gap(self.law, other.law, self.parameter.unit).at(self.parameter.base)
        rate = self.parameter.rate
        points = mixed([(self.law, Fraction(1)), (other.law, Fraction(-1))])
        return sign_of_sum({rate * x: mass for x, mass in points}) * (1 if rate > 0 else -1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certain) and self.against(other) == 0

    def __lt__(self, other: Certain) -> bool:
        return self.against(other) < 0

    def __le__(self, other: Certain) -> bool:
        return self.against(other) <= 0

    def __gt__(self, other: Certain) -> bool:
        return self.against(other) > 0

    def __ge__(self, other: Certain) -> bool:
        return self.against(other) >= 0

    __hash__ = None  # type: ignore[assignment] # equal values have no mark of their own


def check_parameter(claim: Claim, formalism: str, proof: ParameterWitness) -> None:
    """Check that the values of policies are ordered as the claim asks. Raises Refused."""
    check_order(claim, parameter_values(returns_of(claim), formalism, proof))


def parameter_values(
    returns: Returns, formalism: str, proof: ParameterWitness
) -> Callable[[int, Table], Any]:
    """Return what policies are worth, as ordered values, given the index of their model. Raises Refused."""
    match formalism, proof:
        case "cvar", LevelWitness(level=level) if 0 < level <= 1:
            if level == 1:
                return returns.mean
            return lambda model, table: lower_part(returns.law(model, table), level) / level
        case "entropic", RateWitness(rate=rate):
            if not rate:
                return returns.mean
            return lambda model, table: Certain(returns.law(model, table), RateWitness(rate))
        case "entropic", BaseWitness(unit=unit, base=base):
            check_positive(base)
            return lambda model, table: Certain(returns.law(model, table), BaseWitness(unit, base))
    raise Refused("a specification of the formalism has another parameter")


def read_parameter(node: Node, scope: Scope) -> ParameterWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", optional=("level", "b", "z", "unit"))
    if entry.keys() not in ({"kind", "level"}, {"kind", "b"}, {"kind", "unit", "z"}):
        node.expected('an object with "level", or "b", or "unit" and "z"')
    if "level" in entry:
        return LevelWitness(entry["level"].rational())
    if "b" in entry:
        return RateWitness(entry["b"].rational())
    return BaseWitness(entry["unit"].rational(), read_number(entry["z"]))


def write_parameter(proof: ParameterWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    match proof:
        case LevelWitness(level=level):
            return {"level": rational_text(level)}
        case RateWitness(rate=rate):
            return {"b": rational_text(rate)}
        case BaseWitness(unit=unit, base=base):
            return {"unit": rational_text(unit), "z": write_number(base)}


PROOF = ProofKind(
    kind="parameter",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"cvar", "entropic"}),
    data=(LevelWitness, RateWitness, BaseWitness),
    check=check_parameter,
    read=read_parameter,
    write=write_parameter,
)
