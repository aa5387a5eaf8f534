"""The atlas: which of 17 formalisms express whatever which others do, with the evidence for every pair.

Evidence is one of
- `computed`: a finite task that the one expresses and the other does not. Both were decided when the atlas
  was made, and the kernel has checked both proofs; nothing that is marked computed comes from a table;
- `theorem`: an inclusion with its argument, or an order of all policies that the one has and the other has
  not where no finite task tells them apart;
- `not computed`: a pair that a finite task should tell apart, and none did.

Two cells that contradict each other, an inclusion and a task that refutes it, are our own mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from specexpr.comparison.hierarchy import (
    SEVENTEEN,
    Edge,
    FormalismClass,
    classes,
    edges,
    inclusions,
    is_covered,
    is_covered_on_finite_tasks,
)
from specexpr.comparison.separations import CaseColumn, case_columns, cases
from specexpr.comparison.theorems import THEOREMS, Theorem, shown_by
from specexpr.diagnostics import InternalError


class Evidence(StrEnum):
    """On what a cell of the atlas rests."""

    COMPUTED = "computed"
    THEOREM = "theorem"
    NOT_COMPUTED = "not computed"


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether the upper formalism covers the lower one: expresses in every environment whatever that does.

    `covers` is None where that is not shown. Where it covers it, `inclusions` lead from the lower one to it.
    Where not, `cases` name the tasks that the lower one expresses and the upper one does not, and `theorems`
    the orders of all policies that the lower one has and the upper one has not.
    """

    upper: str
    lower: str
    covers: bool | None
    evidence: Evidence
    cases: tuple[str, ...] = ()
    theorems: tuple[str, ...] = ()
    inclusions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Atlas:
    """The classes of the formalisms, the edges between them, and a cell for every pair of formalisms."""

    classes: tuple[FormalismClass, ...]
    edges: tuple[Edge, ...]
    cells: tuple[Cell, ...]
    columns: tuple[CaseColumn, ...]
    theorems: tuple[Theorem, ...] = THEOREMS

    def cell(self, upper: str, lower: str) -> Cell:
        """Return the cell of two formalisms, by id."""
        return next(one for one in self.cells if (one.upper, one.lower) == (upper, lower))

    def between(self, upper: FormalismClass, lower: FormalismClass) -> Cell:
        """Return what holds of every pair of members of two classes.

        It is not computed if one of the pairs is not; its cases and theorems are those of all of them.
        """
        pairs = [one for one in self.cells if one.upper in upper.members and one.lower in lower.members]
        worst = next((one for one in pairs if one.evidence is Evidence.NOT_COMPUTED), pairs[0])
        return Cell(
            upper.name,
            lower.name,
            worst.covers,
            worst.evidence,
            _shared([one.cases for one in pairs]),
            _shared([one.theorems for one in pairs]),
            inclusions(lower.name, upper.name) if worst.covers else (),
        )

    def agreements(self) -> int:
        """Return how often an inclusion was tested: the lower one expresses a case, so does the upper."""
        return sum(
            column.is_expressible(cell.lower) is True and column.is_expressible(cell.upper) is True
            for cell in self.cells
            for column in self.columns
            if cell.covers and cell.lower != cell.upper
        )

    @property
    def is_complete(self) -> bool:
        """Say whether every cell has its evidence."""
        return all(cell.evidence is not Evidence.NOT_COMPUTED for cell in self.cells)


def _shared(names: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(name for name in names[0] if all(name in others for others in names[1:]))


def make_atlas(*, timeout: float | None = None, begin: Callable[[str], None] | None = None) -> Atlas:
    """Answer every case in every formalism, within so many seconds each, and draw the atlas.

    `begin` hears of each question before it is decided; there are `number_of_questions()`. Raises
    InternalError where an answer contradicts an inclusion.
    """
    columns = case_columns(timeout=timeout, begin=begin)
    cells = tuple(_cell(upper, lower, columns) for upper in SEVENTEEN for lower in SEVENTEEN)
    return Atlas(classes(), edges(), cells, columns)


def number_of_questions() -> int:
    """Return how many questions the atlas asks."""
    return len(cases()) * len(SEVENTEEN)


def _cell(upper: str, lower: str, columns: tuple[CaseColumn, ...]) -> Cell:
    found = tuple(
        column.case.name
        for column in columns
        if column.is_expressible(lower) is True and column.is_expressible(upper) is False
    )
    if is_covered_on_finite_tasks(lower, upper):
        if found:
            raise InternalError(
                f"{upper} covers {lower} on finite tasks, and yet {found[0]} tells them apart"
            )
        if is_covered(lower, upper):
            return Cell(upper, lower, True, Evidence.THEOREM, inclusions=inclusions(lower, upper))
        theorems = tuple(theorem.name for theorem in shown_by(upper, lower))
        if theorems:
            return Cell(upper, lower, False, Evidence.THEOREM, theorems=theorems)
    if found:
        return Cell(upper, lower, False, Evidence.COMPUTED, found)
    return Cell(upper, lower, None, Evidence.NOT_COMPUTED)
