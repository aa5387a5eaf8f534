"""The names of a task, and the JSON of what proofs share under them: tables, sequences, terms; both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import cast

from specexpr.certify.model import Claim, Distribution, Label, Machine, Model, Relation, Table, Trajectory
from specexpr.certify.node import Node
from specexpr.certify.proofs import StateOccupancy, Term
from specexpr.exact import rational_text

JsonObject = dict[str, object]
Laws = dict[tuple[tuple[str, object], ...], Distribution]
"""Distributions that have been read, by their text."""


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy table of the model with that index, under a name of the file."""

    model: int
    name: str
    table: Table


@dataclass(frozen=True, slots=True)
class Scope:
    """The environments that a task is about, all with the same states and actions, and its named policies.

    `asked` is what a result is about, once that is known, and `labels` are those of each environment.
    """

    names: tuple[str, ...]
    models: tuple[Model, ...]
    policies: tuple[NamedPolicy, ...] = ()
    asked: Claim | None = None
    labels: tuple[tuple[Label, ...], ...] = ()
    state_index: Mapping[str, int] = field(init=False, repr=False, compare=False)
    action_index: Mapping[str, int] = field(init=False, repr=False, compare=False)
    _laws: Laws = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        first = self.models[0]
        for attribute, names in (("state_index", first.states), ("action_index", first.actions)):
            object.__setattr__(self, attribute, MappingProxyType({name: i for i, name in enumerate(names)}))
        object.__setattr__(self, "_laws", {})

    @property
    def claim(self) -> Claim:
        """Return what the result at hand is about."""
        if self.asked is None:
            raise ValueError("there is no result at hand")
        return self.asked

    @property
    def machine(self) -> Machine | None:
        """Return the memory that the question fixes, if it does."""
        return None if self.asked is None else self.asked.setting.machine

    def read_model(self, node: Node) -> int:
        """Return the index of the environment that a text names."""
        return node.index({name: i for i, name in enumerate(self.names)}, "environment of the task")

    def read_step(self, node: Node) -> tuple[int, int]:
        """Return a [state, action] pair that is available in some environment."""
        items = node.items()
        if len(items) != 2:
            node.expected("a pair [state, action]")
        s, a = items[0].index(self.state_index, "state"), items[1].index(self.action_index, "action")
        if not any(a in model.rows[s] for model in self.models):
            node.fail("is not a step: the action is not available in the state")
        return s, a

    def read_trajectory(self, node: Node, model: int) -> Trajectory:
        """Return a sequence of steps, each possible after the one before."""
        steps = tuple(self.read_step(item) for item in node.items())
        rows = self.models[model].rows
        if not steps:
            node.expected("at least one step")
        if any(a not in rows[s] for s, a in steps):
            node.fail("takes an action that is not available")
        if any(all(t != u for u, _ in rows[s][a]) for (s, a), (t, _) in pairwise(steps)):
            node.fail("goes on in a state that its step cannot lead to")
        return steps

    def read_table(self, node: Node, model: int, *, partial: bool = False) -> Table:
        """Return a policy table; with `partial`, states that are left out are free.

        A key "name", unless a state is called so, must be the name of that policy in the task.
        """
        rows = self.models[model].rows
        found: list[Distribution] = [()] * len(rows)
        name = None
        for key, entry in node.entries():
            if key == "name" and key not in self.state_index:
                name = entry
                continue
            s = entry.find(key, self.state_index, "state")
            found[s] = read_distribution(entry, self.action_index, "action", self._laws)
            if any(a not in rows[s] for a, _ in found[s]):
                entry.fail("takes an action that is not available")
        if not (partial or all(found)):
            node.fail("lacks a state: a policy has an entry for each")
        table = tuple(found)
        if name is not None:
            named = (p.table == table for p in self.policies if (p.model, p.name) == (model, name.value))
            if not next(named, False):
                name.fail("is not the name of this policy")
        return table

    def read_terms(self, node: Node) -> tuple[Term, ...]:
        """Return the terms of a certificate."""
        return tuple(map(self._read_term, node.items()))

    def _read_term(self, node: Node) -> Term:
        entry = node.fields("better", "worse", "relation", "weight", "environment", "line")
        model = self.read_model(entry["environment"])
        is_trajectory = isinstance(entry["better"].value, list)
        read = self.read_trajectory if is_trajectory else self.read_table
        return Term(
            model,
            read(entry["better"], model),
            read(entry["worse"], model),
            entry["relation"].choice(Relation),
            entry["weight"].rational(),
            entry["line"].line(),
            is_trajectory,
        )

    def read_numbers(self, node: Node) -> tuple[Fraction, ...]:
        """Return a rational for each state; states that are left out have 0."""
        found = [Fraction(0)] * len(self.state_index)
        for key, entry in node.entries():
            found[entry.find(key, self.state_index, "state")] = entry.rational()
        return tuple(found)

    def read_occupancies(self, node: Node) -> tuple[StateOccupancy, ...]:
        """Return the occupancies that a certificate carries."""
        found = []
        for item in node.items():
            entry = item.fields("environment", "policy", "occupancy")
            model = self.read_model(entry["environment"])
            table = self.read_table(entry["policy"], model)
            found.append(StateOccupancy(model, table, self.read_numbers(entry["occupancy"])))
        return tuple(found)

    def write_policy(self, model: int, table: Table) -> JsonObject:
        """Return a table without its free states, with its name unless a state has the key `name`."""
        found = write_table(self.models[model], table)
        if "name" not in self.state_index:
            name = next((p.name for p in self.policies if p.model == model and p.table == table), None)
            if name is not None:
                found["name"] = name
        return found

    def write_trajectory(self, trajectory: Trajectory) -> list[list[str]]:
        first = self.models[0]
        return [[first.states[s], first.actions[a]] for s, a in trajectory]

    def write_side(self, model: int, side: Table | Trajectory, *, is_trajectory: bool) -> object:
        """Return one side of a term."""
        if is_trajectory:
            return self.write_trajectory(cast(Trajectory, side))
        return self.write_policy(model, cast(Table, side))

    def write_terms(self, terms: Sequence[Term]) -> list[JsonObject]:
        return [
            {
                "better": self.write_side(term.model, term.better, is_trajectory=term.is_trajectory),
                "worse": self.write_side(term.model, term.worse, is_trajectory=term.is_trajectory),
                "relation": term.relation.value,
                "weight": rational_text(term.weight),
                "environment": self.names[term.model],
                "line": term.line,
            }
            for term in terms
        ]

    def write_numbers(self, numbers: Sequence[Fraction]) -> JsonObject:
        states = self.models[0].states
        return {s: rational_text(x) for s, x in zip(states, numbers, strict=True) if x}

    def write_occupancies(self, occupancies: Sequence[StateOccupancy]) -> list[JsonObject]:
        return [
            {
                "environment": self.names[carried.model],
                "policy": self.write_policy(carried.model, carried.table),
                "occupancy": self.write_numbers(carried.occupancy),
            }
            for carried in occupancies
        ]


def read_distribution(node: Node, known: Mapping[str, int], kind: str, laws: Laws) -> Distribution:
    """Return a distribution over names: positive rationals that sum to 1. Equal texts give one object."""
    if not isinstance(node.value, dict):
        node.expected("an object")
    mark = tuple(node.value.items())
    try:
        if mark in laws:
            return laws[mark]
    except TypeError:  # a value that is a list or an object: said below
        pass
    found = []
    for key, entry in node.entries():
        mass = entry.rational()
        if mass <= 0:
            entry.fail("a probability that is given must be positive")
        found.append((entry.find(key, known, kind), mass))
    if sum((mass for _, mass in found), Fraction(0)) != 1:
        node.fail("probabilities must sum to 1")
    law = laws[mark] = tuple(sorted(found))
    return law


def write_distribution(law: Distribution, names: Sequence[str]) -> JsonObject:
    return {names[i]: rational_text(mass) for i, mass in law}


def write_table(model: Model, table: Table) -> JsonObject:
    rows = zip(model.states, table, strict=True)
    return {state: write_distribution(row, model.actions) for state, row in rows if row}
