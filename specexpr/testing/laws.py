"""The laws that every formalism keeps, one function each, and the subject that they are checked on.

They know the contract of a formalism and no formalism. What a specification is worth and which questions it
can answer come from the subject, as functions written from the definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from random import Random
from typing import NoReturn

from specexpr.certify.proofs import Refused
from specexpr.diagnostics import Diagnostic, Source, Span
from specexpr.document.printing import print_environment
from specexpr.exact import Value, bounds
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Certificate, Expressible, Inexpressible, Undecided, Verdict, Witness
from specexpr.formalism import Formalism, Spec, posed, settled
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.documentation import doubt_documentation
from specexpr.testing.documents import question_text
from specexpr.testing.metamorphic import AskAgain, Keeps

Truth = Callable[[Question], bool | None]
TrueValue = Callable[[Environment, Spec, Policy], Value]
Confirm = Callable[[Question, Verdict], str | None]
Allow = Callable[[Question, Undecided], bool]


class Law(StrEnum):
    """The laws, by the names under which a failure is reported."""

    DOCUMENTED = "the documentation has its sections and its example runs"
    COMPLETE = "what has a keyword can be read, printed and sampled"
    ROUND_TRIP = "printing and then reading gives the same specification"
    EVALUATION = "values agree with the definition"
    ANSWERS = "every question that is accepted gets an answer"
    SUBJECT = "a verdict is about the question that was asked"
    TRUTH = "decisions agree with the truth"
    PROOF = "the kernel accepts every proof again"
    CONFIRMED = "proofs hold by the definitions"
    ASKED_AGAIN = "asking again gives the verdict that follows"


class Broken(Exception):  # noqa: N818 -- a finding about a formalism, not a failure of the kit
    """A law does not hold: which one, and what was seen."""

    def __init__(self, law: Law, what: str, *, document: str = "") -> None:
        self.law, self.what, self.document = law, what, document
        super().__init__(f"{law}: {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A formalism with what is known of it by definition; None where nothing is.

    `prepare` gives a question the options without which it cannot be asked; `is_asked_again` says whether
    those options stand for the same when states, actions and policies are renamed and reordered; `unfit` are
    ways to ask again that change the answer all the same. `suits` says in which environments there are
    specifications; without it, in all.
    """

    formalism: Formalism
    truth: Truth | None
    value: TrueValue | None
    confirm: Confirm | None
    allow_undecided: Allow | None
    prepare: Callable[[Question], Question] | None = None
    is_asked_again: bool = True
    unfit: Collection[str] = ()
    suits: Callable[[Environment], bool] | None = None


def ready(subject: Subject, question: Question) -> Question | None:
    """Return a question with the options that the formalism needs, settled; None if it cannot be asked."""
    if subject.prepare is not None:
        question = subject.prepare(question)
    question = posed(subject.formalism, question.task, question.options)
    needed = None if subject.formalism.needs is None else subject.formalism.needs(question)
    return settled(subject.formalism, question) if needed is None else None


def check_documentation(subject: Subject) -> None:
    """Check the page of the formalism, and that nothing is missing of its language. Raises Broken."""
    formalism = subject.formalism
    doubt = doubt_documentation(formalism.id, formalism.documentation)
    if doubt is not None:
        raise Broken(Law.DOCUMENTED, doubt)
    if formalism.keyword is not None:
        for name in ("is_written", "print", "sample"):
            if not getattr(formalism, name):
                raise Broken(Law.COMPLETE, f'"{formalism.keyword}" opens an objective but "{name}" is None')


def check_round_trip(subject: Subject, environment: Environment, spec: Spec) -> None:
    """Check that a specification is printed so that it reads back as itself. Raises Broken."""
    formalism = subject.formalism
    if not formalism.is_written or formalism.print is None:
        return

    def fail(what: str) -> NoReturn:
        raise Broken(Law.ROUND_TRIP, what, document=print_environment(environment))

    body = formalism.print(environment, spec)
    before = "objective o in e = x {"  # so that a span that is taken from the start of the source shows
    source = Source("printed.spex", before + body + "}\n")
    found: list[Diagnostic] = []
    span = Span(len(before), len(before) + len(body))
    if formalism.compose is not None and formalism.components is not None:
        named = {one.name: one for one in formalism.components(spec)}
        again = formalism.compose(
            source, span, environment, found.append, find=lambda leaf: named[leaf.text.strip('"')]
        )
    elif formalism.parse is not None:
        again = formalism.parse(source, span, environment, found.append)
    if found:
        fail(f"reading {body!r} reports {'; '.join(d.message for d in found)}")
    if again != spec:
        fail(f"{spec!r} is printed as {body!r}, which is read as {again!r}")


def check_evaluation(
    subject: Subject, environment: Environment, spec: Spec, *, policies: Sequence[Policy]
) -> None:
    """Check the values of policies against the definition. Raises Broken."""
    if subject.formalism.evaluate is None:
        return
    document = print_environment(environment)
    values = subject.formalism.evaluate(environment, spec, policies)
    if len(values) != len(policies):
        raise Broken(Law.EVALUATION, f"{len(policies)} policies have {len(values)} values", document=document)
    if subject.value is None:
        return
    for policy, value in zip(policies, values, strict=True):
        true = subject.value(environment, spec, policy)
        if not _agree(value, true):
            what = f"{spec!r} gives {value} to {policy.table}; by definition it is {true}"
            raise Broken(Law.EVALUATION, what, document=document)


