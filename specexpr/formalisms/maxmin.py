"""The least of several objectives: all of them should be good, the worst one counts.

What it expresses
-----------------
Several objectives of which none may be neglected: a policy is worth what its worst objective is worth. A
compromise can be better than what it mixes.

Syntax
------
::

    maxmin { fast, calm }

Entries are separated by commas, semicolons or line ends. An objective may be of any formalism whose
values are numbers, a Markov reward or a formula, say, or another objective over objectives; none is named
twice.

Meaning
-------
J(pi) = min(J_1(pi), .., J_k(pi)) where J_i is what the objective i is worth. Values that are known only
by an enclosure give an enclosure: the least lower end and the least upper end.

How it is decided
-----------------
*Free rewards.* If the objectives may be any Markov rewards at the discount of the question, as many as
are needed, what policies are worth is a concave function of their occupancies, and every concave function
of finitely many occupancies is such a least: Afriat's inequalities, a system of linear inequalities, say
whether some concave function orders policies as asked. One reward is tried first. The answer is a list of
rewards, pruned and merged as long as that is found to go on, with the proof that one does not do; or
mixtures of policies that visit everything as often as another one, so that this one is worth at least
their mean, which the constraints contradict. The size counts rewards: it is 1 iff a Markov reward does,
and what is said beyond that are bounds.

An acceptable set among all deterministic policies is expressible iff no policy outside behaves like an
accepted one: their occupancies are vertices of the polytope of all occupancies, which no others mix.
Exponentially many rewards may be needed; where policies are many the proof is this argument. With other
constraints beside such a set all behaviours are gone through, up to 5,000.

Where the discount is left open, few discounts are tried; if none of them does, the question needs one.

*Given objectives.* With ``given fast, calm`` in the task, or ``--given fast,calm``, nothing is left to
choose: the least of exactly these values is compared, and one constraint that it fails refutes it. An
order that an objective of this formalism induced is asked by its own components, where the kernel can
value them.

What it cannot do
-----------------
Say by how much other objectives exceed the worst one. Make a mixture worse than all that it mixes, where
the objectives are Markov rewards: min is concave.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.maxmin import FORMALISM
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
... objective both in rooms = maxmin { fast, calm }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
0
0
2/3
>>> print(FORMALISM.print(both.environment, both.spec))
fast, calm

References
----------
Sydney N. Afriat: The Construction of Utility Functions from Expenditure Data (International Economic
Review 1967).
Joar Skalse, Alessandro Abate: On the Limitations of Markovian Rewards to Express Multi-Objective,
Risk-Sensitive, and Modal Tasks (UAI 2023).
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.composites import (
    Several,
    components,
    compose_list,
    extreme,
    lacks_comparable,
    print_list,
    rows,
    sample_list,
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
    return compose_list("maxmin", source, span, report, find=find, form="fast, twice")


def print_maxmin(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_list(spec)


def evaluate(environment: Environment, spec: Several, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return the least value of each policy."""
    return tuple(extreme(row, min) for row in rows(spec.objectives, policies))


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies to compare."""
    return lacks_comparable(question) if question.options.given else asks_policies(question)


def decide(question: Question) -> Verdict:
    """Return a proved verdict: rewards or a conflict; given objectives leave nothing to choose."""
    if not question.setting.given:
        from specexpr.expressivity.several.free_rewards import answer_free

        return answer_free(question, "maxmin")
    from specexpr.expressivity.several.choosing import answer_given

    return answer_given(question, "maxmin")


FORMALISM = Formalism(
    id="maxmin",
    keyword="maxmin",
    title="Least of several objectives",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_maxmin,
    sample=sample_list,
    evaluate=evaluate,
    options=frozenset({"discount", "given", "modulo_unreachable"}),
    needs=needs,
    settle=settle_given,
    decide=decide,
    within=frozenset({"omorl"}),
)
