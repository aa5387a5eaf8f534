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

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, Report, Severity, Source, Span
from specexpr.exact import rational_text
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.grammar import parse_entries
from specexpr.syntax.names import PLAIN
from specexpr.syntax.nodes import Leaf, Node, group_leaf
from specexpr.syntax.numbers import read_discount
from specexpr.syntax.rewards import RewardTable, Values, entries_of, print_entries

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

FORMS = {
    "discount": "write discount 9/10",
    "": "write s0 / a: 1 for an action, s0 / a / s1: 1 for a step; '*' stands for every state or action",
}

_LINE = re.compile(rf"({PLAIN})[ \t]*/[ \t]*({PLAIN})(?:[ \t]*/[ \t]*({PLAIN}))?[ \t]*:[ \t]*([^ \t;\n]++)")


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> Reward | None:
    """Read the body of a reward; None once what is wrong with it is reported."""
    reader = _Reader(environment, report)
    body = parse_entries("reward", source, span, reader.report, start="reward_body", forms=FORMS)
    for entry in body.entries:
        if isinstance(entry, Leaf):
            reader.run(entry)
        elif entry.kind == "discount":
            reader.read_discount(entry)
        else:
            reader.read_entry([c.leaf(0) if isinstance(c, Node) else c for c in entry.children], entry.span)
    discount = reader.discount or options.discount
    if discount is None and reader.discount_span is None and not body.broken:
        message = "the reward has no discount"
        hint = "write discount 9/10 in the objective, or on a line of its own in the document"
        reader.report(Diagnostic(id="missing-discount", message=message, span=span, help=hint))
    values = reader.values()
    return None if discount is None or reader.failed else reward(discount, values)


@dataclass(slots=True)
class _Reader:
    environment: Environment
    _report: Report
    failed: bool = False
    discount: Fraction | None = None
    discount_span: Span | None = None
    _table: RewardTable = field(init=False)

    def __post_init__(self) -> None:
        self._table = RewardTable(self.environment, self.report)

    def report(self, diagnostic: Diagnostic) -> None:
        """Pass a diagnostic on and remember whether it is an error."""
        self.failed |= diagnostic.severity is Severity.ERROR
        self._report(diagnostic)

    def read_discount(self, entry: Node) -> None:
        """Read the line `discount 9/10`."""
        if self.discount_span is not None:
            notes = ((self.discount_span, "it is given here"),)
            message, hint = "discount is given twice", "remove one of them"
            twice = Diagnostic(id="given-twice", message=message, span=entry.span, help=hint, notes=notes)
            self.report(twice)
            return
        self.discount_span = entry.span
        self.discount = read_discount(entry.leaf(0), self.report)

    def run(self, run: Leaf) -> None:
        """Read many entries without wildcards."""
        for match in _LINE.finditer(run.text):
            leaves = [group_leaf(run, match, i) for i in (1, 2, 3, 4) if match[i] is not None]
            self.read_entry(leaves, Span(leaves[0].span.start, leaves[-1].span.end))

    def read_entry(self, leaves: Sequence[Leaf], span: Span) -> None:
        """Read an entry of the table."""
        self._table.read_entry(leaves, span)

    def values(self) -> Values:
        """Return what every action and every possible step pays; report entries that cover nothing."""
        return self._table.values()


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
    if own is not None and isinstance(own.spec, Reward) and own.spec.discount == question.options.discount:
        return decide_markov_reward(question, candidate=own.spec.entries)
    return decide_markov_reward(question)


def needs(question: Question) -> str | None:
    """Return what a question lacks: a discount, if it has none."""
    if question.options.discount is not None:
        return None
    return "a discount: write `discount 9/10` in the task or on a line of its own, or give --discount 9/10"


FORMALISM = Formalism(
    id="mr",
    keyword="reward",
    title="Markov reward",
    documentation=__doc__ or "",
    parse=parse,
    print=print_reward,
    sample=sample,
    evaluate=evaluate,
    needs=needs,
    decide=decide,
    product=product,
)
