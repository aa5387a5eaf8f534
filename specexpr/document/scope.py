"""What a document declares while it is being read: each name with its value, or with None if it is broken."""

from __future__ import annotations

from dataclasses import dataclass, field

from specexpr.certify.model import Table
from specexpr.diagnostics import Span
from specexpr.expressivity.task import Objective
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


@dataclass(frozen=True, slots=True)
class Draft:
    """An environment as far as it could be read; rows that are wrong are filled in unless it is `sound`."""

    environment: Environment
    sound: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """What an `in NAME` names: one environment, or the members of a family in the first one's order.

    `drafts` are the members as they are declared, `environments` the same with states, actions and labels
    in the order of the first.
    """

    name: str
    drafts: tuple[Draft, ...]
    environments: tuple[Environment, ...]
    is_family: bool


@dataclass(slots=True)
class Declarations:
    """Everything declared so far; None stands for what is wrong, so that to use it is no second mistake."""

    scopes: dict[str, Scope | None] = field(default_factory=dict)
    policies: dict[tuple[str, str], Policy | None] = field(default_factory=dict)
    objectives: dict[tuple[str, str], Objective | None] = field(default_factory=dict)
    places: dict[tuple[str, ...], Span] = field(default_factory=dict)

    def policies_in(self, environment: str) -> tuple[str, ...]:
        """Return the names of the policies of an environment."""
        return tuple(name for scope, name in self.policies if scope == environment)

    def objectives_in(self, environment: str) -> tuple[str, ...]:
        """Return the names of the objectives of an environment."""
        return tuple(name for scope, name in self.objectives if scope == environment)


def reordered_table(table: Table, old: Environment, new: Environment) -> Table:
    """Return a policy of one environment for another that has the same names in another order."""
    if old.states == new.states and old.actions == new.actions:
        return table
    to = [new.action_index[action] for action in old.actions]
    rows = (table[old.state_index[state]] for state in new.states)
    return tuple(tuple(sorted((to[a], p) for a, p in row)) for row in rows)
