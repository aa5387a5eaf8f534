"""Linear temporal logic: the probability that the trajectory satisfies a formula.

What it expresses
-----------------
A formula says of a trajectory, from its first step to infinity, that something happens, never happens,
happens again and again, or happens only after something else. A policy is worth the probability that its
trajectory satisfies the formula.

Syntax
------
::

    ltl { (F goal) & (G (push -> X !push)) }

The body is one formula. Operators from the strongest to the weakest, those of a line alike::

    !  X  F  G       not, next, eventually, always; [] is G and <> is F
    U  R  W  M       until, release, weak until, strong release; a U b U c is a U (b U c)
    &                and
    |                or
    ->               implies; a -> b -> c is a -> (b -> c)
    <->              exactly if; likewise

An atom is a label, ``true``, ``false``, or one of ``at s0``, ``do right``, ``next s1``: the step
starts in a state, takes an action, leads to a state. A label that is called like a word of the language
(``X F G U R W M true false at do next``) stands in quotes: ``F "X"``. Formulas are printed with all
parentheses but those around atoms.

Meaning
-------
Position t of a trajectory is the step (s_t, a_t, s_{t+1}). It carries the labels of (s_t, a_t), never those
of s_{t+1}. A formula is read from position 0 on:

- X f: f from the next position on. F f: f from some position on, this one counts. G f: f from every one on.
- a U b: b from some position on, and a at each one before it. a W b: the same, or a for ever.
- a M b: a at some position, and b at each one up to it, there too. a R b: the same, or b for ever.

So U promises its end and W does not: where b never comes, a U b does not hold, for however long a does, and
a W b holds if a does for ever. In English words: "a until b, which must come", or "which need not come".

The value of a policy is P(the trajectory satisfies f). Spot turns f into a deterministic complete automaton
on the label sets that occur; on the product of automaton and chain a walk ends in a recurrent class, and the
marks in that class say whether f holds. The probability of ending in a class where it does solves a linear
system, in rationals.

How it is decided
-----------------
Transitions are observed, or under ``observe labels`` label sets. A task that no function of trajectories
orders is not ordered by a formula either: an exact combination of the policies' trajectory laws cancels.
Policies whose trajectories are certain are on two levels, 1 and 0. Otherwise the probabilities of a formula
are put together from pieces: a trajectory that ends in a cycle is held or not; of what begins with a word and
ends in a larger class any share can be held, by a formula that tosses a coin there. Either pieces are found
that order the policies, and they are written down as a formula (a smaller one is then looked for); or cases
show, each by an addition, that no choice of pieces does. Words are followed up to a length: where they can go
on for ever before they enter a class, and ties must hold exactly, the answer can be ``undecided``. Over
labels all this is said of words of label sets, and of what they tell of where the policies are. If that
takes too many states, less is proved: what no function of label sequences does, and no formula over
transitions; and unions of words are tried.

What it cannot do
-----------------
Trade a little of one thing for more of another: a trajectory satisfies a formula or does not. Give three
values to policies whose trajectories are certain. Count without bound. Tell apart policies that differ only
where they never go.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.ltl import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 s2; actions safe bold; start s0
...   s0 / safe -> { s0: 1/2, s1: 1/2 }; s0 / bold -> { s1: 2/3, s2: 1/3 }; s1 / * -> s1; s2 / * -> s2
...   label goal { s1 }; label pit { s2 }
... }
... policy careful in rooms { * -> safe }
... policy hasty in rooms { * -> bold }
... objective good in rooms = ltl { !pit U goal }
... ''')
>>> good = document.objective("good")
>>> policies = [document.policy("careful"), document.policy("hasty")]
>>> FORMALISM.evaluate(good.environment, good.spec, policies)
(Fraction(1, 1), Fraction(2, 3))
>>> print(FORMALISM.print(good.environment, good.spec))
(!pit) U goal

References
----------
Amir Pnueli: The Temporal Logic of Programs (FOCS 1977).
Costas Courcoubetis, Mihalis Yannakakis: The Complexity of Probabilistic Verification (Journal of the ACM,
1995).
Christel Baier, Joost-Pieter Katoen: Principles of Model Checking (2008), chapters 5 and 10.
Alexandre Duret-Lutz et al.: From Spot 2.0 to Spot 2.10: What's New? (CAV 2022).
Ben Greenman, Sam Saarinen, Tim Nelson, Shriram Krishnamurthi: Little Tricky Logic: Misconceptions in the
Understanding of LTL (Programming 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.formula import Formula
from specexpr.certify.formula_store import scheme_of
from specexpr.certify.measure import Probability
from specexpr.diagnostics import Report, Source, Span
from specexpr.expressivity.task import Objective, Options, Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.formula_words import formula_words
from specexpr.syntax.formulas import Reading, formula_text, read_formula

if TYPE_CHECKING:
    from specexpr.product.optimal import Optimum
    from specexpr.product.product import Product

_OPEN = Options()


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> Formula | None:
    """Read a formula; None once what is wrong with it is reported."""
    from specexpr.product.formula_doubts import Doubts

    read = read_formula(Reading(environment, report), source, span)
    if read is None:
        return None
    for doubt in Doubts(environment, source, *read).all():
        report(doubt)
    return read[1]


def print_formula(environment: Environment, spec: Formula) -> str:
    """Return a formula, fully parenthesised."""
    return formula_text(environment, spec)


def words(environment: Environment, spec: Formula) -> str:
    """Return a formula in plain English."""
    return formula_words(environment, spec)


def sample(random: Random, environment: Environment) -> Formula:
    """Return some formula of an environment, with no more than a few operators."""
    from specexpr.product.formula_doubts import draw_formula

    return draw_formula(random, environment)


def evaluate(environment: Environment, spec: Formula, policies: Sequence[Policy]) -> tuple[Fraction, ...]:
    """Return the exact probabilities of some policies."""
    from specexpr.product.formulas import formula_property
    from specexpr.product.valuing import property_values

    return property_values(environment, formula_property(spec), policies)


def measure(objective: Objective) -> Probability:
    """Return the objective as the kernel knows it."""
    spec: Formula = objective.spec  # type: ignore[assignment] # specifications of this formalism are formulas
    return Probability(scheme_of(spec), objective.environment.labels)


def approximate(environment: Environment, spec: Formula, policies: Sequence[Policy]) -> tuple[float, ...]:
    """Return about the probabilities of some policies."""
    from specexpr.product.formulas import formula_property
    from specexpr.product.valuing import property_estimates

    return property_estimates(environment, formula_property(spec), policies)


def optimal(environment: Environment, spec: Formula) -> Optimum:
    """Return the largest probability over all policies, and a policy that attains it."""
    from specexpr.product.formulas import formula_property
    from specexpr.product.optimal import optimum

    return optimum(environment, formula_property(spec))


def product(environment: Environment, spec: Formula) -> Product:
    """Return the product of an environment and the automaton."""
    from specexpr.product.formulas import formula_property
    from specexpr.product.optimal import property_product

    return property_product(environment, formula_property(spec))[0]


def needs(question: Question) -> str | None:
    """Return what a question lacks that compares sequences, which formulas do not value."""
    from specexpr.expressivity.step_rewards import asks_policies

    return asks_policies(question)


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a formula, or why there is none."""
    from specexpr.expressivity.ltl.answering import answer_ltl

    return answer_ltl(question)


FORMALISM = Formalism(
    id="ltl",
    keyword="ltl",
    title="Linear temporal logic",
    documentation=__doc__ or "",
    parse=parse,
    print=print_formula,
    words=words,
    sample=sample,
    evaluate=evaluate,
    measure=measure,
    approximate=approximate,
    optimal=optimal,
    product=product,
    options=frozenset({"modulo_unreachable", "observe_labels"}),
    needs=needs,
    decide=decide,
    within=frozenset({"ftr"}),
)
