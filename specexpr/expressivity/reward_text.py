"""Write the reward of a witness as entries of the language, and the values it gives to named policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby

from specexpr.certify.model import Table
from specexpr.certify.proofs import RewardEntry
from specexpr.exact import rational_text
from specexpr.expressivity.naming import Names, called
from specexpr.expressivity.phrases import number_text
from specexpr.expressivity.task import Question, Task
from specexpr.expressivity.verdict import Witness
from specexpr.models.occupancy import expected, policy_value
from specexpr.models.policy import reachable
from specexpr.syntax.compaction import few_entries
from specexpr.syntax.patterns import cell_text

_ZERO = Fraction(0)
_FEW_POLICIES = 12
_FEW_OTHERS = 8
_SMALL_STATES = 40
_PRINTED = 300  # bits of a fraction, up to which an entry is printed exactly

Pays = Mapping[tuple[int, int, int | None], Fraction]


def reward_lines(witness: Witness) -> tuple[str, ...]:
    """Return entries `s0 / a: 1`, wildcards where they save some, as an objective would write them."""
    task = witness.question.task
    model = task.environments[0].model
    pays = _pays(task, witness.proof.reward)
    pairs = sorted({(s, a) for e in task.environments for s, row in enumerate(e.model.rows) for a in row})
    entries = few_entries({(s, a): pays.get((s, a, None), _ZERO) for s, a in pairs}, _ZERO)
    lines = [f"{cell_text(cell, (model.states, model.actions))}: {entry_text(x)}" for cell, x in entries]
    places = (model.states, model.actions, model.states)
    steps = ((cell, x) for cell, x in sorted(pays.items(), key=_order) if cell[2] is not None)
    return (*lines, *(f"{cell_text(cell, places)}: {entry_text(x)}" for cell, x in steps))


def entry_text(value: Fraction) -> str:
    """Return what an entry pays: exactly, or about what it is where that is too long to print."""
    return number_text(value) if _is_long(value) else rational_text(value)


def is_rounded(witness: Witness) -> bool:
    """Say whether some entry of the reward is too long to print exactly."""
    return any(map(_is_long, _pays(witness.question.task, witness.proof.reward).values()))


def _is_long(value: Fraction) -> bool:
    return value.numerator.bit_length() + value.denominator.bit_length() > _PRINTED


def value_lines(witness: Witness) -> Iterator[str]:
    """Yield what a Markov reward values the named policies at, as `valued_lines` does."""
    task, discount = witness.question.task, witness.proof.discount
    pays = _pays(task, witness.proof.reward)

    def value(k: int, table: Table) -> Fraction:
        model = task.environments[k].model

        def mean(s: int, a: int) -> Fraction:
            steps = sum((p * pays.get((s, a, t), _ZERO) for t, p in model.rows[s][a]), _ZERO)
            return pays.get((s, a, None), _ZERO) + steps

        return expected(model.start, policy_value(model, table, discount, mean))

    yield from valued_lines(witness.question, value)


def valued_lines(question: Question, value: Callable[[int, Table], Fraction]) -> Iterator[str]:
    """Yield for each environment its named policies by value, where they are few and it is small.

    value: (index of an environment, policy) -> what it is worth. Beside accepted policies stand the named
    ones that are not, if there are few, and are said not to be.
    """
    task = question.task
    names = Names(task)
    for k, environment in enumerate(task.environments):
        tables = {policy.table: None for index, policy in task.policies if index == k}
        if not 0 < len(tables) <= _FEW_POLICIES or len(environment.states) > _SMALL_STATES:
            continue
        refused = not_accepted(question, k)
        tables |= dict.fromkeys(refused if len(refused) <= _FEW_OTHERS else ())
        found = [
            (value(k, table), names.policy(k, table) + (" (not accepted)" if table in refused else ""))
            for table in tables
        ]
        values = sorted(found, key=lambda pair: -pair[0])
        levels = [
            f"{' = '.join(name for _, name in group)} = {number_text(worth)}"
            for worth, group in groupby(values, key=lambda pair: pair[0])
        ]
        where = f" in {called(environment.name)}" if len(task.environments) > 1 else ""
        yield f"Values{where}: {'; '.join(levels)}"


def not_accepted(question: Question, k: int) -> Mapping[Table, None]:
    """Return the named deterministic policies of an environment that must be worse than an accepted one."""
    task = question.task
    sets = [one for one in task.acceptable if one.model == k]
    model = task.environments[k].model
    found: dict[Table, None] = {}
    for index, policy in (*task.policies, *task.others):
        table = policy.table
        if index == k and policy.name is not None and all(len(law) == 1 for law in table):
            reached = reachable(model, table) if question.options.modulo_unreachable else [True] * len(table)
            for one in sets:
                is_in = one.over is None or table in one.over
                alike = any(
                    all(g[s] == table[s] for s, is_on in enumerate(reached) if is_on) for g in one.good
                )
                if is_in and not alike:
                    found[table] = None
    return found


def _pays(task: Task, reward: tuple[RewardEntry, ...]) -> Pays:
    """Return the entries that are not 0; those of all possible next states that agree become one."""
    found = {(e.state, e.action, e.next): e.value for e in reward if e.value}
    nexts: dict[tuple[int, int], dict[int, Fraction]] = {}
    for (s, a, t), value in found.items():
        if t is not None:
            nexts.setdefault((s, a), {})[t] = value
    for (s, a), values in nexts.items():
        possible = {t for e in task.environments for t, _ in e.model.rows[s].get(a, ())}
        if len(set(values.values())) == 1 and possible == set(values):
            for t in possible:
                del found[s, a, t]
            found[s, a, None] = found.get((s, a, None), _ZERO) + next(iter(values.values()))
    return {cell: value for cell, value in found.items() if value}


def _order(entry: tuple[tuple[int, int, int | None], Fraction]) -> tuple[int, int, int]:
    (s, a, t), _ = entry
    return s, a, -1 if t is None else t
