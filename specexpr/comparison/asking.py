"""Ask tasks in formalisms: settle what is asked, then decide cell by cell, each within its time.

What cannot be asked is said before anything is decided. Nothing is printed here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any, TypedDict, Unpack

from specexpr.certify.clock import MOST_STEPS
from specexpr.certify.model import Shape
from specexpr.certify.proofs import Refused
from specexpr.comparison.limit import run_within
from specexpr.diagnostics import Diagnostic, IllPosed, InternalError, NoAutomaton, Source, SpecError
from specexpr.exact import rational
from specexpr.expressivity.shape import doubt_claim
from specexpr.expressivity.task import Objective, Options, Question, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import Formalism, find_formalism, formalisms, posed, settled
from specexpr.syntax.names import clipped, name_hint, shown
from specexpr.syntax.numbers import number_hint

GRACE = 1.0
"""Seconds after its deadline at which a decision that has not looked at the clock is ended."""

ANY_DISCOUNT = "any"
MOST_MACHINE_STATES = 100

_OPEN = Options()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question that a formalism can be asked."""

    question: Question
    formalism: Formalism


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with the verdict of the formalism with this id, and the seconds that it took."""

    question: Question
    formalism: str
    verdict: Verdict
    seconds: float


@dataclass(frozen=True, slots=True)
class Skipped:
    """A formalism (its id) that was not asked about a task, and what it needs."""

    task: str
    formalism: str
    needs: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, task by task, and what will not.

    refused: what is said of those that are skipped although they were asked for by name, or although nobody
    else can be asked about the task.
    """

    inquiries: tuple[Inquiry, ...]
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[Diagnostic, ...] = ()


def check(
    task: Task,
    formalism: str,
    *,
    discount: str | Fraction | int | None = None,
    timeout: float | None = None,
    **options: Unpack[GivenOptions],
) -> Verdict:
    """Decide whether a formalism can express a task, and prove it.

    formalism: an id ("mr") or a keyword ("reward"). discount: exact ("9/10"), or "any". The discount and
    other options (the fields of `Options`, such as horizon=10) override those of the task.
    timeout: seconds, after which the verdict is `Undecided`.
    Raises SpecError for a formalism that does not exist and IllPosed for a question that cannot be asked.

    >>> from specexpr.document import loads
    >>> document = loads('''
    ... environment rooms {
    ...   states s0 s1; actions stay go; start s0
    ...   s0 / stay -> s0; s0 / go -> s1; s1 / * -> s1
    ... }
    ... policy here in rooms { * -> stay }
    ... policy there in rooms { * -> go }
    ... task move in rooms { there > here }
    ... ''')
    >>> type(check(document.task("move"), "mr", discount="9/10")).__name__
    'Expressible'
    """
    if not isinstance(task, Task):
        raise TypeError(f'a task is needed, not {type(task).__name__}: give document.task("NAME")')
    if not isinstance(formalism, str):
        raise TypeError(f'formalism must be a name such as "mr", not {type(formalism).__name__}')
    given = given_options(discount=discount, **options)
    (inquiry,) = plan([task], named_formalisms([formalism]), options=given).inquiries
    doubt = doubt_claim(inquiry.question.claim())
    if doubt is not None:
        raise IllPosed([Diagnostic(id="malformed-task", message=doubt, help="write it as a document")])
    return ask(inquiry, timeout=timeout).verdict


class GivenOptions(TypedDict, total=False):
    """Options of a question, but for the discount, as a caller in Python gives them; see `Options`."""

    modulo_unreachable: bool | None
    horizon: int | None
    beta: str | Fraction | int | None
    machine_states: int | None
    observe_labels: bool | None
    structure: Objective | None
    given: Sequence[Objective] | None
    utility: str | None
    nonnegative: bool | None


def given_options(*, discount: str | Fraction | int | None, **options: Unpack[GivenOptions]) -> Options:
    """Return options from what a caller gives; raise SpecError for one that makes no sense."""
    found = _checked_options(dict(options))
    if discount is None:
        return found
    if discount == ANY_DISCOUNT:
        return replace(found, any_discount=True)
    return replace(found, discount=_discount(discount))


