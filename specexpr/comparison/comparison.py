"""Tasks and formalisms side by side: verdicts, what they cost, and what would mend them, for programs.

A comparison is rows of cells: a row for each task of one document or several, in each row a cell for each
formalism. `matrix` writes it as text, `html` for notebooks and browsers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from specexpr.certify.checking import Answer
from specexpr.comparison.asking import Answered, Skipped
from specexpr.comparison.cheapest import cheapest
from specexpr.comparison.economy import size_of_witness, size_text
from specexpr.comparison.repairs import Repairs, find_repairs
from specexpr.comparison.summary import answer_of, proof_line
from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.document.document import Document
from specexpr.expressivity.task import Task
from specexpr.expressivity.verdict import Inexpressible, Verdict
from specexpr.formalism import find_formalism
from specexpr.syntax.names import name_hint, shown

if TYPE_CHECKING:
    import pandas as pd

REPAIR_SECONDS = 60.0
"""How long repairs of one cell are looked for where nothing else is said."""

Cell = Answered | Skipped
What = Literal["verdicts", "sizes", "proofs"]


@dataclass(frozen=True, slots=True)
class Row:
    """A task of a document with its cells: one for each formalism of the comparison, in their order."""

    document: Document
    task: Task
    cells: tuple[Cell, ...]

    @property
    def answered(self) -> tuple[Answered, ...]:
        """Return the cells that were asked."""
        return tuple(cell for cell in self.cells if isinstance(cell, Answered))

    def cheapest(self) -> tuple[Answered, ...]:
        """Return the least expressive formalisms that express the task, with their answers."""
        return cheapest(self.answered)


@dataclass(frozen=True, slots=True)
class Column:
    """Formalisms that answer all tasks of a comparison alike, and these answers; None where not asked.

    That they answer other tasks alike is not said.
    """

    formalisms: tuple[str, ...]
    answers: tuple[Answer | None, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Every task in every formalism.

    `formalisms` are the ids in the order of the cells of each row: each stands behind those that it covers.
    """

    formalisms: tuple[str, ...]
    rows: tuple[Row, ...]
    _repairs: dict[tuple[int, str], Repairs] = field(default_factory=dict, compare=False)

    @property
    def documents(self) -> tuple[Document, ...]:
        """Return the documents of the tasks, each once."""
        return tuple({id(row.document): row.document for row in self.rows}.values())

    @property
    def tasks(self) -> tuple[str, ...]:
        """Return the names of the tasks, in the order of the rows."""
        return tuple(row.task.name for row in self.rows)

    @property
    def answered(self) -> tuple[Answered, ...]:
        """Return all cells that were asked, row by row."""
        return tuple(cell for row in self.rows for cell in row.answered)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Return all cells that were not asked, row by row, with what they need."""
        return tuple(cell for row in self.rows for cell in row.cells if isinstance(cell, Skipped))

    def row(self, task: str, *, document: str | None = None) -> Row:
        """Return the row of a task; where several documents have one of that name, say which by its name.

        Raises SpecError if there is none.
        """
        return self.rows[self._index(task, document)]

    def cell(self, task: str, formalism: str, *, document: str | None = None) -> Cell:
        """Return the cell of a task and a formalism (its id). Raises SpecError if there is none."""
        return self.row(task, document=document).cells[self._column(formalism)]

    def verdict(self, task: str, formalism: str, *, document: str | None = None) -> Verdict | None:
        """Return the verdict on a task in a formalism (its id), or None if it was not asked."""
        if formalism not in self.formalisms and find_formalism(formalism) is not None:
            return None
        cell = self.cell(task, formalism, document=document)
        return cell.verdict if isinstance(cell, Answered) else None

    def repairs(
        self,
        task: str,
        formalism: str,
        *,
        document: str | None = None,
        timeout: float | None = REPAIR_SECONDS,
    ) -> Repairs | None:
        """Return the fewest preferences to drop so that a formalism (its id) can express the rest of a task.

        They are looked for when they are first asked for, and again if the time did not suffice. None where
        the task is not inexpressible.
        """
        index, cell = self._index(task, document), self.cell(task, formalism, document=document)
        if not isinstance(cell, Answered) or not isinstance(cell.verdict, Inexpressible):
            return None
        known = self._repairs.get((index, formalism))
        if known is None or known.is_out_of_time:
            known = self._repairs[index, formalism] = find_repairs(cell, timeout=timeout)
        return known

    def known_repairs(self, number: int, formalism: str) -> Repairs | None:
        """Return the repairs of the cell of a row, by its number, that have been looked for already."""
        return self._repairs.get((number, formalism))

    def with_repairs(self, found: Mapping[tuple[int, str], Repairs]) -> Comparison:
        """Return the comparison with repairs that are known: by the number of the row and the formalism."""
        return replace(self, _repairs={**self._repairs, **found})

    def columns(self) -> tuple[Column, ...]:
        """Return the formalisms that were asked about some task, together where all their answers agree.

        Those that were asked about more tasks come first, of these those that express fewer.
        """
        alike: dict[tuple[Answer | None, ...], list[str]] = {}
        for k, formalism in enumerate(self.formalisms):
            alike.setdefault(tuple(answer_in(row.cells[k]) for row in self.rows), []).append(formalism)
        found = [Column(tuple(ids), answers) for answers, ids in alike.items() if any(answers)]

        def rank(column: Column) -> tuple[int, int]:
            return column.answers.count(None), column.answers.count(Answer.EXPRESSIBLE)

        return tuple(sorted(found, key=rank))

    def words(self, what: What = "verdicts") -> tuple[tuple[str, ...], ...]:
        """Return row by row a text for each formalism: its answer, its size or what proves it."""
        return tuple(tuple(_word(cell, what) for cell in row.cells) for row in self.rows)

    def __repr__(self) -> str:
        from specexpr.comparison.matrix import matrix_text

        return matrix_text(self)

    def to_pandas(self, what: What = "verdicts") -> pd.DataFrame:
        """Return a data frame of texts: tasks are its index, with the document if there are several.

        what: "verdicts", the "sizes" of the witnesses, or "proofs", a line for each.
        """
        try:
            import pandas as pd
        except ImportError:
            message = "to_pandas needs the package pandas: pip install 'specexpr[pandas]'"
            raise ImportError(message, name="pandas") from None

        columns = pd.Index(self.formalisms, name="formalism", dtype=object)
        if len(self.documents) > 1:
            names = [(row.document.source.name, row.task.name) for row in self.rows]
            index = pd.MultiIndex.from_tuples(names, names=["document", "task"])
        else:
            index = pd.Index(self.tasks, name="task", dtype=object)
        return pd.DataFrame(list(self.words(what)), index=index, columns=columns, dtype=object)

    def _repr_html_(self) -> str:
        from specexpr.comparison.html import table

        return table(self)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write a page of its own: the matrix, every proof with its pictures, the repairs that are known."""
        from specexpr.report.html import comparison_page

        text = comparison_page(self)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def _index(self, task: str, document: str | None) -> int:
        found = [
            k
            for k, row in enumerate(self.rows)
            if row.task.name == task and document in (None, row.document.source.name)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(self.rows[k].document.source.name for k in found)
            message = f"several documents have a task {shown(task)}"
            raise SpecError([Diagnostic(id="unknown-name", message=message, help=f"document=...: {names}")])
        message, hint = f"there is no task {shown(task)}", name_hint(task, self.tasks, kind="task")
        raise SpecError([Diagnostic(id="unknown-name", message=message, help=hint)])

    def _column(self, formalism: str) -> int:
        if formalism not in self.formalisms:
            message = f"the comparison has no formalism {shown(formalism)}"
            hint = name_hint(formalism, self.formalisms, kind="formalism")
            raise SpecError([Diagnostic(id="unknown-formalism", message=message, help=hint)])
        return self.formalisms.index(formalism)


def answer_in(cell: Cell) -> Answer | None:
    """Return what a cell answers, None where it was not asked."""
    return answer_of(cell.verdict) if isinstance(cell, Answered) else None


def _word(cell: Cell, what: What) -> str:
    if isinstance(cell, Skipped):
        return {"verdicts": "skipped", "proofs": f"needs {cell.needs}"}.get(what, "")
    match what:
        case "verdicts":
            return answer_of(cell.verdict).value
        case "sizes":
            return size_text(size_of_witness(cell.verdict))
        case "proofs":
            return proof_line(cell.verdict)
