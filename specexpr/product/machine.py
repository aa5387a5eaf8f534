"""Reward machines: what they are, and what they do on the steps of an environment.

A reward machine is (U, u0, delta_u, delta_r): in machine state u a step (s, a, s') leads to the machine
state u' = delta_u(u, step) and pays delta_r(u, u')(s, a, s'). It is written as edges with guards. Steps
that the guards cannot tell apart share a *letter*: the atoms, of those that the guards mention, that hold
of them. So a machine on an environment is a table on letters; it is deterministic and total iff that
table has one entry in each place.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeAlias

from specexpr.certify.proofs import RewardEntry
from specexpr.models.environment import Environment
from specexpr.syntax.guards import At, Do, Guard, Labelled, Next, Step, atoms, holds, label_sets
from specexpr.syntax.names import write_name

Payment: TypeAlias = Fraction | tuple[RewardEntry, ...]
"""What an edge pays: a number, or a table of rewards of the steps on which it is taken (not empty)."""

_ZERO = Fraction(0)
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Edge:
    """From a machine state to another on the steps that satisfy a guard."""

    source: int
    target: int
    guard: Guard
    reward: Payment = _ZERO


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What happens on steps that satisfy no guard: the machine goes to a state, or stays where it is."""

    target: int | None = None
    reward: Payment = _ZERO


@dataclass(frozen=True, slots=True)
class RewardMachine:
    """A reward machine in one form: see `reward_machine`. It starts in state 0.

    In a terminal state it stays for ever and pays nothing; no edge leaves one. Without `otherwise` the edges
    must cover every step that can happen.
    """

    discount: Fraction
    states: tuple[str, ...]
    edges: tuple[Edge, ...]
    terminal: tuple[int, ...] = ()
    otherwise: Otherwise | None = None


NamedEdge: TypeAlias = tuple[str, str, Guard, Payment]
"""Source, target, guard and reward of an edge."""


def reward_machine(
    start: str,
    edges: Iterable[NamedEdge],
    *,
    discount: Fraction,
    terminal: Iterable[str] = (),
    otherwise: tuple[str | None, Payment] | None = None,
) -> RewardMachine:
    """Return a machine whose states are numbered as they first occur: start, edges, terminal, otherwise."""
    number = {start: 0}
    listed = [
        Edge(number.setdefault(u, len(number)), number.setdefault(v, len(number)), guard, reward)
        for u, v, guard, reward in edges
    ]
    ends = sorted({number.setdefault(u, len(number)) for u in terminal})
    rest = None
    if otherwise is not None:
        target, reward = otherwise
        rest = Otherwise(None if target is None else number.setdefault(target, len(number)), reward)
    return RewardMachine(discount, tuple(number), tuple(listed), tuple(ends), rest)


# -- letters -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Letters:
    """What guards see of the steps of an environment: each step's letter, and the steps of each letter."""

    of: Mapping[Step, int]
    steps: tuple[tuple[Step, ...], ...]
    labels: Mapping[tuple[int, int], frozenset[str]]

    def satisfies(self, guard: Guard, letter: int) -> bool:
        """Say whether the steps of a letter satisfy a guard, which is one of those it was made for."""
        s, a, t = self.steps[letter][0]
        return holds(guard, self.labels[s, a], (s, a, t))


def letters(environment: Environment, guards: Iterable[Guard]) -> Letters:
    """Return the letters of the steps that can happen, numbered in the order of the steps."""
    mentioned = {atom for guard in guards for atom in atoms(guard)}
    names = frozenset(atom.label for atom in mentioned if isinstance(atom, Labelled))
    labels = label_sets(environment)
    seen = {pair: carried & names for pair, carried in labels.items()}
    states = {atom.state for atom in mentioned if isinstance(atom, At)}
    actions = {atom.action for atom in mentioned if isinstance(atom, Do)}
    targets = {atom.state for atom in mentioned if isinstance(atom, Next)}
    number: dict[Hashable, int] = {}
    of: dict[Step, int] = {}
    steps: list[list[Step]] = []
    for step in possible_steps(environment):
        s, a, t = step
        shown = s if s in states else -1, a if a in actions else -1, t if t in targets else -1
        letter = number.setdefault((seen[s, a], shown), len(number))
        if letter == len(steps):
            steps.append([])
        steps[letter].append(step)
        of[step] = letter
    return Letters(of, tuple(map(tuple, steps)), labels)


def possible_steps(environment: Environment) -> Iterator[Step]:
    """Yield the steps (s, a, s') that can happen, in ascending order of state and action."""
    for s, row in enumerate(environment.model.rows):
        for a, law in row.items():
            for t, _ in law:
                yield s, a, t


# -- what is wrong with a machine --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clash:
    """Two edges (their numbers) of one state lead elsewhere or pay differently on a step of both."""

    first: int
    second: int
    step: Step


@dataclass(frozen=True, slots=True)
class Gap:
    """A machine state that no edge leaves on these steps, one of each letter and label set."""

    state: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Faults:
    """Why a machine is not deterministic or total in an environment, and which edges it never takes."""

    clashes: tuple[Clash, ...]
    gaps: tuple[Gap, ...]
    idle: tuple[int, ...]
    seen: Letters


