"""The search finds every finite separation of the atlas again, smallest, irreducible and proved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from specexpr.comparison import search as module
from specexpr.comparison import value_spaces
from specexpr.comparison.asking import check
from specexpr.comparison.hierarchy import classes, is_covered, is_covered_on_finite_tasks
from specexpr.comparison.search import Bounds, Search, impossible, search, searchable, sizes, within
from specexpr.diagnostics import SpecError
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible
from specexpr.formalism import formalisms

NAMES = [one.name for one in classes()]


def weakest() -> list[tuple[str, str]]:
    """Return for each class the weakest ones that finite tasks tell from it: the others follow."""
    pairs = []
    for lacks in NAMES:
        beyond = [one for one in NAMES if not is_covered_on_finite_tasks(one, lacks)]
        pairs += [
            (one, lacks)
            for one in beyond
            if not any(other != one and is_covered(other, one) for other in beyond)
        ]
    return pairs


def found(expresses: str, lacks: str, bounds: Bounds | None = None) -> Search:
    return search(formalisms()[expresses], formalisms()[lacks], bounds or Bounds())


@pytest.mark.parametrize(("expresses", "lacks"), weakest())
def test_every_separation_is_found_again(expresses: str, lacks: str) -> None:
    """Within the bounds by default; the document says the same when it is read again."""
    outcome = found(expresses, lacks)
    assert outcome.found is not None
    task = loads(outcome.found.document.source.text).task("separating")
    assert isinstance(check(task, expresses), Expressible)
    assert isinstance(check(task, lacks), Inexpressible)
    last = outcome.stages[-1]
    model = task.environments[0].model
    assert (len(model.states), len(model.actions)) == (last.states, last.actions)
    assert len(task.policies) <= last.policies
    assert all(stage.is_complete for stage in outcome.stages[:-1])


@pytest.mark.parametrize(
    ("expresses", "lacks"), [("rm", "mr"), ("lar", "rrl"), ("mr", "ltl"), ("onmr", "ftr")]
)
def test_no_constraint_can_be_dropped(expresses: str, lacks: str) -> None:
    """Without one of them the second formalism expresses the rest."""
    outcome = found(expresses, lacks)
    assert outcome.found is not None
    (task,) = outcome.found.document.tasks
    for k in range(len(task.constraints)):
        fewer = replace(task, constraints=task.constraints[:k] + task.constraints[k + 1 :])
        assert not fewer.constraints or isinstance(check(fewer, lacks), Expressible)


def test_memory_is_found_among_deterministic_policies() -> None:
    """With two states and no chance: four policies, and d(aa) + d(bb) = d(ab) + d(ba) at every discount."""
    outcome = found("ltl", "mr", Bounds(denominator=1))
    assert outcome.found is not None
    (task,) = outcome.found.document.tasks
    assert len(task.environments[0].states) == 2
    assert len(task.policies) == 4
    assert outcome.stages[-1].denominator == 1


@pytest.mark.parametrize(
    ("expresses", "lacks", "bounds"),
    [
        ("mr", "lar", Bounds(2, 2, 2, 1)),
        ("lar", "mr", Bounds(2, 2, 3, 1)),
        ("rrl", "mr", Bounds(1, 2, 3, 2)),
        ("fpr", "tlo", Bounds(2, 2, 2, 1)),
        ("lar", "ltl", Bounds(1, 3, 3, 1)),
    ],
)
def test_what_is_passed_over_cannot_separate(
    monkeypatch: pytest.MonkeyPatch, expresses: str, lacks: str, bounds: Bounds
) -> None:
    """Deciding every order of every set finds a separation at the same size, or none."""
    quick = found(expresses, lacks, bounds)
    monkeypatch.setattr(module, "surely", lambda name: None)
    monkeypatch.setattr(module, "at_most", lambda name: value_spaces._of_tables)
    slow = found(expresses, lacks, bounds)
    assert (quick.found is None) == (slow.found is None)
    sizes = [(s.states, s.actions, s.denominator, s.policies) for s in quick.stages]
    assert sizes == [(s.states, s.actions, s.denominator, s.policies) for s in slow.stages]
    assert sum(s.orders for s in quick.stages) <= sum(s.orders for s in slow.stages)


def test_an_exhausted_search_says_so() -> None:
    """Each size within the bounds was gone through."""
    bounds = Bounds(1, 2, 3, 1)
    outcome = found("rrl", "rm", bounds)
    assert outcome.found is None
    assert outcome.is_exhaustive
    assert [stage.policies for stage in outcome.stages] == [2, 3]
    assert len(list(sizes(bounds))) == 2


def test_time_runs_out() -> None:
    """Then the search is not exhaustive, and stops."""
    outcome = search(formalisms()["lar"], formalisms()["rrl"], Bounds(3, 2, 4, 2), timeout=1e-6)
    assert outcome.found is None
    assert not outcome.is_exhaustive
    assert len(outcome.stages) == 1


def test_what_is_impossible_is_not_searched() -> None:
    """An inclusion, and what no finite task shows."""
    assert found("mr", "rm").stages == ()
    assert found("mr", "rm").is_exhaustive
    for expresses in NAMES:
        for lacks in NAMES:
            assert (impossible(expresses, lacks) is None) == ((expresses, lacks) in separable())
    why = impossible("ltl", "rm")
    assert why is not None
    assert why.startswith("on finitely many policies")


def separable() -> set[tuple[str, str]]:
    return {(a, b) for a in NAMES for b in NAMES if not is_covered_on_finite_tasks(a, b)}


def test_bounds_and_formalisms_that_make_no_sense() -> None:
    """Each is named; what is not given is as by default."""
    assert within({"states": 3}) == Bounds(states=3)
    with pytest.raises(SpecError) as refused:
        within({"states": 9, "policies": 1})
    assert [one.message for one in refused.value.diagnostics] == [
        "--states must be from 1 to 6, 9 is not",
        "--policies must be from 2 to 6, 1 is not",
    ]
    assert [one.id for one in searchable(["reward", "rm"])] == ["mr", "rm"]
    for names, message in (
        (["horizon", "mr"], "horizon cannot be asked in a search: it needs a horizon"),
        (["mr", "automaton"], "automaton cannot be asked in a search: it needs a way to decide tasks"),
        (["mr", "reward"], "a search needs two formalisms, mr is one"),
    ):
        with pytest.raises(SpecError) as refused:
            searchable(names)
        assert [one.message for one in refused.value.diagnostics] == [message]
    with pytest.raises(SpecError, match="there is no formalism"):
        searchable(["mr", "nothing"])