def _agree(value: Value, true: Value) -> bool:
    """Say whether a value is right: what is rational exactly, what is not in a narrow interval.

    What by definition is known only to lie in a wide interval may be anything there, exact or as narrow.
    """
    if isinstance(value, tuple) or isinstance(true, tuple):
        both = isinstance(value, tuple) and isinstance(true, tuple) and len(value) == len(true)
        return both and all(map(_agree, value, true))  # type: ignore[arg-type] # both are tuples
    if isinstance(true, Fraction):
        return value == true
    (low, high), width = bounds(value), true.hi - true.lo
    is_known = width * (1 << 60) <= max(abs(true.lo), abs(true.hi))
    if is_known and isinstance(value, Fraction):
        return False
    is_narrow = high - low <= width or (high - low) * (1 << 60) <= max(abs(low), abs(high))
    return is_narrow and low <= true.hi and true.lo <= high


def decide(subject: Subject, question: Question) -> Verdict:
    """Return the verdict on a well-posed question that the formalism accepts. Raises Broken."""
    assert subject.formalism.decide is not None
    try:
        verdict = subject.formalism.decide(question)
    except Exception as error:
        raise Broken(Law.ANSWERS, f"{type(error).__name__}: {error}") from error
    match verdict:
        case Undecided():
            if subject.allow_undecided is None or not subject.allow_undecided(question, verdict):
                raise Broken(Law.ANSWERS, f"undecided: {verdict.reason}")
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            if proof.question != question:
                raise Broken(Law.SUBJECT, "the proof carries another question")
            if proof.formalism != subject.formalism.id:
                raise Broken(Law.SUBJECT, f'the proof names the formalism "{proof.formalism}"')
    return verdict


def check_truth(subject: Subject, question: Question, verdict: Verdict) -> None:
    """Check a verdict against the truth. Raises Broken."""
    if subject.truth is None or isinstance(verdict, Undecided):
        return
    true = subject.truth(question)
    if true is not None and isinstance(verdict, Expressible) is not true:
        raise Broken(Law.TRUTH, f"it is {answer(true)}, but the verdict is {name_verdict(verdict)}")


def check_proof(subject: Subject, question: Question, verdict: Verdict) -> None:
    """Check the proof of a verdict, by the kernel and by the definitions. Raises Broken."""
    match verdict:
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            _check_again(proof)
            doubt = None if subject.confirm is None else subject.confirm(question, verdict)
            if doubt is not None:
                raise Broken(Law.CONFIRMED, doubt)
        case Undecided():
            return


def check_asked_again(
    subject: Subject, question: Question, verdict: Verdict, *, way: AskAgain, random: Random
) -> bool:
    """Ask again in one way, if it applies, and say whether it did. Raises Broken."""
    if isinstance(verdict, Undecided) or not subject.is_asked_again or _is_by_components(subject, question):
        return False
    if way.name in subject.unfit:
        return False
    asked = way.ask(random, question)
    other = None if asked is None else ready(subject, asked)
    if other is None:
        return False
    again = decide(subject, other)
    if isinstance(again, Undecided):
        return False
    is_kept = type(again) is type(verdict)
    if way.keeps is Keeps.YES:
        is_kept = is_kept or isinstance(verdict, Inexpressible)
    elif is_kept:
        is_kept = _sizes_agree(again, verdict)
    if not is_kept:
        before, after = (f"{name_verdict(v)}{_size(v)}" for v in (verdict, again))
        what = f"{way.name}, {before} becomes {after}"
        raise Broken(Law.ASKED_AGAIN, what, document=f"# {way.name}:\n{question_text(other)}")
    return True


def _is_by_components(subject: Subject, question: Question) -> bool:
    """Say whether a question is asked by the components of the objective behind it, which others forget."""
    prepared = question if subject.prepare is None else subject.prepare(question)
    asked = ready(subject, question)
    return prepared.options.given is None and asked is not None and asked.options.given is not None


def answer(is_expressible: bool) -> str:
    """Return the name of a yes or a no."""
    return "expressible" if is_expressible else "inexpressible"


def name_verdict(verdict: Verdict) -> str:
    """Return the name of a verdict."""
    return "undecided" if isinstance(verdict, Undecided) else answer(isinstance(verdict, Expressible))


def _check_again(proof: Witness | Certificate) -> None:
    try:
        proof.check()
    except Refused as refusal:
        raise Broken(Law.PROOF, str(refusal)) from refusal


def _sizes_agree(one: Verdict, other: Verdict) -> bool:
    """Say whether the proved bounds of two verdicts on a least size may be bounds of one number."""
    first, second = (getattr(verdict, "size", None) for verdict in (one, other))
    if first is None or second is None:
        return first is second
    return bool(first[0] <= second[1] and second[0] <= first[1])


def _size(verdict: Verdict) -> str:
    """Return the proved size of a verdict's specification, for formalisms that measure one."""
    size = getattr(verdict, "size", None)
    return "" if size is None else f" with size {size}"
