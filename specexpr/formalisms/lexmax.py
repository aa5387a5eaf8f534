"""One objective after the other: the first one counts, a tie in it is broken by the second, and so on.

What it expresses
-----------------
Several objectives in the order of their importance, the first before all others however little it
differs: safety first, then speed.

Syntax
------
::

    lexmax { fast, calm }

The most important one stands first. Entries are separated by commas, semicolons or line ends. An
objective may be of any formalism whose values are numbers, a Markov reward or a formula, say, or another
objective over objectives; none is named twice.

Meaning
-------
The value of a policy is the vector (J_1(pi), .., J_k(pi)), and of two vectors the one is better that has
the greater entry where they differ first. Entries that are known only by enclosures which overlap leave
open which one is better, unless an entry before them decides.

How it is decided
-----------------
*Free rewards.* If the objectives may be any Markov rewards at the discount of the question, ``lexmax``
orders finitely many policies as one Markov reward can, no more. For let R = R_1 + e R_2 + .. + e^(k-1)
R_k with e > 0. Of two policies whose returns differ first in R_i, the return of R differs by e^(i-1)
times that difference and by terms of higher order in e: the sign is that of the difference as soon as e
is small enough. Finitely many pairs leave room for one e, and policies with equal returns tie. Conversely
one reward is a list of one. So the question is answered as for ``reward``, with one reward or the
conflict that rules out all; one reward always does, which is the size that is reported. Sequences are
compared likewise.

*Given objectives.* With ``given fast, calm`` in the task, or ``--given fast,calm``, their order of
priority is free, each given objective standing in it once; to leave one out, give the others only. An
objective that none of the constraints decides wrongly which are still undecided may stand next: what it
decides is met, and no later place is spoilt. If at some point there is no such objective, no priority
does. An order that an objective of this formalism induced is asked by its own components, where the
kernel can value them.

What it cannot do
-----------------
Trade: no gain in a later objective makes up for any loss in an earlier one. Its values are no numbers, so
it is no component of another objective. That a list says no more than one reward holds for finitely many
policies. On *all* stationary policies of an environment no real value whatever orders as two rewards do one
after the other whose pairs of returns fill an area: every return of the first would need an interval of
values of its own.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.lexmax import FORMALISM
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
... objective both in rooms = lexmax { fast, calm }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
(Fraction(2, 1), Fraction(0, 1))
(Fraction(0, 1), Fraction(2, 1))
(Fraction(4, 3), Fraction(2, 3))
>>> print(FORMALISM.print(both.environment, both.spec))
fast, calm

References
----------
Joar Skalse, Alessandro Abate: On the Limitations of Markovian Rewards to Express Multi-Objective,
Risk-Sensitive, and Modal Tasks (UAI 2023).
Zoltan Gabor, Zsolt Kalmar, Csaba Szepesvari: Multi-criteria Reinforcement Learning (ICML 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.certify.stretch import Stretch
from specexpr.composites import (
    Several,
    components,
    compose_list,
    lacks_comparable,
    own_places,
    print_list,
    rows,
    sample_list,
    settle_given,
)
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.orders import compare_lexicographically
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Find, Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> Several | None:
    """Read the body; None once what is wrong with it is reported."""
    return compose_list("lexmax", source, span, report, find=find, form="fast, twice")


def print_lexmax(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_list(spec)


def evaluate(
    environment: Environment, spec: Several, policies: Sequence[Policy]
) -> tuple[tuple[Number, ...], ...]:
    """Return the vector of the values of each policy."""
    return tuple(rows(spec.objectives, policies))


def needs(question: Question) -> str | None:
    """Return what a question lacks that gives objectives; with free rewards nothing."""
    return lacks_comparable(question) if question.options.given else None


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a reward or a priority of given objectives, or a conflict."""
    if not question.setting.given:
        from specexpr.expressivity.several.one_reward import answer_with_one_reward

        return answer_with_one_reward(question, "lexmax")
    from specexpr.certify.choices import Choice
    from specexpr.expressivity.several.choosing import answer_given

    own, candidate = question.task.induced_by, None
    if own is not None and isinstance(own.spec, Several) and own.formalism == "lexmax":
        places = own_places(question, own.spec.objectives)
        candidate = None if places is None else Choice(places)
    return answer_given(question, "lexmax", candidate=candidate)


def good_discounts(question: Question) -> tuple[Stretch, ...] | None:
    """Return the exact set of discounts that do, where rewards are free and it is cheap."""
    from specexpr.expressivity.good_discounts import good_set

    return good_set(question.claim(), "mr", deadline=question.deadline)


FORMALISM = Formalism(
    id="lexmax",
    keyword="lexmax",
    title="One objective after the other",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_lexmax,
    sample=sample_list,
    evaluate=evaluate,
    compare=compare_lexicographically,
    options=frozenset({"discount", "given", "modulo_unreachable"}),
    needs=needs,
    settle=settle_given,
    decide=decide,
    good_discounts=good_discounts,
    within=frozenset({"gomorl"}),
)
