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
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import argparse
    from argparse import Namespace

    from specexpr.certify.document import Document as ResultsDocument
    from specexpr.comparison.asking import Answered
    from specexpr.diagnostics import Diagnostic, SpecError
    from specexpr.document.document import Document
    from specexpr.expressivity.task import Task

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
    from specexpr.diagnostics import Diagnostic, SpecError
    from specexpr.report.output import prepare_streams, write_diagnostics, write_text

    prepare_streams()
    try:
        read = _read_arguments(arguments)
        if isinstance(read, str):
            write_text(read)
            return Status.DONE
        return _COMMANDS[read.command](read)
    except SpecError as error:
        write_diagnostics(error.diagnostics, error.source)
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


def _check(read: Namespace) -> Status:
    """Decide whether formalisms can express the tasks of a file, and prove every answer."""
    from specexpr.comparison.asking import answers, given_options, named_formalisms, plan
    from specexpr.report.layout import line
    from specexpr.report.output import write_blocks, write_text
    from specexpr.report.progress import progress
    from specexpr.report.terminal import is_terminal

    options = given_options(discount=read.discount, modulo_unreachable=True if read.modulo else None)
    among = None if read.formalisms is None else named_formalisms(read.formalisms)
    document = _load(read.file)
    tasks = _selected(document, read.task) if read.task else document.tasks
    planned = plan(tasks, among, options=options, source=document.source)
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
        from specexpr.report.verdicts import verdict_blocks

        timed = is_terminal(sys.stdout)
        write_blocks(verdict_blocks(answered, planned.skipped, document.source, timed=timed))
    return _status(answered)


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
    from specexpr.report.values import value_blocks, valued_objectives, values_text

    document = _load(read.file)
    left_out: list[Diagnostic] = []
    with progress(len(document.objectives)) as begin:
        valued = list(valued_objectives(document, left_out.append, begin=lambda one: begin(one.name)))
    write_diagnostics(left_out)
    if read.json:
        write_text(values_text(valued) + "\n")
    else:
        write_blocks(value_blocks(valued, document))
    return Status.DONE


def _verify(read: Namespace) -> Status:
    """Check every witness and certificate of a results document with the kernel alone."""
    from dataclasses import replace

    from specexpr.certify.document import Outcome, verify
    from specexpr.certify.document import Status as Verified
    from specexpr.certify.reading import read_document
    from specexpr.diagnostics import Source, SpecError
    from specexpr.report.files import read_text
    from specexpr.report.output import write_blocks
    from specexpr.report.progress import progress
    from specexpr.report.verification import outcome_blocks

    name, text = read_text(read.results)
    try:
        results = read_document(text)
    except SpecError as error:
        raise SpecError(error.diagnostics, source=Source(name, text)) from None
    agrees = read.file is None or _agrees(results, name, read.file)
    outcomes: list[Outcome] = []
    with progress(len(results.results)) as begin:
        for one in results.results:
            begin(f"{one.task} in {one.formalism}")
            outcomes += verify(replace(results, results=(one,)))
    write_blocks(outcome_blocks(outcomes))
    is_sound = agrees and all(outcome.status is not Verified.REFUSED for outcome in outcomes)
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
    "evaluate": _evaluate,
    "verify": _verify,
    "import": _import_gym,
    "explain": _explain,
}


# -- arguments ---------------------------------------------------------------------------------------------

_ABOUT = "Decide, with proof, which specification languages can express a task for an agent."

_EXAMPLES = """\
examples:
  specexpr check rooms.spex                       decide every task, with a reward or a conflict as proof
  specexpr check rooms.spex --json > results.json
  specexpr verify results.json rooms.spex         check the proofs again, with the kernel alone
  specexpr import gym FrozenLake-v1 > lake.spex
  specexpr explain mr                             what a Markov reward can and cannot say

exit status: 0 all expressible or done, 1 some inexpressible, 2 some undecided and none inexpressible,
3 the input or the usage is wrong, 4 a mistake of specexpr, 130 interrupted"""

_CHECK_EXAMPLES = """\
examples:
  specexpr check rooms.spex
  specexpr check rooms.spex --task t1 --task t2 --in mr --discount 9/10
  generate-rooms | specexpr check -"""

_IMPORT_EXAMPLES = """\
examples:
  specexpr import gym FrozenLake-v1 --option is_slippery=false > lake.spex
  specexpr check lake.spex"""

_VERIFY_EXAMPLES = """\
examples:
  specexpr verify results.json                    every proof, by the kernel alone
  specexpr verify results.json rooms.spex         and that the results are about this file

exit status: 0 all hold, 1 some are refused, 3 the document cannot be read"""


