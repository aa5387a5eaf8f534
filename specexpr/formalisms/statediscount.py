"""Reward with discounts of states and actions: what follows counts by where one is and what one does.

What it expresses
-----------------
A number R(s, a, s') for every step, and for every state and action a factor by which all that follows counts:
1 - Gamma(s, a) is the chance to stop there. So an episode may end in some states, last longer in others, or
be forgotten after an action.

Syntax
------
::

    statediscount { discount 9/10;  discount s0 / right: 1/2;  discount s1 / *: 0;  s0 / right: 1 }

``discount s0 / right: 1/2`` multiplies what follows after right in s0, ``discount s1 / *: 0`` ends the sum
after any action in s1, and ``discount 9/10`` counts where no entry of its own does; it may be left to the
line ``discount 9/10`` of the document. The most specific entry counts, in any order. Rewards are written as
``s0 / right: -1`` for an action and ``s0 / right / s1: 2.5`` for a step; ``*`` stands for every state or
action, and of the entries of one kind that cover a step the most specific one counts; entries of the two
kinds are chosen separately and added. What no entry covers pays 0.

A task says ``structure OBJECTIVE`` for the discounts of an objective of this kind; the order that such an
objective induces is asked with its own.

Meaning
-------
J(pi) = E sum_t (product over k < t of Gamma(s_k, a_k)) R(s_t, a_t, s_{t+1}), with 0 <= Gamma < 1. It solves
V(s) = sum_a pi(a|s) (R(s, a) + Gamma(s, a) sum_s' T(s'|s, a) V(s')), in rationals.

How it is decided
-----------------
With Gamma given, J is linear in R, so a task is expressible iff a system of linear inequalities in R has a
solution: for i > j, <R, n_i - n_j> > 0, n(s, a) being the visits, each weighed by the discounts of what came
before. Otherwise Farkas' lemma gives weights on the constraints under which the visits of the preferred and
of the dispreferred policies cancel. Acceptable sets add bad policies to the system as the reward at hand
fails to punish them, those one action away from a good policy: if good policies beat these they beat all.
Several environments share Gamma and one R(s, a, s').

What it cannot do
-----------------
See what happens where Gamma has become 0. Remember, prefer a mixture to what it mixes, or tell apart policies
that differ only where they never go, as a Markov reward cannot. It does not compare sequences, and it does
not look for Gamma.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.statediscount import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1; actions left right; start s0
...   s0 / left -> s0; s0 / right -> s1; s1 / * -> s0
... }
... policy go in rooms { * -> right }
... policy stay in rooms { * -> left }
... objective once in rooms = statediscount { discount 1/2; discount s1 / *: 0; s0 / left: 1; s1 / *: 6 }
... ''')
>>> once = document.objective("once")
>>> FORMALISM.evaluate(once.environment, once.spec, [document.policy("go"), document.policy("stay")])
(Fraction(3, 1), Fraction(2, 1))
>>> print(FORMALISM.print(once.environment, once.spec))
discount 1/2; discount s1 / *: 0; s0 / left: 1; s1 / *: 6

References
----------
Silviu Pitis: Rethinking the Discount Factor in Reinforcement Learning: A Decision Theoretic Approach
(AAAI 2019).
Martha White: Unifying Task Specification in Reinforcement Learning (ICML 2017).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from specexpr.certify.clock import ByState
from specexpr.certify.measure import Account
from specexpr.certify.model import Setting
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.exact import rational_text
from specexpr.expressivity.measures import account
from specexpr.expressivity.step_rewards import asks_policies, in_task, sample_entries, step_values
from specexpr.expressivity.task import Objective, Options, Question
from specexpr.expressivity.verdict import Proof, Verdict, Words, proved
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.compaction import few_entries
from specexpr.syntax.names import clipped
from specexpr.syntax.nodes import Leaf, Node
from specexpr.syntax.numbers import read_number
from specexpr.syntax.patterns import cell_text
from specexpr.syntax.reward_bodies import REWARD_FORMS, RewardBody
from specexpr.syntax.rewards import RewardTable, body_text, print_entries

Pair = tuple[int, int]
Discounts = tuple[tuple[Pair, Fraction], ...]

_OPEN = Options()
_FEW = 3


@dataclass(frozen=True, slots=True)
class StateDiscountedReward:
    """Rewards on steps, and a discount for every available (state, action), in their order.

    `entries` are those that are not 0, in the order of state, action and next state (None before any).
    """

    discounts: Discounts
    entries: tuple[RewardEntry, ...]


# -- reading and printing ----------------------------------------------------------------------------------

_FORMS = {"discount": "write discount 9/10, or discount s0 / a: 1/2", **REWARD_FORMS}


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> StateDiscountedReward | None:
    """Read the body of a reward with discounts of its own; None once what is wrong with it is reported."""
    body = RewardBody(environment, report)
    table = RewardTable(environment, body.report)
    for entry in body.read("statediscount", source, span, forms=_FORMS):
        if entry.kind == "pair_discount":
            leaves = [part.leaf(0) if isinstance(part, Node) else part for part in entry.children]
        elif body.is_first(entry, "discount"):
            leaves = [Leaf("ANY", "*", entry.span), Leaf("ANY", "*", entry.span), entry.leaf(0)]
        else:
            continue
        if _is_discount(leaves[-1], body.report):
            table.read_entry(leaves, entry.span)
    found = {(s, a): value for (s, a, _), value in table.values().items()}
    entries = body.entries()
    pairs = [(s, a) for s, row in enumerate(environment.model.rows) for a in row]
    if options.discount is not None:
        found = dict.fromkeys(pairs, options.discount) | found
    lacking = [pair for pair in pairs if pair not in found]
    if lacking and not body.failed:
        names = [cell_text(pair, (environment.states, environment.actions)) for pair in lacking[:_FEW]]
        more = ", ..." if len(lacking) > _FEW else ""
        message = f"the reward has no discount for {', '.join(map(clipped, names))}{more}"
        hint = "write discount 9/10 for all that have none of their own, or on a line of the document"
        body.report(Diagnostic(id="missing-discount", message=message, span=span, help=hint))
    if body.failed:
        return None
    return StateDiscountedReward(tuple((pair, found[pair]) for pair in pairs), entries)


def _is_discount(leaf: Leaf, report: Report) -> bool:
    """Say whether a number is one from 0 to 1, 1 left out; report it if it is not."""
    value = read_number(leaf, report)
    if value is not None and not 0 <= value < 1:
        message = f"a discount must be at least 0 and less than 1, {clipped(leaf.text)} is not"
        hint = "write discount 9/10, or discount s0 / a: 0 where nothing that follows counts"
        report(Diagnostic(id="bad-discount", message=message, span=leaf.span, help=hint))
        return False
    return value is not None


def print_discounted(environment: Environment, spec: StateDiscountedReward) -> str:
    """Return the body of a reward with discounts of its own, wildcards where they save entries."""
    names = (environment.states, environment.actions)
    (usual, _), *_ = Counter(value for _, value in spec.discounts).most_common(1)
    lines = [f"discount {rational_text(usual)}"]
    for pattern, value in few_entries(dict(spec.discounts), usual):
        lines.append(f"discount {cell_text(pattern, names)}: {rational_text(value)}")
    return body_text([*lines, *print_entries(environment, spec.entries)])


# -- meaning and decision ----------------------------------------------------------------------------------


def sample(random: Random, environment: Environment) -> StateDiscountedReward:
    """Return some reward with discounts of its own."""
    usual = [Fraction(text) for text in random.choice((("9/10",), ("1/2", "1/2", "0"), ("1/3", "0", "4/5")))]
    pairs = [(s, a) for s, row in enumerate(environment.model.rows) for a in row]
    discounts = tuple((pair, random.choice(usual)) for pair in pairs)
    return StateDiscountedReward(discounts, sample_entries(random, environment))


def evaluate(
    environment: Environment, spec: StateDiscountedReward, policies: Sequence[Policy]
) -> tuple[Fraction, ...]:
    """Return the exact values of some policies."""
    discounts = dict(spec.discounts)
    return step_values(environment, spec.entries, policies, clock=ByState(), discounts=discounts)


def measure(objective: Objective) -> Account:
    """Return the objective as the kernel knows it."""
    spec = objective.spec
    assert isinstance(spec, StateDiscountedReward)
    return account(objective.environment, spec.entries, ByState(), discounts=spec.discounts)


def _given(question: Question) -> Objective | None:
    """Return the objective whose discounts are taken, if they are one's."""
    given = question.options.structure or question.task.induced_by
    return given if given is not None and isinstance(given.spec, StateDiscountedReward) else None


