"""Show that no machine with at most k states meets a task: every structure has a combination that vanishes.

A structure says where each machine state moves on each observation. Structures are explored as a tree, whose
nodes know some moves; `order` says which combination a node looks at:
- if it vanishes in every structure with these moves, the node is done;
- else if it depends on moves that are not known, these are chosen one after another: there is a child for
  each target, the states so far and one new one while there are fewer than k (which state is new is a matter
  of names). Where all of them are known a combination is looked at again;
- else the node looks at another one.
Every structure is under a node that is done, so in none of them can rewards meet the constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from specexpr.certify.asked import asked_constraints
from specexpr.certify.chain import SMALL, Chain
from specexpr.certify.features import features
from specexpr.certify.hidden import Hidden, Moves, Needed, hidden
from specexpr.certify.mixtures import Mixtures
from specexpr.certify.model import Claim, Constraint, Machine
from specexpr.certify.node import Node
from specexpr.certify.observing import observations
from specexpr.certify.proofs import Refused, Term, TooLarge
from specexpr.certify.scope import JsonObject, Scope

MOST_WORK = 500_000_000
"""How many entries of equations are combined before the kernel gives up."""

_LONG = 256  # bits of a number, above which factors that a row has in common are taken out
_NODE = 400  # what a node costs besides, in entries

Choose = Callable[[Moves], int]
"""Given the known moves of the states so far, the number of the combination to look at."""


Wave = tuple[tuple[int, int], ...]
"""Moves (machine state, observation) that are to be chosen."""


@dataclass(frozen=True, slots=True)
class Smaller:
    """Machines with so many states are too small: the combinations, and the order in which they are used."""

    states: int
    combinations: tuple[tuple[Term, ...], ...]
    order: tuple[int, ...]


def check_smaller(claim: Claim, proof: Smaller) -> None:
    """Check that no machine with at most `proof.states` states meets the claim. Raises Refused."""
    if claim.discount is None:
        raise Refused("machines that are too small at one discount may do at another")
    if claim.setting.machine is not None:
        raise Refused("the question fixes the machine, and asks for no smaller one")
    chains = [Chain(model) for model in claim.models]
    parts = [
        list(zip(asked_constraints(claim, chains, terms), [term.weight for term in terms], strict=True))
        for terms in proof.combinations
    ]
    if proof.states == 1 and is_small(claim):
        _check_without_memory(claim, parts, proof.order)
        return
    mixtures = Mixtures(claim)
    known = [hidden(mixtures, combination, claim.discount) for combination in parts]
    order = iter(proof.order)

    def choose(_moves: Moves) -> int:
        index = next(order, None)
        if index is None:
            raise Refused("the proof leaves a machine structure that no combination refutes")
        if not 0 <= index < len(known):
            raise Refused("the proof names a combination that it does not have")
        return index

    explore(known, proof.states, choose)
    if next(order, None) is not None:
        raise Refused("the proof calls for more combinations than there are structures to refute")


def is_small(claim: Claim) -> bool:
    """Say whether the kernel solves for the visits of policies without memory."""
    return all(len(model.states) <= SMALL for model in claim.models)


def _check_without_memory(
    claim: Claim, parts: Sequence[Sequence[tuple[Constraint, Fraction]]], order: Sequence[int]
) -> None:
    """Check by its visits that the one combination vanishes in the machine with one state."""
    if len(parts) != 1 or tuple(order) != (0,):
        raise Refused("without memory there is one structure, which one combination refutes")
    still = Machine(("u",), ((0,) * len(observations(claim).known),))
    if features("rm", claim, machine=still).combined(parts[0]):
        raise Refused("a combination of the proof does not vanish even without memory")


def explore(combinations: Sequence[Hidden], most: int, choose: Choose) -> int:
    """Explore all structures with at most so many states, and return the number of nodes.

    Raises Refused through `choose`, and TooLarge.
    """
    work = nodes = 0
    pending: list[tuple[tuple[dict[int, int], ...], Wave]] = [(({},), ())]
    while pending:
        moves, wave = pending.pop()
        nodes += 1
        work += _NODE
        is_done = False
        while not wave and not is_done:
            combination = combinations[choose(moves)]
            needed = combination.needed(moves)
            is_done, spent = is_consistent(combination.equations(needed))
            is_done = is_done or most == 1  # without memory each vanishes: `hidden` has seen to that
            wave = _unknown(needed)
            work += _NODE + spent
            if work > MOST_WORK:
                raise TooLarge("there are too many machine structures to refute")
        if not is_done:
            (u, o), rest = wave[0], wave[1:]
            for v in reversed(range(min(len(moves) + 1, most))):
                more = (*moves, {}) if v == len(moves) else moves
                pending.append(((*more[:u], {**moves[u], o: v}, *more[u + 1 :]), rest))
    return nodes


def _unknown(needed: Needed) -> Wave:
    """Return the needed moves that are not known, in ascending order."""
    states = sorted(u for u, leaving in needed.items() if None in leaving.values())
    return tuple((u, o) for u in states for o in sorted(o for o, v in needed[u].items() if v is None))


def is_consistent(rows: Sequence[list[int]]) -> tuple[bool, int]:
    """Say whether integer equations, right-hand sides last, have a rational solution; and the work."""
    left, work = rows, 0
    width = len(rows[0]) if rows else 1
    for j in range(width - 1):
        pivots = [row for row in left if row[j]]
        if not pivots:
            continue
        pivot_row, *others = pivots
        pivot = pivot_row[j]
        left = [row for row in left if not row[j]]
        work += width * len(others)
        for row in others:
            factor = row[j]
            combined = [pivot * a - factor * b for a, b in zip(row, pivot_row, strict=True)]
            if pivot.bit_length() > _LONG:
                content = gcd(*combined) or 1
                combined = [a // content for a in combined]
            left.append(combined)
    return not any(row[-1] for row in left), work


def read_smaller(node: Node, scope: Scope) -> Smaller:
    """Read the proof that smaller machines do not do. Raises Malformed."""
    entry = node.fields("states", "combinations", "order")
    combinations = tuple(scope.read_terms(item) for item in entry["combinations"].items())
    order = []
    for item in entry["order"].items():
        number = item.line()
        if number is None:
            item.expected("the number of a combination")
        order.append(number - 1)
    states = entry["states"].line()
    if states is None:
        entry["states"].expected("a number of machine states")
    return Smaller(states, combinations, tuple(order))


def write_smaller(proof: Smaller, scope: Scope) -> JsonObject:
    """Return the JSON of it; combinations are numbered from 1."""
    return {
        "states": proof.states,
        "combinations": [scope.write_terms(terms) for terms in proof.combinations],
        "order": [index + 1 for index in proof.order],
    }
