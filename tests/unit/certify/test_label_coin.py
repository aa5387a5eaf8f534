"""Coins that label sets toss: against the formula that they stand for, and where they are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest

import specexpr.certify
from specexpr.certify.document import Status, verify
from specexpr.certify.formula_probability import FormulaProbability
from specexpr.certify.formula_store import scheme_of, size
from specexpr.certify.kinds.formula import FormulaWitness, check_formula
from specexpr.certify.label_coin import LabelCoin, Letter, written_out_on_labels, written_size_on_labels
from specexpr.certify.model import Claim, Label, Model, PolicyConstraint, Relation, Setting, Table
from specexpr.certify.proofs import Refused
from specexpr.certify.reading import read_document
from specexpr.certify.writing import write_document
from specexpr.comparison.asking import answers, named_formalisms, plan
from specexpr.document import loads
from specexpr.report.results import results_document
from specexpr.testing.generators import random_model, random_table

ONE, HALF = Fraction(1), Fraction(1, 2)
NAMES = ("l", "r")
SETS = ((), ("l",), ("r",), ("l", "r"))
LETTERS: tuple[Letter, ...] = tuple((x, tuple(name for name in NAMES if name not in x)) for x in SETS)
L, NOT_L = (("l",), ()), ((), ("l",))


def random_case(random: Random) -> tuple[Model, tuple[Label, ...], Table, LabelCoin]:
    model = random_model(random, random.choice((1, 2, 3)), 2)
    pairs = [(s, a) for s, row in enumerate(model.rows) for a in row]
    labels = tuple(
        Label(name, pairs=frozenset(pair for pair in pairs if random.random() < 0.5)) for name in NAMES
    )
    loop = tuple(random.choice(LETTERS) for _ in range(random.choice((1, 2, 3))))
    coin = LabelCoin(random.choice((HALF, HALF, Fraction(1, 3))), loop, random.choice((1, 1, 2, 3)))
    return model, labels, random_table(random, model, stochastic=0.9), coin


def test_a_coin_has_the_chance_of_its_formula() -> None:
    """Wherever a coin is accepted, the formula that it stands for has its chance, operator by operator."""
    accepted = longer = refused = 0
    for seed in range(260):
        model, labels, policy, coin = random_case(Random(seed))
        try:
            assert FormulaProbability(model, labels, (coin,)).policy(policy) == coin.chance
        except Refused:
            refused += 1
            continue
        spelled = scheme_of(written_out_on_labels(coin))
        assert FormulaProbability(model, labels, spelled).policy(policy) == coin.chance, seed
        accepted += 1
        longer += coin.marker > 1
    assert accepted > 25
    assert longer > 4
    assert refused > 100


@pytest.mark.parametrize("faces", [2, 3, 7, 12])
@pytest.mark.parametrize(
    ("loop", "marker"),
    [((L,), 1), ((L, NOT_L), 1), ((L, (("l",), ("r",)), ((), NAMES)), 2), ((((), ()), L), 3)],
)
def test_sizes_are_counted_without_writing(faces: int, loop: tuple[Letter, ...], marker: int) -> None:
    """The size of a coin is that of its formula."""
    for heads in range(1, faces):
        coin = LabelCoin(Fraction(heads, faces), loop, marker)
        assert written_size_on_labels(coin) == size(scheme_of(written_out_on_labels(coin)))


def test_written_out() -> None:
    """A visit is where the marker begins; a loop is followed by the marker again."""
    from specexpr.models.environment import Environment
    from specexpr.syntax.formulas import formula_text

    model = Model(("s",), ("a", "b"), ((0, ONE),), ({0: ((0, ONE),), 1: ((0, ONE),)},))
    home = Environment("e", model, (Label("l", pairs=frozenset({(0, 0)})),))
    text = formula_text(home, written_out_on_labels(LabelCoin(HALF, (L, NOT_L), 1)))
    assert text.startswith("(!(l & l & (X ((!l) & (X (l & l & (X ((!l) & (X (l & ")
    assert "(!(l & (X ((!l) & (X l)))))" in text


# -- what is refused ---------------------------------------------------------------------------------------


def value(model: Model, labels: tuple[Label, ...], policy: Table, coin: LabelCoin) -> Fraction:
    return FormulaProbability(model, labels, (coin,)).policy(policy)


def hidden() -> Model:
    """Return two states that are left by chance, one of them more often; both show the same."""
    quarter = Fraction(1, 4)
    rows = (
        {0: ((0, HALF), (1, HALF)), 1: ((0, ONE),)},
        {0: ((0, quarter), (1, 1 - quarter)), 1: ((1, ONE),)},
    )
    return Model(("s", "t"), ("a", "b"), ((0, ONE),), rows)


def test_a_marker_that_does_not_make_forgotten_is_refused() -> None:
    """If where a policy is after the marker depends on where it was, excursions need not be independent."""
    model = hidden()
    policy = (((0, HALF), (1, HALF)), ((0, HALF), (1, HALF)))
    blind = (Label("l", pairs=frozenset({(0, 0), (1, 0)})),)
    with pytest.raises(Refused, match="need not have its chance"):
        value(model, blind, policy, LabelCoin(HALF, (L,), 1))
    seeing = (*blind, Label("r", states=frozenset({1})))
    assert value(model, seeing, policy, LabelCoin(HALF, ((("l",), ("r",)),), 1)) == HALF


def test_what_is_certain_or_impossible_tosses_no_coin() -> None:
    """A loop must be possible and not certain, and a marker not come back within it."""
    model = Model(("s",), ("a", "b"), ((0, ONE),), ({0: ((0, ONE),), 1: ((0, ONE),)},))
    labels = (Label("l", pairs=frozenset({(0, 0)})),)
    coin = LabelCoin(HALF, (L,), 1)
    assert value(model, labels, (((0, HALF), (1, HALF)),), coin) == HALF
    with pytest.raises(Refused):
        value(model, labels, (((0, ONE),),), coin)
    with pytest.raises(Refused):
        value(model, labels, (((1, ONE),),), coin)
    with pytest.raises(Refused):
        value(model, labels, (((0, HALF), (1, HALF)),), LabelCoin(HALF, (L, L), 1))
    with pytest.raises(Refused):
        value(model, labels, (((0, HALF), (1, HALF)),), LabelCoin(HALF, (((), ()), L), 1))


def test_a_marker_on_the_way_into_a_class_counts_too() -> None:
    """What shows the marker before its class is entered is a visit: refused unless it leads there alike."""
    rows = ({0: ((1, HALF), (0, HALF)), 1: ((1, ONE),)}, {0: ((1, ONE),), 1: ((1, ONE),)})
    model = Model(("s", "w"), ("a", "b"), ((0, ONE),), rows)
    policy = (((0, HALF), (1, HALF)), ((0, HALF), (1, HALF)))
    coin = LabelCoin(HALF, (L,), 1)
    with pytest.raises(Refused, match="need not have its chance"):
        value(model, (Label("l", pairs=frozenset({(0, 0), (1, 0)})),), policy, coin)
    assert value(model, (Label("l", pairs=frozenset({(0, 1), (1, 0)})),), policy, coin) == HALF
    assert value(model, (Label("l", pairs=frozenset({(1, 0)})),), policy, coin) == HALF


def test_coins_of_labels_are_for_questions_about_labels() -> None:
    """Where transitions are observed a coin is one of transitions; a name that is no label is refused."""
    model = Model(("s",), ("a", "b"), ((0, ONE),), ({0: ((0, ONE),), 1: ((0, ONE),)},))
    labels = (Label("l", pairs=frozenset({(0, 0)})),)
    policies = [(((0, p), (1, 1 - p)),) for p in (HALF, Fraction(1, 3))]
    tie = PolicyConstraint(0, policies[0], policies[1], Relation.TIE)
    observed = Claim((model,), (tie,), (), None, setting=Setting(labels=(labels,)))
    coin = LabelCoin(HALF, (L,), 1)

    def refusal(claim: Claim, coin: LabelCoin) -> str:
        with pytest.raises(Refused) as caught:
            check_formula(claim, "ltl", FormulaWitness((coin,)))
        return str(caught.value)

    assert "each policy that the task names" in refusal(observed, coin)  # the coin itself is accepted
    assert "although transitions are observed" in refusal(
        Claim((model,), (tie,), (), None), LabelCoin(HALF, (((), ()),), 1)
    )
    assert 'the label "r", which is not known' in refusal(observed, LabelCoin(HALF, ((("l",), ("r",)),), 1))


# -- as a text ---------------------------------------------------------------------------------------------

TASK = """
environment one { states s; actions a b; start s; s / * -> s; label l { s / a }; label r { s / b } }
policy half in one { s -> { a: 1/2, b: 1/2 } }
policy third in one { s -> { a: 1/3, b: 2/3 } }
policy fifth in one { s -> { a: 1/5, b: 4/5 } }
task t in one { half ~ third; fifth > half; observe labels }
"""


@cache
def results() -> str:
    document = loads(TASK)
    answered = list(answers(plan(document.tasks, named_formalisms(["ltl"]))))
    return write_document(results_document(document, document.tasks, answered, ()))


def coins(text: Any) -> Iterator[list[Any]]:
    if isinstance(text, list):
        if text[:1] == ["coin"]:
            yield text
        for part in text:
            yield from coins(part)


def outcome(document: dict[str, Any]) -> Status:
    """Return what the kernel says of a results document."""
    (found,) = verify(read_document(json.dumps(document)))
    return found.status


def test_coins_are_read_as_they_are_written() -> None:
    """A results document with a coin of labels is checked, as the schema says, and holds."""
    document = json.loads(results())
    ((_, _, loop, marker),) = coins(document["results"][0]["witness"]["formula"])
    assert (loop, marker) == ([[["l"], []]], 1)
    assert outcome(document) is Status.HOLDS
    home = Path(next(iter(specexpr.certify.__path__)))
    jsonschema.Draft202012Validator(json.loads((home / "schema.json").read_text())).validate(document)


@pytest.mark.parametrize(
    ("loop", "marker", "holds"),
    [
        ([[["l"], ["r"]]], 1, True),
        ([[[], ["r"]]], 1, True),
        ([[["r"], []]], 1, True),
        ([[["r"], []], [["l"], []]], 1, True),
        ([[["l", "r"], []]], 1, False),
        ([[[], []]], 1, False),
        ([[["l"], []]], 2, True),
        ([[["l"], []], [["l"], []]], 1, False),
        ([[["r", "l"], []]], 1, False),
        ([[["l"], ["l"]]], 1, False),
        ([[["l"], [], []]], 1, False),
        ([[["l", "l"], []]], 1, False),
        ([["l"]], 1, False),
        ([], 1, False),
        ([[["l"], []]], 0, False),
        ([[["l"], []]], True, False),
        ([[["l"], []]], "1", False),
        ([[["x"], []]], 1, False),
    ],
)
def test_other_loops(loop: list[Any], marker: object, holds: bool) -> None:
    """A loop that is as fair does as well; one that is not is refused; what is no loop cannot be read."""
    document = json.loads(results())
    document["results"][0]["size"] = None
    (coin,) = coins(document["results"][0]["witness"]["formula"])
    coin[2:] = [loop, marker]
    assert (outcome(document) is Status.HOLDS) is holds
