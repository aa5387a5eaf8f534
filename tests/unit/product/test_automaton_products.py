"""What is written of the product with an automaton says all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import jsonschema
import pytest

import specexpr.product
from specexpr.certify.writing import to_text
from specexpr.formalisms import automaton, ltlf
from specexpr.product.acceptance import accepts
from specexpr.product.components import accepting_components, shown
from specexpr.product.document import product_document
from specexpr.product.dot import write_dot
from specexpr.product.drn import write_drn
from specexpr.product.formulas import formula_property
from specexpr.product.hoa import read_acceptance
from specexpr.product.optimal import property_product
from specexpr.product.product import Product
from specexpr.product.traces import terminal_states
from specexpr.syntax.formulas import random_formula
from specexpr.testing.generators import random_environment

SCHEMA = json.loads((Path(specexpr.product.__path__[0]) / "schema.json").read_text(encoding="utf-8"))


def drawn(seed: int) -> Product:
    """Return a product with an automaton, a formula, or a formula on traces."""
    random = Random(seed)
    where = random_environment(random, seed % 8)
    if seed % 3 == 0:
        return automaton.product(where, automaton.sample(random, where))
    formula = random_formula(random, where, size=random.randint(1, 4))
    if seed % 3 == 1 and terminal_states(where):
        return ltlf.product(where, formula)
    return property_product(where, formula_property(formula))[0]


@pytest.mark.parametrize("seed", range(30))
def test_json_keeps_marks_and_acceptance(seed: int) -> None:
    """Read back, the marks of every step and the condition are those of the product."""
    product = drawn(seed)
    document = json.loads(to_text(product_document(product, objective="o")))
    jsonschema.validate(document, SCHEMA)
    assert product.automaton is not None
    assert read_acceptance(document["acceptance"]) == product.automaton.acceptance
    names, actions = product.environment.states, product.environment.actions
    marks = {
        (names.index(one["node"]), actions.index(one["action"]), names.index(y)): frozenset(seen)
        for one in document["transitions"]
        for y, seen in one["marks"].items()
    }
    assert marks == product.marks
    accepting = {names.index(node["name"]) for node in document["nodes"] if node["accepting"]}
    assert accepting == product.accepting


@pytest.mark.parametrize("seed", range(30))
def test_accepting_nodes_are_those_where_one_can_stay(seed: int) -> None:
    """In each component all steps stay, and all their marks together meet its clause, so are accepted."""
    product = drawn(seed)
    found = accepting_components(product)
    assert product.accepting == {x for one in found for x in one.actions}
    for one in found:
        seen = frozenset[int]().union(
            *(shown(product, x, a) for x, chosen in one.actions.items() for a in chosen)
        )
        assert one.clause.inf <= seen
        assert not one.clause.fin & seen
        assert product.automaton is not None
        assert accepts(product.automaton.acceptance, one.clause.inf | (seen - one.clause.fin))
        for x, chosen in one.actions.items():
            for a in chosen:
                assert all(y in one.actions for y, _ in product.environment.successors(x, a))


def test_pictures_and_storm_show_what_is_accepting() -> None:
    """A second border in the one, a label in the other, for the same nodes; marks in braces."""
    product = drawn(3)
    dot, drn = write_dot(product, title="t"), write_drn(product, title="t")
    assert {int(x) for x in re.findall(r"^ +(\d+) \[.*peripheries=2", dot, re.MULTILINE)} == product.accepting
    labelled = re.findall(r"^state (\d+) \[0\] (?:init )?accepting ", drn, re.MULTILINE)
    assert {int(x) for x in labelled} == product.accepting
    assert product.marks
    assert "{" in dot.split("->", 1)[1]
    assert drn.count("// marks ") == len(product.marks)