def find_faults(environment: Environment, machine: RewardMachine) -> Faults:
    """Return all clashes (one for each pair of edges), all gaps and all edges that are never taken."""
    seen = letters(environment, (edge.guard for edge in machine.edges))
    clashes: dict[tuple[int, int], Clash] = {}
    gaps: list[Gap] = []
    used: set[int] = set()
    for u, leaving in enumerate(_leaving(machine)):
        uncovered: list[Step] = []
        for letter, steps in enumerate(seen.steps):
            enabled = [i for i in leaving if seen.satisfies(machine.edges[i].guard, letter)]
            used.update(enabled)
            for k, i in enumerate(enabled):
                for j in enabled[k + 1 :]:
                    step = _differing(machine.edges[i], machine.edges[j], steps)
                    if step is not None:
                        clashes.setdefault((i, j), Clash(i, j, step))
            if not enabled and machine.otherwise is None and u not in machine.terminal:
                kinds: dict[frozenset[str], Step] = {}
                for s, a, t in steps:
                    kinds.setdefault(seen.labels[s, a], (s, a, t))
                uncovered += kinds.values()
        if uncovered:
            gaps.append(Gap(u, tuple(uncovered)))
    idle = tuple(i for i in range(len(machine.edges)) if i not in used)
    return Faults(tuple(clashes[pair] for pair in sorted(clashes)), tuple(gaps), idle, seen)


def _leaving(machine: RewardMachine) -> list[list[int]]:
    """Return the numbers of the edges that leave each state."""
    found: list[list[int]] = [[] for _ in machine.states]
    for i, edge in enumerate(machine.edges):
        found[edge.source].append(i)
    return found


def _differing(one: Edge, other: Edge, steps: Sequence[Step]) -> Step | None:
    """Return a step, among those that both edges are taken on, on which they differ."""
    if one.target != other.target:
        return steps[0]
    if one.reward == other.reward:
        return None
    first, second = _Pays(one.reward), _Pays(other.reward)
    return next((step for step in steps if first.of(step) != second.of(step)), None)


class _HasGuard(Protocol):
    @property
    def guard(self) -> Guard: ...


class Guarded(Protocol):
    """A machine or an automaton: what has edges with guards."""

    @property
    def edges(self) -> Sequence[_HasGuard]: ...


def seen_text(environment: Environment, machine: Guarded, steps: Sequence[Step]) -> str:
    """Return what a machine sees of some steps: their label sets, or the steps where guards mention more.

    >>> from specexpr.testing.examples import ENTAILMENT
    >>> lazy = reward_machine("u0", [("u0", "u0", At(0), Fraction(1))], discount=Fraction(1, 2))
    >>> seen_text(Environment("e", ENTAILMENT), lazy, [(1, 0, 0), (1, 1, 0)])
    'the steps s1 / a / s0 and s1 / b / s0'
    """
    if all(isinstance(atom, Labelled) for edge in machine.edges for atom in atoms(edge.guard)):
        labels, kind = label_sets(environment), "label set"
        texts = [f"{{{', '.join(map(write_name, sorted(labels[s, a])))}}}" for s, a, _ in steps]
    else:
        states, actions, kind = environment.states, environment.actions, "step"
        named = [(states[s], actions[a], states[t]) for s, a, t in steps]
        texts = [" / ".join(map(write_name, names)) for names in named]
    if len(texts) > _LISTED:
        return f"the {kind}s {', '.join(texts[:_LISTED])} and {len(texts) - _LISTED} more"
    *first, last = texts
    return f"the {kind}s {', '.join(first)} and {last}" if first else f"the {kind} {last}"


# -- meaning -----------------------------------------------------------------------------------------------


class _Pays:
    """What a payment comes to on a step."""

    def __init__(self, payment: Payment) -> None:
        self._constant = payment if isinstance(payment, Fraction) else _ZERO
        entries = () if isinstance(payment, Fraction) else payment
        self._table = {(e.state, e.action, e.next): e.value for e in entries}

    def of(self, step: Step) -> Fraction:
        if not self._table:
            return self._constant
        s, a, t = step
        return self._table.get((s, a, None), _ZERO) + self._table.get((s, a, t), _ZERO)


class Run:
    """A machine on an environment where it is deterministic and total: delta_u and delta_r.

    Raises ValueError where a step is not covered; of edges that overlap, the first counts.
    """

    def __init__(self, environment: Environment, machine: RewardMachine) -> None:
        seen = letters(environment, (edge.guard for edge in machine.edges))
        self._letter = seen.of
        self._moves: list[list[int]] = []
        self._pays: list[list[_Pays]] = []
        pays = [_Pays(edge.reward) for edge in machine.edges]
        nothing = _Pays(_ZERO)
        rest = nothing if machine.otherwise is None else _Pays(machine.otherwise.reward)
        for u, leaving in enumerate(_leaving(machine)):
            moves: list[int] = []
            paid: list[_Pays] = []
            for letter, steps in enumerate(seen.steps):
                taken = next((i for i in leaving if seen.satisfies(machine.edges[i].guard, letter)), None)
                if u in machine.terminal:
                    moves.append(u)
                    paid.append(nothing)
                elif taken is not None:
                    moves.append(machine.edges[taken].target)
                    paid.append(pays[taken])
                elif machine.otherwise is not None:
                    moves.append(u if machine.otherwise.target is None else machine.otherwise.target)
                    paid.append(rest)
                else:
                    raise ValueError(f"no edge leaves {machine.states[u]} on {steps[0]}")
            self._moves.append(moves)
            self._pays.append(paid)

    def move(self, state: int, step: Step) -> int:
        """Return delta_u(u, step)."""
        return self._moves[state][self._letter[step]]

    def pay(self, state: int, step: Step) -> Fraction:
        """Return delta_r(u, u')(step), where u' is the state that the machine moves to."""
        return self._pays[state][self._letter[step]].of(step)
