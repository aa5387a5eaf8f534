"""How many thresholds are met: each of several objectives should be high enough.

What it expresses
-----------------
Several objectives, each with a number that is enough: a policy is worth how many of them it gets high
enough. By how much does not matter.

Syntax
------
::

    maxsat { fast >= 1; calm >= 1/2 }

Entries are separated by commas, semicolons or line ends. An objective may be of any formalism whose
values are numbers, a Markov reward or a formula, say, or another objective over objectives; none is named
twice.

Meaning
-------
J(pi) is the number of objectives i with J_i(pi) >= c_i, where c_i is the threshold of objective i. Where
an enclosure does not tell whether a threshold is met, the value is an enclosure too.

How it is decided
-----------------
*Free rewards.* If the objectives may be any Markov rewards at the discount of the question, finitely many
policies can be given any values that policies that behave alike share: a count is a function of the
occupancy, and conversely let R be a reward under which policies of different occupancy differ, with
returns x_1 < x_2 < .. < x_m. A value for each return is a constant plus steps at some x_j. A step up by
one is the threshold x_j of R; a step down is the threshold -x_(j-1) of -R, whose count is 1 less above
than below. So a task is expressible iff no circle of constraints, one of them strict, closes once
policies that behave alike are one, as for ``onmr``. The number of thresholds is the size that is
reported: at least the longest way down through strict constraints, since k thresholds have k + 1 counts;
and at most what the witness needs.

*Given objectives.* With ``given fast, calm`` in the task, or ``--given fast,calm``, the thresholds are
free, one for each given objective. Only values that occur matter, so that there are finitely many; boxes
of thresholds are cut in halves until a constraint fails in all of a box, or all hold in it. An order that
an objective of this formalism induced is asked by its own components, where the kernel can value them.

What it cannot do
-----------------
See how far a value lies above or below its threshold. Tell more than k + 1 classes of policies apart with
k objectives.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.maxsat import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1; actions left right; start s0
...   s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
... }
... policy go in rooms { * -> right }
... policy stay in rooms { * -> left }
... policy coin in rooms { s0 -> { left: 1/2, right: 1/2 }; s1 -> right }
... objective fast in rooms = reward { discount 1/2; s0 / right: 2 }
... objective calm in rooms = reward { discount 1/2; s0 / left: 1 }
... objective both in rooms = maxsat { fast >= 1; calm >= 1/2 }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
1
1
2
>>> print(FORMALISM.print(both.environment, both.spec))
fast >= 1; calm >= 1/2

References
----------
Joar Skalse, Alessandro Abate: On the Limitations of Markovian Rewards to Express Multi-Objective,
Risk-Sensitive, and Modal Tasks (UAI 2023). There the inequality is printed the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.composites import (
    Several,
    components,
    compose_list,
    lacks_comparable,
    met,
    number,
    own_places,
    print_numbered,
    rows,
    sample_numbered,
    settle_given,
)
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.step_rewards import asks_policies
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Find, Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> Several | None:
    """Read the body; None once what is wrong with it is reported."""
    return compose_list("maxsat", source, span, report, find=find, form="fast >= 3; twice >= 1/2")


def print_maxsat(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_numbered(spec, " >= ", "; ")


def evaluate(environment: Environment, spec: Several, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return how many thresholds each policy meets."""
    table = rows(spec.objectives, policies)
    return tuple(number(*met(row, spec.numbers)) for row in table)


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies to compare; if it gives objectives, ones to go by."""
    return lacks_comparable(question) if question.options.given else asks_policies(question)


def decide(question: Question) -> Verdict:
    """Return a proved verdict: rewards with thresholds, thresholds of given objectives, or a conflict."""
    if not question.setting.given:
        from specexpr.expressivity.several.counting import answer_by_counting

        return answer_by_counting(question)
    from specexpr.certify.choices import Choice
    from specexpr.expressivity.several.choosing import answer_given

    own, candidate = question.task.induced_by, None
    if own is not None and isinstance(own.spec, Several) and own.formalism == "maxsat":
        places = own_places(question, own.spec.objectives)
        if places is not None:
            candidate = Choice((), tuple(sorted(zip(places, own.spec.numbers, strict=True))))
    return answer_given(question, "maxsat", candidate=candidate)


FORMALISM = Formalism(
    id="maxsat",
    keyword="maxsat",
    title="Number of thresholds met",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_maxsat,
    sample=sample_numbered,
    evaluate=evaluate,
    options=frozenset({"discount", "given", "modulo_unreachable"}),
    needs=needs,
    settle=settle_given,
    decide=decide,
    within=frozenset({"omorl"}),
)
