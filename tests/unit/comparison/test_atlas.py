"""The atlas: complete, and nothing that is marked computed comes from anywhere but the deciders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import pytest

from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.comparison import atlas as module
from specexpr.comparison import separations
from specexpr.comparison.asking import Answered, Inquiry
from specexpr.comparison.atlas import Atlas, Cell, Evidence, make_atlas, number_of_questions
from specexpr.comparison.hierarchy import SEVENTEEN, is_covered, is_covered_on_finite_tasks
from specexpr.diagnostics import InternalError
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Certificate, Inexpressible, Undecided, Verdict
from specexpr.formalism import Formalism, formalisms

_ASK = separations.ask
_KNOWN: dict[tuple[str, str], Answered] = {}


def remembered(inquiry: Inquiry, *, timeout: float | None = None) -> Answered:
    """Answer as the real function does, once for each task and decider."""
    key = inquiry.question.task.name, inquiry.formalism.id
    if inquiry.formalism is not formalisms()[key[1]] or inquiry.formalism.decide is not _DECIDERS[key[1]]:
        return _ASK(inquiry, timeout=timeout)
    if key not in _KNOWN:
        _KNOWN[key] = _ASK(inquiry, timeout=timeout)
    return _KNOWN[key]


_DECIDERS = {name: formalisms()[name].decide for name in SEVENTEEN}


@contextmanager
def deciding(formalism: Formalism, decide: object) -> Iterator[None]:
    """Let the manifest of a formalism have another decider."""
    kept = formalism.decide
    object.__setattr__(formalism, "decide", decide)
    try:
        yield
    finally:
        object.__setattr__(formalism, "decide", kept)


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> Atlas:
    """Return the atlas; from now on answers of the real deciders are remembered."""
    monkeypatch.setattr(separations, "ask", remembered)
    return make_atlas()


def due(cell: Cell) -> bool:
    """Say whether a finite task should show the cell."""
    return not is_covered_on_finite_tasks(cell.lower, cell.upper)


def test_every_cell_has_its_evidence(whole: Atlas) -> None:
    """Of the pairs of classes 57 are told apart by computed tasks and 13 by theorems; 40 are inclusions."""
    assert whole.is_complete
    assert len(whole.cells) == 17 * 17
    assert {cell.evidence for cell in whole.cells if due(cell)} == {Evidence.COMPUTED}
    seen: Counter[tuple[bool | None, str]] = Counter()
    for upper, lower in product(whole.classes, repeat=2):
        cell = whole.between(upper, lower)
        seen[cell.covers, cell.evidence.value] += upper != lower
        assert cell.covers is is_covered(lower.name, upper.name)
        assert bool(cell.cases) == (cell.evidence is Evidence.COMPUTED)
        assert bool(cell.theorems) == (cell.covers is False and cell.evidence is Evidence.THEOREM)
    assert seen == {(True, "theorem"): 40, (False, "computed"): 57, (False, "theorem"): 13}


def test_the_published_five_are_incomparable(whole: Atlas) -> None:
    """Regularised rewards, functions of one return, machines, formulas, averages: none covers another."""
    five = ("rrl", "onmr", "rm", "ltl", "lar")
    for upper, lower in product(five, repeat=2):
        assert whole.cell(upper, lower).covers is (upper == lower)


def test_a_computed_cell_is_proved_twice(whole: Atlas) -> None:
    """Its task is expressible in the lower formalism and inexpressible in the upper, and both proofs hold."""
    columns = {column.case.name: column for column in whole.columns}
    for cell in whole.cells:
        for name in cell.cases:
            proofs = {}
            for one in columns[name].answered:
                if one.formalism in (cell.upper, cell.lower):
                    verdict = one.verdict
                    assert not isinstance(verdict, Undecided)
                    proofs[one.formalism] = verdict
            refuted, expressed = proofs[cell.upper], proofs[cell.lower]
            assert isinstance(refuted, Inexpressible)
            refuted.certificate.check()
            assert not isinstance(expressed, Inexpressible)
            expressed.witness.check()  # type: ignore[union-attr] # expressible


@pytest.mark.parametrize("name", SEVENTEEN)
def test_without_a_decider_its_cells_are_not_computed(name: str, whole: Atlas) -> None:
    """Whatever finite tasks show of a formalism goes when it does not decide, and nothing else."""
    with deciding(formalisms()[name], None):
        poorer = make_atlas()
    assert not poorer.is_complete
    for before, after in zip(whole.cells, poorer.cells, strict=True):
        if due(before) and name in (before.upper, before.lower):
            assert (after.covers, after.evidence) == (None, Evidence.NOT_COMPUTED)
            assert after.cases == ()
        else:
            assert after == before
    for column in poorer.columns:
        assert [one.formalism for one in column.missing] == [name]
        assert column.is_expressible(name) is None


def test_what_stays_undecided_is_not_computed(whole: Atlas) -> None:
    """A decider that gives up leaves its cells open."""

    def give_up(question: Question) -> Verdict:
        return Undecided("limit: no more than that")

    with deciding(formalisms()["ltl"], give_up):
        poorer = make_atlas()
    for before, after in zip(whole.cells, poorer.cells, strict=True):
        is_open = due(before) and "ltl" in (before.upper, before.lower)
        assert after.evidence is (Evidence.NOT_COMPUTED if is_open else before.evidence)
    (ltl,) = [one for one in poorer.classes if one.name == "ltl"]
    (mr,) = [one for one in poorer.classes if one.name == "mr"]
    assert poorer.between(mr, ltl).evidence is Evidence.NOT_COMPUTED


def test_a_class_is_computed_if_every_member_is(whole: Atlas) -> None:
    """One member without a decider leaves the cells of its class open."""
    with deciding(formalisms()["imorl"], None):
        poorer = make_atlas()
    (ftr,) = [one for one in poorer.classes if one.name == "ftr"]
    (rrl,) = [one for one in poorer.classes if one.name == "rrl"]
    assert poorer.cell("ftr", "rrl").evidence is Evidence.COMPUTED
    assert poorer.between(ftr, rrl) == Cell("ftr", "rrl", None, Evidence.NOT_COMPUTED)


def test_a_decider_that_lies_is_found_out(whole: Atlas) -> None:
    """Its proof does not pass the kernel, and there is no atlas."""

    def lie(question: Question) -> Verdict:
        return Inexpressible(Certificate(question, "po", CycleCertificate(())))

    with deciding(formalisms()["po"], lie), pytest.raises(InternalError):
        make_atlas()


def test_an_answer_against_an_inclusion_is_our_mistake(whole: Atlas) -> None:
    """If a machine could not do what a reward does, one of the two would be wrong."""
    column = next(one for one in whole.columns if one.is_expressible("mr"))
    swapped = [one for one in column.answered if one.formalism != "rm"]
    other = next(one for one in whole.columns if one.is_expressible("rm") is False)
    wrong = next(one for one in other.answered if one.formalism == "rm")
    columns = (separations.CaseColumn(column.case, (*swapped, wrong)),)
    with pytest.raises(InternalError, match="rm covers mr"):
        module._cell("rm", "mr", columns)


def test_inclusions_are_tested(whole: Atlas) -> None:
    """The answers to the cases agree with inclusions of every edge."""
    tested = {
        (cell.lower, cell.upper)
        for cell in whole.cells
        for column in whole.columns
        if cell.covers and column.is_expressible(cell.lower) and column.is_expressible(cell.upper)
    }
    assert {(edge.lower.name, edge.upper.name) for edge in whole.edges} <= tested
    assert whole.agreements() > len(tested)


def test_the_number_of_questions_is_what_is_heard_of() -> None:
    """Each is announced before it is decided."""
    heard: list[str] = []
    with deciding(formalisms()["ltl"], None):
        separations.case_columns(among=("mr", "ltl"), begin=heard.append)
    assert heard[:2] == ["same in mr", "same in ltl"]
    assert number_of_questions() == len(heard) // 2 * 17
