"""Automaton: the probability that a deterministic automaton accepts the trajectory.

What it expresses
-----------------
Any omega-regular property of trajectories: a machine with finitely many states reads the labels of each step
and shows marks on the way; which marks it shows infinitely often says whether the trajectory is accepted.
That is more than formulas of linear temporal logic say: "at every second step", for instance.

Syntax
------
::

    automaton {
      accept Inf(0) & Fin(1)
      start q0
      q0 -> q1 on goal & !push {0}
      q0 -> q0 on !goal | push
      q1 -> q0 on true {1}
    }

``q0 -> q1 on GUARD {0 1}`` leads from a state to another on steps that satisfy the guard, and shows marks,
which are numbers. Guards are those of machines: labels with ``!``, ``&``, ``|`` and parentheses, ``true``,
``false``, ``at s0``, ``do right`` and ``next s1``. ``accept`` combines ``Inf(m)``, mark m is shown
infinitely often, and ``Fin(m)``, only finitely often, with ``&`` and ``|``; ``accept true`` and
``accept false`` are conditions, too. On each label set that occurs in the environment exactly one edge must
leave each state, or several that do the same.

``automaton { file "x.hoa" }`` reads a file in the Hanoi omega-automata format, HOA v1; its path is relative
to the document. Its propositions are the labels by name, or atoms as above: "at s0".

Meaning
-------
Position t reads the labels of (s_t, a_t), never those of s_{t+1}. The value of a policy is the probability
that the automaton accepts the trajectory. On the product of chain and automaton almost every walk ends in a
recurrent class and shows there all marks of its steps again and again; the probability of ending in an
accepted class solves a linear system, in rationals.

How it is decided
-----------------
It is evaluated only. Whether some automaton orders a task as wanted is the question whether some formula
does, wherever formulas reach as far as automata: see ltl.

What it cannot do
-----------------
Trade a little of one thing for more of another: a trajectory is accepted or not. Count without bound.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.automaton import FORMALISM
>>> document = loads('''
... environment clock {
...   states s; actions tick rest; start s; s / * -> s
...   label tick { s / tick }
... }
... policy always in clock { s -> tick }
... policy half in clock { s -> { tick: 1/2, rest: 1/2 } }
... objective second in clock = automaton {
...   accept Fin(0); start even; even -> odd on tick; even -> odd on !tick {0}; odd -> even on true
... }
... ''')
>>> second = document.objective("second")
>>> FORMALISM.evaluate(second.environment, second.spec, [document.policy("always"), document.policy("half")])
(Fraction(1, 1), Fraction(0, 1))
>>> print(FORMALISM.print(second.environment, second.spec))
accept Fin(0)
start even
even -> odd on tick
even -> odd on !tick {0}
odd -> even on true

References
----------
E. Allen Emerson, Chin-Laung Lei: Modalities for Model Checking (Science of Computer Programming, 1987).
Tomas Babiak et al.: The Hanoi Omega-Automata Format (CAV 2015).
Christel Baier, Joost-Pieter Katoen: Principles of Model Checking (2008), chapter 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.diagnostics import Report, Source, Span
from specexpr.expressivity.task import Options
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product.acceptance import ALWAYS, NEVER, Acceptance, Fin, Inf, condition_text, every, some
from specexpr.product.automaton import RESERVED, Automaton, NamedEdge, automaton, automaton_property
from specexpr.product.machine import letters, possible_steps
from specexpr.syntax.guards import TRUE, At, Do, Guard, Labelled, Next, Not, print_guard
from specexpr.syntax.names import write_name

if TYPE_CHECKING:
    from specexpr.product.optimal import Optimum
    from specexpr.product.product import Product

_OPEN = Options()
_WIDTH = 80


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> Automaton | None:
    """Read an automaton; None once what is wrong with it is reported."""
    from specexpr.product.automaton_reading import read_automaton

    return read_automaton(source, span, environment, report)


def print_automaton(environment: Environment, spec: Automaton) -> str:
    """Return the body of an automaton, on one line if it is short."""
    names = [write_name(state, reserved=RESERVED) for state in spec.states]
    lines = [f"accept {condition_text(spec.acceptance)}", f"start {names[0]}"]
    for edge in spec.edges:
        marks = f" {{{' '.join(map(str, sorted(edge.marks)))}}}" if edge.marks else ""
        guard = print_guard(environment, edge.guard)
        lines.append(f"{names[edge.source]} -> {names[edge.target]} on {guard}{marks}")
    line = "; ".join(lines)
    return line if len(line) <= _WIDTH else "\n".join(lines)


def sample(random: Random, environment: Environment) -> Automaton:
    """Return some automaton of an environment: up to four states, three marks, any condition."""
    names = random.sample(("q0", "q1", "start", "on", "two words"), random.randint(1, 4))
    edges: list[NamedEdge] = []
    for name in names:
        for guard in _cases(random, environment):
            marks = frozenset(mark for mark in range(3) if random.random() < 0.3)
            edges.append((name, random.choice(names), guard, marks))
    return automaton(names[0], edges, _random_condition(random, depth=2))


def _cases(random: Random, environment: Environment) -> tuple[Guard, ...]:
    """Return guards of which exactly one holds on each step; each of them on some step."""
    s, a, t = random.choice(list(possible_steps(environment)))
    atoms: list[Guard] = [At(s), Do(a), Next(t), *(Labelled(label.name) for label in environment.labels)]
    one = random.choice(atoms)
    cases = (one, Not(one)) if random.random() < 0.8 else (TRUE,)
    seen = letters(environment, cases)
    return tuple(case for case in cases if any(seen.satisfies(case, i) for i in range(len(seen.steps))))


def _random_condition(random: Random, *, depth: int) -> Acceptance:
    if depth == 0 or random.random() < 0.3:
        mark = random.randrange(3)
        return random.choice((Inf(mark), Inf(mark), Fin(mark), Fin(mark), ALWAYS, NEVER))
    parts = [_random_condition(random, depth=depth - 1) for _ in range(random.randint(1, 3))]
    return random.choice((every, some))(parts)


def evaluate(environment: Environment, spec: Automaton, policies: Sequence[Policy]) -> tuple[Fraction, ...]:
    """Return the exact probabilities of some policies."""
    from specexpr.product.valuing import property_values

    return property_values(environment, automaton_property(spec), policies)


def approximate(environment: Environment, spec: Automaton, policies: Sequence[Policy]) -> tuple[float, ...]:
    """Return about the probabilities of some policies."""
    from specexpr.product.valuing import property_estimates

    return property_estimates(environment, automaton_property(spec), policies)


def optimal(environment: Environment, spec: Automaton) -> Optimum:
    """Return the largest probability over all policies, and a policy that attains it."""
    from specexpr.product.optimal import optimum

    return optimum(environment, automaton_property(spec))


def product(environment: Environment, spec: Automaton) -> Product:
    """Return the product of an environment and the automaton."""
    from specexpr.product.optimal import property_product

    return property_product(environment, automaton_property(spec))[0]


FORMALISM = Formalism(
    id="automaton",
    keyword="automaton",
    title="Automaton on infinite words",
    documentation=__doc__ or "",
    parse=parse,
    print=print_automaton,
    sample=sample,
    evaluate=evaluate,
    approximate=approximate,
    optimal=optimal,
    product=product,
    options=frozenset(),
)
