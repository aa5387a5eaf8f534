"""The command line: read arguments, make one call, show what it returns, end with a status.

Statuses: 0 all expressible (or done), 1 some inexpressible, 2 some undecided and none inexpressible, 3 the
input or the usage is wrong, 4 our own mistake, 130 interrupted. What a command needs is imported when it
runs: so an interrupt at any moment ends quietly, and `verify` sees nothing but the kernel.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

    from specexpr.certify.document import Document as ResultsDocument
    from specexpr.comparison.asking import Answered, Inquiry
    from specexpr.diagnostics import Diagnostic
    from specexpr.document.document import Document
    from specexpr.expressivity.task import Objective, Options, Task

TRACEBACK = "SPECEXPR_TRACEBACK"
"""The environment variable that makes our own mistakes show where they happened."""


class Status(IntEnum):
    """How a run ends."""

    DONE = 0
    NO = 1
    UNDECIDED = 2
    WRONG = 3
    OUR_MISTAKE = 4
    INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its status; never raises."""
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return Status.INTERRUPTED


def _run(arguments: Sequence[str]) -> Status:
    from specexpr.arguments import read_arguments
    from specexpr.diagnostics import Diagnostic, SpecError, SpecErrors
    from specexpr.report.output import prepare_streams, write_diagnostics, write_errors, write_text

    prepare_streams()
    try:
        about = {name: command.__doc__ for name, command in _COMMANDS.items()}
        read = read_arguments(arguments, {**about, "import gym": _import_gym.__doc__})
        if isinstance(read, str):
            write_text(read)
            return Status.DONE
        return _COMMANDS[read.command](read)
    except SpecError as error:
        write_diagnostics(error.diagnostics, error.source)
        return Status.WRONG
    except SpecErrors as several:
        write_errors(several.errors)
        return Status.WRONG
    except OSError as error:
        message = f"the output cannot be written: {error.strerror or error}"
        write_diagnostics([Diagnostic(id="unwritable-output", message=message)])
        return Status.WRONG
    except MemoryError:
        message = "the memory of this machine does not suffice for this input"
        write_diagnostics([Diagnostic(id="out-of-memory", message=message)])
        return Status.WRONG
    except Exception as error:  # the last resort: whatever it is, it is our mistake and no verdict
        if os.environ.get(TRACEBACK):
            import traceback

            traceback.print_exc()
        what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        message = f"specexpr made a mistake ({what}) and gave no verdict: please report it, with your file"
        hint = f"{TRACEBACK}=1 shows where"
        write_diagnostics([Diagnostic(id="internal-error", message=message, help=hint)])
        return Status.OUR_MISTAKE


def _load(path: str) -> Document:
    """Return the document at a path; its warnings go to standard error."""
    from specexpr.document.loading import loads
    from specexpr.report.files import read_text
    from specexpr.report.output import write_diagnostics

    name, text = read_text(path)
    document = loads(text, name=name)
    write_diagnostics(document.warnings, document.source)
    return document


def _named_objectives(document: Document, names: Sequence[str]) -> list[Objective]:
    """Return the objectives of some names, whichever their environments; raise SpecError for unknown ones."""
    for name in names:
        if all(one.name != name for one in document.objectives):
            document.objective(name)
    return [one for name in names for one in document.objectives if one.name == name]


def _check(read: Namespace) -> Status:
    """Decide whether formalisms can express the tasks of a file, and prove every answer."""
    from specexpr.comparison.asking import answers, named_formalisms, plan, without_use
    from specexpr.report.layout import line
    from specexpr.report.output import write_blocks, write_diagnostics, write_text
    from specexpr.report.progress import progress
    from specexpr.report.terminal import is_terminal
    from specexpr.report.unused import unused_options

    among = None if read.formalisms is None else named_formalisms(read.formalisms)
    document = _load(read.file)
    options = _options(read, document)
    tasks = _selected(document, read.task) if read.task else document.tasks
    planned = plan(tasks, among, options=options, source=document.source)
    write_diagnostics(unused_options(without_use(planned, options)))
    if planned.refused:
        write_diagnostics(planned.refused, document.source)
    with progress(len(planned.inquiries)) as begin:
        answered = tuple(
            answers(
                planned,
                timeout=read.timeout,
                begin=lambda one: begin(f"{one.question.task.name} in {one.formalism.id}"),
            )
        )
    if read.json:
        from specexpr.certify.writing import write_document
        from specexpr.report.results import results_document

        write_text(write_document(results_document(document, tasks, answered, planned.skipped)) + "\n")
    elif not tasks:
        write_blocks([line(f"{document.source.name} has no task: nothing to check")])
    else:
        from specexpr.report.verdicts import survey_blocks, verdict_blocks

        if among is None and len({one.formalism for one in answered}) > 1:
            write_blocks(survey_blocks(answered, planned.skipped))
        else:
            timed = is_terminal(sys.stdout)
            write_blocks(verdict_blocks(answered, planned.skipped, document.source, timed=timed))
    return Status.WRONG if planned.refused else _status(answered)


