"""The finite tasks that tell formalisms apart, each answered now by every one of the 17.

They are documents that ship with the package (`cases/*.spex`), here put together into one. Their discount is
open: a task is out of reach of Markov rewards, say, if it is at every discount.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from specexpr.comparison.asking import Answered, Inquiry, ask
from specexpr.comparison.hierarchy import SEVENTEEN
from specexpr.document.document import Document
from specexpr.document.loading import loads
from specexpr.expressivity.task import Task
from specexpr.expressivity.verdict import Expressible, Inexpressible
from specexpr.formalism import find_formalism, posed, settled

NAME = "atlas.spex"
_CASES = Path(__file__).parent / "cases"
_FILES = ("memory", "three_levels", "one_shot", "transience", "unreachable", "discontinuity")


@dataclass(frozen=True, slots=True)
class Case:
    """A separating task; `about` is what its document says above the environment and the task."""

    name: str
    task: Task
    about: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A formalism that could not be asked about a case, and why."""

    formalism: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseColumn:
    """A case with what each formalism answers, proved, and those that have no answer."""

    case: Case
    answered: tuple[Answered, ...]
    missing: tuple[Missing, ...] = ()

    def is_expressible(self, formalism: str) -> bool | None:
        """Say whether a formalism, by id, expresses the case; None where that is not proved."""
        for one in self.answered:
            if one.formalism == formalism:
                match one.verdict:
                    case Expressible():
                        return True
                    case Inexpressible():
                        return False
        return None


@cache
def cases_document() -> Document:
    """Return all cases in one document; its text is what a user can check."""
    texts = ((_CASES / f"{name}.spex").read_text(encoding="utf-8") for name in _FILES)
    return loads("\n".join(texts), name=NAME)


@cache
def cases() -> tuple[Case, ...]:
    """Return the cases in the order of the document, with names C1, C2, .."""
    document = cases_document()
    return tuple(
        Case(f"C{k}", task, f"{_above('environment', task.scope)} {_above('task', task.name)}")
        for k, task in enumerate(document.tasks, start=1)
    )


def _above(kind: str, name: str) -> str:
    """Return the comment in the line above a declaration."""
    lines = cases_document().source.text.splitlines()
    place = next(k for k, line in enumerate(lines) if line.startswith(f"{kind} {name} "))
    return lines[place - 1].removeprefix("# ")


def task_line(task: Task) -> str:
    """Return the line of the document that declares a task."""
    lines = cases_document().source.text.splitlines()
    return next(line for line in lines if line.startswith(f"task {task.name} "))


def case_columns(
    *,
    among: Sequence[str] = SEVENTEEN,
    timeout: float | None = None,
    begin: Callable[[str], None] | None = None,
) -> tuple[CaseColumn, ...]:
    """Ask every case in each formalism, by id; `begin` hears of each question before it is decided."""
    return tuple(_column(case, among, timeout, begin) for case in cases())


def _column(
    case: Case, among: Sequence[str], timeout: float | None, begin: Callable[[str], None] | None
) -> CaseColumn:
    answered: list[Answered] = []
    missing: list[Missing] = []
    for name in among:
        if begin is not None:
            begin(f"{case.task.name} in {name}")
        formalism = find_formalism(name)
        if formalism is None or formalism.decide is None:
            missing.append(Missing(name, f"{name} does not decide tasks"))
            continue
        question = posed(formalism, case.task, case.task.options)
        needed = None if formalism.needs is None else formalism.needs(question)
        if needed is not None:
            missing.append(Missing(name, f"{name} needs {needed}"))
            continue
        answered.append(ask(Inquiry(settled(formalism, question), formalism), timeout=timeout))
    return CaseColumn(case, tuple(answered), tuple(missing))
