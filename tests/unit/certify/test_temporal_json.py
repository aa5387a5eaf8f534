"""The JSON of proofs about temporal logic: read back as they were written, and every surprise is an error."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from test_temporal_kinds import (
    BELOW,
    BETWEEN,
    FOREVER,
    HELD,
    PATTERN,
    SAME,
    SHARED,
    SQUARE,
    SQUARE_VALUES,
    TIED,
    cases_of,
    terms,
)

from specexpr.certify.checking import kind_of
from specexpr.certify.coin import Coin
from specexpr.certify.formula import Operator
from specexpr.certify.formula_store import Joined
from specexpr.certify.kinds.branch import BranchCertificate
from specexpr.certify.kinds.formula import FormulaWitness
from specexpr.certify.kinds.ray import RayCertificate
from specexpr.certify.kinds.two_level import TwoLevelCertificate
from specexpr.certify.model import Claim, Label
from specexpr.certify.node import Malformed, Node, parse
from specexpr.certify.scope import Scope
from specexpr.testing.examples import MEMORY

COIN = Coin(Fraction(2, 3), ((0, 0, 0),))
LABEL = Label("x", frozenset({0}), frozenset({(1, 0)}))
LONG = (
    *SAME,
    Joined(Operator.UNTIL, (2, 0)),
    Joined(Operator.OR, (2, 3)),
    Joined(Operator.AND, (4, 2)),
)


@pytest.mark.parametrize(
    ("claim", "proof"),
    [
        (SQUARE, FormulaWitness(SAME, (), SQUARE_VALUES)),
        (SQUARE, FormulaWitness(LONG, (LABEL,))),
        (BETWEEN, FormulaWitness((COIN, Joined(Operator.NOT, (0,)), Joined(Operator.OR, (0, 1))))),
        (SQUARE, TwoLevelCertificate(terms(SQUARE))),
        (BELOW, BranchCertificate(cases_of(BELOW, 0, HELD))),
        (PATTERN, BranchCertificate(cases_of(PATTERN, 0, SHARED))),
        (FOREVER, RayCertificate(cases_of(FOREVER, 1, TIED))),
    ],
)
def test_proofs_survive_their_json(claim: Claim, proof: Any) -> None:
    """What is written is read back as the same proof."""
    kind = kind_of(proof)
    assert kind is not None
    scope = Scope(("e",), claim.models, asked=claim, labels=((LABEL,),))
    text = json.dumps({"kind": kind.kind, **kind.write(proof, scope)})
    assert kind.read(parse(text), scope) == proof


@pytest.mark.parametrize(
    ("formula", "shared", "match"),
    [
        (["U", ["do", "a"]], [], "joins 2 formulas, not 1"),
        (["Y", ["do", "a"]], [], "must be"),
        (["at", "nowhere"], [], "known state"),
        (["do", "s"], [], "known action"),
        (["do"], [], "an atom like"),
        ([], [], "a formula"),
        (0, [], "a shared formula that comes before"),
        (0, [1, ["true"]], "a shared formula that comes before"),
        (["coin", "1", [["s", "a", "z"]]], [], "strictly between 0 and 1"),
        (["coin", "1/2", []], [], "at least one step"),
        (["coin", "1/2", [["s", "a"]]], [], "a step"),
        (["coin", "1/2", [["s", "a", "z"]]], [], "back to its first return"),
        (["coin", "1/2", [["s", "a", "z"], ["w", "a", "s"]]], [], "back to its first return"),
        (["coin", "1/2", [["w", "a", "w"], ["w", "b", "w"]]], [], "back to its first return"),
        (["true"], [["false"]], "that nothing uses"),
        (["X", 1], [["false"], ["true"]], "that nothing uses"),
        ("true", [], "a list"),
    ],
)
def test_texts_that_are_no_formulas(formula: object, shared: list[object], match: str) -> None:
    """Every surprise is an error that says what was expected."""
    kind = kind_of(FormulaWitness(SAME))
    assert kind is not None
    scope = Scope(("e",), (MEMORY,), asked=SQUARE)
    text = {"kind": "formula", "formula": formula, "shared": shared, "values": []}
    with pytest.raises(Malformed, match=match):
        kind.read(Node(text), scope)


def test_a_way_back_to_its_first_return_is_a_loop() -> None:
    """Of several steps the last one alone ends where the first begins."""
    kind = kind_of(FormulaWitness(SAME))
    assert kind is not None
    scope = Scope(("e",), (MEMORY,), asked=SQUARE)
    loop = [["s", "a", "z"], ["z", "b", "w"], ["w", "a", "s"]]
    found = kind.read(Node({"kind": "formula", "formula": ["coin", "1/2", loop], "values": []}), scope)
    assert found.scheme == (Coin(Fraction(1, 2), ((0, 0, 1), (1, 1, 2), (2, 0, 0))),)


def test_what_a_formula_does_not_use_is_not_written() -> None:
    """Entries that lead nowhere leave no shared formula behind, which reading would refuse."""
    often = (*SAME, Joined(Operator.NEXT, (2,)), Joined(Operator.OR, (2, 3)), Joined(Operator.FALSE))
    for root in (0, 5):
        scheme = (*often, Joined(Operator.NOT, (root,)))
        scope = Scope(("e",), (MEMORY,), asked=SQUARE)
        kind = kind_of(FormulaWitness(scheme))
        assert kind is not None
        written = kind.write(FormulaWitness(scheme), scope)
        assert "shared" not in written
        again = kind.read(Node({"kind": "formula", **written}), scope)
        assert again.scheme == (often[root], Joined(Operator.NOT, (0,)))


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ({"x": ["s"]}, "is not what a label of this name is"),
        ({"x": ["s", ["z", "a"], "w"]}, "is not what a label of this name is"),
        ({"y": ["s", ["z", "a"]]}, "is not what a label of this name is"),
        ({"x": ["s", "s", ["z", "a"]]}, "twice"),
        ({"x": ["s", ["z", "a"], ["z", "a"]]}, "twice"),
        ({"x": [["z", "a"], "s"]}, None),
    ],
)
def test_labels_are_those_of_an_environment(labels: object, match: str | None) -> None:
    """A name that means one thing in the document means no other in a witness."""
    kind = kind_of(FormulaWitness(SAME))
    assert kind is not None
    scope = Scope(("e", "f"), (MEMORY, MEMORY), asked=SQUARE, labels=((), (LABEL,)))
    text = Node({"kind": "formula", "formula": ["label", "x"], "labels": labels, "values": []})
    if match is None:
        assert kind.read(text, scope).labels == (LABEL,)
        return
    with pytest.raises(Malformed, match=match):
        kind.read(text, scope)