def _checked_options(given: dict[str, Any]) -> Options:
    """Return options of any type as they must be; raise TypeError or SpecError where they are not."""
    for name in given:
        if name not in GivenOptions.__annotations__:
            known = ", ".join(("discount", *GivenOptions.__annotations__))
            raise TypeError(f'there is no option "{name}"; the options of a question are {known}')
    for name, limit in (("horizon", MOST_STEPS), ("machine_states", MOST_MACHINE_STATES)):
        number = given.get(name)
        if number is None:
            continue
        if not isinstance(number, int) or isinstance(number, bool):
            raise TypeError(f"{name} must be an int, not {type(number).__name__}")
        if not 0 < number <= limit:
            word = name.replace("_", " ")
            message = f"{word} must be a whole number from 1 to {limit}, {clipped(str(number))} is not"
            raise SpecError([Diagnostic(id="bad-number", message=message, help=f"write {word} 3, say")])
    beta, structure = given.get("beta"), given.get("structure")
    if isinstance(beta, float):
        raise TypeError(f'beta is exact: write "{beta}" in quotes, or a Fraction')
    if beta is not None:
        given["beta"] = _beta(beta)
    if structure is not None and not isinstance(structure, Objective):
        kind = type(structure).__name__
        raise TypeError(f'structure must be an objective, not {kind}: give document.objective("NAME")')
    objectives = given.get("given")
    if objectives is not None:
        given["given"] = (objectives,) if isinstance(objectives, Objective) else tuple(objectives)
        if not all(isinstance(one, Objective) for one in given["given"]):
            raise TypeError('given must be objectives: give [document.objective("NAME")]')
    utility = given.get("utility")
    if utility is not None and utility not in set(Shape):
        message, hint = f"there is no utility {shown(str(utility))}", ", ".join(Shape)
        raise SpecError([Diagnostic(id="usage", message=message, help=f"one of {hint}")])
    given["utility"] = None if utility is None else Shape(utility)
    return Options(**given)


def _beta(given: str | Fraction | int) -> Fraction:
    try:
        value = rational(given) if isinstance(given, str) else Fraction(given)
    except ValueError:
        message = f"beta {clipped(str(given))} is not a number"
        hint = number_hint(str(given))
        raise SpecError([Diagnostic(id="bad-number", message=message, help=hint)]) from None
    if not 0 < value <= 1:
        message = f"beta must be more than 0 and at most 1, {clipped(str(given))} is not"
        raise SpecError([Diagnostic(id="bad-number", message=message, help="write 7/10, say")])
    return value


def _discount(given: str | Fraction | int) -> Fraction:
    if isinstance(given, float):
        raise TypeError(f'a discount is exact: write "{given}" in quotes, or a Fraction')
    try:
        value = rational(given) if isinstance(given, str) else Fraction(given)
    except ValueError as error:
        text = clipped(str(given))
        reason = "" if str(error).startswith("not a number") else f": {error}"
        message = f'the discount "{text}" is not a number{reason}'
        hint = number_hint(str(given))
        raise SpecError([Diagnostic(id="bad-number", message=message, help=hint)]) from None
    if not 0 < value < 1:
        message = f"a discount must lie strictly between 0 and 1, {clipped(str(given))} does not"
        raise SpecError([Diagnostic(id="bad-discount", message=message, help="write 9/10, say")])
    return value


def deciding() -> tuple[Formalism, ...]:
    """Return the formalisms that decide tasks, each behind those that it covers."""
    from specexpr.comparison.cheapest import by_power

    return by_power(formalism for formalism in formalisms().values() if formalism.decide is not None)


def named_formalisms(names: Iterable[str]) -> tuple[Formalism, ...]:
    """Return formalisms by id or keyword, each once; raise SpecError with all names that are unknown."""
    found: dict[str, Formalism] = {}
    problems = []
    for name in names:
        formalism = find_formalism(name)
        if formalism is None:
            names = (one for f in formalisms().values() for one in (f.id, f.keyword) if one is not None)
            known = tuple(dict.fromkeys(names))
            hint = name_hint(name, known, kind="formalism")
            message = f"there is no formalism {shown(name)}"
            problems.append(Diagnostic(id="unknown-formalism", message=message, help=hint))
        else:
            found[formalism.id] = formalism
    if problems:
        raise SpecError(problems)
    return tuple(found.values())


def plan(
    tasks: Iterable[Task],
    among: Sequence[Formalism] | None = None,
    *,
    options: Options = _OPEN,
    source: Source | None = None,
) -> Plan:
    """Return what can be asked: each task in each of the formalisms, by default in all that decide.

    A formalism that needs more than the task says is skipped. If it was asked for by name, or if every
    formalism is skipped, that is a mistake: it is in `refused`, and where nothing else can be asked either,
    IllPosed is raised.
    """
    found = planned(tasks, among, options=options)
    if found.refused and not found.inquiries:
        raise IllPosed(found.refused, source=source)
    return found


