"""Quasi-hyperbolic reward: a number for every step, the present weighed apart from the future.

What it expresses
-----------------
A number R(s, a, s') for every step, and a taste for now: the first step counts fully, what follows is
discounted by g a step and by beta once. More generally the first few steps have any weights, and then each
weight is g times the one before.

Syntax
------
::

    quasihyperbolic { beta 7/10;  discount 9/10;  s0 / right: -1;  * / * / s1: 2.5 }
    quasihyperbolic { weights 1 1/2 1/3;  discount 9/10;  s1 / *: 1 }
    quasihyperbolic { weights 1 1 1 0;  s1 / *: 1 }

``beta 7/10`` gives the weights 1, beta g, beta g^2 and so on: 0 < beta <= 1, and 1 is no taste for now.
``weights 1 1/2 1/3`` gives those of the first steps, which may also rise, but none is negative (what counts
against is a negative reward); afterwards each is the discount times the one before. A last weight 0 ends the
sum and needs no discount. Else the discount may be left to the line ``discount 9/10`` of the document; here
it may also be 0: then no step counts after those that have weights of their own. Rewards are written as
``s0 / right: -1`` for an action and ``s0 / right / s1: 2.5`` for a step; ``*`` stands for every state or
action, and of the entries of one kind that cover a step the most specific one counts; entries of the two
kinds are chosen separately and added. What no entry covers pays 0.

A task has a discount and says ``beta 7/10``, or ``structure OBJECTIVE`` for the weights of an objective of
this kind; the order that such an objective induces is asked with its own.

Meaning
-------
J(pi) = E sum_t w_t R(s_t, a_t, s_{t+1}) with w = (w_0, .., w_k) first and w_{t+1} = g w_t from k on, for a
discount 0 < g < 1. Policies are stationary and are valued from the start: nobody changes their mind later.
Values are exact: the first steps are summed, the rest solves V = R + g P V.

How it is decided
-----------------
J is linear in R, so a task is expressible iff a system of linear inequalities in R has a solution: for i > j,
<R, n_i - n_j> > 0, with n(s, a) = sum_t w_t P(s_t = s, a_t = a). Otherwise Farkas' lemma gives weights on the
constraints under which the visits of the preferred and of the dispreferred policies cancel. Acceptable sets
add bad policies to the system as the reward at hand fails to punish them, and a "yes" compares all
behaviours; with more than 5,000 of them the answer is "no" or "undecided". Several environments share one
R(s, a, s').

What it cannot do
-----------------
Remember, prefer a mixture to what it mixes, or tell apart policies that differ only where they never go, as a
Markov reward cannot. It does not compare sequences.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.quasihyperbolic import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1; actions left right; start s0
...   s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
... }
... policy go in rooms { * -> right }
... policy stay in rooms { * -> left }
... objective now in rooms = quasihyperbolic { beta 1/2; discount 9/10; s0 / left: 1; s1 / *: 2 }
... ''')
>>> now = document.objective("now")
>>> FORMALISM.evaluate(now.environment, now.spec, [document.policy("go"), document.policy("stay")])
(Fraction(9, 1), Fraction(11, 2))
>>> print(FORMALISM.print(now.environment, now.spec))
beta 1/2; discount 9/10; s0 / left: 1; s1 / *: 2

References
----------
David Laibson: Golden Eggs and Hyperbolic Discounting (The Quarterly Journal of Economics, 1997).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from specexpr.certify.clock import MOST_STEPS, Discounted
from specexpr.certify.measure import Account
from specexpr.certify.model import Setting
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.exact import rational_text
from specexpr.expressivity.measures import account
from specexpr.expressivity.step_rewards import asks_policies, in_task, sample_entries, step_values
from specexpr.expressivity.task import Objective, Options, Question
from specexpr.expressivity.verdict import GIVE_A_DISCOUNT, Proof, Undecided, Verdict, Words, proved
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.names import clipped
from specexpr.syntax.nodes import Node
from specexpr.syntax.numbers import read_beta, read_number
from specexpr.syntax.reward_bodies import REWARD_FORMS, RewardBody
from specexpr.syntax.rewards import body_text, print_entries

ID = "quasihyperbolic"

_OPEN = Options()
_ANY = Fraction(1, 2)  # the discount of what has no rest


@dataclass(frozen=True, slots=True)
class WeighedReward:
    """Rewards on steps, weighed by `weights` first; then each weight is the discount times the one before.

    The last weight is 0 iff there is no discount. `entries` are those that are not 0, in the order of state,
    action and next state (None before any).
    """

    weights: tuple[Fraction, ...]
    discount: Fraction | None
    entries: tuple[RewardEntry, ...]


# -- reading and printing ----------------------------------------------------------------------------------

_FORMS = {
    "discount": "write discount 9/10",
    "beta": "write beta 7/10",
    "weights": "write weights 1 1/2 1/3",
    **REWARD_FORMS,
}


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> WeighedReward | None:
    """Read the body of a quasi-hyperbolic reward; None once what is wrong with it is reported."""
    body = RewardBody(environment, report)
    noun = "quasi-hyperbolic reward"
    discount = beta = weights = None
    for entry in body.read(ID, source, span, forms=_FORMS):
        match entry.kind:
            case "discount":
                discount = _read_discount(body, entry)
            case "beta" if _is_only(body, entry, "beta", "weights"):
                beta = read_beta(entry.leaf(0), body.report)
            case "weights" if _is_only(body, entry, "weights", "beta"):
                weights = _read_weights(body, entry)
    entries = body.entries()
    if not body.given.keys() & {"beta", "weights"}:
        hint = f"{_FORMS['beta']}, or {_FORMS['weights']}"
        body.lacks(noun, "beta and no weights", span, hint=hint)
    if weights is not None and not weights[-1]:
        return None if body.failed else WeighedReward(weights, None, entries)
    if discount is None:
        discount = options.discount
    if discount is None:
        body.lacks_discount(noun, span)
        return None
    if beta is not None:
        weights = (Fraction(1), beta * discount)
    if weights is None or body.failed:
        return None
    if not discount:
        return WeighedReward((*weights, discount) if weights[-1] else weights, None, entries)
    return WeighedReward(weights, discount, entries)


def _is_only(body: RewardBody, entry: Node, word: str, other: str) -> bool:
    """Say whether a line is the first of its kind and its alternative has not been given."""
    first = body.given.get(other)
    if first is None:
        return body.is_first(entry, word)
    notes = ((first, f"the {other}"),)
    message, hint = "beta and weights say the same in two ways", "remove one of them"
    body.report(Diagnostic(id="given-twice", message=message, span=entry.span, help=hint, notes=notes))
    return False


def _read_discount(body: RewardBody, entry: Node) -> Fraction | None:
    if not body.is_first(entry, "discount"):
        return None
    leaf = entry.leaf(0)
    value = read_number(leaf, body.report)
    if value is None or 0 <= value < 1:
        return value
    message = f"a discount must be at least 0 and less than 1, {clipped(leaf.text)} is not"
    hint = _FORMS["discount"]
    body.report(Diagnostic(id="bad-discount", message=message, span=leaf.span, help=hint))
    return None


def _read_weights(body: RewardBody, entry: Node) -> tuple[Fraction, ...] | None:
    values = [read_number(leaf, body.report) for leaf in entry.leaves()]
    weights = tuple(value for value in values if value is not None)
    message, hint = None, "write weights 1 1/2 1/3, say"
    if any(weight < 0 for weight in weights):
        message = "weights say how much a step counts and must not be negative"
        hint = "let rewards be negative: s0 / a: -1"
    elif len(weights) == len(values) and not any(weights):
        message = "some weight must be positive"
    elif len(weights) > MOST_STEPS + (weights[-1:] == (Fraction(0),)):  # an end is not a step that counts
        message = f"there may be at most {MOST_STEPS} weights"
    if message is not None:
        body.report(Diagnostic(id="bad-number", message=message, span=entry.span, help=hint))
    return weights if message is None and len(weights) == len(values) else None


def print_weighed(environment: Environment, spec: WeighedReward) -> str:
    """Return the body of a quasi-hyperbolic reward, wildcards where they save entries."""
    return body_text([*_clock_lines(spec), *print_entries(environment, spec.entries)])


def _clock_lines(spec: WeighedReward) -> list[str]:
    discount = spec.discount
    if discount is None:
        return [_weights_text(spec.weights)]
    head = _weights_text(spec.weights)
    if len(spec.weights) == 2 and spec.weights[0] == 1 and spec.weights[1] <= discount:
        head = f"beta {rational_text(spec.weights[1] / discount)}"
    return [head, f"discount {rational_text(discount)}"]


def _weights_text(weights: Sequence[Fraction]) -> str:
    return f"weights {' '.join(map(rational_text, weights))}"


# -- meaning and decision ----------------------------------------------------------------------------------


def sample(random: Random, environment: Environment) -> WeighedReward:
    """Return some quasi-hyperbolic reward."""
    discount = Fraction(random.choice(("1/2", "9/10", "1/3")))
    head = random.choice(("beta", "weights", "end"))
    weights: tuple[Fraction, ...]
    if head == "beta":
        weights = Fraction(1), discount * Fraction(random.choice(("7/10", "1/2", "1")))
    else:
        count = random.randint(1, 3)
        weights = tuple(Fraction(random.randint(0, 3), random.choice((1, 2))) for _ in range(count))
        weights += (Fraction(1, 3),) if head == "weights" else (Fraction(1), Fraction(0))
    return WeighedReward(weights, discount if weights[-1] else None, sample_entries(random, environment))


def evaluate(
    environment: Environment, spec: WeighedReward, policies: Sequence[Policy]
) -> tuple[Fraction, ...]:
    """Return the exact values of some policies."""
    clock = Discounted(spec.discount or _ANY, spec.weights)
    return step_values(environment, spec.entries, policies, clock=clock)


def measure(objective: Objective) -> Account:
    """Return the objective as the kernel knows it."""
    spec = objective.spec
    assert isinstance(spec, WeighedReward)
    return account(objective.environment, spec.entries, Discounted(spec.discount or _ANY, spec.weights))


def _given(question: Question) -> Objective | None:
    """Return the objective whose weights are taken, if they are one's."""
    structure, own = question.options.structure, question.task.induced_by
    if structure is not None and isinstance(structure.spec, WeighedReward):
        return structure
    is_own = own is not None and isinstance(own.spec, WeighedReward)
    return own if is_own and question.options.beta is None else None


