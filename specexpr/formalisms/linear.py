"""A weighted sum of several objectives.

What it expresses
-----------------
Several objectives that may be traded at fixed rates: so much of one for so much of another.

Syntax
------
::

    linear { fast: 2, calm: 1/2 }

The number after the colon is the weight of the objective; it may be 0 or negative. Entries are separated
by commas, semicolons or line ends. An objective may be of any formalism whose values are numbers, a
Markov reward or a formula, say, or another objective over objectives; none is named twice.

Meaning
-------
J(pi) = w_1 J_1(pi) + .. + w_k J_k(pi) where J_i is what the objective i is worth and w_i its weight.
Values that are known only by an enclosure give an enclosure.

How it is decided
-----------------
A task gives objectives, ``given fast, calm``, whose values are weighed; the order that such an objective
induces is asked with its own. Weights are any numbers, or with ``weights nonnegative`` none is negative. A
task is expressible iff a system of linear inequalities in the weights has a solution. Otherwise Farkas' lemma
gives two lotteries over policies that are worth the same to each given objective; or, where weights must not
be negative, that over what should be worth less is worth at least as much to each. All weights may be 0,
which values all policies alike: so ties and weak constraints alone are always expressible.

Objectives that the kernel values are those that pay for steps and the probabilities of formulas. Acceptable
sets among all deterministic policies compare all behaviours; with more than 5,000 of them the answer is "no"
or "undecided". Several environments share one weight for each objective.

What it cannot do
-----------------
Prefer a compromise to both of what it lies between. Put one objective before all others, however little
it differs, or say that some amount of one is enough.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.linear import FORMALISM
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
... objective both in rooms = linear { fast: 2, calm: 1/2 }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
4
1
3
>>> print(FORMALISM.print(both.environment, both.spec))
fast: 2, calm: 1/2

References
----------
Leon Barrett, Srini Narayanan: Learning All Optimal Policies with Multiple Criteria (ICML 2008).
Diederik M. Roijers, Peter Vamplew, Shimon Whiteson, Richard Dazeley: A Survey of Multi-Objective Sequential
Decision-Making (JAIR 2013).
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.certify.model import Setting
from specexpr.composites import (
    Several,
    components,
    compose_list,
    print_numbered,
    rows,
    sample_numbered,
    weighted_sum,
)
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.step_rewards import asks_policies
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Find, Formalism
from specexpr.given import lacks_given, measured
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> Several | None:
    """Read the body; None once what is wrong with it is reported."""
    return compose_list("linear", source, span, report, find=find, form="fast: 2, twice: 1/2")


def print_linear(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_numbered(spec, ": ", ", ")


def evaluate(environment: Environment, spec: Several, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return the weighted sum of the values of each policy."""
    table = rows(spec.objectives, policies)
    return tuple(weighted_sum(spec.numbers, row) for row in table)


def needs(question: Question) -> str | None:
    """Return what a question lacks: objectives to weigh, or policies to compare."""
    return lacks_given(question) or asks_policies(question)


def settle(question: Question) -> Setting:
    """Return the given objectives, and whether their weights must not be negative."""
    return Setting(given=measured(question), nonnegative=bool(question.options.nonnegative))


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the weights that induced the order, if they did, are tried first."""
    from specexpr.certify.kinds.coefficients import WeightsWitness
    from specexpr.expressivity.risk.deciding import decide_by_coefficients

    own, candidate = question.task.induced_by, None
    if own is not None and isinstance(own.spec, Several) and own.formalism == "linear":
        weights = {one.name: w for one, w in zip(own.spec.objectives, own.spec.numbers, strict=True)}
        names = [one.name for one in question.setting.given]
        if sorted(names) == sorted(weights):
            candidate = WeightsWitness(tuple(weights[name] for name in names))
    return decide_by_coefficients(question, "linear", candidate=candidate)


FORMALISM = Formalism(
    id="linear",
    keyword="linear",
    title="Weighted sum of several objectives",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_linear,
    sample=sample_numbered,
    evaluate=evaluate,
    options=frozenset({"given", "nonnegative", "modulo_unreachable"}),
    needs=needs,
    settle=settle,
    decide=decide,
)