def planned(
    tasks: Iterable[Task], among: Sequence[Formalism] | None = None, *, options: Options = _OPEN
) -> Plan:
    """Return the same, even where nothing can be asked."""
    inquiries: list[Inquiry] = []
    skipped: list[Skipped] = []
    problems: list[Diagnostic] = []
    for task in tasks:
        given = options.over(task.options)
        missing: list[tuple[Formalism, str]] = []
        asked = 0
        for formalism in deciding() if among is None else among:
            question = posed(formalism, task, given)
            needed = _needed(formalism, question)
            if needed is None:
                inquiries.append(Inquiry(settled(formalism, question), formalism))
                asked += 1
            else:
                missing.append((formalism, needed))
        if among is not None or not asked:
            problems += (_cannot_ask(task, formalism, needed) for formalism, needed in missing)
        skipped += (Skipped(task.name, formalism.id, needed) for formalism, needed in missing)
    return Plan(tuple(inquiries), tuple(skipped), tuple(problems))


def without_use(planned: Plan, options: Options) -> dict[str, tuple[str, ...]]:
    """Return the options, fields of `Options`, that bear on nothing that is asked, and whom they are for."""
    used = {name for one in planned.inquiries for name in one.formalism.options}
    found: dict[str, tuple[str, ...]] = {}
    for f in fields(options):
        name = "discount" if f.name == "any_discount" else f.name
        if planned.inquiries and getattr(options, f.name) and name not in used:
            found[name] = tuple(one.id for one in deciding() if name in one.options)
    return found


def _needed(formalism: Formalism, question: Question) -> str | None:
    if formalism.decide is None:
        return "a way to decide tasks: it only evaluates objectives"
    return None if formalism.needs is None else formalism.needs(question)


def _cannot_ask(task: Task, formalism: Formalism, needed: str) -> Diagnostic:
    what, _, hint = needed.partition(": ")
    message = f"task {shown(task.name)} cannot be asked in {formalism.id} without {what}"
    return Diagnostic(id="cannot-ask", message=message, span=task.span, help=hint or None)


def ask(inquiry: Inquiry, *, timeout: float | None = None) -> Answered:
    """Decide one question within so many seconds; out of time or memory, the verdict is `Undecided`."""
    if timeout is not None and not isinstance(timeout, int | float):
        raise TypeError(f"timeout must be a number of seconds, not {type(timeout).__name__}")
    if timeout is not None and not (timeout > 0 and math.isfinite(timeout)):
        raise ValueError(f"a timeout must be a positive number of seconds, not {timeout}")
    decide = inquiry.formalism.decide
    if decide is None:
        raise InternalError(f"{inquiry.formalism.id} was asked to decide and cannot")
    started = time.monotonic()
    question = inquiry.question
    if timeout is not None:
        question = replace(question, deadline=started + timeout)

    def decided() -> Verdict:
        if question.task.unsettled is not None:
            return Undecided(f"limit: {question.task.unsettled}")
        verdict = decide(question)
        _insist_on_proof(inquiry, verdict)
        return verdict

    try:
        verdict = run_within(None if timeout is None else timeout + GRACE, decided)
    except NoAutomaton as error:  # of an objective that the question gives
        verdict = Undecided(f"limit: {error.diagnostics[0].message}")
    except MemoryError:
        verdict = Undecided("limit: the memory of this machine did not suffice")
    if verdict is None:
        verdict = Undecided("time: the limit passed before an answer was proved")
    seconds = time.monotonic() - started
    return Answered(inquiry.question, inquiry.formalism.id, _about(verdict, inquiry.question), seconds)


def _insist_on_proof(inquiry: Inquiry, verdict: Verdict) -> None:
    """Let the kernel check a verdict, whoever gave it; raise InternalError where it does not agree."""
    from specexpr.certify.checking import Answer
    from specexpr.certify.checking import check as check_proof

    proof: object
    match verdict:
        case Expressible(witness=witness):
            proof, answer = witness.proof, Answer.EXPRESSIBLE
        case Inexpressible(certificate=certificate):
            proof, answer = certificate.proof, Answer.INEXPRESSIBLE
        case Undecided():
            return
    try:
        proved: str = check_proof(inquiry.question.claim(), inquiry.formalism.id, proof)
    except Refused as refusal:
        proved = f"nothing: {refusal}"
    if proved != answer:
        said = f"the formalism {inquiry.formalism.id} says {answer}, but its proof shows {proved}"
        raise InternalError(said)


def _about(verdict: Verdict, question: Question) -> Verdict:
    """Return a verdict that does not remember its deadline: asked again, it is the same."""
    match verdict:
        case Expressible(witness=witness):
            return replace(verdict, witness=replace(witness, question=question))
        case Inexpressible(certificate=certificate):
            return replace(verdict, certificate=replace(certificate, question=question))
        case Undecided():
            return verdict


def answers(
    planned: Plan, *, timeout: float | None = None, begin: Callable[[Inquiry], None] | None = None
) -> Iterator[Answered]:
    """Yield the answers to a plan as they come; `begin` hears of each question before it is decided."""
    for inquiry in planned.inquiries:
        if begin is not None:
            begin(inquiry)
        yield ask(inquiry, timeout=timeout)
