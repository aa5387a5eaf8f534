"""The exact features of policies and sequences under a linear formalism: a number for each coordinate.

A specification of such a formalism is a weight for each coordinate, and it values a policy by the sum of
weight times feature. See `walk` for the coordinates and `clock` for the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.clock import Carried, Clock, Discounted, clock_of, visits
from specexpr.certify.model import Claim, Constraint, Machine, Table, Trajectory, TrajectoryConstraint
from specexpr.certify.node import Node
from specexpr.certify.proofs import NodeNumbers, Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.walk import Coordinate, Walk, Walker, walker
from specexpr.exact import rational_text

Vector = dict[Coordinate, Fraction]

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a formalism under a claim; `numbers` are what the proof carries, by model and table."""

    walker: Walker
    clock: Clock
    numbers: Mapping[tuple[int, Table], NodeNumbers]
    _checked: set[tuple[int, Table]] = field(default_factory=set)

    def policy(self, model: int, table: Table) -> Vector:
        """Return the features of a policy. Raises Refused."""
        self._checked.add((model, table))
        walk = self.walker.walk(model, table)
        given = self.numbers.get((model, table))
        carried = None if given is None else _on_nodes(walk, given)
        return self.walker.counts(model, walk, visits(walk, self.clock, carried))

    def sequence(self, model: int, steps: Trajectory) -> Vector:
        """Return the features of a sequence. Raises Refused."""
        if not isinstance(self.clock, Discounted) or len(self.clock.head) > 1 or self.walker.is_regularised:
            raise Refused("the formalism does not compare sequences")
        found: Vector = {}
        weight = Fraction(1)
        for shares in self.walker.sequence(model, steps):
            for key, share in shares:
                found[key] = found.get(key, _ZERO) + weight * share
            weight *= self.clock.discount
        return found

    def check_rest(self) -> None:
        """Check the numbers that are carried and have not been used. Raises Refused."""
        for model, table in self.numbers:
            if (model, table) not in self._checked:
                self.policy(model, table)

    def combined(self, parts: Iterable[tuple[Constraint, Fraction]]) -> Vector:
        """Return the sum of weight times (features of the better - those of the worse), but for zeros."""
        weights: dict[tuple[int, Table | Trajectory, bool], Fraction] = {}
        for c, weight in parts:
            is_sequence = isinstance(c, TrajectoryConstraint)
            for side, w in ((c.better, weight), (c.worse, -weight)):
                key = c.model, side, is_sequence
                weights[key] = weights.get(key, _ZERO) + w
        total: Vector = {}
        for (model, side, is_sequence), weight in weights.items():
            if not weight:
                continue
            known = self.sequence(model, side) if is_sequence else self.policy(model, side)  # type: ignore[arg-type] # as is_sequence says
            for coordinate, x in known.items():
                total[coordinate] = total.get(coordinate, _ZERO) + weight * x
        return {coordinate: x for coordinate, x in total.items() if x}


def features(
    formalism: str, claim: Claim, numbers: Iterable[NodeNumbers] = (), machine: Machine | None = None
) -> Features:
    """Return the features of a formalism under a claim, with this machine or the one it fixes.

    Raises Refused when the claim lacks an option.
    """
    numbers = tuple(numbers)
    known = {(one.model, one.table): one for one in numbers}
    if len(known) < len(numbers):
        raise Refused("the proof carries the numbers of a policy twice")
    return Features(walker(formalism, claim, machine), clock_of(formalism, claim), known)


def _on_nodes(walk: Walk, given: NodeNumbers) -> Carried:
    """Return carried numbers in the order of the nodes of a walk; those not listed are 0."""
    place = {node: x for x, node in enumerate(walk.nodes)}
    found = []
    for entries in given.numbers:
        numbers = [_ZERO] * len(place)
        for node, value in entries:
            if node not in place:
                raise Refused("the proof carries a number for a node that its policy does not reach")
            numbers[place[node]] = value
        found.append(tuple(numbers))
    return tuple(found)


def read_numbers(node: Node, scope: Scope, machine: Machine | None = None) -> tuple[NodeNumbers, ...]:
    """Read the numbers that a proof carries. Raises Malformed."""
    found = []
    for item in node.items():
        entry = item.fields("environment", "policy", "visits", optional=("potential",))
        model = scope.read_model(entry["environment"])
        table = scope.read_table(entry["policy"], model)
        parts = [entry[key] for key in ("visits", "potential") if key in entry]
        found.append(NodeNumbers(model, table, tuple(_read_entries(x, scope, machine) for x in parts)))
    return tuple(found)


def _read_entries(
    node: Node, scope: Scope, machine: Machine | None
) -> tuple[tuple[tuple[int, int], Fraction], ...]:
    if machine is None:
        states = scope.state_index
        return tuple(((0, x.find(s, states, "state")), x.rational()) for s, x in node.entries())
    known = {name: u for u, name in enumerate(machine.states)}
    return tuple(
        ((inner.find(name, known, "machine state"), x.find(s, scope.state_index, "state")), x.rational())
        for name, inner in node.entries()
        for s, x in inner.entries()
    )


def write_numbers(
    numbers: Iterable[NodeNumbers], scope: Scope, machine: Machine | None = None
) -> list[JsonObject]:
    """Return the JSON of carried numbers."""
    states = scope.models[0].states
    found = []
    for one in numbers:
        entry: JsonObject = {
            "environment": scope.names[one.model],
            "policy": scope.write_policy(one.model, one.table),
        }
        for key, entries in zip(("visits", "potential"), one.numbers, strict=False):
            written: dict[str, object] = {}
            for (u, s), x in entries:
                if machine is None:
                    written[states[s]] = rational_text(x)
                else:
                    inner = written.setdefault(machine.states[u], {})
                    assert isinstance(inner, dict)
                    inner[states[s]] = rational_text(x)
            entry[key] = written
        found.append(entry)
    return found
