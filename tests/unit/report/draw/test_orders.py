"""Orders and conflicts: greater above lesser, better beside worse."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from specexpr.certify.model import Relation
from specexpr.certify.proofs import FarkasCertificate, Term
from specexpr.comparison.asking import check
from specexpr.diagnostics import SpecError
from specexpr.document import loads
from specexpr.expressivity.verdict import Inexpressible
from specexpr.report.draw import conflict_svg, hasse_svg
from specexpr.report.draw.conflicts import MOST_ROWS, conflict_picture
from specexpr.report.draw.orders import covering, hasse_picture
from specexpr.report.draw.palette import Ink
from specexpr.report.draw.picture import Curve
from specexpr.report.draw.svg import svg_text
from specexpr.report.draw.tasks import task_picture
from tests.unit.report.draw.reading import is_inside, said, texts, words

DOCUMENT = loads("""
discount 9/10
environment memory {
  states s0 z w; actions 0 1; start s0
  s0 / * -> z; z / * -> w; w / 0 -> w
}
policy p00 in memory { * -> 0 }
policy p01 in memory { s0 -> 0; z -> 1; w -> 0 }
policy p10 in memory { s0 -> 1; z -> 0; w -> 0 }
policy p11 in memory { s0 -> 1; z -> 1; w -> 0 }
task same in memory { p00 > p10; p11 > p01 }
task chain in memory { p00 > p01 >= p10 ~ p11 }
task circle in memory { p00 >= p01; p01 >= p00; p01 > p11 }
task good in memory { accept p00 p11 }
task listed in memory { accept equally p00 p11 over p01 p10 }
task walks in memory { trajectories (s0 0 z 0) > (s0 1 z 1) }
task walking in memory { trajectories (s0 0 z 0) > (s0 1 z 0); trajectories (s0 1 z 1) > (s0 0 z 1) }
""")


def reached(edges: list[tuple[int, int]], count: int) -> set[tuple[int, int]]:
    """Return the pairs between which edges lead."""
    found = set(edges)
    for k, i, j in product(range(count), repeat=3):
        if (i, k) in found and (k, j) in found:
            found.add((i, j))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_covering_edges_say_all_and_no_more(seed: int) -> None:
    """They lead wherever the others do, and without any one of them they do not."""
    random = Random(seed)
    count = random.randint(1, 7)
    order = random.sample(range(count), count)
    edges = [(order[i], order[j]) for i in range(count) for j in range(i + 1, count) if random.random() < 0.5]
    kept = covering(count, edges)
    whole = reached(edges, count)
    assert reached(kept, count) == whole
    for edge in kept:
        assert reached([one for one in kept if one != edge], count) != whole


def test_an_order_has_no_cycle() -> None:
    """Which is a mistake of the caller."""
    with pytest.raises(ValueError, match="cycle"):
        covering(2, [(0, 1), (1, 0)])


@pytest.mark.parametrize("seed", range(5))
def test_greater_stands_above_lesser(seed: int) -> None:
    """In the picture of any order."""
    random = Random(seed)
    edges = [(i, j) for i in range(6) for j in range(i + 1, 6) if random.random() < 0.4]
    picture = hasse_picture([[f"p{i}"] for i in range(6)], edges)
    height = {said(text): text.at[1] for group in picture.groups for text in texts(group)}
    assert len(height) == 6
    assert all(height[f"p{i}"] < height[f"p{j}"] for i, j in edges)


def test_ties_share_a_box_and_doubtful_lines_are_dashed() -> None:
    """Names that are tied stand in a row; of many some are counted."""
    svg = hasse_svg(
        [["a", "b"], ["c"], [f"x{i}" for i in range(20)]], [(0, 1), (1, 2), (0, 2)], weak=[(0, 1)]
    )
    assert words(svg)[:2] == ["a ~ b", "c"]
    assert "and 8 more" in words(svg)[-1]
    assert svg.count("stroke-dasharray") == 1
    with pytest.raises(SpecError, match="a graph may have 400"):
        hasse_svg([[str(i)] for i in range(401)], [])


@pytest.mark.parametrize(
    ("name", "boxes", "lines", "dashed"),
    [
        ("chain", ["p00", "p01", "p10 ~ p11"], 2, 1),
        ("circle", ["p00 ~ p01", "p11"], 1, 0),
        ("good", ["every other deterministic policy", "p00", "p11"], 2, 0),
        ("listed", ["p00 ~ p11", "p01", "p10"], 2, 0),
        ("walks", ["(s0 0 z 0)", "(s0 1 z 1)"], 1, 0),
    ],
)
def test_what_a_task_asks_for(name: str, boxes: list[str], lines: int, dashed: int) -> None:
    """Chains, ties that follow, acceptable sets, trajectories."""
    picture = task_picture(DOCUMENT.task(name))
    svg = svg_text(picture)
    assert sorted(words(svg)) == boxes
    arrows = [
        group for group in picture.groups if len(group.shapes) == 1 and isinstance(group.shapes[0], Curve)
    ]
    assert (len(arrows), svg.count("stroke-dasharray")) == (lines, dashed)


def conflict_of(name: str) -> tuple[Term, ...]:
    """Return the terms of the conflict in a task."""
    verdict = check(DOCUMENT.task(name), "mr")
    assert isinstance(verdict, Inexpressible)
    assert isinstance(verdict.certificate.proof, FarkasCertificate)
    return verdict.certificate.proof.terms


def test_a_conflict_shows_both_sides_of_each_constraint() -> None:
    """With names, weights, what they take, and a mark where they differ."""
    terms = conflict_of("same")
    assert len(terms) == 2
    picture = conflict_picture(DOCUMENT.task("same"), terms)
    assert is_inside(picture)
    found = words(svg_text(picture))
    assert [word for word in found if word in ("p00", "p01", "p10", "p11")] == ["p00", "p10", "p11", "p01"]
    assert (found.count("1/2 \u00d7"), found.count(">"), found.count("better than")) == (2, 2, 2)
    assert "where the two sides differ" in found
    assert picture.description.count(" > ") == 2
    left, right = (
        {said(text): text.at[0] for group in picture.groups for text in texts(group)}[name]
        for name in ("p00", "p10")
    )
    assert left < right


def test_trajectories_are_numbered_steps() -> None:
    """Each step that is taken says when."""
    task = DOCUMENT.task("walking")
    found = words(conflict_svg(task, conflict_of("walking")))
    assert found.count("(s0 0 z 0)") == 1
    assert any(word.startswith("0 (1)") for word in found)
    assert any(word.startswith("1 (2)") for word in found)


def test_of_many_constraints_the_heaviest_are_drawn() -> None:
    """The others are counted."""
    task = DOCUMENT.task("same")
    (one, _) = conflict_of("same")
    terms = [Term(0, one.better, one.worse, Relation.WEAK, Fraction(k)) for k in range(1, MOST_ROWS + 3)]
    found = words(conflict_svg(task, terms))
    weights = [word for word in found if word.endswith("\u00d7")]
    assert weights == [f"{k} \u00d7" for k in range(MOST_ROWS + 2, 2, -1)]
    assert "and 2 more constraints" in found
    assert found.count("\u2265") == MOST_ROWS


def test_differing_states_are_marked_on_both_sides() -> None:
    """Two policies that differ in one state have two marks, and the legend one."""
    terms = conflict_of("same")[:1]
    differing = sum(one != other for one, other in zip(terms[0].better, terms[0].worse, strict=True))
    svg = conflict_svg(DOCUMENT.task("same"), terms)
    assert svg.count(f's-{Ink.MARK}"') == 2 * differing + 1
