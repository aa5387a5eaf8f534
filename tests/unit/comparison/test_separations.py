"""The shipped cases are those of the case studies, under names of their own, and ask at an open discount."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from specexpr.certify.model import PolicyConstraint, Relation, Table
from specexpr.comparison.separations import cases, cases_document, task_line
from specexpr.document import load
from specexpr.expressivity.task import Task

STUDIES = Path(__file__).parents[3] / "case_studies"
SAME = {
    "same": ("memory", "ranked"),
    "ladder": ("three_levels", "ranked"),
    "coin": ("one_shot", "mixed"),
    "more": ("one_shot", "ordered"),
    "intent": ("unreachable", "intent"),
    "ever": ("transience", "ever"),
}


def asked(task: Task) -> set[tuple[Table, Table, Relation]]:
    """Return what a task asks, but for ties of two ties."""
    return {(c.better, c.worse, c.relation) for c in task.constraints if isinstance(c, PolicyConstraint)}


def tasks() -> Mapping[str, Task]:
    return {case.task.name: case.task for case in cases()}


@pytest.mark.parametrize("name", SAME)
def test_a_case_is_that_of_its_study(name: str) -> None:
    """Environment and constraints agree."""
    study, other = SAME[name]
    published = load(STUDIES / study / f"{study}.spex").task(other)
    task = tasks()[name]
    assert task.environments[0].model == published.environments[0].model
    assert asked(task) == asked(published)


def test_the_order_by_reachability_is_that_of_its_study() -> None:
    """There it is induced by an objective, here it is written out."""
    published = load(STUDIES / "discontinuity" / "discontinuity.spex").task("reach")
    task = tasks()["through"]
    assert task.environments[0].model == published.environments[0].model
    named = {policy.name: policy.table for _, policy in published.policies}
    assert named == {policy.name: policy.table for _, policy in task.policies}
    levels = [{"stay"}, {"seldom", "often", "leave"}, {"both"}]
    for constraint in published.constraints:
        assert isinstance(constraint, PolicyConstraint)
        (high,) = [k for k, some in enumerate(levels) if constraint.better in [named[n] for n in some]]
        (low,) = [k for k, some in enumerate(levels) if constraint.worse in [named[n] for n in some]]
        assert (constraint.relation is Relation.TIE) == (high == low)
        assert constraint.relation is Relation.TIE or high > low


def test_every_task_is_one_of_these() -> None:
    """Cases are numbered, and no discount is fixed."""
    assert [case.name for case in cases()] == [f"C{k}" for k in range(1, 8)]
    assert set(tasks()) == {*SAME, "through"}
    assert all(case.task.options.discount is None for case in cases())
    assert cases_document().options.discount is None


def test_a_case_says_what_it_is_about() -> None:
    """The comments above the environment and the task; and the line that declares the task."""
    case = cases()[0]
    assert case.about == "Act in s0, then in z, then rest. Take the same action twice."
    assert task_line(case.task) == "task same in memory { p00 > p01; p00 > p10; p11 > p01; p11 > p10 }"
