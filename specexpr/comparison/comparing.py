"""Make comparisons: ask every task of some documents in every formalism; look for what would mend them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Unpack

from specexpr.comparison.asking import (
    Answered,
    GivenOptions,
    Inquiry,
    Plan,
    ask,
    deciding,
    given_options,
    named_formalisms,
    planned,
)
from specexpr.comparison.comparison import Cell, Comparison, Row
from specexpr.comparison.repairs import Repairs, find_repairs, no_repairs
from specexpr.comparison.workers import Job, run_all
from specexpr.diagnostics import IllPosed
from specexpr.document.document import Document
from specexpr.expressivity.task import Options, Task
from specexpr.expressivity.verdict import Inexpressible, Undecided
from specexpr.formalism import Formalism

Begin = Callable[[Answered | Inquiry], None]


@dataclass(frozen=True, slots=True)
class Agenda:
    """What of a document is compared: tasks of it, and what of them can be asked."""

    document: Document
    tasks: tuple[Task, ...]
    plan: Plan


def compare(
    document: Document | Iterable[Document],
    formalisms: Iterable[str] | None = None,
    *,
    discount: str | Fraction | int | None = None,
    timeout: float | None = None,
    processes: int = 1,
    **options: Unpack[GivenOptions],
) -> Comparison:
    """Ask every task of one document or several in some formalisms, by default in all that decide.

    Options that are given override those of the tasks; `timeout` is in seconds for each cell. With several
    processes cells are decided at the same time. Raises SpecError for a formalism that does not exist and
    IllPosed if there is nothing that can be asked.
    """
    documents = (document,) if isinstance(document, Document) else tuple(document)
    if not all(isinstance(one, Document) for one in documents):
        raise TypeError("documents are compared, not their names or texts: give specexpr.load(path)")
    among = None if formalisms is None else named_formalisms(formalisms)
    given = given_options(discount=discount, **options)
    agendas = [agenda(one, one.tasks, among, given) for one in documents]
    refuse_if_nothing(agendas)
    return compared(agendas, among, timeout=timeout, processes=processes)


def agenda(
    document: Document, tasks: Sequence[Task], among: Sequence[Formalism] | None, options: Options
) -> Agenda:
    """Return what of some tasks of a document can be asked."""
    return Agenda(document, tuple(tasks), planned(tasks, among, options=options))


def refuse_if_nothing(agendas: Iterable[Agenda]) -> None:
    """Raise IllPosed for the first document of which nothing can be asked, if that is so of them all."""
    agendas = tuple(agendas)
    refused = [one for one in agendas if one.plan.refused]
    if refused and not any(one.plan.inquiries for one in agendas):
        raise IllPosed(refused[0].plan.refused, source=refused[0].document.source)


def compared(
    agendas: Sequence[Agenda],
    among: Sequence[Formalism] | None,
    *,
    timeout: float | None,
    processes: int = 1,
    begin: Begin = lambda work: None,
) -> Comparison:
    """Return the answers to all that some agendas ask; `begin` hears of each question before."""
    inquiries = [inquiry for one in agendas for inquiry in one.plan.inquiries]
    job = Job(run_ask, _unanswered, begin)
    answered = run_all(job, inquiries, timeout=timeout, processes=processes)
    return _assembled(agendas, tuple(one.id for one in (deciding() if among is None else among)), answered)


def _assembled(
    agendas: Sequence[Agenda], formalisms: tuple[str, ...], answered: Iterator[Answered]
) -> Comparison:
    """Return answers as a comparison; they are to all that the agendas ask, in their order."""
    rows = []
    for one in agendas:
        cells: dict[tuple[str, str], Cell] = {(cell.task, cell.formalism): cell for cell in one.plan.skipped}
        for inquiry in one.plan.inquiries:
            cells[inquiry.question.task.name, inquiry.formalism.id] = next(answered)
        rows += [
            Row(one.document, task, tuple(cells[task.name, f] for f in formalisms)) for task in one.tasks
        ]
    for _ in answered:
        raise AssertionError("more answers than questions")
    return Comparison(formalisms, tuple(rows))


def mendable(comparison: Comparison) -> dict[tuple[int, str], Answered]:
    """Return the cells that are inexpressible, by the number of the row and the formalism."""
    return {
        (k, cell.formalism): cell
        for k, row in enumerate(comparison.rows)
        for cell in row.answered
        if isinstance(cell.verdict, Inexpressible)
    }


def repaired(
    comparison: Comparison, *, timeout: float | None, processes: int = 1, begin: Begin = lambda work: None
) -> Comparison:
    """Return a comparison that knows what would mend each of its inexpressible cells."""
    cells = mendable(comparison)
    job = Job(run_repairs, _unrepaired, begin)
    found = run_all(job, list(cells.values()), timeout=timeout, processes=processes)
    return comparison.with_repairs(dict(zip(cells, found, strict=True)))


def run_ask(inquiry: Inquiry, timeout: float | None) -> Answered:
    """Decide one question."""
    return ask(inquiry, timeout=timeout)


def run_repairs(answered: Answered, timeout: float | None) -> Repairs:
    """Look for the repairs of one cell."""
    return find_repairs(answered, timeout=timeout)


def _unanswered(inquiry: Inquiry, reason: str) -> Answered:
    return Answered(inquiry.question, inquiry.formalism.id, Undecided(reason), 0.0)


def _unrepaired(answered: Answered, reason: str) -> Repairs:
    return no_repairs(answered, reason)
