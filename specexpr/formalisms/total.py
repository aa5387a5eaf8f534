"""Total reward: a number for every step, summed up to absorption.

What it expresses
-----------------
A number R(s, a, s') for each step until the end, none of them counting more than another: the cost of a way
to a goal, what a game pays in all. The end is where nothing is paid any more.

Syntax
------
::

    total { s0 / right: -1;  * / * / s1: 2.5 }

``s0 / right: -1`` pays for taking an action in a state, ``s0 / right / s1: 2.5`` for a step that leads to s1.
``*`` stands for every state or action. Of the entries of one kind that cover a step the most specific one
counts, in any order; entries of the two kinds are chosen separately and added. What no entry covers pays 0.

Meaning
-------
J(pi) = E sum_t R(s_t, a_t, s_{t+1}). The chain of a policy ends in a closed class, a set of states that it
does not leave; if no step in its closed classes pays anything, the sum has finitely many terms that are not
0, for almost every trajectory, and a mean, which solves a linear system in rationals. Otherwise steps pay
again and again, for ever, and the policy has no value: not even if what they pay averages to 0.

How it is decided
-----------------
It is evaluated only.

What it cannot do
-----------------
Value a policy that goes on being paid: give a discount or a horizon, or compare averages. Prefer what comes
sooner: pay each step a little less than nothing. Remember, or prefer a mixture to what it mixes.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.total import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 end; actions wait go; start s0
...   s0 / wait -> s0; s0 / go -> { s0: 1/3, end: 2/3 }; end / * -> end
... }
... policy go in rooms { * -> go }
... policy coin in rooms { s0 -> { wait: 1/2, go: 1/2 }; end -> go }
... objective cost in rooms = total { s0 / *: -1; s0 / go / end: 10 }
... ''')
>>> cost = document.objective("cost")
>>> FORMALISM.evaluate(cost.environment, cost.spec, [document.policy("go"), document.policy("coin")])
(Fraction(17, 2), Fraction(7, 1))
>>> print(FORMALISM.print(cost.environment, cost.spec))
s0 / *: -1; s0 / go / end: 10

References
----------
Martin L. Puterman: Markov Decision Processes (1994), chapter 7.
Dimitri P. Bertsekas, John N. Tsitsiklis: An Analysis of Stochastic Shortest Path Problems (Mathematics of
Operations Research, 1991).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.measure import Account, Total
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Report, Source, Span
from specexpr.expressivity.measures import account
from specexpr.expressivity.step_rewards import sample_entries
from specexpr.expressivity.task import Objective, Options
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.returns import named_values
from specexpr.syntax.reward_bodies import REWARD_FORMS, RewardBody
from specexpr.syntax.rewards import body_text, print_entries

if TYPE_CHECKING:
    from specexpr.product.product import Product

_OPEN = Options()


@dataclass(frozen=True, slots=True)
class TotalReward:
    """Rewards on steps; what is not listed pays 0.

    `entries` are those that are not 0, in the order of state, action and next state (None before any).
    """

    entries: tuple[RewardEntry, ...]


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> TotalReward | None:
    """Read the body of a total; None once what is wrong with it is reported."""
    body = RewardBody(environment, report)
    for entry in body.read("total", source, span, forms=REWARD_FORMS):
        raise TypeError(f"the grammar knows no {entry.kind}")
    entries = body.entries()
    return None if body.failed else TotalReward(entries)


def print_total(environment: Environment, spec: TotalReward) -> str:
    """Return the body of a total, wildcards where they save entries."""
    return body_text(print_entries(environment, spec.entries))


def sample(random: Random, environment: Environment) -> TotalReward:
    """Return some total that every policy has: no step pays that a policy can take again and again."""
    from specexpr.product.components import end_components

    rows = environment.model.rows
    successors = {(s, a): [t for t, _ in law] for s, row in enumerate(rows) for a, law in row.items()}
    parts = end_components(successors, {s: tuple(row) for s, row in enumerate(rows)})
    again = {(s, a) for part in parts for s, actions in part.items() for a in actions}
    entries = sample_entries(random, environment)
    return TotalReward(tuple(e for e in entries if (e.state, e.action) not in again))


def evaluate(environment: Environment, spec: TotalReward, policies: Sequence[Policy]) -> tuple[Fraction, ...]:
    """Return the exact values of some policies. Raises NoValue where steps pay for ever."""
    from specexpr.solve.risk.moments import moment
    from specexpr.solve.risk.returns import return_under

    paid = account(environment, spec.entries, Total())

    return named_values(policies, lambda table: moment(return_under(paid, environment.model, table), 1))


def product(environment: Environment, spec: TotalReward) -> Product:
    """Return the environment with what its steps pay: a product without a memory."""
    from specexpr.product.product import make_product

    pays = dict(account(environment, spec.entries, Total()).pays)
    return make_product(
        environment, ("",), move=lambda u, _: u, pay=lambda u, step: pays.get((u, *step), Fraction(0))
    )


def measure(objective: Objective) -> Account:
    """Return the objective as the kernel knows it."""
    spec = objective.spec
    assert isinstance(spec, TotalReward)
    return account(objective.environment, spec.entries, Total())


FORMALISM = Formalism(
    id="total",
    keyword="total",
    title="Total reward up to absorption",
    documentation=__doc__ or "",
    parse=parse,
    print=print_total,
    sample=sample,
    evaluate=evaluate,
    product=product,
    measure=measure,
    options=frozenset(),
)
