"""Regularised reward: a Markov reward that also values how an action is chosen.

What it expresses
-----------------
A number R(s, a, s') for every step, and a price for the law by which the action is drawn: so a policy may be
rewarded for keeping its options open (entropy), or for staying close to a given behaviour. A mixture can then
be worth more than what it mixes.

Syntax
------
::

    regularised { discount 9/10;  alpha 1/2;  entropy;  s0 / right: -1;  * / * / s1: 2.5 }
    regularised { discount 9/10;  alpha 1;  regulariser { left: 1/2, right: 1/2 }: -3;  s1 / *: 1 }

``alpha 1/2`` multiplies the regulariser F, which is taken away from the reward of every step. F is one of

- ``entropy``: F(mu) = sum_a mu(a) ln mu(a), the negative Shannon entropy in nats: alpha > 0 rewards entropy;
- ``kl``: F(mu) = sum_a mu(a) ln(mu(a) |A|), the divergence from the uniform law on all actions of the
  environment, whether available or not: alpha > 0 rewards being close to it;
- ``tsallis``: F(mu) = sum_a mu(a)^2 - 1, the negative Tsallis entropy with q = 2, which is rational;

or none of them, and then 0; ``regulariser { left: 1/2, right: 1/2 }: -3`` says what F is at one law instead.
The discount may be left to the line ``discount 9/10`` of the document. Rewards are written as
``s0 / right: -1`` for an action and ``s0 / right / s1: 2.5`` for a step; ``*`` stands for every state or
action, and of the entries of one kind that cover a step the most specific one counts; entries of the two
kinds are chosen separately and added. What no entry covers pays 0.

Meaning
-------
J(pi) = E sum_t g^t (R(s_t, a_t, s_{t+1}) - alpha F(pi(.|s_t))) for a discount 0 < g < 1. Values are exact
where they are rational, which is decided and not guessed; else they are enclosed to 2^-64 of their size.

How it is decided
-----------------
A specification is (R, alpha, F, g) with any function F of the law of actions. J is linear in R and in the
numbers alpha F(mu): it is sum_{s,a} d(s, a) R(s, a) - sum_mu d(mu) alpha F(mu), with the discounted visits
d(mu) of states where the policy plays the law mu. Only laws that the policies of the task play matter, so a
task is expressible iff a finite system of linear inequalities has a solution, in rationals if at all.
Otherwise Farkas' lemma gives weights on the constraints under which the visits of the preferred and of the
dispreferred policies cancel, law by law. Acceptable sets add bad policies to the system as the numbers at
hand fail to punish them, those one action away from a good policy: if good policies, one of them
deterministic, beat these they beat all. Several environments share one R(s, a, s') and one F.

``discount any`` asks whether some discount will do. The answer is a specification at a discount of its own,
or a proof that no discount has any; where a single irrational discount is left, it is undecided.

What it cannot do
-----------------
Remember: deterministic policies all play laws of one kind, so "the same action twice" is not expressible.
See how actions are drawn but by the law at one state: it values each visit alike. Tell apart policies that
differ only where they never go. It does not compare sequences.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.regularised import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1; actions left right; start s0
...   s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
... }
... policy go in rooms { * -> right }
... policy coin in rooms { s0 -> { left: 1/2, right: 1/2 }; s1 -> right }
... objective open in rooms = regularised { discount 1/2; alpha 1/2; tsallis; s1 / *: 1 }
... ''')
>>> open = document.objective("open")
>>> FORMALISM.evaluate(open.environment, open.spec, [document.policy("go"), document.policy("coin")])
(Fraction(1, 1), Fraction(1, 1))
>>> print(FORMALISM.print(open.environment, open.spec))
discount 1/2; alpha 1/2; tsallis; s1 / *: 1

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024).
Matthieu Geist, Bruno Scherrer, Olivier Pietquin: A Theory of Regularized Markov Decision Processes
(ICML 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.clock import Discounted
from specexpr.certify.kinds.farkas_any import FarkasAnyCertificate
from specexpr.certify.kinds.step_reward import StepRewardWitness
from specexpr.certify.model import Claim, Distribution, PolicyConstraint
from specexpr.certify.proofs import RewardEntry
from specexpr.certify.walk import Walker
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.exact import Number, bounds, rational_text
from specexpr.expressivity.step_rewards import (
    asks_policies,
    gains_of,
    in_task,
    mean_rewards,
    sample_entries,
    weighed_sums,
)
from specexpr.expressivity.task import Objective, Options, Question
from specexpr.expressivity.verdict import Proof, Verdict, Words, proved
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.grammar import Known
from specexpr.syntax.names import NAME, name_hint, shown, write_name
from specexpr.syntax.nodes import Node
from specexpr.syntax.numbers import read_number
from specexpr.syntax.reward_bodies import REWARD_FORMS, RewardBody, read_action_law
from specexpr.syntax.rewards import body_text, print_entries

if TYPE_CHECKING:
    from specexpr.expressivity.clocked import Pays

_OPEN = Options()
_ZERO = Fraction(0)
_ROUNDED = 1_000  # denominator of an irrational value that is tried as a rational one


class Named(StrEnum):
    """The regularisers that have a name."""

    ENTROPY = "entropy"
    KL = "kl"
    TSALLIS = "tsallis"


@dataclass(frozen=True, slots=True)
class RegularisedReward:
    """(R, alpha, F, g): F is `laws` at the laws of actions listed there, else the named one, else 0.

    `laws` are in ascending order. `entries` are those that are not 0, in the order of state, action and next
    state (None before any).
    """

    discount: Fraction
    alpha: Fraction
    named: Named | None
    laws: tuple[tuple[Distribution, Fraction], ...]
    entries: tuple[RewardEntry, ...]


# -- reading and printing ----------------------------------------------------------------------------------

_NAMES = "entropy, kl or tsallis"
_FORMS = {
    "discount": "write discount 9/10",
    "alpha": "write alpha 1/2",
    "regulariser": f"write {_NAMES}, or regulariser {{ a: 1/2, b: 1/2 }}: 3",
    **REWARD_FORMS,
}
_NOUN = "regularised reward"


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> RegularisedReward | None:
    """Read the body of a regularised reward; None once what is wrong with it is reported."""
    body = RewardBody(environment, report)
    discount = alpha = named = None
    laws: dict[Distribution, Fraction] = {}
    for entry in body.read("regularised", source, span, forms=_FORMS, known=_wrong_line(environment)):
        match entry.kind:
            case "discount":
                discount = body.read_discount(entry) or discount
            case "alpha" if body.is_first(entry, "alpha"):
                alpha = read_number(entry.leaf(0), body.report)
            case "regulariser" if body.is_first(entry, "the regulariser"):
                named = Named(entry.leaf(0).text)
            case "law":
                body.given.setdefault("a law", entry.span)
                _read_law(entry, laws, body)
    discount = discount or options.discount
    if discount is None:
        body.lacks_discount(_NOUN, span)
    for what, lines in (("alpha", {"alpha"}), ("regulariser", {"the regulariser", "a law"})):
        if not lines & body.given.keys():
            body.lacks(_NOUN, what, span, hint=_FORMS[what])
    entries = body.entries()
    if discount is None or alpha is None or body.failed:
        return None
    return RegularisedReward(discount, alpha, named, tuple(sorted(laws.items())), entries)


def _wrong_line(environment: Environment) -> Known:
    """Return what is said of a word that stands alone and is no regulariser."""

    def known(text: str, span: Span) -> Diagnostic | None:
        word = text.strip()
        if NAME.fullmatch(word) is None or word in (*_FORMS, *environment.states):
            return None
        message = f"there is no regulariser {shown(word)}"
        hint = name_hint(word, tuple(Named), kind="regulariser")
        return Diagnostic(id="unknown-name", message=message, span=span, help=hint)

    return known


def _read_law(entry: Node, laws: dict[Distribution, Fraction], body: RewardBody) -> None:
    """Read the value of the regulariser at one law."""
    *chances, number = entry.children
    nodes = [part for part in chances if isinstance(part, Node)]
    law = read_action_law(nodes, body.environment, body.report)
    value = None if isinstance(number, Node) else read_number(number, body.report)
    if law is None or value is None:
        return
    if law in laws:
        message, hint = "the regulariser is given twice at this law", "remove one of them"
        body.report(Diagnostic(id="given-twice", message=message, span=entry.span, help=hint))
    laws[law] = value


def print_regularised(environment: Environment, spec: RegularisedReward) -> str:
    """Return the body of a regularised reward, wildcards where they save entries."""
    lines = [f"discount {rational_text(spec.discount)}", f"alpha {rational_text(spec.alpha)}"]
    lines += [] if spec.named is None else [spec.named.value]
    for law, value in spec.laws:
        chances = ", ".join(f"{write_name(environment.actions[a])}: {rational_text(p)}" for a, p in law)
        lines.append(f"regulariser {{ {chances} }}: {rational_text(value)}")
    return body_text([*lines, *print_entries(environment, spec.entries)])


# -- meaning and decision ----------------------------------------------------------------------------------


def sample(random: Random, environment: Environment) -> RegularisedReward:
    """Return some regularised reward, of each kind of regulariser."""
    named = random.choice((None, *Named))
    laws: dict[Distribution, Fraction] = {}
    for _ in range(random.randint(0 if named else 1, 2)):
        actions = sorted(random.sample(range(len(environment.actions)), min(2, len(environment.actions))))
        if len(actions) == 1 or random.random() < 0.3:
            law: Distribution = ((actions[0], Fraction(1)),)
        else:
            p = Fraction(random.choice(("1/2", "1/3", "3/4")))
            law = ((actions[0], p), (actions[1], 1 - p))
        laws[law] = Fraction(random.randint(-4, 4), random.choice((1, 2)))
    alpha = Fraction(random.choice(("1/2", "1", "-2/3")))
    discount = Fraction(random.choice(("1/2", "9/10", "1/3")))
    entries = sample_entries(random, environment)
    return RegularisedReward(discount, alpha, named, tuple(sorted(laws.items())), entries)


def evaluate(
    environment: Environment, spec: RegularisedReward, policies: Sequence[Policy]
) -> tuple[Number, ...]:
    """Return the values of some policies: exact where they are rational, else enclosed to 2^-64."""
    from specexpr.solve.logarithms import enclosed

    mean = mean_rewards(environment.model, spec.entries)
    walker = Walker(Claim((environment.model,), (), (), None))
    found = []
    for policy in policies:
        walk = walker.walk(0, policy.table)
        prices = [_regulariser(spec, law, len(environment.actions)) for law in walk.actions]
        gains = [gain - spec.alpha * x for gain, (x, _) in zip(gains_of(walk, mean), prices, strict=True)]
        numbers = sorted({n for _, logarithms in prices for n in logarithms})
        parts = [[-spec.alpha * logs.get(n, _ZERO) for _, logs in prices] for n in numbers]
        rational, *sums = weighed_sums(walk, [gains, *parts], Discounted(spec.discount))
        found.append(enclosed(rational, dict(zip(numbers, sums, strict=True))))
    return tuple(found)


def _regulariser(
    spec: RegularisedReward, law: Distribution, actions: int
) -> tuple[Fraction, dict[int, Fraction]]:
    """Return F at a law: a rational, and coefficients of logarithms of integers."""
    given = dict(spec.laws)
    if law in given or spec.named is None:
        return given.get(law, _ZERO), {}
    if spec.named is Named.TSALLIS:
        return sum((p * p for _, p in law), _ZERO) - 1, {}
    logarithms = {actions: Fraction(1)} if spec.named is Named.KL else {}
    for _, p in law:
        for n, coefficient in ((p.numerator, p), (p.denominator, -p)):
            logarithms[n] = logarithms.get(n, _ZERO) + coefficient
    return _ZERO, {n: x for n, x in logarithms.items() if x and n > 1}


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies to compare."""
    return asks_policies(question)


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the specification that induced the order, if one did, is tried first."""
    from specexpr.expressivity.clocked import decide_linear

    own, discount, claim = question.task.induced_by, question.options.discount, question.claim()
    candidate = None
    if own is not None and isinstance(own.spec, RegularisedReward) and discount in (None, own.spec.discount):
        candidate = _candidate(question, own, own.spec)
    proof: Proof
    if discount is None:
        proof = _at_any_discount(question, candidate)
    else:
        proof = decide_linear(claim, "rrl", candidate=candidate, deadline=question.deadline)
    return proved(question, "rrl", proof, speak)


def _at_any_discount(question: Question, candidate: Pays | None) -> Proof:
    """Return a proof for an open discount: that of the objective behind the order, if it does, or another."""
    from specexpr.expressivity.everywhere import decide_everywhere, regularised_proof

    claim, own = question.claim(), question.task.induced_by
    if candidate is not None and own is not None and isinstance(own.spec, RegularisedReward):
        tried = regularised_proof(claim, own.spec.discount, question.deadline, candidate=candidate)
        if isinstance(tried, StepRewardWitness):
            return tried
    return decide_everywhere(claim, "rrl", deadline=question.deadline)


def _candidate(question: Question, own: Objective, spec: RegularisedReward) -> Pays:
    """Return the specification of an objective at the laws of the task's policies, irrationals rounded."""
    from specexpr.expressivity.clocked import Pays
    from specexpr.solve.logarithms import enclosed

    new, old = question.task.environments[0], own.environment
    back = {new.action_index[name]: a for a, name in enumerate(old.actions)}
    tables = {
        side: None
        for c in question.task.constraints
        if isinstance(c, PolicyConstraint)
        for side in (c.better, c.worse)
    }
    values = []
    for law in sorted({law for table in tables for law in table}):
        there = tuple(sorted((back[a], p) for a, p in law))
        rational, logarithms = _regulariser(spec, there, len(old.actions))
        low, high = bounds(enclosed(rational, logarithms))
        value = low if low == high else ((low + high) / 2).limit_denominator(_ROUNDED)
        values.append((law, -spec.alpha * value))
    return Pays(in_task(spec.entries, own, question.task), tuple((law, x) for law, x in values if x))


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof."""
    from specexpr.expressivity.clocked_text import Manner, clocked_words
    from specexpr.expressivity.conflict_text import Wording, discounted_at
    from specexpr.expressivity.everywhere_text import everywhere_words
    from specexpr.expressivity.phrases import number_text

    own = proof.discount if isinstance(proof, StepRewardWitness) else None
    discount = question.options.discount or own or _ZERO
    is_family = len(question.task.environments) > 1
    what = "takes every transition" if is_family else "visits every state-action pair"
    counts = f"{what}, and plays every law of actions, exactly as often"
    wording = Wording(_NOUN, counts, discounted_at(discount))
    if isinstance(proof, FarkasAnyCertificate):
        return everywhere_words(question, proof, wording)
    return clocked_words(question, proof, Manner("rrl", wording, f"discount {number_text(discount)}"))


FORMALISM = Formalism(
    id="rrl",
    keyword="regularised",
    title="Regularised reward",
    documentation=__doc__ or "",
    parse=parse,
    print=print_regularised,
    sample=sample,
    evaluate=evaluate,
    needs=needs,
    decide=decide,
    within=frozenset({"omorl", "fomr", "ftlr"}),
)
