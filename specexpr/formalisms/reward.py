"""Markov reward with a discount: a number for every step, summed with geometric weights.

What it expresses
-----------------
A number R(s, a, s') for every step. A policy is worth the mean of the discounted sum of what its steps pay,
so what counts is how often, discounted, it takes each action in each state: its occupancy.

Syntax
------
::

    reward { discount 9/10;  s0 / right: -1;  * / * / s1: 2.5 }

``s0 / right: -1`` pays for taking an action in a state, ``s0 / right / s1: 2.5`` for a step that moreover
leads to s1. ``*`` stands for every state or action. Of the entries of one kind that cover a step the most
specific one counts, in any order; entries of the two kinds are chosen separately and added. What no entry
covers pays 0. The discount may be left to the line ``discount 9/10`` of the document.

Meaning
-------
J(pi) = E sum_t g^t R(s_t, a_t, s_{t+1}) for a discount 0 < g < 1. With the occupancy
d(s, a) = sum_t g^t P(s_t = s, a_t = a) it is sum_{s,a} d(s, a) R(s, a), where R(s, a) is the mean of
R(s, a, s') over the next state. Values are exact: they solve V = R + g P V in rationals.

How it is decided
-----------------
J is linear in R, so a task is expressible iff a system of linear inequalities in R has a solution: for
i > j, <R, d_i - d_j> > 0. Otherwise Farkas' lemma gives weights on the constraints under which the
occupancies of the preferred and of the dispreferred policies cancel: no reward tells the two mixtures apart.
Acceptable sets add bad policies to the system as the reward at hand fails to punish them. Several
environments share one R(s, a, s').

What it cannot do
-----------------
Remember: "the same action twice" is not expressible, since an occupancy forgets which action followed
which. Prefer a mixture to what it mixes, as risk and diversity ask. Tell apart policies that differ only
where they never go.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.reward import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1; actions left right; start s0
...   s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
... }
... policy go in rooms { * -> right }
... policy stay in rooms { * -> left }
... objective fast in rooms = reward { discount 9/10; s0 / right: -1; s1 / *: 1 }
... task best in rooms { order stay go by fast }
... ''')
>>> fast = document.objective("fast")
>>> FORMALISM.evaluate(fast.environment, fast.spec, [document.policy("go"), document.policy("stay")])
(Fraction(8, 1), Fraction(0, 1))
>>> print(FORMALISM.print(fast.environment, fast.spec))
discount 9/10; s0 / right: -1; s1 / *: 1

References
----------
David Abel, Will Dabney, Anna Harutyunyan, Mark K. Ho, Michael L. Littman, Doina Precup, Satinder Singh:
On the Expressivity of Markov Reward (NeurIPS 2021).
Martin L. Puterman: Markov Decision Processes (1994), chapter 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.clock import Discounted
from specexpr.certify.measure import Account
from specexpr.certify.proofs import RewardEntry
from specexpr.certify.stretch import Stretch
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import rational_text
from specexpr.expressivity.measures import account
from specexpr.expressivity.task import Objective, Options, Question
from specexpr.expressivity.verdict import Expressible, Verdict, proved
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.reward_bodies import REWARD_FORMS, RewardBody
from specexpr.syntax.rewards import Values, entries_of, print_entries

if TYPE_CHECKING:
    from specexpr.product.product import Product

_ZERO = Fraction(0)
_WIDTH = 80
_OPEN = Options()


@dataclass(frozen=True, slots=True)
class Reward:
    """A Markov reward: what is not listed pays 0.

    `entries` are those that are not 0, in the order of state, action and next state (None before any); the
    steps among them are possible ones.
    """

    discount: Fraction
    entries: tuple[RewardEntry, ...]


def reward(discount: Fraction, values: Values) -> Reward:
    """Return the reward that pays values[s, a, None] for an action and values[s, a, s'] for a step."""
    return Reward(discount, entries_of(values))


# -- reading -----------------------------------------------------------------------------------------------

_FORMS = {"discount": "write discount 9/10", **REWARD_FORMS}


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> Reward | None:
    """Read the body of a reward; None once what is wrong with it is reported."""
    body = RewardBody(environment, report)
    discount = None
    for entry in body.read("reward", source, span, forms=_FORMS):
        discount = body.read_discount(entry) or discount
    discount = discount or options.discount
    if discount is None:
        body.lacks_discount("reward", span)
    entries = body.entries()
    return None if discount is None or body.failed else Reward(discount, entries)


# -- printing ----------------------------------------------------------------------------------------------


def print_reward(environment: Environment, spec: Reward) -> str:
    """Return the body of a reward, on one line if it is short; wildcards where they save entries."""
    lines = [f"discount {rational_text(spec.discount)}", *print_entries(environment, spec.entries)]
    line = "; ".join(lines)
    return line if len(line) <= _WIDTH else "\n".join(lines)


# -- meaning and decision ----------------------------------------------------------------------------------


def sample(random: Random, environment: Environment) -> Reward:
    """Return some reward of an environment: on actions, on steps, or on both."""
    values: dict[tuple[int, int, int | None], Fraction] = {}
    share = random.choice((0.2, 0.6, 1.0))
    on_actions, on_steps = random.choice(((True, False), (False, True), (True, True)))
    for s, row in enumerate(environment.model.rows):
        for a, law in row.items():
            places: list[int | None] = [None] if on_actions else []
            places += [t for t, _ in law] if on_steps else []
            for t in places:
                if random.random() < share:
                    values[s, a, t] = Fraction(random.randint(-4, 4), random.choice((1, 1, 2, 3)))
    return reward(Fraction(random.choice(("1/2", "9/10", "99/100", "1/3"))), values)


def evaluate(environment: Environment, spec: Reward, policies: Sequence[Policy]) -> tuple[Fraction, ...]:
    """Return the exact values of some policies."""
    from specexpr.solve.expectation import policy_expectation

    rows = environment.model.rows
    mean: dict[tuple[int, int], Fraction] = {}
    for entry in spec.entries:
        pair = entry.state, entry.action
        chance = Fraction(1) if entry.next is None else dict(rows[entry.state][entry.action])[entry.next]
        mean[pair] = mean.get(pair, _ZERO) + chance * entry.value

    def pays(state: int, action: int) -> Fraction:
        return mean.get((state, action), _ZERO)

    model, discount = environment.model, spec.discount
    return tuple(policy_expectation(model, p.table, discount=discount, reward=pays) for p in policies)


def measure(objective: Objective) -> Account:
    """Return the objective as the kernel knows it."""
    spec = objective.spec
    assert isinstance(spec, Reward)
    return account(objective.environment, spec.entries, Discounted(spec.discount))


def product(environment: Environment, spec: Reward) -> Product:
    """Return the environment with what its steps pay: a product without a memory."""
    from specexpr.product.product import make_product

    pays = {(entry.state, entry.action, entry.next): entry.value for entry in spec.entries}

    def pay(_: int, step: tuple[int, int, int]) -> Fraction:
        s, a, t = step
        return pays.get((s, a, None), _ZERO) + pays.get((s, a, t), _ZERO)

    return make_product(environment, ("",), move=lambda u, _: u, pay=pay, discount=spec.discount)


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the reward that induced the order, if one did, is tried first."""
    from specexpr.expressivity.markov import decide_markov_reward

    own = question.task.induced_by
    if own is not None and isinstance(own.spec, Reward):
        at_own = replace(question, options=replace(question.options, discount=own.spec.discount))
        if question.options.discount == own.spec.discount:
            return decide_markov_reward(question, candidate=own.spec.entries)
        if question.options.discount is None:
            tried = decide_markov_reward(at_own, candidate=own.spec.entries)
            if isinstance(tried, Expressible):
                return proved(question, "mr", tried.witness.proof)
    if question.options.discount is None:
        from specexpr.expressivity.everywhere import decide_everywhere

        return proved(question, "mr", decide_everywhere(question.claim(), "mr", deadline=question.deadline))
    return decide_markov_reward(question)


def good_discounts(question: Question) -> tuple[Stretch, ...] | None:
    """Return the exact set of discounts that do, where it is cheap."""
    from specexpr.expressivity.good_discounts import good_set

    return good_set(question.claim(), "mr", deadline=question.deadline)


FORMALISM = Formalism(
    id="mr",
    keyword="reward",
    title="Markov reward",
    documentation=__doc__ or "",
    parse=parse,
    print=print_reward,
    sample=sample,
    evaluate=evaluate,
    measure=measure,
    decide=decide,
    good_discounts=good_discounts,
    product=product,
    within=frozenset({"rm", "rrl", "onmr", "lexmax", "maxmin", "maxmax", "consat"}),
)
