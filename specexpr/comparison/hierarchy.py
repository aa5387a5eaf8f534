"""Which of the 17 formalisms of Subramani et al. express whatever which others do: classes and edges.

X covers Y if in every environment every order of all stationary policies that a specification of Y gives is
given by one of X. The relation is what the manifests declare (`within`), closed; nothing is listed twice.
Formalisms that cover each other are a class. An edge leads from a class to a next stronger one.

On *finite* tasks more is covered: FINITE says what, and why. So of the pairs in which X does not cover Y some
are told apart by a finite task, and the others by none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from specexpr.comparison.cheapest import covers

SEVENTEEN = (
    *("mr", "lar", "ltl", "rm", "inmr", "imorl", "ftr", "rrl", "onmr"),
    *("omorl", "fomr", "ftlr", "fpr", "gomorl", "omo", "tlo", "po"),
)
"""The ids of the formalisms, as the paper abbreviates them."""

SOURCE = (
    "Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: "
    "On the Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024)"
)


@dataclass(frozen=True, slots=True)
class FormalismClass:
    """Formalisms that express the same, by their ids; the last one names the class."""

    members: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.members[-1]


@dataclass(frozen=True, slots=True)
class Edge:
    """Whatever the lower class expresses the upper one does, and no class lies between; a theorem.

    `argument` says why, of one member of each.
    """

    lower: FormalismClass
    upper: FormalismClass
    argument: str


@dataclass(frozen=True, slots=True)
class FiniteInclusion:
    """On finitely many policies the upper formalism expresses what the lower one does; a theorem."""

    lower: str
    upper: str
    argument: str


ARGUMENTS: Mapping[tuple[str, str], str] = {
    ("mr", "rm"): "a reward is a machine with one state",
    ("mr", "rrl"): "with a regulariser that is 0 the value is that of the reward",
    ("mr", "onmr"): "take the identity for f",
    ("rm", "ftr"): "take for f what the machine pays along the trajectory, discounted",
    ("ltl", "ftr"): "take for f the indicator of the trajectories that satisfy the formula",
    ("lar", "ftr"): "take for f the limit of the mean reward, which exists almost surely; being bounded, its "
    "mean is the limit of the means",
    ("inmr", "imorl"): "one reward is a list of rewards",
    ("imorl", "ftr"): "the returns are functions of the trajectory",
    ("ftr", "inmr"): "number the steps 0 to m - 1, reward each with its number and take g = 1/(m + 1): the "
    "return tells the trajectory, and f may read it off",
    ("ftr", "ftlr"): "the mean of f is a function of the law of the trajectory",
    ("rrl", "fomr"): "where a state is visited its occupancies tell the law of actions, elsewhere it does "
    "not count: the value is a function of the occupancies",
    ("onmr", "omorl"): "one reward is a list of rewards",
    ("omorl", "fomr"): "the means of the returns are functions of the occupancies",
    ("fomr", "ftlr"): "the occupancies are functions of the law of the trajectory",
    ("ftlr", "omorl"): "take a reward for each step that pays 1 there: the means of the returns are the "
    "occupancies, which tell what the policy does where it goes, hence the law of the trajectory",
    ("ftlr", "fpr"): "the law of the trajectory is a function of the policy",
    ("ftlr", "tlo"): "order the laws by their values",
    ("gomorl", "omo"): "the means of the returns are functions of the occupancies, order these accordingly",
    ("omo", "tlo"): "the occupancies are functions of the law of the trajectory, order these accordingly",
    ("tlo", "gomorl"): "with a reward for each step that pays 1 there the means tell the law, order them "
    "accordingly",
    ("fpr", "po"): "order the policies by their values",
    ("tlo", "po"): "order the policies by the laws of their trajectories",
}
"""Why the second formalism covers the first: every edge, and a circle through each class."""

FINITE = (
    FiniteInclusion(
        "ftr",
        "rm",
        "the laws of finitely many policies are told apart by finitely many words; a machine that reads as "
        "far as these pays on each what f weighs it with, at any discount",
    ),
    FiniteInclusion(
        "tlo",
        "onmr",
        "under a generic reward finitely many policies have one return only if they behave alike; f is a "
        "table",
    ),
    FiniteInclusion("po", "fpr", "f is a table that numbers the levels of the order"),
)


def is_covered(lower: str, upper: str) -> bool:
    """Say whether the upper formalism covers the lower one, as the manifests declare it."""
    return upper in covers().get(lower, frozenset())


def is_covered_on_finite_tasks(lower: str, upper: str) -> bool:
    """Say whether the upper formalism expresses every finite task that the lower one does."""
    reached = [lower]
    for one in reached:
        known = covers().get(one, frozenset())
        known = known | {more.upper for more in FINITE if more.lower in known}
        reached += sorted(known.difference(reached))
    return upper in reached


def classes() -> tuple[FormalismClass, ...]:
    """Return the classes, each behind those that it covers."""
    found = (set(members) for _, members in _condensed().nodes(data="members"))
    named = [FormalismClass(tuple(one for one in SEVENTEEN if one in members)) for members in found]
    return tuple(sorted(named, key=_place))


def _condensed() -> nx.DiGraph:
    """Return the graph of the classes: each leads to all that cover it."""
    relation = nx.DiGraph((x, y) for x in SEVENTEEN for y in SEVENTEEN if is_covered(x, y))
    return nx.condensation(relation)


def _place(one: FormalismClass) -> tuple[int, int]:
    below = sum(is_covered(other, one.name) for other in SEVENTEEN)
    return below, SEVENTEEN.index(one.members[0])


def edges() -> tuple[Edge, ...]:
    """Return the edges of the Hasse diagram, from below."""
    known = classes()
    graph = _condensed()
    number = {one: graph.graph["mapping"][one.name] for one in known}
    least = nx.transitive_reduction(graph)
    return tuple(
        Edge(lower, upper, _argument(lower, upper))
        for lower in known
        for upper in known
        if least.has_edge(number[lower], number[upper])
    )


def _argument(lower: FormalismClass, upper: FormalismClass) -> str:
    return next(
        why for pair, why in ARGUMENTS.items() if pair[0] in lower.members and pair[1] in upper.members
    )


def inclusions(lower: str, upper: str) -> tuple[tuple[str, str], ...]:
    """Return inclusions with an argument that lead from a formalism to one that covers it, as few as do."""
    way = nx.shortest_path(nx.DiGraph(list(ARGUMENTS)), lower, upper)
    return tuple(pairwise(way))
