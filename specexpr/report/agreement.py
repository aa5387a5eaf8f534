"""Whether a results document is about a file: the same environments, policies and constraints.

This stands outside the kernel: it trusts the parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from specexpr.certify.document import Document as ResultsDocument
from specexpr.certify.document import DocumentEnvironment, DocumentTask, Result
from specexpr.certify.measure_json import write_given
from specexpr.diagnostics import Diagnostic, Severity
from specexpr.document.document import Document
from specexpr.expressivity.task import Question, Task
from specexpr.formalism import find_formalism
from specexpr.given import lacks_given, measured
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
    named = {task.name: task for task in document.tasks}
    for result in results.results:
        task_of_mine = named.get(result.task)
        if task_of_mine is None:
            continue
        asked = task_of_mine.options
        given = result.given
        if given.discount is not None and (asked.discount or given.discount) != given.discount:
            yield _other_option(result.task, result.formalism, "discount", place)
        if given.is_any and asked.discount is not None:
            yield _other_option(result.task, result.formalism, "discount", place)
        if (asked.modulo_unreachable or False) != given.modulo_unreachable:
            yield _other_option(result.task, result.formalism, "modulo unreachable", place)
        if given.setting.utility is not None and asked.utility not in (None, given.setting.utility):
            yield _other_option(result.task, result.formalism, "utility", place)
        formalism = find_formalism(result.formalism)
        uses_sign = formalism is not None and "nonnegative" in formalism.options
        if uses_sign and (asked.nonnegative or False) != given.setting.nonnegative:
            yield _other_option(result.task, result.formalism, "sign of the weights", place)
        yield from _given(results, result, document, task_of_mine)
    answered = {one.task for one in results.results} | {one.task for one in results.skipped}
    for asked_task in document.tasks:
        if asked_task.name not in answered:
            message = f"{shown(asked_task.name)}: no result in {name}"
            yield Diagnostic(id="results-differ", message=message, severity=Severity.NOTE)


def _given(results: ResultsDocument, result: Result, document: Document, task: Task) -> Iterator[Diagnostic]:
    """Yield what differs between the objectives that a result was asked by and those of the document.

    Errors where one of that name is another one there, a warning where the task names others.
    """
    theirs, place = result.given.setting.given, document.source.name
    about = next((one for one in results.tasks if one.name == result.task), None)
    if not theirs or about is None:
        return
    if task.options.given and {one.name for one in task.options.given} != {one.name for one in theirs}:
        asked = f"task {shown(result.task)} was asked in {result.formalism}"
        message = f"{asked} by other objectives than {place} gives"
        yield Diagnostic(id="results-differ", message=message, severity=Severity.WARNING)
    scope, first = results.scope(about), task.environments[0]
    names = tuple(environment.name for environment in task.environments)
    if (scope.names, scope.models[0].states, scope.models[0].actions) != (names, first.states, first.actions):
        return  # another environment, which is said already
    said = f"task {shown(result.task)} was asked in {result.formalism} by objective"
    for one in theirs:
        mine = tuple(
            o for o in document.objectives if o.name == one.name and o.environment.name in scope.names
        )
        if len(mine) < len(names):
            message = f"{said} {shown(one.name)}, which {place} does not have"
        else:
            here = Question(task=task, options=replace(task.options, given=mine))
            if lacks_given(here) is None and write_given(measured(here), scope) == write_given((one,), scope):
                continue
            message = f"{said} {shown(one.name)}, which is another one in {place}"
        yield _differs(message)


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
