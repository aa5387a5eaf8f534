"""Graphs show what there is: names, labels, actions, probabilities, what is paid, what stands out."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from specexpr.certify.model import Label
from specexpr.diagnostics import SpecError
from specexpr.formalisms import machine, reward
from specexpr.models.environment import Environment
from specexpr.product.dot import write_dot
from specexpr.report.draw.graphs import MOST_DRAWN, product_picture
from specexpr.report.draw.svg import svg_text
from specexpr.testing.examples import model


def words(svg: str) -> list[str]:
    """Return the texts of an SVG, each a line of a label."""
    root = ET.fromstring(svg)
    return ["".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")]


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