def _options(read: Namespace, document: Document) -> Options:
    """Return the options of questions about a document that the arguments give."""
    from specexpr.comparison.asking import given_options

    return given_options(
        discount=read.discount,
        modulo_unreachable=True if read.modulo else None,
        horizon=read.horizon,
        beta=read.beta,
        machine_states=read.machine_states,
        observe_labels=True if read.observe else None,
        structure=None if read.structure is None else document.objective(read.structure),
        given=None if read.given is None else _named_objectives(document, read.given),
        utility=read.utility,
        nonnegative=True if read.weights else None,
    )


def _refuse_unwritable(path: str | None) -> None:
    """Raise SpecError where a page is to be written that cannot be."""
    if path is not None:
        from specexpr.report.files import refuse_unwritable

        refuse_unwritable(path)


def _compare(read: Namespace) -> Status:
    """Compare formalisms on the tasks of some files: which express them, how shortly, and what would mend."""
    from specexpr.comparison.asking import Plan, named_formalisms, without_use
    from specexpr.comparison.comparing import agenda, compared, mendable, refuse_if_nothing, repaired
    from specexpr.comparison.workers import cores
    from specexpr.diagnostics import each
    from specexpr.report.layout import line
    from specexpr.report.output import write_blocks, write_diagnostics, write_text
    from specexpr.report.progress import progress
    from specexpr.report.unused import unused_options

    _refuse_unwritable(read.html)
    among = None if read.formalisms is None else named_formalisms(read.formalisms)
    documents = each(_load, list(dict.fromkeys(read.files)))
    options = each(lambda document: _options(read, document), documents)
    agendas = [
        agenda(document, tasks, among, one)
        for document, tasks, one in zip(documents, _chosen(documents, read.task), options, strict=True)
    ]
    refuse_if_nothing(agendas)
    inquiries = tuple(inquiry for one in agendas for inquiry in one.plan.inquiries)
    write_diagnostics(unused_options(without_use(Plan(inquiries), options[0])))
    for one in agendas:
        write_diagnostics(one.plan.refused, one.document.source)
    limits = {"timeout": read.timeout, "processes": read.processes or cores()}
    with progress(len(inquiries)) as begin:
        table = compared(agendas, among, **limits, begin=lambda work: begin(_asked(work)))
    if read.repairs:
        with progress(len(mendable(table))) as begin:
            table = repaired(table, **limits, begin=lambda work: begin(f"repairs of {_asked(work)}"))
    if read.html is not None:
        from specexpr.report.files import write_bytes
        from specexpr.report.html import comparison_page

        write_bytes(read.html, comparison_page(table).encode("utf-8"))
    if read.json:
        from specexpr.report.comparison_json import comparison_json

        write_text(comparison_json(table) + "\n")
    elif not table.rows:
        names = ", ".join(one.source.name for one in documents)
        write_blocks(
            [line(f"{names} {'has' if len(documents) == 1 else 'have'} no task: nothing to compare")]
        )
    else:
        from specexpr.report.comparing import comparison_blocks
        from specexpr.report.terminal import columns

        write_blocks(comparison_blocks(table, width=columns(sys.stdout)))
    return Status.WRONG if any(one.plan.refused for one in agendas) else _status(table.answered)


def _asked(work: Inquiry | Answered) -> str:
    """Say what is asked."""
    formalism = work.formalism if isinstance(work.formalism, str) else work.formalism.id
    return f"{work.question.task.name} in {formalism}"


def _chosen(documents: Sequence[Document], names: Sequence[str] | None) -> list[tuple[Task, ...]]:
    """Return the tasks of each document, those with these names if there are any; each must be in one."""
    if not names:
        return [document.tasks for document in documents]
    everywhere = {task.name for document in documents for task in document.tasks}
    if len(documents) == 1 or not everywhere.issuperset(names):
        _selected(documents[0], [name for name in names if name not in everywhere])
    return [tuple(task for task in document.tasks if task.name in names) for document in documents]


def _selected(document: Document, names: Sequence[str]) -> tuple[Task, ...]:
    """Return the tasks with these names, in the order of the file; raise SpecError with all unknown ones."""
    from specexpr.diagnostics import SpecError

    problems: list[Diagnostic] = []
    for name in dict.fromkeys(names):
        try:
            document.task(name)
        except SpecError as error:
            problems += error.diagnostics
    if problems:
        raise SpecError(problems)
    return tuple(task for task in document.tasks if task.name in names)


