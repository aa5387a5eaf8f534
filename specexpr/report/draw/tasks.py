"""The order that a task asks for, as a Hasse diagram: what is to be worth more stands higher."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import pairwise

from specexpr.certify.model import AcceptableSet, Acceptance, PolicyConstraint, Relation
from specexpr.expressivity.naming import Names
from specexpr.expressivity.task import Task
from specexpr.product.tables import components
from specexpr.report.draw.orders import hasse_picture
from specexpr.report.draw.picture import Picture

_Pair = tuple[int, int, Relation]
"""Better, worse, and how much so; both by number."""


def task_picture(task: Task) -> Picture:
    """Return what a task asks for: ties stand together, a dashed line may be a tie, too.

    Raises SpecError (`too-large-to-draw`) where it asks for too much.
    """
    asked = _Asked(task)
    pairs = [*asked.constraints(), *(pair for accept in task.acceptable for pair in asked.accepted(accept))]
    below: dict[int, list[int]] = {i: [] for i in range(len(asked.names))}
    for better, worse, relation in pairs:
        below[better].append(worse)
        if relation is Relation.TIE:
            below[worse].append(better)
    component = components(below, *below)
    classes: list[list[str]] = [[] for _ in {*component.values()}]
    for i, name in enumerate(asked.names):
        classes[component[i]].append(name)
    edges = {(component[i], component[j]): None for i, row in below.items() for j in row}
    strict = {(component[i], component[j]) for i, j, relation in pairs if relation is Relation.STRICT}
    kept = [edge for edge in edges if edge[0] != edge[1]]
    weak = [edge for edge in kept if edge not in strict]
    said = "The order that the task asks for: greater ones stand above lesser ones."
    return hasse_picture(classes, kept, weak=weak, title=task.name, description=said)


class _Asked:
    """The sides of a task's constraints, numbered as they occur."""

    def __init__(self, task: Task) -> None:
        self.names: list[str] = []
        self._task = task
        self._words = Names(task)
        self._number: dict[Hashable, int] = {}

    def _side(self, key: Hashable, name: str) -> int:
        i = self._number.setdefault(key, len(self.names))
        if i == len(self.names):
            self.names.append(name)
        return i

    def constraints(self) -> Iterator[_Pair]:
        """Yield what single constraints ask for."""
        for one in self._task.constraints:
            is_walk = not isinstance(one, PolicyConstraint)
            better, worse = (
                self._side((one.model, side), self._words(one.model, side, is_trajectory=is_walk))
                for side in (one.better, one.worse)
            )
            yield better, worse, one.relation

    def accepted(self, accept: AcceptableSet) -> Iterator[_Pair]:
        """Yield what an acceptable set asks for; all that is not listed has one place."""
        model = accept.model
        good = [self._side((model, table), self._words(model, table)) for table in accept.good]
        if accept.over is None:
            place = self._words.place(model)
            name = f"every other deterministic policy {place}".rstrip()
            bad = [self._side((model, None), name)]
        else:
            others = (table for table in accept.over if table not in accept.good)
            bad = [self._side((model, table), self._words(model, table)) for table in others]
        yield from ((i, j, Relation.STRICT) for i in good for j in bad)
        if accept.acceptance is Acceptance.EQUAL:
            yield from ((i, j, Relation.TIE) for i, j in pairwise(good))
