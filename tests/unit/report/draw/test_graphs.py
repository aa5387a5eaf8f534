"""Graphs show what there is: names, labels, actions, probabilities, what is paid, what stands out."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.model import Label
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import SpecError
from specexpr.formalisms import machine, reward
from specexpr.models.environment import Environment
from specexpr.product.dot import write_dot
from specexpr.report.draw import environment_svg
from specexpr.report.draw.environments import environment_picture
from specexpr.report.draw.graphs import MOST_DRAWN, product_picture
from specexpr.report.draw.palette import Ink
from specexpr.report.draw.picture import Curve
from specexpr.report.draw.svg import svg_text
from specexpr.syntax.names import clipped
from specexpr.testing.examples import model
from specexpr.testing.generators import awkward_names, random_environment
from tests.unit.report.draw.reading import is_inside, titles, words


def test_a_product_shows_names_and_rewards() -> None:
    """Its texts are the names, the labels, the actions, the probabilities and the rewards."""
    rooms = model(
        {"s & t": {"go": {"s & t": "1/3", "u": "2/3"}, "stay": "s & t"}, "u": {"stay": "u"}}, start="s & t"
    )
    where = Environment(
        "e", rooms, (Label("<goal>", frozenset({1})), Label("push", pairs=frozenset({(0, 0)})))
    )
    spec = machine.reward_machine(
        "m0",
        [("m0", "m1", machine.At(1), Fraction(-3, 2)), ("m0", "m0", machine.Do(0), Fraction(7))],
        discount=Fraction(1, 2),
        otherwise=(None, Fraction(0)),
    )
    found = words(svg_text(product_picture(machine.product(where, spec), title="t")))
    expected = ["m0, s & t", "m0, u", "m1, u", "<goal>", "<goal>", "go [push] : 7", "1/3", "2/3"]
    assert sorted(found) == sorted([*expected, "stay", "stay : -3/2", "stay"])


def test_a_picture_that_nobody_could_read_is_refused() -> None:
    """Beyond some hundred arrows; the limit is stated."""
    names = [f"s{i}" for i in range(MOST_DRAWN)]
    ring = model({name: {"a": names[i - 1]} for i, name in enumerate(names)}, start="s0")
    product = reward.product(Environment("e", ring), reward.Reward(Fraction(1, 2), ()))
    with pytest.raises(SpecError) as caught:
        product_picture(product, title="t")
    assert [d.id for d in caught.value.diagnostics] == ["too-large-to-draw"]
    assert f"may have {MOST_DRAWN}" in caught.value.diagnostics[0].message
    assert write_dot(product, title="t").count(" -> ") == MOST_DRAWN + 1


ROOMS = Environment(
    "rooms",
    model(
        {"s0": {"left": "s0", "right": {"s1": "9/10", "s0": "1/10"}}, "s1": {"left": "s1", "right": "s1"}},
        start={"s0": "1/3", "s1": "2/3"},
    ),
    (Label("goal", frozenset({1})), Label("push", pairs=frozenset({(0, 1)}))),
)
HALF = ((0, Fraction(1, 2)), (1, Fraction(1, 2)))


def test_an_environment_shows_all_that_it_is() -> None:
    """States, labels, actions, probabilities, those of the start, too."""
    svg = environment_svg(ROOMS)
    expected = ["s0", "s1", "goal", "left", "right [push]", "9/10", "1/10", "left, right", "1/3", "2/3"]
    assert sorted(words(svg)) == sorted(expected)
    assert titles(svg) == ["s0", "s1: goal"]


def strokes(environment: Environment, ink: Ink, **drawn: object) -> list[float]:
    """Return the widths of the arrows of a colour."""
    groups = environment_picture(environment, **drawn).groups  # type: ignore[arg-type]
    shapes = (shape for group in groups for shape in group.shapes if isinstance(shape, Curve))
    looks = (shape.stroke for shape in shapes if shape.fill is None)
    return sorted(stroke.width for stroke in looks if stroke is not None and stroke.ink is ink)


def test_a_policy_stands_out_by_its_probabilities() -> None:
    """Arrows that are taken are wide as they are likely, others grey; fractions stand after the names."""
    table = (HALF, ((1, Fraction(1)),))
    found = words(environment_svg(ROOMS, policy=table))
    assert {"left (1/2)", "right (1/2) [push]", "left", "right"} <= set(found)
    assert strokes(ROOMS, Ink.TAKEN, policy=table) == [2.4, 2.4, 2.4, 2.4, 3.4]
    sure = (((0, Fraction(1)),), ((0, Fraction(1)),))
    assert len(strokes(ROOMS, Ink.PALE, policy=sure)) == 3
    assert strokes(ROOMS, Ink.PALE) == []


def test_states_that_a_policy_never_reaches_are_dashed() -> None:
    """Where it cannot come its actions say nothing."""
    line = Environment("line", model({"a": {"x": "a", "y": "b"}, "b": {"x": "b"}}, start="a"))

    def dashed(action: int) -> int:
        svg = environment_svg(line, policy=(((action, Fraction(1)),), ((0, Fraction(1)),)))
        return svg.count("stroke-dasharray")

    assert dashed(1) == 0
    assert dashed(0) == 2


def test_rewards_stand_where_they_are_paid() -> None:
    """On the action, or on the step that pays; both add up there."""
    entries = [RewardEntry(0, 1, None, Fraction(-1)), RewardEntry(1, 0, None, Fraction(5, 2))]
    assert {"right [push] : -1", "9/10", "1/10", "left : 5/2"} <= set(
        words(environment_svg(ROOMS, reward=entries))
    )
    entries.append(RewardEntry(0, 1, 1, Fraction(3)))
    found = set(words(environment_svg(ROOMS, reward=entries)))
    assert {"right [push]", "9/10 : 2", "1/10 : -1"} <= found
    long = [RewardEntry(0, 0, None, Fraction(10**12 + 1, 10**12 + 39))]
    assert "left : 0.999999..." in words(environment_svg(ROOMS, reward=long))


def test_what_is_pointed_at_is_marked() -> None:
    """A state by its border, an action by its arrow."""
    assert strokes(ROOMS, Ink.MARK) == []
    assert strokes(ROOMS, Ink.MARK, highlight=((0, 0),)) == [2.5]
    assert environment_svg(ROOMS, highlight=(1,)).count('s-mark"') == 1


@pytest.mark.parametrize("seed", range(30))
def test_everything_is_on_the_picture(seed: int) -> None:
    """Whatever names there are, it is XML, nothing is cut off at the edges, and each state is there."""
    random = Random(seed)
    where = awkward_names(random, random_environment(random, seed % 9))
    policy = tuple(tuple((a, Fraction(1, len(row))) for a in row) for row in where.model.rows)
    for drawn in (None, policy):
        picture = environment_picture(where, policy=drawn)
        assert is_inside(picture)
        told = [title.split(":")[0] for title in titles(svg_text(picture))]
        assert len(told) == len(where.states)
    found = words(svg_text(picture))
    assert all(escaped(name) in found for name in where.states)


def escaped(name: str) -> str:
    """Return a name as it is shown."""
    return clipped(name).strip()


def test_large_environments_that_are_no_grids_are_refused() -> None:
    """With the number that a graph may have, and what to do."""
    names = [f"s{i}" for i in range(1000)]
    ring = model({name: {"a": names[i - 1]} for i, name in enumerate(names)}, start="s0")
    with pytest.raises(SpecError) as caught:
        environment_svg(Environment("ring", ring))
    (found,) = caught.value.diagnostics
    assert found.id == "too-large-to-draw"
    assert '"ring" has 1000 states and 1000 transitions' in found.message
    assert "400" in found.message
    assert "r0_c0" in (found.help or "")
