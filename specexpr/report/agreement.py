"""Whether a results document is about a file: the same environments, policies and constraints.

This stands outside the kernel: it trusts the parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from specexpr.certify.document import Document as ResultsDocument
from specexpr.certify.document import DocumentEnvironment, DocumentTask
from specexpr.diagnostics import Diagnostic, Severity
from specexpr.document.document import Document
from specexpr.report.results import results_document
from specexpr.syntax.names import shown


def disagreements(results: ResultsDocument, document: Document, *, name: str) -> Iterator[Diagnostic]:
    """Yield what differs between results, of this name, and a document.

    Errors where the two say different things, warnings where only lines or options do, notes on tasks of the
    document that the results do not answer.
    """
    mine = results_document(document, document.tasks, (), ())
    place = document.source.name
    environments = {one.name: one for one in mine.environments}
    for environment in results.environments:
        yield from _environment(environment, environments.get(environment.name), place)
    families = {one.name: one for one in mine.families}
    for family in results.families:
        if families.get(family.name) != family:
            yield _differs(f"the members of family {shown(family.name)} are not those of {place}")
    tasks = {one.name: one for one in mine.tasks}
    for task in results.tasks:
        yield from _task(task, tasks.get(task.name), place)
    options = {task.name: task.options for task in document.tasks}
    for result in results.results:
        asked = options.get(result.task)
        if asked is None:
            continue
        given = result.given
        if given.discount is not None and (asked.discount or given.discount) != given.discount:
            yield _other_option(result.task, result.formalism, "discount", place)
        if given.is_any and asked.discount is not None:
            yield _other_option(result.task, result.formalism, "discount", place)
        if (asked.modulo_unreachable or False) != given.modulo_unreachable:
            yield _other_option(result.task, result.formalism, "modulo unreachable", place)
    answered = {one.task for one in results.results} | {one.task for one in results.skipped}
    for asked_task in document.tasks:
        if asked_task.name not in answered:
            message = f"{shown(asked_task.name)}: no result in {name}"
            yield Diagnostic(id="results-differ", message=message, severity=Severity.NOTE)


def _environment(
    theirs: DocumentEnvironment, mine: DocumentEnvironment | None, place: str
) -> Iterator[Diagnostic]:
    name = shown(theirs.name)
    if mine is None:
        yield _differs(f"{place} has no environment {name}")
        return
    parts = {
        "states": theirs.model.states == mine.model.states,
        "actions": theirs.model.actions == mine.model.actions,
        "start": theirs.model.start == mine.model.start,
        "transitions": theirs.model.rows == mine.model.rows,
        "labels": theirs.labels == mine.labels,
    }
    differ = [part for part, is_same in parts.items() if not is_same]
    if differ:
        yield _differs(f"environment {name} is not that of {place}: its {', '.join(differ)} differ")


def _task(theirs: DocumentTask, mine: DocumentTask | None, place: str) -> Iterator[Diagnostic]:
    name = shown(theirs.name)
    if mine is None:
        yield _differs(f"{place} has no task {name}")
        return
    if theirs == mine:
        return
    if _without_lines(theirs) == _without_lines(mine):
        message = f"task {name} stands on other lines of {place} than the results say"
        yield Diagnostic(id="results-differ", message=message, severity=Severity.WARNING)
        return
    one, other = _without_lines(theirs), _without_lines(mine)
    parts = {
        "environment": one.environment == other.environment,
        "policies": one.policies == other.policies,
        "constraints": one.constraints == other.constraints,
        "acceptable sets": one.acceptable == other.acceptable,
    }
    differ = ", ".join(part for part, is_same in parts.items() if not is_same)
    yield _differs(f"task {name} is not that of {place}: its {differ} differ")


def _without_lines(task: DocumentTask) -> DocumentTask:
    return replace(
        task,
        constraints=tuple(replace(one, line=None) for one in task.constraints),
        acceptable=tuple(replace(one, line=None) for one in task.acceptable),
    )


def _differs(message: str) -> Diagnostic:
    hint = "these results are about another file, or one of the two has been changed"
    return Diagnostic(id="results-differ", message=message, help=hint)


def _other_option(task: str, formalism: str, option: str, place: str) -> Diagnostic:
    message = f"task {shown(task)} was asked in {formalism} with another {option} than {place} gives"
    return Diagnostic(id="results-differ", message=message, severity=Severity.WARNING)
