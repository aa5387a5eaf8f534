"""Objectives as measures of the kernel: accounts from rewards on steps; the same in another numbering."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from specexpr.certify.coin import Coin
from specexpr.certify.formula import Atom, AtomKind
from specexpr.certify.formula_store import Entry
from specexpr.certify.measure import Account, AccountClock, Measure, MemoryStep, Probability
from specexpr.certify.model import Label
from specexpr.certify.proofs import RewardEntry
from specexpr.models.environment import Environment

Step = tuple[int, int, int]

_ZERO = Fraction(0)


def account(
    environment: Environment,
    entries: Sequence[RewardEntry],
    clock: AccountClock,
    *,
    discounts: Iterable[tuple[tuple[int, int], Fraction]] = (),
) -> Account:
    """Return the account that pays rewards of steps under a clock; entries with and without next add up."""
    paid = {(e.state, e.action, e.next): e.value for e in entries}

    def pay(_: int, step: Step) -> Fraction:
        s, a, t = step
        return paid.get((s, a, None), _ZERO) + paid.get((s, a, t), _ZERO)

    return remembering_account(environment, clock, 1, move=lambda u, _: u, pay=pay, discounts=discounts)


def remembering_account(
    environment: Environment,
    clock: AccountClock,
    memory: int,
    *,
    move: Callable[[int, Step], int],
    pay: Callable[[int, Step], Fraction],
    discounts: Iterable[tuple[tuple[int, int], Fraction]] = (),
) -> Account:
    """Return the account with so many states of memory that moves and pays so, in each of them."""
    pays: list[tuple[MemoryStep, Fraction]] = []
    moves: list[tuple[MemoryStep, int]] = []
    for u in range(memory):
        for s, row in enumerate(environment.model.rows):
            for a, law in row.items():
                for t, _ in law:
                    if value := pay(u, (s, a, t)):
                        pays.append(((u, s, a, t), value))
                    target = move(u, (s, a, t))
                    if target != u:
                        moves.append(((u, s, a, t), target))
    return Account(clock, tuple(pays), tuple(moves), tuple(sorted(discounts)))


def renumbered(measure: Measure, old: Environment, new: Environment) -> Measure:
    """Return a measure of an environment for another that has the same names in another order."""
    if (old.states, old.actions) == (new.states, new.actions):
        return measure
    states = [new.state_index[name] for name in old.states]
    actions = [new.action_index[name] for name in old.actions]
    if isinstance(measure, Probability):
        return Probability(
            tuple(_entry(entry, states, actions) for entry in measure.scheme),
            tuple(
                Label(
                    label.name,
                    frozenset(states[s] for s in label.states),
                    frozenset((states[s], actions[a]) for s, a in label.pairs),
                )
                for label in measure.labels
            ),
        )

    def moved(step: MemoryStep) -> MemoryStep:
        u, s, a, t = step
        return u, states[s], actions[a], states[t]

    return Account(
        measure.clock,
        tuple(sorted((moved(step), value) for step, value in measure.pays)),
        tuple(sorted((moved(step), u) for step, u in measure.moves)),
        tuple(sorted(((states[s], actions[a]), g) for (s, a), g in measure.discounts)),
    )


def _entry(entry: Entry, states: Sequence[int], actions: Sequence[int]) -> Entry:
    match entry:
        case Atom(kind=AtomKind.AT | AtomKind.NEXT, what=int(s)):
            return Atom(entry.kind, states[s])
        case Atom(kind=AtomKind.DO, what=int(a)):
            return Atom(entry.kind, actions[a])
        case Coin(chance=chance, loop=loop):
            return Coin(chance, tuple((states[s], actions[a], states[t]) for s, a, t in loop))
        case _:
            return entry
