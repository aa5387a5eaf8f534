"""Make a question that shows a failure smaller, for as long as it shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from specexpr.certify.model import AcceptableSet
from specexpr.expressivity.task import Question
from specexpr.testing.tasks import altered


def shrink(question: Question, still_fails: Callable[[Question], bool], *, attempts: int = 60) -> Question:
    """Return a question no larger than the given one that still fails; greedy, within some attempts."""
    while True:
        for smaller in simpler_questions(question):
            attempts -= 1
            if attempts < 0:
                return question
            if still_fails(smaller):
                question = smaller
                break
        else:
            return question


def simpler_questions(question: Question) -> Iterator[Question]:
    """Yield the question with one constraint, acceptable set, good or listed policy, or label left out."""
    task = question.task
    constraints, acceptable = task.constraints, task.acceptable
    several = len(constraints) + len(acceptable) > 1
    for i in range(len(constraints) if several else 0):
        yield altered(question, constraints=constraints[:i] + constraints[i + 1 :])
    for i, accept in enumerate(acceptable):
        if several:
            yield altered(question, acceptable=acceptable[:i] + acceptable[i + 1 :])
        for smaller in _simpler_sets(accept):
            yield altered(question, acceptable=(*acceptable[:i], smaller, *acceptable[i + 1 :]))
    if any(environment.labels for environment in task.environments) and task.induced_by is None:
        plain = tuple(replace(environment, labels=()) for environment in task.environments)
        yield replace(question, task=replace(task, environments=plain))


def _simpler_sets(accept: AcceptableSet) -> Iterator[AcceptableSet]:
    if len(accept.good) > 1:
        for i in range(len(accept.good)):
            yield replace(accept, good=accept.good[:i] + accept.good[i + 1 :])
    if accept.over is not None and len(accept.over) > 1:
        for i in range(len(accept.over)):
            yield replace(accept, over=accept.over[:i] + accept.over[i + 1 :])
