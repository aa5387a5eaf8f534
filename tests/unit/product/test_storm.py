"""Exact agreement with the model checker Storm, on some of the pairs of `tests/benchmarks/bench_storm.py`."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from specexpr.product.drn import write_drn
from specexpr.product.formulas import formula_property
from specexpr.product.optimal import optimum, property_product
from tests.benchmarks.baseline_storm import Answer, ask_storm, run_text
from tests.benchmarks.chains import pairs, process_pairs, random_process, random_property

pytest.importorskip("stormpy", reason="Storm has no wheel for this machine", exc_type=ImportError)

TIMEOUT = 100


def test_probabilities_are_those_of_storm() -> None:
    """On chains with a transient part and several recurrent classes; a third of them is neither 0 nor 1."""
    drawn = list(pairs(seed=1, count=40))
    answers = ask_storm([(where, [formula]) for where, formula, _ in drawn], exact=True, timeout=TIMEOUT)
    assert sum(0 < value < 1 for *_, value in drawn) >= len(drawn) / 3
    for (_, formula, value), (answer,) in zip(drawn, answers, strict=True):
        assert answer.error is None
        assert answer.exact() == value, formula


def test_largest_probabilities_are_those_of_storm() -> None:
    """Over all policies of decision processes; most of them neither 0 nor 1."""
    drawn = list(process_pairs(seed=1, count=24))
    answers = ask_storm([(where, [formula]) for where, formula, _ in drawn], exact=True, timeout=TIMEOUT)
    assert sum(0 < value < 1 for *_, value in drawn) >= len(drawn) / 3
    for (_, formula, value), (answer,) in zip(drawn, answers, strict=True):
        assert answer.error is None
        assert answer.exact() == value, formula


def test_the_product_that_is_written_has_the_optimum() -> None:
    """Storm reads the product; Pmax=? [ F "accepting" ] is the largest probability of the formula."""
    random = Random(3)
    texts, values = [], []
    while len(texts) < 12:
        where = random_process(random, states=random.randint(3, 6), actions=2)
        formula = random_property(random, size=random.randint(2, 5))
        product, _ = property_product(where, formula_property(formula))
        if any(len(row) > 1 for row in where.model.rows) and product.accepting:
            texts.append(write_drn(product, title="product"))
            values.append(optimum(where, formula_property(formula)).value)
    answers = run_text([(text, ['Pmax=? [ F "accepting" ]']) for text in texts], exact=True, timeout=TIMEOUT)
    assert [answer.exact() for (answer,) in answers] == values
    assert len(set(values)) > 1


def test_a_question_that_is_not_answered_is_an_error() -> None:
    """An answer without a value says why, and has no number."""
    (answers,) = run_text([("@type: nonsense", ["P=? [ F true ]"])], exact=True, timeout=TIMEOUT)
    assert answers == [Answer(None, answers[0].seconds, "no answer")]
    with pytest.raises(ValueError, match="Invalid literal"):
        answers[0].exact()
    assert Answer("1/3", 0.0).exact() == Fraction(1, 3)
