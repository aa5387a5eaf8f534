"""Whether all thresholds are met: a policy is inside or outside.

What it expresses
-----------------
Several objectives, each with a number that is enough: a policy that gets all of them high enough is
inside, every other one outside, and that is all that counts.

Syntax
------
::

    feasible { fast >= 1; calm >= 1/2 }

Entries are separated by commas, semicolons or line ends. An objective may be of any formalism whose
values are numbers, a Markov reward or a formula, say, or another objective over objectives; none is named
twice.

Meaning
-------
J(pi) is 1 if J_i(pi) >= c_i for each objective i with its threshold c_i, and 0 otherwise: the constraints
of a constrained Markov decision process. Where an enclosure does not tell, the value lies between 0 and
1.

How it is decided
-----------------
*Free rewards.* In i > j policy i must be inside and j outside; in i >= j and i ~ j, if j is inside so is i,
for ties also the other way round. The objectives may be any number of Markov rewards at the discount of the
question. Then the inside is an intersection of half-spaces of discounted occupancies, so that it is convex:
with the policies that the constraints put inside go all whose occupancy is a mean of theirs. If a policy that
must be outside gets inside so, the way in is the refutation. Otherwise each other policy is cut off by a
hyperplane, a reward with a threshold. The number of rewards is the size that is reported: at least as many
are needed as colours for the policies outside, if no group has but one colour of which a mean is a mean of
policies inside. Where that is found out the size is exact, else a lower and an upper bound.

Of an acceptable set among all deterministic policies nothing needs to be enumerated: their occupancies are
vertices, so that such a set is expressible iff no policy outside it behaves like one in it. Few rewards say
so: for each way to leave what accepted policies do, one that pays for not going that way.

*Given objectives.* With ``given fast, calm`` in the task, or ``--given fast,calm``, the thresholds are free,
one for each given objective. With the policies that the constraints put inside go all that are at least
their least value in each objective. If no policy that must be outside gets inside so, these least values
are the thresholds; otherwise the way in is the refutation. An order that an objective of this formalism
induced is asked by its own components, where the kernel can value them.

What it cannot do
-----------------
Tell more than two classes of policies apart. Where the discount is open, only three of them are tried for
rewards, and only policies that behave alike refute a task for all.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.feasible import FORMALISM
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
... objective both in rooms = feasible { fast >= 1; calm >= 1/2 }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
0
0
1
>>> print(FORMALISM.print(both.environment, both.spec))
fast >= 1; calm >= 1/2

References
----------
Eitan Altman: Constrained Markov Decision Processes (1999).
Shuwa Miura: On the Expressivity of Multidimensional Markov Reward (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

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
    return compose_list("feasible", source, span, report, find=find, form="fast >= 3; twice >= 1/2")


def print_feasible(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_numbered(spec, " >= ", "; ")


def evaluate(environment: Environment, spec: Several, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return 1 for each policy that meets all thresholds, and 0 for every other one."""
    table = [met(row, spec.numbers) for row in rows(spec.objectives, policies)]
    count = len(spec.objectives)
    return tuple(number(Fraction(low == count), Fraction(high == count)) for low, high in table)


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies to compare; if it gives objectives, ones to go by."""
    return lacks_comparable(question) if question.options.given else asks_policies(question)


def decide(question: Question) -> Verdict:
    """Return a proved verdict: thresholds of free rewards or given objectives, or why there are none."""
    if not question.setting.given:
        from specexpr.expressivity.several.regions import answer_by_regions

        return answer_by_regions(question)
    from specexpr.certify.choices import Choice
    from specexpr.expressivity.several.choosing import answer_given

    own, candidate = question.task.induced_by, None
    if own is not None and isinstance(own.spec, Several) and own.formalism == "feasible":
        places = own_places(question, own.spec.objectives)
        if places is not None:
            candidate = Choice((), tuple(sorted(zip(places, own.spec.numbers, strict=True))))
    return answer_given(question, "feasible", candidate=candidate)


FORMALISM = Formalism(
    id="feasible",
    keyword="feasible",
    title="All thresholds met",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_feasible,
    sample=sample_numbered,
    evaluate=evaluate,
    options=frozenset({"discount", "given", "modulo_unreachable"}),
    needs=needs,
    settle=settle_given,
    decide=decide,
    within=frozenset({"omorl"}),
)