def needs(question: Question) -> str | None:
    """Return what a question lacks: weights, or policies to compare."""
    options, given = question.options, _given(question)
    if options.beta is not None and given is not None:
        return "either beta or weights, not both: remove one of `beta` and `structure`"
    if options.beta is not None:
        return asks_policies(question)
    if given is None:
        return "beta: write `beta 7/10` in the task, or `structure OBJECTIVE` for the weights of an objective"
    spec = given.spec
    assert isinstance(spec, WeighedReward)
    if options.discount is not None and spec.discount not in (None, options.discount):
        own = f"write `discount {rational_text(spec.discount)}`"
        return f"the discount of its weights: {own}, as objective {given.name} does, or `beta 7/10`"
    return asks_policies(question)


def settle(question: Question) -> Setting:
    """Return the weights of the first steps."""
    given = _given(question)
    if given is not None and isinstance(given.spec, WeighedReward):
        return Setting(weights=given.spec.weights)
    discount, beta = question.options.discount, question.options.beta
    if discount is None or beta is None:
        return Setting()
    return Setting(weights=(Fraction(1), beta * discount))


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the reward that induced the order, if one did, is tried first."""
    from specexpr.expressivity.clocked import Pays, decide_linear

    own = question.task.induced_by
    if question.options.discount is None:
        return Undecided(GIVE_A_DISCOUNT)
    candidate = None
    if own is not None and isinstance(own.spec, WeighedReward):
        is_same = own.spec.discount in (None, question.options.discount)
        if is_same and own.spec.weights == question.setting.weights:
            candidate = Pays(in_task(own.spec.entries, own, question.task))
    proof = decide_linear(question.claim(), ID, candidate=candidate, deadline=question.deadline)
    return proved(question, ID, proof, speak)


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof."""
    from specexpr.expressivity.clocked_text import Manner, clocked_words
    from specexpr.expressivity.conflict_text import visiting

    spec = WeighedReward(question.setting.weights or (), question.options.discount, ())
    options = ", ".join(_clock_lines(spec))
    wording = visiting(question, "quasi-hyperbolic reward", clock=f" (weighed with {options})")
    return clocked_words(question, proof, Manner(ID, wording, options))


FORMALISM = Formalism(
    id=ID,
    keyword="quasihyperbolic",
    title="Quasi-hyperbolic reward",
    documentation=__doc__ or "",
    parse=parse,
    print=print_weighed,
    sample=sample,
    evaluate=evaluate,
    measure=measure,
    options=frozenset({"discount", "beta", "structure", "modulo_unreachable"}),
    needs=needs,
    settle=settle,
    decide=decide,
    within=frozenset({"rm"}),
)