def _discounts(given: Objective, question: Question) -> dict[Pair, Fraction]:
    """Return the discounts of an objective with states and actions numbered as the task numbers them."""
    new, old = question.task.environments[0], given.environment
    assert isinstance(given.spec, StateDiscountedReward)
    return {
        (new.state_index[old.states[s]], new.action_index[old.actions[a]]): g
        for (s, a), g in given.spec.discounts
    }


def needs(question: Question) -> str | None:
    """Return what a question lacks: discounts of states and actions, or policies to compare."""
    given = _given(question)
    if given is None:
        hint = "write `structure OBJECTIVE` in the task, the name of a statediscount objective"
        return f"discounts of states and actions: {hint}"
    known = _discounts(given, question)
    for environment in question.task.environments:
        for s, row in enumerate(environment.model.rows):
            for a in row:
                if (s, a) not in known:
                    pair = cell_text((s, a), (environment.states, environment.actions))
                    return f"a discount for {pair}: objective {given.name} has none"
    return asks_policies(question)


def settle(question: Question) -> Setting:
    """Return the discounts of states and actions."""
    given = _given(question)
    assert given is not None
    return Setting(discounts=tuple(sorted(_discounts(given, question).items())))


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the reward that induced the order, if one did, is tried first."""
    from specexpr.expressivity.clocked import Pays, decide_linear

    own = question.task.induced_by
    given = dict(question.setting.discounts or ())
    candidate = None
    if own is not None and isinstance(own.spec, StateDiscountedReward) and _discounts(own, question) == given:
        candidate = Pays(in_task(own.spec.entries, own, question.task))
    proof = decide_linear(question.claim(), "sdd", candidate=candidate, deadline=question.deadline)
    return proved(question, "sdd", proof, speak)


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof."""
    from specexpr.expressivity.clocked_text import Manner, clocked_words
    from specexpr.expressivity.conflict_text import visiting

    given = _given(question)
    clock = "" if given is None else f" (with the discounts of {given.name})"
    wording = visiting(question, "state-discounted reward", clock=clock)
    return clocked_words(question, proof, Manner("sdd", wording))


FORMALISM = Formalism(
    id="sdd",
    keyword="statediscount",
    title="Reward with discounts of states and actions",
    documentation=__doc__ or "",
    parse=parse,
    print=print_discounted,
    sample=sample,
    evaluate=evaluate,
    measure=measure,
    options=frozenset({"structure", "modulo_unreachable"}),
    needs=needs,
    settle=settle,
    decide=decide,
    within=frozenset({"inmr", "imorl", "ftr"}),
)
