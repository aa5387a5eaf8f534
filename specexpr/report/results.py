"""Answers as the results document of the kernel: every environment, task, verdict and proof."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from specexpr.certify.document import (
    Document as ResultsDocument,
)
from specexpr.certify.document import (
    DocumentEnvironment,
    DocumentFamily,
    DocumentLabel,
    DocumentTask,
    Result,
    named,
)
from specexpr.certify.document import Skipped as SkippedResult
from specexpr.certify.options import Given
from specexpr.certify.scope import NamedPolicy
from specexpr.certify.stretch import Stretch
from specexpr.comparison.asking import Answered, Skipped
from specexpr.comparison.summary import answer_of
from specexpr.document.document import Document
from specexpr.expressivity.task import Task
from specexpr.expressivity.verdict import Exactness, Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment


def results_document(
    document: Document, tasks: Sequence[Task], answered: Iterable[Answered], skipped: Iterable[Skipped]
) -> ResultsDocument:
    """Return some answers to some tasks of a document, with all that verifying them needs."""
    return ResultsDocument(
        environments=tuple(map(_environment, document.environments)),
        families=tuple(
            DocumentFamily(family.name, tuple(environment.name for environment in family.environments))
            for family in document.families
        ),
        tasks=tuple(map(_task, tasks)),
        results=tuple(map(_result, answered)),
        skipped=tuple(SkippedResult(one.task, one.formalism, one.needs) for one in skipped),
    )


def _environment(environment: Environment) -> DocumentEnvironment:
    labels = (
        DocumentLabel(label.name, tuple(sorted(label.states)), tuple(sorted(label.pairs)))
        for label in environment.labels
    )
    return DocumentEnvironment(environment.name, environment.model, tuple(labels))


def _task(task: Task) -> DocumentTask:
    policies = (NamedPolicy(model, p.name, p.table) for model, p in task.policies if p.name is not None)
    return DocumentTask(
        name=task.name,
        environment=task.scope,
        policies=named(policies, task.constraints, task.acceptable),
        constraints=task.constraints,
        acceptable=task.acceptable,
    )


def _result(one: Answered) -> Result:
    task = one.question.task
    return Result(
        task=task.name,
        environment=task.scope,
        formalism=one.formalism,
        given=given_of(one),
        answer=answer_of(one.verdict),
        exactness=_exactness(one.verdict),
        reason=one.verdict.reason if isinstance(one.verdict, Undecided) else None,
        size=one.verdict.size if isinstance(one.verdict, Expressible) else None,
        proof=_proof(one.verdict),
        seconds=round(one.seconds, 3),
        good=good_of(one),
    )


def given_of(one: Answered) -> Given:
    """Return the options of a question, as far as its formalism uses them."""
    options, formalism = one.question.options, find_formalism(one.formalism)
    uses = formalism is not None and "discount" in formalism.options and not options.given
    return Given(
        discount=options.discount,
        is_any=options.discount is None and uses,
        modulo_unreachable=bool(options.modulo_unreachable),
        setting=one.question.setting,
    )


def good_of(one: Answered) -> tuple[Stretch, ...] | None:
    """Return the discounts that do, where any may and it is cheap to say."""
    formalism = find_formalism(one.formalism)
    if formalism is None or formalism.good_discounts is None or not isinstance(one.verdict, Expressible):
        return None
    if one.question.options.discount is not None or one.question.options.given:
        return None
    return formalism.good_discounts(one.question)


def _exactness(verdict: Verdict) -> Exactness | None:
    return None if isinstance(verdict, Undecided) else verdict.proof


def _proof(verdict: Verdict) -> Any:
    match verdict:
        case Expressible(witness=witness):
            return witness.proof
        case Inexpressible(certificate=certificate):
            return certificate.proof
        case Undecided():
            return None
