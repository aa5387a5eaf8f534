"""What other objectives are worth to one that names them, and what they are to the kernel.

Objectives over objectives (several rewards, risk) know their components by name only; what these mean their
own formalisms say, through their manifests.
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.certify.clock import Average
from specexpr.certify.measure import Account, GivenObjective
from specexpr.diagnostics import naming
from specexpr.exact import Number
from specexpr.expressivity.measures import renumbered
from specexpr.expressivity.task import Objective, Question
from specexpr.formalism import find_formalism
from specexpr.models.policy import Policy
from specexpr.syntax.names import shown


def component_values(objective: Objective, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return what policies of its environment are worth to an objective whose values are numbers.

    Raises ValueError where it has none; see `not_a_number`.
    """
    formalism = find_formalism(objective.formalism)
    if formalism is None or formalism.evaluate is None:
        raise ValueError(f"{objective.formalism} has no values")
    found = []
    with naming(shown(objective.name)):
        values = formalism.evaluate(objective.environment, objective.spec, policies)
    for value in values:
        if isinstance(value, tuple):
            raise ValueError(f"the values of {objective.name} are vectors")
        found.append(value)
    return tuple(found)


def not_a_number(objective: Objective) -> str | None:
    """Return why an objective cannot be a component whose values are numbers; None if it can."""
    formalism = find_formalism(objective.formalism)
    if formalism is None or formalism.evaluate is None:
        return f"{objective.formalism} has no values"
    if formalism.compare is not None:
        return f"the values of {objective.formalism} are vectors, compared in an order of their own"
    return None


def return_of(objective: Objective) -> Account:
    """Return the account of an objective that pays for steps, whose sum is a random return.

    Raises ValueError where it has none; see `not_a_return`.
    """
    why = not_a_return(objective)
    formalism = find_formalism(objective.formalism)
    measure = None if formalism is None or formalism.measure is None else formalism.measure(objective)
    if why is not None or not isinstance(measure, Account):
        raise ValueError(why or f"{objective.formalism} pays for no steps")
    return measure


def not_a_return(objective: Objective) -> str | None:
    """Return why an objective has no return, a sum over the steps of a trajectory; None if it has one."""
    formalism = find_formalism(objective.formalism)
    measure = None if formalism is None or formalism.measure is None else formalism.measure(objective)
    if not isinstance(measure, Account):
        return f"{objective.formalism} pays for no steps"
    if isinstance(measure.clock, Average):
        return "a long-run average is no sum over steps"
    return None


def given_objectives(question: Question) -> tuple[tuple[str, tuple[Objective, ...]], ...]:
    """Return the objectives that a question gives by name, each as it is in every environment of the task.

    One that some environment lacks is left out; see `lacks_given`.
    """
    places = [environment.name for environment in question.task.environments]
    known = {(one.name, one.environment.name): one for one in question.options.given or ()}
    names = dict.fromkeys(name for name, _ in known)
    found = [
        (name, tuple(known[name, place] for place in places if (name, place) in known)) for name in names
    ]
    return tuple((name, some) for name, some in found if len(some) == len(places))


def lacks_given(question: Question, *, returns: bool = False) -> str | None:
    """Return what a question lacks that compares given objectives: them, or a form that the kernel knows.

    returns: whether the one objective must have a return.
    """
    wanted = "one reward" if returns else "objectives"
    if not question.options.given:
        what = "OBJECTIVE" if returns else "OBJECTIVE, OBJECTIVE"
        return (
            f"{wanted} to go by: write `given {what}` in the task, or give --given {what.replace(', ', ',')}"
        )
    names = dict.fromkeys(one.name for one in question.options.given)
    there = {name for name, _ in given_objectives(question)}
    for name in names:
        if name not in there:
            where = ", ".join(shown(one.name) for one in question.task.environments)
            return f"objective {shown(name)} in every environment of the task: {where}"
    if returns and len(names) > 1:
        return f"one reward to go by: {', '.join(map(shown, names))} are given"
    for name, some in given_objectives(question):
        for one in some:
            why = not_a_return(one) if returns else _not_measured(one)
            if why is not None:
                return f"an objective in place of {shown(name)}: {why}"
    return None


def _not_measured(objective: Objective) -> str | None:
    formalism = find_formalism(objective.formalism)
    if formalism is None or formalism.measure is None:
        return f"what {objective.formalism} is worth the kernel cannot compute by itself"
    return None


def measured(question: Question) -> tuple[GivenObjective, ...]:
    """Return the given objectives for the kernel, states and actions numbered as the task numbers them."""
    found = []
    for name, some in given_objectives(question):
        measures = []
        for objective, environment in zip(some, question.task.environments, strict=True):
            formalism = find_formalism(objective.formalism)
            assert formalism is not None
            assert formalism.measure is not None
            measure = formalism.measure(objective)
            measures.append(renumbered(measure, objective.environment, environment))
        found.append(GivenObjective(name, tuple(measures)))
    return tuple(found)
