"""Reward machine: a reward with a finite memory, given by a machine that reads labels.

What it expresses
-----------------
A machine with finitely many states walks along with the agent: each step moves it, by the labels that the
step carries, and pays what stands on the edge taken. So a reward may depend on what happened before: "coffee,
and then the office", "the same action twice", "never after an alarm".

Syntax
------
::

    machine {
      discount 9/10
      start u0
      u0 -> u1 on push : 1
      u1 -> u1 on !push & goal : 1/2
      else stay
    }

``u0 -> u1 on GUARD : REWARD`` leads from one machine state to another on steps that satisfy the guard.
Machine states are declared by being mentioned. A guard combines labels with ``!``, ``&``, ``|`` and
parentheses; ``true`` and ``false`` are guards, and so are ``at s0``, ``do right`` and ``next s1`` for a
step in a state, with an action, to a next state. A label that is one of these words stands in quotes. A
reward is a number, or a table ``{ s0 / right: -1; * / * / s1: 2 }`` as in a Markov reward; without one
the edge pays 0.

``terminal u2`` names states in which the machine stays for ever and nothing more is paid. ``else stay``
says that on steps without an edge the machine stays and 0 is paid, ``else -> u0 : -1`` where it goes
instead. Without ``else`` some edge must cover every step that can happen; two edges that cover one step
must agree.

``machine { file "t1.txt"; discount 9/10 }`` reads the text format of the reference code: a line ``0`` for
the initial state, a line ``[2]`` for the terminal ones, and edges
``(0,1,'e&!n',ConstantRewardFunction(1))``. The path is relative to the document. The reference code reads
labels *after* a step, so a machine sees here one step later what it sees there. It ends, and pays
nothing, on a step that no edge covers; a warning says so.

Meaning
-------
A machine is (U, u0, delta_u, delta_r). Position t reads the labels of (s_t, a_t), never those of s_{t+1}. Its
value is J(pi) = E sum_t g^t delta_r(u_t, u_{t+1})(s_t, a_t, s_{t+1}) for a discount 0 < g < 1, where
u_{t+1} = delta_u(u_t, step t). It is that of a Markov reward on the product of environment and machine, whose
states are the pairs (u, s): V = R + g P V there, solved in rationals.

How it is decided
-----------------
With a given structure of moves J is linear in what the edges pay, so a task is expressible iff a system of
linear inequalities on the occupancies of (u, s, a) has a solution. With any number of states, a task of
finitely many policies is expressible iff some combination of the probabilities of finite words of steps meets
it: a machine in the form of a tree that pays g^(1-|w|) c(w) on completing w is worth the sum of c(w) P(w).
Then the *least* number of machine states is searched: states of the tree are merged while rewards for the
merged machine exist, and structures with few states are refuted, many by one conflict. What the answer says
of that number is proved: "2 states; 1 impossible", or "at most 4 states; 1 impossible; 2 and 3 not decided".

The task may say ``machine states 2`` (at most so many), ``structure twice`` (the moves of that machine, with
other rewards), ``observe labels`` (moves and rewards see sets of labels alone). Without a discount a given
structure is decided for some discount, whichever; the smallest machine is then searched at 1/2 and the answer
claims nothing of fewer states.

What it cannot do
-----------------
Prefer a mixture to what it mixes: whatever the memory, J is linear in the law of trajectories. Count without
bound. Tell apart policies that differ only where they never go.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.machine import FORMALISM
>>> document = loads('''
... environment memory {
...   states s z w; actions a b; start s
...   s / * -> z; z / * -> w; w / * -> w
...   label first { s / a }; label last { z / a }; label second { z }
... }
... policy same in memory { * -> a }
... policy mixed in memory { s -> a; * -> b }
... objective twice in memory = machine {
...   discount 9/10; start u; terminal end
...   u -> seen on first; u -> end on second; seen -> end on last : 1; seen -> end on second & !last
...   else stay
... }
... ''')
>>> twice = document.objective("twice")
>>> FORMALISM.evaluate(twice.environment, twice.spec, [document.policy("same"), document.policy("mixed")])
(Fraction(9, 10), Fraction(0, 1))
>>> print(FORMALISM.print(twice.environment, twice.spec))
discount 9/10
start u
u -> seen on first
u -> end on second
seen -> end on last : 1
seen -> end on second & !last
terminal end
else stay

References
----------
Rodrigo Toro Icarte, Toryn Q. Klassen, Richard Valenzano, Sheila A. McIlraith: Using Reward Machines for
High-Level Task Specification and Decomposition in Reinforcement Learning (ICML 2018).
Rodrigo Toro Icarte, Toryn Q. Klassen, Richard Valenzano, Sheila A. McIlraith: Reward Machines: Exploiting
Reward Function Structure in Reinforcement Learning (JAIR 2022).
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.algebraic_machine import AlgebraicMachine
from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.clock import Discounted
from specexpr.certify.kinds.farkas_any import FarkasAnyCertificate
from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.measure import Account
from specexpr.certify.model import Machine, Setting, TrajectoryConstraint
from specexpr.certify.observing import observations
from specexpr.certify.proofs import RewardWitness
from specexpr.certify.stretch import Stretch
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import rational_text
from specexpr.expressivity.measures import remembering_account
from specexpr.expressivity.task import Objective, Options, Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Proof, Undecided, Verdict, proved
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product.machine import (
    NamedEdge,
    Payment,
    RewardMachine,
    Run,
    letters,
    possible_steps,
    reward_machine,
)
from specexpr.product.reading import RESERVED, read_machine
from specexpr.syntax.guards import (
    TRUE,
    At,
    Do,
    Guard,
    Labelled,
    Next,
    Not,
    conjunction,
    disjunction,
    print_guard,
)
from specexpr.syntax.names import write_name
from specexpr.syntax.rewards import entries_of, print_entries

if TYPE_CHECKING:
    from specexpr.product.product import Product

_ZERO = Fraction(0)
_SOME_DISCOUNT = Fraction(9, 10)
_WIDTH = 80
_OPEN = Options()


# -- reading and printing ----------------------------------------------------------------------------------


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> RewardMachine | None:
    """Read the body of a machine; None once what is wrong with it is reported."""
    return read_machine(source, span, environment, report, discount=options.discount)


def print_machine(environment: Environment, spec: RewardMachine) -> str:
    """Return the body of a machine, on one line if it is short."""
    names = [write_name(state, reserved=RESERVED) for state in spec.states]
    lines = [f"discount {rational_text(spec.discount)}", f"start {names[0]}"]
    for edge in spec.edges:
        guard = print_guard(environment, edge.guard)
        line = f"{names[edge.source]} -> {names[edge.target]} on {guard}"
        lines.append(line + _paid(environment, edge.reward))
    if spec.terminal:
        lines.append(f"terminal {' '.join(names[u] for u in spec.terminal)}")
    rest = spec.otherwise
    if rest is not None:
        line = "else stay" if rest.target is None else f"else -> {names[rest.target]}"
        lines.append(line + _paid(environment, rest.reward))
    line = "; ".join(lines)
    return line if len(line) <= _WIDTH else "\n".join(lines)


def _paid(environment: Environment, reward: Payment) -> str:
    if isinstance(reward, Fraction):
        return f" : {rational_text(reward)}" if reward else ""
    return f" : {{ {', '.join(print_entries(environment, reward))} }}"


# -- meaning -----------------------------------------------------------------------------------------------


def sample(random: Random, environment: Environment) -> RewardMachine:
    """Return some machine of an environment: up to three states, most kinds of guards and rewards."""
    names = random.sample(("u0", "u1", "u2", "start", "on", "two words"), random.choice((1, 2, 2, 3, 3)))
    terminal = names[-1:] if len(names) > 1 and random.random() < 0.3 else []
    falls = random.random() < 0.4
    edges: list[NamedEdge] = []
    for i, source in enumerate(names):
        if source in terminal:
            continue
        target = names[i + 1] if i + 1 < len(names) else random.choice(names)
        guard = _splitting_guard(random, environment)
        if guard is None:
            edges.append((source, target, TRUE, _random_payment(random, environment)))
            continue
        paid = _random_payment(random, environment)
        edges.append((source, target, guard, paid))
        if random.random() < 0.2:
            edges.append((source, target, conjunction((guard, TRUE)), paid))
        if not falls or random.random() < 0.5:
            back = source, random.choice(names), Not(guard), _random_payment(random, environment)
            edges.append(back)
    otherwise = (random.choice((None, *names)), _random_payment(random, environment)) if falls else None
    discount = Fraction(random.choice(("1/2", "9/10", "99/100", "1/3")))
    return reward_machine(names[0], edges, discount=discount, terminal=terminal, otherwise=otherwise)


def _splitting_guard(random: Random, environment: Environment) -> Guard | None:
    """Return a guard that some possible steps satisfy and some do not, if one is soon found."""
    for _ in range(5):
        guard = _random_guard(random, environment, depth=random.randint(0, 2))
        seen = letters(environment, (guard,))
        if len({seen.satisfies(guard, letter) for letter in range(len(seen.steps))}) == 2:
            return guard
    return None


def _random_guard(random: Random, environment: Environment, *, depth: int) -> Guard:
    if depth == 0:
        s, a, t = random.choice(list(possible_steps(environment)))
        kinds: list[Guard] = [At(s), Do(a), Next(t)]
        kinds += [Labelled(label.name) for label in environment.labels] * 2
        return random.choice(kinds)
    parts = [_random_guard(random, environment, depth=depth - 1) for _ in range(random.randint(1, 3))]
    return random.choice((Not(parts[0]), conjunction(parts), disjunction(parts)))


def _random_payment(random: Random, environment: Environment) -> Payment:
    """Return a number, or a table on actions and steps."""

    def number() -> Fraction:
        return Fraction(random.randint(-4, 4), random.choice((1, 1, 2, 3)))

    if random.random() < 0.7:
        return number()
    values: dict[tuple[int, int, int | None], Fraction] = {}
    for s, a, t in possible_steps(environment):
        if random.random() < 0.3:
            values[s, a, t] = number()
        if random.random() < 0.3:
            values[s, a, None] = number()
    return entries_of(values) or _ZERO


def product(environment: Environment, spec: RewardMachine) -> Product:
    """Return the product of an environment and a machine."""
    from specexpr.product.product import make_product

    run = Run(environment, spec)
    return make_product(environment, spec.states, move=run.move, pay=run.pay, discount=spec.discount)


def evaluate(
    environment: Environment, spec: RewardMachine, policies: Sequence[Policy]
) -> tuple[Fraction, ...]:
    """Return the exact values of some policies."""
    from specexpr.product.product import product_values

    return product_values(product(environment, spec), policies)


def measure(objective: Objective) -> Account:
    """Return the objective as the kernel knows it."""
    spec = objective.spec
    assert isinstance(spec, RewardMachine)
    run = Run(objective.environment, spec)
    clock = Discounted(spec.discount)
    return remembering_account(objective.environment, clock, len(spec.states), move=run.move, pay=run.pay)


# -- decision ----------------------------------------------------------------------------------------------


def needs(question: Question) -> str | None:
    """Return what a question lacks: it may compare policies or sequences, not both."""
    kinds = {isinstance(c, TrajectoryConstraint) for c in question.task.constraints}
    if len(kinds) > 1 or (True in kinds and question.task.acceptable):
        return "either policies or sequences: put the `trajectories` into a task of their own"
    return None


def settle(question: Question) -> Setting:
    """Return the moves of the machine whose structure is asked about, how many states, and what is seen."""
    setting = Setting(machine_states=question.options.machine_states, labels=question.labels())
    objective = question.options.structure
    if objective is None or not isinstance(objective.spec, RewardMachine):
        return setting
    return replace(setting, machine=_kernel_machine(replace(question, setting=setting), objective)[0])


def _kernel_machine(question: Question, objective: Objective) -> tuple[Machine, RewardMachine]:
    """Return the moves of a machine on what the question observes, and the machine as it reads there."""
    from specexpr.product.kernel import to_machine

    home, environments = objective.environment, question.task.environments
    spec = objective.spec
    assert isinstance(spec, RewardMachine)
    first = environments[0]
    if (home.states, home.actions) != (first.states, first.actions):  # a family may order them otherwise
        body = print_machine(home, spec)
        again = parse(Source("structure", body), Span(0, len(body)), first, lambda _: None)
        assert again is not None
        spec = again
    return to_machine(environments, spec, observations(question.claim())), spec


def decide(question: Question) -> Verdict:
    """Return a proved verdict; of an order that a machine induced, that machine is a witness if need be."""
    from specexpr.expressivity.everywhere import decide_everywhere
    from specexpr.expressivity.machines.decision import decide_machine
    from specexpr.expressivity.machines.text import machine_words

    claim, deadline = question.claim(), question.deadline
    if claim.discount is None and claim.setting.machine is None and claim.setting.labels is None:
        one_state = _with_one_state(question)
        if one_state is not None:
            return proved(question, "rm", one_state, machine_words)
    if claim.setting.machine is not None and claim.discount is None:
        proof: Proof = decide_everywhere(claim, "rm", deadline=deadline)
    else:
        proof = decide_machine(claim, deadline=deadline)
    verdict = proved(question, "rm", proof, machine_words)
    if isinstance(verdict, Undecided) and claim.setting == Setting():
        of_one_state = _markov_reward(question)
        if of_one_state is not None:
            return proved(question, "rm", of_one_state, machine_words)
    own = _own_witness(question)
    if own is not None and _is_more_than(verdict, own):
        return proved(question, "rm", own, machine_words)
    return verdict


def _with_one_state(question: Question) -> Proof | None:
    """Return what machines with one state, Markov rewards, answer at whichever discount; None: use more."""
    from specexpr.expressivity.everywhere import decide_everywhere

    claim = question.claim()
    proof = decide_everywhere(replace(claim, setting=Setting()), "mr", deadline=question.deadline)
    if isinstance(proof, FarkasAnyCertificate):
        return proof if claim.setting.machine_states == 1 else None
    machine = Machine(("u0",), ((0,) * len(observations(claim).known),))
    if isinstance(proof, AlgebraicReward) and all(entry.next is None for entry in proof.reward):
        pays = tuple(((0, entry.state, entry.action), entry.value) for entry in proof.reward)
        return AlgebraicMachine(proof.discount, machine, pays)
    if not isinstance(proof, RewardWitness) or len(claim.models) > 1:
        is_open = claim.setting == Setting() and isinstance(proof, RewardWitness | AlgebraicReward)
        return proof if is_open else None
    rows = claim.models[0].rows
    found: dict[tuple[int, ...], Fraction] = {}
    for entry in proof.reward:
        pair = entry.state, entry.action
        chance = Fraction(1) if entry.next is None else dict(rows[entry.state][entry.action])[entry.next]
        found[0, *pair] = found.get((0, *pair), _ZERO) + chance * entry.value
    witness = MachineWitness(proof.discount, machine, tuple(sorted(found.items())))
    if isinstance(proved(question, "rm", witness), Expressible):
        return witness
    return proof if claim.setting == Setting() else None


def _markov_reward(question: Question) -> Proof | None:
    """Return a Markov reward that answers a question, also a large one: a machine with one state."""
    from specexpr.expressivity.markov import decide_markov_reward

    if question.options.discount is None:
        question = replace(question, options=replace(question.options, discount=_SOME_DISCOUNT))
    verdict = decide_markov_reward(replace(question, deadline=None))
    return verdict.witness.proof if isinstance(verdict, Expressible) else None


def _own_witness(question: Question) -> MachineWitness | None:
    """Return the machine that induced the task as a witness, where the question lets it be one."""
    objective = question.task.induced_by
    setting = question.setting
    if objective is None or not isinstance(objective.spec, RewardMachine) or setting.labels is not None:
        return None
    machine, spec = _kernel_machine(question, objective)
    if question.options.discount not in (None, spec.discount) or setting.machine not in (None, machine):
        return None
    if setting.machine_states is not None and len(machine.states) > setting.machine_states:
        return None
    return MachineWitness(spec.discount, machine, _mean_rewards(question, spec))


def _mean_rewards(question: Question, spec: RewardMachine) -> tuple[tuple[tuple[int, ...], Fraction], ...]:
    """Return the rewards on (u, s, a), means over the next state, or in a family on (u, s, a, t)."""
    from specexpr.product.kernel import reward_entries

    environments = question.task.environments
    found: dict[tuple[int, ...], Fraction] = {}
    for environment in environments:
        for (u, s, a, t), value in reward_entries(environment, spec).items():
            if len(environments) > 1:
                found[u, s, a, t] = value
            else:
                chance = dict(environment.model.rows[s][a])[t]
                found[u, s, a] = found.get((u, s, a), _ZERO) + chance * value
    return tuple(sorted((step, value) for step, value in found.items() if value))


def _is_more_than(verdict: Verdict, own: MachineWitness) -> bool:
    """Say whether a verdict leaves open what the witness at hand answers, or needs more states than it."""
    match verdict:
        case Undecided():
            return True
        case Expressible(size=size):
            return size is not None and size[1] > len(own.machine.states)
        case Inexpressible():
            return False


def good_discounts(question: Question) -> tuple[Stretch, ...] | None:
    """Return the exact set of discounts at which a given machine does, where it is cheap."""
    from specexpr.expressivity.good_discounts import good_set

    if question.setting.machine is None:
        return None
    return good_set(question.claim(), "rm", deadline=question.deadline)


FORMALISM = Formalism(
    id="rm",
    keyword="machine",
    title="Reward machine",
    documentation=__doc__ or "",
    parse=parse,
    print=print_machine,
    sample=sample,
    evaluate=evaluate,
    measure=measure,
    options=frozenset({"discount", "modulo_unreachable", "machine_states", "observe_labels", "structure"}),
    needs=needs,
    settle=settle,
    decide=decide,
    good_discounts=good_discounts,
    product=product,
    within=frozenset({"ftr"}),
)