def _status(answered: Sequence[Answered]) -> Status:
    from specexpr.expressivity.verdict import Inexpressible, Undecided

    if any(isinstance(one.verdict, Inexpressible) for one in answered):
        return Status.NO
    return Status.UNDECIDED if any(isinstance(one.verdict, Undecided) for one in answered) else Status.DONE


def _evaluate(read: Namespace) -> Status:
    """Print the exact value of every objective at every policy of its environment."""
    from specexpr.report.output import write_blocks, write_diagnostics, write_text
    from specexpr.report.progress import progress
    from specexpr.report.values import estimated_objectives, value_blocks, valued_objectives, values_text

    if read.optimal:
        return _optimal(read)
    document = _load(read.file)
    left_out: list[Diagnostic] = []
    objectives = estimated_objectives if read.approximate else valued_objectives
    with progress(len(document.objectives)) as begin:
        valued = list(objectives(document, left_out.append, begin=lambda one: begin(one.name)))
    write_diagnostics(left_out)
    if read.json:
        write_text(values_text(valued) + "\n")
    else:
        write_blocks(value_blocks(valued, document))
    return _unless_wrong(left_out)


def _unless_wrong(found: Sequence[Diagnostic]) -> Status:
    """Return how a run ends that has done all that could be done."""
    from specexpr.diagnostics import Severity

    return Status.WRONG if any(one.severity is Severity.ERROR for one in found) else Status.DONE


def _optimal(read: Namespace) -> Status:
    """Print the largest value of every objective over all policies, and a policy that attains it."""
    from specexpr.report.optima import optima_text, optimal_objectives, optimum_blocks
    from specexpr.report.output import write_blocks, write_diagnostics, write_text
    from specexpr.report.progress import progress

    document = _load(read.file)
    left_out: list[Diagnostic] = []
    with progress(len(document.objectives)) as begin:
        best = list(optimal_objectives(document, left_out.append, begin=lambda one: begin(one.name)))
    write_diagnostics(left_out)
    if read.json:
        write_text(optima_text(best) + "\n")
    else:
        write_blocks(optimum_blocks(best, document))
    return _unless_wrong(left_out)


def _product(read: Namespace) -> Status:
    """Print the product of an environment and the memory of an objective, with what its steps pay."""
    from specexpr.report.output import write_text
    from specexpr.report.products import find_objective, product_text

    objective = find_objective(_load(read.file), read.objective, environment=read.environment)
    write_text(product_text(objective, read.format))
    return Status.DONE


def _atlas(read: Namespace) -> Status:
    """Compare 17 formalisms: which express whatever which others do, as computed now or by a theorem."""
    from specexpr.comparison.atlas import make_atlas, number_of_questions
    from specexpr.report.atlas import atlas_blocks
    from specexpr.report.atlas_forms import atlas_json, refuse_beside_page, refuse_bounds, unasked_form
    from specexpr.report.output import write_blocks, write_text
    from specexpr.report.progress import progress

    if read.html is not None:
        refuse_beside_page(read.search, read.format)
    if read.search is not None:
        return _search(read)
    refuse_bounds({name: getattr(read, name) for name in ("states", "actions", "policies", "denominator")})
    unasked = unasked_form(read.format)
    if unasked is not None:
        write_text(unasked)
        return Status.DONE
    _refuse_unwritable(read.html)
    with progress(number_of_questions()) as begin:
        atlas = make_atlas(timeout=read.timeout, begin=begin)
    if read.html is not None:
        from specexpr.report.files import write_bytes
        from specexpr.report.html import atlas_page

        write_bytes(read.html, atlas_page(atlas).encode("utf-8"))
    elif read.format == "json":
        write_text(atlas_json(atlas) + "\n")
    else:
        write_blocks(atlas_blocks(atlas))
    return Status.DONE if atlas.is_complete else Status.UNDECIDED


def _search(read: Namespace) -> Status:
    """Look for a smallest task that one formalism expresses and another does not."""
    from specexpr.comparison.search import search, searchable, sizes, within
    from specexpr.report.atlas_forms import refuse_form, search_json
    from specexpr.report.output import write_text
    from specexpr.report.progress import progress
    from specexpr.report.searching import search_document, stage_text

    refuse_form(read.format)
    expresses, lacks = searchable(read.search)
    given = {name: getattr(read, name) for name in ("states", "actions", "policies", "denominator")}
    bounds = within({name: most for name, most in given.items() if most is not None})
    with progress(len(list(sizes(bounds)))) as begin:
        found = search(
            expresses, lacks, bounds, timeout=read.timeout, begin=lambda stage: begin(stage_text(stage))
        )
    write_text(search_json(found) + "\n" if read.format == "json" else search_document(found))
    if found.found is not None:
        return Status.DONE
    return Status.NO if found.is_exhaustive else Status.UNDECIDED