def _read_arguments(arguments: Sequence[str]) -> Namespace | str:
    """Return what the arguments say, or the text that they ask for; raise SpecError where they are wrong."""
    import argparse

    from specexpr.diagnostics import did_you_mean
    from specexpr.syntax.names import clipped

    class Text(Exception):  # noqa: N818 -- an answer, not a failure
        """The arguments ask for a text."""

    class Version(argparse.Action):
        def __call__(self, *_: object) -> None:
            from specexpr import __version__

            raise Text(f"specexpr {__version__}\n")

    class Parser(argparse.ArgumentParser):
        def __init__(self, **given: Any) -> None:
            super().__init__(
                **given, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
            )

        def print_help(self, file: object = None) -> None:
            raise Text(self.format_help())

        def error(self, message: str) -> NoReturn:
            raise _usage(message.removeprefix("argument "), f"{self.prog} --help says more")

        def _check_value(self, action: argparse.Action, value: object) -> None:
            if action.choices is not None and value not in action.choices:
                kind = (action.metavar or action.dest).lower() if isinstance(action.metavar, str) else "value"
                hint = did_you_mean(str(value), map(str, action.choices), kind=kind)
                raise _usage(f'there is no {kind} "{clipped(str(value))}"', hint)

    def seconds(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 < number < 1e9:
            raise argparse.ArgumentTypeError(f'"{clipped(text)}" is not a positive number of seconds')
        return number

    def option(text: str) -> tuple[str, str, object]:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise argparse.ArgumentTypeError(f'"{clipped(text)}" is not of the form name=value')
        return name, value, _value(value)

    parser = Parser(prog="specexpr", description=_ABOUT, epilog=_EXAMPLES)
    parser.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    check = commands.add_parser(
        "check", help="decide tasks", description=_check.__doc__, epilog=_CHECK_EXAMPLES
    )
    check.add_argument("file", metavar="FILE", help="a .spex file, or - for standard input")
    check.add_argument("--task", action="append", metavar="T", help="only this task; may be repeated")
    check.add_argument(
        "--in", dest="formalisms", type=_listed, metavar="F,...", help="only in these formalisms"
    )
    check.add_argument("--discount", metavar="G", help="the discount, exact: 9/10 or 0.9")
    check.add_argument("--modulo", choices=["unreachable"], help="policies that behave alike count as one")
    check.add_argument(
        "--timeout", type=seconds, default=60.0, metavar="S", help="seconds for each answer (60)"
    )
    check.add_argument("--json", action="store_true", help="print one JSON document, with every proof")

    evaluate = commands.add_parser("evaluate", help="value objectives", description=_evaluate.__doc__)
    evaluate.add_argument("file", metavar="FILE", help="a .spex file, or - for standard input")
    evaluate.add_argument("--json", action="store_true", help="print one JSON document")

    verify = commands.add_parser(
        "verify", help="check proofs", description=_verify.__doc__, epilog=_VERIFY_EXAMPLES
    )
    verify.add_argument(
        "results", metavar="RESULTS", help="what check --json printed, or - for standard input"
    )
    verify.add_argument("file", metavar="FILE", nargs="?", help="the .spex file that the results are about")

    imports = commands.add_parser("import", help="print an environment from elsewhere")
    sources = imports.add_subparsers(dest="source", metavar="SOURCE", required=True)
    gym = sources.add_parser(
        "gym", help="from Gymnasium", description=_import_gym.__doc__, epilog=_IMPORT_EXAMPLES
    )
    gym.add_argument("id", metavar="ID", help="the environment, for example FrozenLake-v1")
    gym.add_argument(
        "--option", action="append", default=[], type=option, metavar="NAME=VALUE", help="for its maker"
    )

    explain = commands.add_parser("explain", help="show a page", description=_explain.__doc__)
    explain.add_argument(
        "name", metavar="NAME", nargs="?", help="a formalism, a diagnostic or a kind of proof"
    )

    try:
        if not arguments:
            known = ", ".join(commands.choices)
            raise _usage("a command is needed", f"one of {known}; specexpr --help says more")
        read, unknown = parser.parse_known_args(arguments)
    except Text as text:
        return str(text)
    if unknown:
        used: argparse.ArgumentParser = gym if read.command == "import" else commands.choices[read.command]
        first = clipped(unknown[0])
        if not first.startswith("-"):
            raise _usage(f'"{first}" is more than {used.prog} takes', f"{used.prog} --help says more")
        given = first.partition("=")[0]
        elsewhere = [other.prog for other in (*commands.choices.values(), gym) if given in _options(other)]
        if elsewhere:
            hint = f"{given} is an option of {' and of '.join(elsewhere)}"
        else:
            hint = did_you_mean(given, _options(used), kind="option")
        raise _usage(f'{used.prog} has no option "{first}"', hint)
    return read


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """Return the long options that a parser lists in its help."""
    import re

    return re.findall(r"^  (?:-\w, )?(--[a-z]+)", parser.format_help(), re.MULTILINE)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _value(text: str) -> object:
    """Read the value of an option as Python or JSON writes it; what is neither is a text."""
    import json

    try:
        return json.loads({"True": "true", "False": "false", "None": "null"}.get(text, text))
    except ValueError:
        return text


def _usage(message: str, hint: str | None) -> SpecError:
    from specexpr.diagnostics import Diagnostic, SpecError

    return SpecError([Diagnostic(id="usage", message=message, help=hint)])
