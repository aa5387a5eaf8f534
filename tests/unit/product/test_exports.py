"""What is written of a product says all of it: read back from each text, it is the product."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from random import Random

import jsonschema
import pytest

import specexpr.product
from specexpr.certify.model import Label
from specexpr.certify.writing import to_text
from specexpr.formalisms import machine, reward
from specexpr.models.environment import Environment
from specexpr.product.document import product_document
from specexpr.product.dot import write_dot
from specexpr.product.drn import write_drn
from specexpr.product.product import Product
from specexpr.testing.examples import model
from specexpr.testing.generators import awkward_names, random_environment

SCHEMA = json.loads((Path(specexpr.product.__path__[0]) / "schema.json").read_text(encoding="utf-8"))


def drawn(seed: int) -> Product:
    """Return the product of a random environment with a random machine, or with a reward."""
    random = Random(seed)
    where = random_environment(random, seed % 7)
    if random.random() < 0.4:
        where = awkward_names(random, where)
    if random.random() < 0.3:
        return reward.product(where, reward.sample(random, where))
    return machine.product(where, machine.sample(random, where))


@pytest.mark.parametrize("seed", range(25))
def test_json_says_all(seed: int) -> None:
    """It keeps its schema, and nodes, laws, rewards and labels can be read off it."""
    product = drawn(seed)
    document = json.loads(to_text(product_document(product, objective="o")))
    jsonschema.validate(document, SCHEMA)
    names = [node["name"] for node in document["nodes"]]
    assert len(set(names)) == len(names)
    index = {name: x for x, name in enumerate(names)}
    memory = document["memory"] or [""]
    nodes = [
        (memory.index(n["memory"] or ""), product.origin.states.index(n["state"])) for n in document["nodes"]
    ]
    assert tuple(nodes) == product.nodes
    rewards = {}
    environment = product.environment
    seen = set()
    for t in document["transitions"]:
        x, a = index[t["node"]], environment.action_index[t["action"]]
        seen.add((x, a))
        assert {index[y]: Fraction(p) for y, p in t["next"].items()} == dict(environment.successors(x, a))
        rewards.update({(x, a, index[y]): Fraction(r) for y, r in t["rewards"].items()})
        assert t["labels"] == [label.name for label in environment.labels if (x, a) in label.pairs]
    assert seen == {(x, a) for x in range(len(names)) for a in environment.available(x)}
    assert rewards == dict(product.rewards)
    assert {index[x]: Fraction(p) for x, p in document["start"].items()} == dict(environment.model.start)


def read_drn(
    text: str,
) -> tuple[dict[str, str], list[tuple[list[str], list[tuple[str, Fraction, dict[int, Fraction]]]]]]:
    """Read a text in DRN: its header, and for each state its labels and its choices."""
    head, body = text.split("@model\n")
    lines = [line for line in head.splitlines() if not line.startswith("//")]
    header = {"@type": lines[0].removeprefix("@type: ")}
    header.update(zip(lines[1::2], lines[2::2], strict=True))
    states: list[tuple[list[str], list[tuple[str, Fraction, dict[int, Fraction]]]]] = []
    for line in body.splitlines():
        if line.startswith("//"):
            continue
        if match := re.fullmatch(r"state (\d+) \[0\](.*)", line):
            assert int(match[1]) == len(states)
            states.append((match[2].split(), []))
        elif match := re.fullmatch(r"\taction (\S+) \[(.+)\]", line):
            states[-1][1].append((match[1], Fraction(match[2]), {}))
        else:
            match = re.fullmatch(r"\t\t(\d+) : (\S+)", line)
            assert match
            states[-1][1][-1][2][int(match[1])] = Fraction(match[2])
    return header, states


@pytest.mark.parametrize("seed", range(25))
def test_drn_says_all(seed: int) -> None:
    """Laws, mean rewards, labels that are words, one initial state; a random start is a state of its own."""
    product = drawn(seed)
    environment = product.environment
    text = write_drn(product, title="t")
    header, states = read_drn(text)
    choices = sum(len(choices) for _, choices in states)
    assert header["@type"] == "MDP"
    assert (int(header["@nr_states"]), int(header["@nr_choices"])) == (len(states), choices)
    is_random = len(environment.model.start) > 1
    assert len(states) == len(product.nodes) + is_random
    assert [x for x, (labels, _) in enumerate(states) if "init" in labels] == (
        [len(product.nodes)] if is_random else [environment.model.start[0][0]]
    )
    if is_random:
        assert states[-1] == (["init"], [("start", Fraction(0), dict(environment.model.start))])
    for x, (labels, found) in enumerate(states[: len(product.nodes)]):
        assert all(re.fullmatch(r"[A-Za-z_]\w*", label) for label in labels)
        assert len(set(labels)) == len(labels)
        assert [(mean, law) for _, mean, law in found] == [
            (product.expected_reward(x, a), dict(environment.successors(x, a)))
            for a in environment.available(x)
        ]
        assert [label in labels for label in ("goal", "push")] == [
            x in mark.states for mark in environment.labels
        ]
    same = [
        frozenset(x for x, (labels, _) in enumerate(states) if word in labels) for word in all_words(states)
    ]
    for u in range(len(product.memory) if product.has_memory else 0):
        nodes = frozenset(x for x, node in enumerate(product.nodes) if node[0] == u)
        assert not nodes or nodes in same


def all_words(states: list[tuple[list[str], list[tuple[str, Fraction, dict[int, Fraction]]]]]) -> set[str]:
    return {label for labels, _ in states for label in labels if label.startswith("memory_")}


def test_drn_renames_what_properties_cannot_say() -> None:
    """Different names stay different, and a comment says what stands for what."""
    rooms = model({"a b": {"x y": "a_b", "x_y": "a b"}, "a_b": {"x_y": "a_b"}}, start="a b")
    labels = (Label("init", frozenset({0})), Label('say "x"', frozenset({1})), Label("0", frozenset({1})))
    text = write_drn(
        reward.product(Environment("e", rooms, labels), reward.Reward(Fraction(1, 2), ())), title="t"
    )
    assert [line for line in text.splitlines() if line.startswith("//")] == [
        "// t",
        "// discount 1/2",
        '// init_2 stands for the label "init"',
        '// say_x_ stands for the label "say \\"x\\""',
        '// _0 stands for the label "0"',
        '// state_a_b stands for the state "a b"',
        '// state_a_b_2 stands for the state "a_b"',
        '// x_y stands for the action "x y"',
        '// x_y_2 stands for the action "x_y"',
    ]
    assert [labels for labels, _ in read_drn(text)[1]] == [
        ["init", "state_a_b", "init_2"],
        ["state_a_b_2", "say_x_", "_0"],
    ]


@pytest.mark.parametrize("seed", range(25))
def test_graphs_can_be_read_and_say_all(seed: int) -> None:
    """Graphviz reads the graph; each transition is an arrow, straight or by way of a dot."""
    from pygraphviz import AGraph

    product = drawn(seed)
    graph = AGraph(string=write_dot(product, title='a "title" \\ of {it}'))
    environment = product.environment
    arrows = {(str(x), str(y)) for x, y in graph.edges()}
    dots = {node for node in map(str, graph.nodes()) if "." in node}
    assert {y for x, y in arrows if x == "start"} == {str(x) for x, _ in environment.model.start}
    for x in range(len(product.nodes)):
        straight = {law[0][0] for law in environment.model.rows[x].values() if len(law) == 1}
        assert {y for z, y in arrows if z == str(x)} - dots == set(map(str, straight))
        branching = {
            frozenset(str(y) for y, _ in law) for law in environment.model.rows[x].values() if len(law) > 1
        }
        mine = {y for z, y in arrows if z == str(x)} & dots
        assert {frozenset(y for z, y in arrows if z == dot) for dot in mine} == branching