def _draw(read: Namespace) -> Status:
    """Draw an environment, a policy, an objective or a task, as SVG or PNG."""
    from specexpr.report.drawings import Wanted, find_picture, form_of, write_picture
    from specexpr.report.output import write_text

    form_of(read.output)
    wanted = Wanted(
        name=read.name,
        kind=read.kind,
        environment=read.environment,
        policy=read.policy,
        reward=read.reward,
        is_product=read.product,
    )
    write_picture(find_picture(_load(read.file), wanted), read.output, show=write_text)
    return Status.DONE


def _verify(read: Namespace) -> Status:
    """Check every witness and certificate of a results document with the kernel alone."""
    from dataclasses import replace

    from specexpr.certify.document import Outcome, verify
    from specexpr.certify.document import Status as Verified
    from specexpr.certify.reading import read_document
    from specexpr.certify.repairs import RepairsOutcome, verify_repairs
    from specexpr.diagnostics import Source, SpecError
    from specexpr.report.files import read_text
    from specexpr.report.output import write_blocks
    from specexpr.report.progress import progress
    from specexpr.report.verification import outcome_blocks, repair_blocks

    name, text = read_text(read.results)
    try:
        results = read_document(text)
    except SpecError as error:
        raise SpecError(error.diagnostics, source=Source(name, text)) from None
    agrees = read.file is None or _agrees(results, name, read.file)
    outcomes: list[Outcome] = []
    mended: list[RepairsOutcome] = []
    with progress(len(results.results) + len(results.repairs)) as begin:
        for one in results.results:
            begin(f"{one.task} in {one.formalism}")
            outcomes += verify(replace(results, results=(one,)))
        for repairs in results.repairs:
            begin(f"repairs of {repairs.task} in {repairs.formalism}")
            mended.append(verify_repairs(results, repairs))
    write_blocks(outcome_blocks(outcomes))
    if mended:
        write_blocks(repair_blocks(mended))
    statuses = [*(one.status for one in outcomes), *(one.status for one in mended)]
    is_sound = agrees and all(status is not Verified.REFUSED for status in statuses)
    return Status.DONE if is_sound else Status.NO


def _agrees(results: ResultsDocument, name: str, path: str) -> bool:
    """Say whether results are about a file; what differs goes to standard error."""
    from specexpr.diagnostics import Severity
    from specexpr.report.agreement import disagreements
    from specexpr.report.output import write_diagnostics

    found = list(disagreements(results, _load(path), name=name))
    write_diagnostics(found)
    return all(one.severity is not Severity.ERROR for one in found)


def _import_gym(read: Namespace) -> Status:
    """Print a Gymnasium environment that has a transition table as a .spex document."""
    import shlex

    from specexpr.models.gymnasium import import_gymnasium
    from specexpr.report.imports import imported_text, refuse_options
    from specexpr.report.output import write_diagnostics, write_text

    options = {name: value for name, _, value in read.option}
    refuse_options(read.id, options)
    imported = import_gymnasium(read.id, **options)
    given = [word for name, text, _ in read.option for word in ("--option", f"{name}={text}")]
    command = shlex.join(("specexpr", "import", "gym", read.id, *given))
    text = imported_text(imported, origin=f"From Gymnasium: {command}")
    write_diagnostics(imported.notes)
    write_text(text)
    return Status.DONE


def _explain(read: Namespace) -> Status:
    """Show the page of a formalism, a diagnostic or a kind of proof; without a name, list them all."""
    from specexpr.diagnostics import Diagnostic, SpecError
    from specexpr.report.output import write_blocks, write_page
    from specexpr.report.pages import find_page, index_blocks, page_hint
    from specexpr.syntax.names import shown

    if read.name is None:
        write_blocks(index_blocks())
        return Status.DONE
    text = find_page(read.name)
    if text is None:
        message = f"nothing is called {shown(read.name)}: no formalism, no diagnostic, no kind of proof"
        raise SpecError([Diagnostic(id="unknown-name", message=message, help=page_hint(read.name))])
    write_page(text)
    return Status.DONE


_COMMANDS: dict[str, Callable[[Namespace], Status]] = {
    "check": _check,
    "compare": _compare,
    "evaluate": _evaluate,
    "product": _product,
    "draw": _draw,
    "atlas": _atlas,
    "verify": _verify,
    "import": _import_gym,
    "explain": _explain,
}
