"""Functions of the policy where policies that behave alike count as one: sets of tables, counted.

A *class* is a behaviour in one model: its members are the deterministic policies of that model which take its
actions in the states that it reaches, and any available action elsewhere. Two classes of one model have no
member in common, since they differ in a state that both reach. So of the members of a class, those that are
in an acceptable set modulo unreachable states can be counted: they are the sum over the set's behaviours of
the members in common, and such a count is a product over the states.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from specexpr.certify.chain import Chain, Key
from specexpr.certify.model import AcceptableSet, Acceptance, Table
from specexpr.certify.proofs import Refused


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The deterministic policies of a model that behave in one way: `fixed` are their actions there."""

    chain: Chain
    key: Key
    fixed: dict[int, int]

    def has(self, table: Table) -> bool:
        """Say whether a table is one of these policies."""
        rows = zip(table, self.chain.index, strict=True)
        if not all(len(row) == 1 and row[0][0] in actions for row, actions in rows):
            return False
        return all(table[s][0][0] == a for s, a in self.fixed.items())


def behaviour_of(chain: Chain, table: Table) -> Behaviour | None:
    """Return the policies that behave like this one; None if it chooses at random where it goes."""
    order, key = chain.behaviour(table)
    if any(len(table[s]) > 1 for s in order):
        return None
    return Behaviour(chain, key, {s: table[s][0][0] for s in order})


def behaviours_of(chain: Chain, tables: Iterable[Table]) -> dict[Key, Behaviour]:
    """Return the deterministic behaviours among some tables, each once."""
    found: dict[Key, Behaviour] = {}
    for table in tables:
        here = behaviour_of(chain, table)
        if here is not None:
            found.setdefault(here.key, here)
    return found


def count(parts: Sequence[Behaviour]) -> int:
    """Return how many policies are members of all of these."""
    fixed = fixed_by(parts)
    return 0 if fixed is None else prod(len(free) for _, free in open_states(parts, fixed))


def fixed_by(parts: Sequence[Behaviour]) -> dict[int, int] | None:
    """Return what members of all of these do in the states where one of them says; None if there are none."""
    fixed: dict[int, int] = {}
    for part in parts:
        for s, a in part.fixed.items():
            if fixed.setdefault(s, a) != a:
                return None
    if any(a not in part.chain.index[s] for part in parts for s, a in fixed.items()):
        return None
    return fixed


def open_states(
    parts: Sequence[Behaviour], fixed: Mapping[int, int]
) -> Iterator[tuple[int, Collection[int]]]:
    """Yield the other states, each with the actions that are available to all."""
    first, *others = {id(part.chain): part.chain for part in parts}.values()
    for s, actions in enumerate(first.index):
        if s not in fixed:
            yield s, set(actions).intersection(*(other.index[s] for other in others)) if others else actions


def everything(chain: Chain) -> Behaviour:
    """Return all deterministic policies of a model."""
    return Behaviour(chain, (), {})


def least_value(
    chain: Chain, accept: AcceptableSet, least: Fraction, valued: Sequence[tuple[Behaviour, Fraction]]
) -> Fraction:
    """Return what all that is accepted among all deterministic policies of a model is worth at least.

    Policies that behave alike count as one. Named ones have at least the value `least`, others that of the
    first class which they are a member of. Raises Refused if one is in no class, or differs in an equal set.
    """
    found = least
    for one in behaviours_of(chain, accept.good).values():
        for part, value in valued:
            if count([one, part]):
                if accept.acceptance is Acceptance.EQUAL and value != least:
                    raise Refused("a policy that behaves like a good one does not have its value")
                found = min(found, value)
                if part.chain is chain and part.key == one.key:
                    break
        else:
            raise Refused("policies that behave like a good one have no value")
    return found


def has_stranger(chain: Chain, accept: AcceptableSet, part: Behaviour) -> bool:
    """Say whether a class has deterministic policies of a model that are not accepted, nor behave alike."""
    universe = everything(chain)
    good = behaviours_of(chain, accept.good).values()
    return count([universe, part]) > sum(count([universe, part, one]) for one in good)
