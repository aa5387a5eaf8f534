"""Tasks and formalisms side by side: a table of verdicts for programs, notebooks and browsers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Unpack

from specexpr.comparison.asking import (
    Answered,
    GivenOptions,
    Skipped,
    answers,
    deciding,
    given_options,
    named_formalisms,
    plan,
)
from specexpr.comparison.summary import answer_of
from specexpr.document.document import Document
from specexpr.expressivity.verdict import Verdict
from specexpr.syntax.names import write_name

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Every task in every formalism: what was answered, and what was skipped for want of an option.

    `tasks` and `formalisms` are the names in the order of the rows and columns.
    """

    tasks: tuple[str, ...]
    formalisms: tuple[str, ...]
    answered: tuple[Answered, ...]
    skipped: tuple[Skipped, ...] = ()

    def verdict(self, task: str, formalism: str) -> Verdict | None:
        """Return the verdict on a task in a formalism (its id), or None if it was not asked."""
        return next((cell.verdict for cell in self._cells(task, formalism)), None)

    def _cells(self, task: str, formalism: str) -> Iterable[Answered]:
        return (a for a in self.answered if (a.question.task.name, a.formalism) == (task, formalism))

    def rows(self) -> Mapping[str, tuple[str, ...]]:
        """Return for each task the word of each formalism: its answer, "skipped", or nothing."""
        words = {(one.task, one.formalism): "skipped" for one in self.skipped}
        words |= {(a.question.task.name, a.formalism): answer_of(a.verdict).value for a in self.answered}
        return {task: tuple(words.get((task, f), "") for f in self.formalisms) for task in self.tasks}

    def __repr__(self) -> str:
        rows = [("task", *self.formalisms), *((_named(task), *words) for task, words in self.rows().items())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        padded = (zip(row, widths, strict=True) for row in rows)
        return "\n".join("  ".join(word.ljust(width) for word, width in row).rstrip() for row in padded)

    def to_pandas(self) -> pd.DataFrame:
        """Return the words as a data frame: tasks are its index, formalisms its columns."""
        try:
            import pandas as pd
        except ImportError:
            message = "to_pandas needs the package pandas: pip install 'specexpr[pandas]'"
            raise ImportError(message, name="pandas") from None

        index = pd.Index(self.tasks, name="task", dtype=object)
        columns = pd.Index(self.formalisms, name="formalism", dtype=object)
        return pd.DataFrame(list(self.rows().values()), index=index, columns=columns, dtype=object)

    def _repr_html_(self) -> str:
        from specexpr.comparison.html import table

        return table(self)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write a page with the table and the reason for every verdict."""
        from specexpr.comparison.html import page

        text = page(self)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def _named(task: str) -> str:
    return write_name(task, reserved=frozenset())


def compare(
    document: Document,
    formalisms: Iterable[str] | None = None,
    *,
    discount: str | Fraction | int | None = None,
    timeout: float | None = None,
    **options: Unpack[GivenOptions],
) -> Comparison:
    """Ask every task of a document in some formalisms, by default in all that decide.

    Options that are given override those of the tasks; `timeout` is in seconds for each cell. Raises
    SpecError for a formalism that does not exist and IllPosed for a task that nobody can be asked about.
    """
    among = None if formalisms is None else named_formalisms(formalisms)
    given = given_options(discount=discount, **options)
    planned = plan(document.tasks, among, options=given, source=document.source)
    return Comparison(
        tasks=tuple(task.name for task in document.tasks),
        formalisms=tuple(formalism.id for formalism in (deciding() if among is None else among)),
        answered=tuple(answers(planned, timeout=timeout)),
        skipped=planned.skipped,
    )
