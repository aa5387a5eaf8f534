"""One objective until it is high enough, then another: a constraint first, an aim second.

What it expresses
-----------------
One objective that must be high enough, and another one that counts once it is: below the bar policies are
compared by the first, above it by the second, and every policy above it is better than every one below.

Syntax
------
::

    consat { fast subject to calm >= 1/2 }

``calm >= 1/2`` is the constraint, ``fast`` the aim. Both may be of any formalism whose values are
numbers, a Markov reward or a formula, say, or another objective over objectives; they are not the same.

Meaning
-------
With the constraint J_1 >= c and the aim J_2 the value of a policy is (1, J_2(pi)) if J_1(pi) >= c and (0,
J_1(pi)) otherwise; the greater first entry is better, of equal ones the greater second entry. Where an
enclosure does not tell on which side of the bar a policy is, that is not guessed.

How it is decided
-----------------
*Free rewards.* If both objectives may be any Markov rewards at the discount of the question, one reward that
orders everything as asked is tried first: it is an aim without a constraint. Otherwise the policies are
split: none below the bar is to be better than one above, and those that tie are on one side. The constraint
must separate the two sides and order those below, the aim must order those above; both are linear systems
over discounted occupancies. The search asks of one policy after the other whether it is above, and each
system without a solution leaves a sum of few constraints and sides that is 0 and should be positive. If every
case ends in such a sum, these are the refutation. Of a set among all deterministic policies those join that
a witness fails to put below. Whether an accepted set, not one accepted equally, can be expressed is the same
question as whether ``feasible`` does so with two rewards.

*Given objectives.* With ``given fast, calm`` in the task, or ``--given fast,calm``, which of the two given
objectives is the constraint is free, and so is its bar. Finitely many bars differ, and each is tried. Where
none does, every one fails some constraint, and a few of these are shown that together leave no bar. An order
that an objective of this formalism induced is asked by its own components, where the kernel can value them.

What it cannot do
-----------------
See the aim of a policy that does not meet the constraint, or by how much one meets it. Its values are no
numbers, so it is no component of another objective. Where it takes more than 2,000 cases to find out who is
above the bar, or more than 5,000 deterministic policies would have to be valued, free rewards are undecided.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.consat import FORMALISM
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
... objective both in rooms = consat { fast subject to calm >= 1/2 }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
(Fraction(0, 1), Fraction(0, 1))
(Fraction(1, 1), Fraction(0, 1))
(Fraction(1, 1), Fraction(4, 3))
>>> print(FORMALISM.print(both.environment, both.spec))
fast subject to calm >= 1/2

References
----------
Joar Skalse, Alessandro Abate: On the Limitations of Markovian Rewards to Express Multi-Objective,
Risk-Sensitive, and Modal Tasks (UAI 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from specexpr.composites import (
    lacks_comparable,
    number,
    own_places,
    rows,
    sample_number,
    sample_objectives,
    settle_given,
)
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number, bounds, rational_text
from specexpr.expressivity.orders import compare_lexicographically
from specexpr.expressivity.step_rewards import asks_policies
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Find, Formalism
from specexpr.given import not_a_number
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.names import write_name
from specexpr.syntax.objective_lists import read_sentence

_BELOW, _ABOVE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class ConstrainedAim:
    """An aim that counts once a constraint is at least the bar."""

    aim: Objective
    constraint: Objective
    bar: Fraction


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> ConstrainedAim | None:
    """Read the body; None once what is wrong with it is reported."""
    form = "twice subject to fast >= 3"
    match read_sentence("consat", source, span, report, find=find, doubt=not_a_number, form=form):
        case ((aim, _), (constraint, Fraction() as bar)):
            return ConstrainedAim(aim, constraint, bar)
        case _:
            return None


def components(spec: ConstrainedAim) -> tuple[Objective, ...]:
    """Return the aim and the constraint."""
    return spec.aim, spec.constraint


def print_consat(environment: Environment, spec: ConstrainedAim) -> str:
    """Return the body."""
    constraint = f"{write_name(spec.constraint.name)} >= {rational_text(spec.bar)}"
    return f"{write_name(spec.aim.name)} subject to {constraint}"


def sample(random: Random, environment: Environment) -> ConstrainedAim:
    """Return some constraint with an aim."""
    aim, constraint = sample_objectives(random, environment, least=2)[:2]
    return ConstrainedAim(aim, constraint, sample_number(random))


def evaluate(
    environment: Environment, spec: ConstrainedAim, policies: Sequence[Policy]
) -> tuple[tuple[Number, Number], ...]:
    """Return for each policy on which side of the bar it is, and what counts there."""
    return tuple(_value(spec.bar, *row) for row in rows((spec.constraint, spec.aim), policies))


def _value(bar: Fraction, constraint: Number, aim: Number) -> tuple[Number, Number]:
    low, high = bounds(constraint)
    if low >= bar:
        return _ABOVE, aim
    if high < bar:
        return _BELOW, constraint
    least, most = bounds(aim)
    return number(_BELOW, _ABOVE), number(min(low, least), max(high, most))


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies to compare; if it gives objectives, two to go by."""
    if not question.options.given:
        return asks_policies(question)
    missing = lacks_comparable(question)
    count = len({one.name for one in question.options.given})
    return missing or (None if count == 2 else f"two objectives to go by: {count} of them given")


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a constraint with its bar and an aim, free or given, or why there are none."""
    if not question.setting.given:
        from specexpr.expressivity.several.bars import answer_by_bar

        return answer_by_bar(question)
    from specexpr.certify.choices import Choice
    from specexpr.expressivity.several.choosing import answer_given

    own, candidate = question.task.induced_by, None
    if own is not None and isinstance(own.spec, ConstrainedAim):
        places = own_places(question, components(own.spec))
        if places is not None:
            aim, bar = places
            candidate = Choice((bar, aim), ((bar, own.spec.bar),))
    return answer_given(question, "consat", candidate=candidate)


FORMALISM = Formalism(
    id="consat",
    keyword="consat",
    title="An aim subject to a constraint",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_consat,
    sample=sample,
    evaluate=evaluate,
    compare=compare_lexicographically,
    options=frozenset({"discount", "given", "modulo_unreachable"}),
    needs=needs,
    settle=settle_given,
    decide=decide,
    within=frozenset({"gomorl"}),
)
