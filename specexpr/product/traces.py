"""Formulas on finite traces as properties of trajectories: their automata, which stop with the episode.

A state is terminal if every action leads from it to itself. The trace of an episode is the steps up to the
first one that is taken in a terminal state, this one counts. A formula on traces is a formula on infinite
words that moreover tell which positions are *alive*: "next" asks for an alive position, and so on. The
automaton of that formula is read up to the last step of the trace, and accepts iff it would accept dead
positions for ever from there.

Giuseppe De Giacomo, Moshe Y. Vardi: Linear Temporal Logic and Linear Dynamic Logic on Finite Traces (IJCAI
2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from specexpr.certify.formula import Atom, Compound, Formula, Operator
from specexpr.certify.model import Label
from specexpr.models.environment import Environment
from specexpr.product.acceptance import Inf, accepts
from specexpr.product.automaton import Property, Valuation
from specexpr.product.spot_translation import translated
from specexpr.product.tables import NO_MARKS, Marks, Table, table
from specexpr.syntax.formulas import as_formula_atom, as_guard_atom, atoms, compound, label
from specexpr.syntax.guards import Labelled

_ALIVE = label("")  # no label of an environment has an empty name


def terminal_states(environment: Environment) -> frozenset[int]:
    """Return the states that every action leads back to for sure."""
    rows = environment.model.rows
    return frozenset(
        s for s, row in enumerate(rows) if all(len(law) == 1 and law[0][0] == s for law in row.values())
    )


def with_terminal(environment: Environment) -> tuple[Environment, Labelled]:
    """Return the environment with one more label, of its terminal states, and the atom of that label."""
    taken = {one.name for one in environment.labels}
    name = "terminal"
    while name in taken:
        name += "_"
    labels = (*environment.labels, Label(name, terminal_states(environment)))
    return replace(environment, labels=labels), Labelled(name)


def trace_property(formula: Formula, terminal: Labelled) -> Property:
    """Return the property of the trajectories whose episode ends, in a trace that satisfies a formula."""

    def table_on(held: Sequence[Valuation]) -> Table:
        alive = [frozenset(map(as_formula_atom, one - {terminal})) | {_ALIVE} for one in held]
        letters = list(dict.fromkeys([*alive, frozenset[Atom]()]))
        words = translated(compound(Operator.AND, _on_words(formula), _some_time(_no(_ALIVE))), letters)
        number = {letter: i for i, letter in enumerate(letters)}
        return _stopping(
            words, [(number[one], terminal in two) for one, two in zip(alive, held, strict=True)]
        )

    heeded = tuple(map(as_guard_atom, atoms(formula)))
    return Property(tuple(dict.fromkeys((*heeded, terminal))), table_on)


def trace_formula(
    formula: Formula, letters: Sequence[frozenset[Atom]]
) -> tuple[Formula, list[frozenset[Atom]]]:
    """Return a formula on infinite words, and their letters, that some word satisfies iff some trace does."""
    dies = Compound(Operator.ALWAYS, (Compound(Operator.IMPLIES, (_no(_ALIVE), _next(_no(_ALIVE)))),))
    wanted = compound(Operator.AND, _ALIVE, _on_words(formula), _some_time(_no(_ALIVE)), dies)
    return wanted, [*(letter | {_ALIVE} for letter in letters), frozenset()]


def _stopping(words: Table, letters: Sequence[tuple[int, bool]]) -> Table:
    """Return the automaton that goes for ever to a good or to a bad state at the last step of a trace.

    letters: what each letter is for the automaton of words, and whether a trace ends with it.
    """
    size = len(words.moves)
    good, bad = size, size + 1
    dead = len(words.moves[0]) - 1
    ends = [good if _accepts_for_ever(words, q, dead) else bad for q in range(size)]
    moves = [[ends[row[i]] if is_last else row[i] for i, is_last in letters] for row in words.moves]
    shown = [Marks({0})] * len(letters)
    silent = [NO_MARKS] * len(letters)
    loops = [[good] * len(letters), [bad] * len(letters)]
    return table([*moves, *loops], [*([silent] * size), shown, silent], Inf(0))


def _accepts_for_ever(words: Table, state: int, letter: int) -> bool:
    """Say whether an automaton accepts one letter for ever from a state."""
    path = [state]
    while (after := words.moves[path[-1]][letter]) not in path:
        path.append(after)
    loop = path[path.index(after) :]
    return accepts(words.acceptance, NO_MARKS.union(*(words.marks[q][letter] for q in loop)))


def _on_words(formula: Formula) -> Formula:
    """Return the formula on infinite words that a trace with dead positions after it satisfies likewise.

    An atom needs nothing: it is looked at in alive positions only, as all operators lead to such.
    """
    if isinstance(formula, Atom):
        return formula
    parts = tuple(map(_on_words, formula.parts))
    match formula.operator, parts:
        case Operator.NEXT, (a,):
            return _next(_live(a))
        case Operator.EVENTUALLY, (a,):
            return _some_time(_live(a))
        case Operator.ALWAYS, (a,):
            return Compound(Operator.ALWAYS, (_if_live(a),))
        case Operator.UNTIL, (a, b):
            return Compound(Operator.UNTIL, (a, _live(b)))
        case Operator.WEAK, (a, b):
            return Compound(Operator.WEAK, (a, compound(Operator.OR, b, _no(_ALIVE))))
        case Operator.STRONG, (a, b):
            return Compound(Operator.STRONG, (_live(a), b))
        case Operator.RELEASE, (a, b):
            return Compound(Operator.RELEASE, (a, _if_live(b)))
        case _:
            return compound(formula.operator, *parts)


def _live(formula: Formula) -> Formula:
    return compound(Operator.AND, _ALIVE, formula)


def _if_live(formula: Formula) -> Formula:
    return Compound(Operator.IMPLIES, (_ALIVE, formula))


def _some_time(formula: Formula) -> Formula:
    return Compound(Operator.EVENTUALLY, (formula,))


def _next(formula: Formula) -> Formula:
    return Compound(Operator.NEXT, (formula,))


def _no(formula: Formula) -> Formula:
    return Compound(Operator.NOT, (formula,))
