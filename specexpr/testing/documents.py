"""Write a question as a document, so that what shows a failure can be read and run."""

from __future__ import annotations

from specexpr.diagnostics import Source
from specexpr.document.document import Document, Family
from specexpr.document.printing import print_document
from specexpr.expressivity.task import Objective, Question
from specexpr.formalism import find_formalism
from specexpr.models.policy import Policy


def question_text(question: Question) -> str:
    """Return a document that asks the question; what is printed reads back as the same question."""
    task = question.task
    policies: dict[str, list[Policy]] = {}
    for index, policy in task.policies:
        policies.setdefault(task.environments[index].name, []).append(policy)
    document = Document(
        source=Source("question.spex", ""),
        environments=task.environments,
        policies={name: tuple(some) for name, some in policies.items()},
        families=(Family(task.scope, task.environments),) if len(task.environments) > 1 else (),
        objectives=() if task.induced_by is None else _with_components(task.induced_by),
        tasks=(task,),
    )
    return print_document(document)


def _with_components(objective: Objective) -> tuple[Objective, ...]:
    """Return an objective after those that it names."""
    formalism = find_formalism(objective.formalism)
    if formalism is None or formalism.components is None:
        return (objective,)
    found = [part for one in formalism.components(objective.spec) for part in _with_components(one)]
    return (*found, objective)
