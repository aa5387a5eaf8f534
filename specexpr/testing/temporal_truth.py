"""The probability of a temporal formula under a policy, without any automaton.

The temporal operators of the formula are eliminated one at a time, the inner ones first. To eliminate
"a until b", where a and b are settled at every node of the chain, split each node in two: at one copy the
walk goes on so that a until b holds, at the other so that it does not. The copies are as likely as the
probabilities say, and moves between copies are those of the chain given what was promised. In the new chain
"a until b" is settled at every node. So with "next".

That is the procedure of Costas Courcoubetis and Mihalis Yannakakis: The Complexity of Probabilistic
Verification (Journal of the ACM, 1995). Values of formulas are compared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.certify.model import Label, Model, Table

_ZERO, _ONE = Fraction(0), Fraction(1)
_TRUE = Compound(Operator.TRUE)


@dataclass(slots=True)
class Chain:
    """Nodes 0, 1, ..: their chances to be the first, their moves, and what is settled at each of them."""

    start: Mapping[int, Fraction]
    rows: Sequence[Mapping[int, Fraction]]
    settled: Sequence[Mapping[Formula, bool]]


def formula_probability(model: Model, labels: Sequence[Label], table: Table, formula: Formula) -> Fraction:
    """Return the probability that the trajectory of a policy satisfies a formula.

    >>> from specexpr.testing.examples import MEMORY, table
    >>> half = table(MEMORY, {"a": "1/2", "b": "1/2"}, "a", "a")
    >>> formula_probability(MEMORY, (), half, Compound(Operator.EVENTUALLY, (Atom(AtomKind.DO, 1),)))
    Fraction(1, 2)
    """
    atoms = _atoms(formula)
    chain = steps_of(model, table, lambda s, a, t: {x: is_true(x, labels, (s, a, t)) for x in atoms})
    return chain_probability(chain, formula)


def is_true(atom: Atom, labels: Sequence[Label], step: tuple[int, int, int]) -> bool:
    """Say whether an atom holds of a step (s, a, s')."""
    s, a, t = step
    match atom.kind:
        case AtomKind.LABEL:
            return any(x.name == atom.what and (s in x.states or (s, a) in x.pairs) for x in labels)
        case AtomKind.AT:
            return s == atom.what
        case AtomKind.DO:
            return a == atom.what
        case AtomKind.NEXT:
            return t == atom.what


def steps_of(model: Model, table: Table, letter: Callable[[int, int, int], Mapping[Formula, bool]]) -> Chain:
    """Return the chain whose nodes are the steps (s, a, s') of a policy, with what holds of each."""
    steps = [(s, a, t) for s, row in enumerate(table) for a, _ in row for t, _ in model.rows[s][a]]
    number = {step: x for x, step in enumerate(steps)}

    def leaving(state: int, mass: Fraction) -> dict[int, Fraction]:
        return {number[state, a, t]: mass * p * q for a, p in table[state] for t, q in model.rows[state][a]}

    start: dict[int, Fraction] = {}
    for s, mass in model.start:
        start.update(leaving(s, mass))
    return _trimmed(Chain(start, [leaving(t, _ONE) for _, _, t in steps], [letter(*step) for step in steps]))


def chain_probability(chain: Chain, formula: Formula) -> Fraction:
    """Return the probability of a formula whose atoms are settled."""
    goal = _simple(formula)
    for part in _inner_first(goal):
        if isinstance(part, Compound) and part.operator in (Operator.NEXT, Operator.UNTIL):
            chain = _eliminated(chain, part)
    return sum((mass for x, mass in chain.start.items() if _now(goal, chain.settled[x])), _ZERO)


def _simple(formula: Formula) -> Formula:
    """Return an equal formula in !, &, X and U."""
    if isinstance(formula, Atom):
        return formula
    parts = [_simple(part) for part in formula.parts]

    def no(a: Formula) -> Formula:
        return Compound(Operator.NOT, (a,))

    def both(a: Formula, b: Formula) -> Formula:
        return Compound(Operator.AND, (a, b))

    def until(a: Formula, b: Formula) -> Formula:
        return Compound(Operator.UNTIL, (a, b))

    match formula.operator, parts:
        case Operator.TRUE, []:
            return _TRUE
        case Operator.FALSE, []:
            return no(_TRUE)
        case (Operator.NOT | Operator.AND | Operator.NEXT | Operator.UNTIL) as operator, _:
            return Compound(operator, tuple(parts))
        case Operator.OR, [a, b]:
            return no(both(no(a), no(b)))
        case Operator.IMPLIES, [a, b]:
            return no(both(a, no(b)))
        case Operator.IFF, [a, b]:
            return both(no(both(a, no(b))), no(both(b, no(a))))
        case Operator.EVENTUALLY, [a]:
            return until(_TRUE, a)
        case Operator.ALWAYS, [a]:
            return no(until(_TRUE, no(a)))
        case Operator.RELEASE, [a, b]:
            return no(until(no(a), no(b)))
        case Operator.STRONG, [a, b]:
            return until(b, both(a, b))
        case Operator.WEAK, [a, b]:  # not: a fails at some position, and b neither there nor before
            return no(until(no(b), both(no(a), no(b))))
        case _:
            raise ValueError(f"{formula.operator} joins {len(parts)} formulas")


def _inner_first(formula: Formula) -> list[Formula]:
    found: dict[Formula, None] = {}

    def visit(part: Formula) -> None:
        if isinstance(part, Compound):
            for inner in part.parts:
                visit(inner)
        found.setdefault(part)

    visit(formula)
    return list(found)


def _atoms(formula: Formula) -> list[Atom]:
    return [part for part in _inner_first(formula) if isinstance(part, Atom)]


def _now(formula: Formula, settled: Mapping[Formula, bool]) -> bool:
    """Return the truth of a formula whose atoms and temporal parts are settled."""
    if formula in settled:
        return settled[formula]
    assert isinstance(formula, Compound), formula
    match formula.operator:
        case Operator.TRUE:
            return True
        case Operator.NOT:
            return not _now(formula.parts[0], settled)
        case Operator.AND:
            return all(_now(part, settled) for part in formula.parts)
        case _:
            raise ValueError(f"{formula.operator} is not settled")


def _eliminated(chain: Chain, formula: Compound) -> Chain:
    """Return a chain with the same law in which a formula, X a or a U b, is settled at every node."""
    *before, last = formula.parts
    now = [_now(last, row) for row in chain.settled]
    if formula.operator is Operator.NEXT:
        chances = [sum((p for y, p in row.items() if now[y]), _ZERO) for row in chain.rows]
        is_open = [True] * len(now)
    else:
        on = [_now(before[0], row) for row in chain.settled]
        chances = _reach(chain.rows, yes=now, no=[not a and not b for a, b in zip(on, now, strict=True)])
        is_open = [a and not b for a, b in zip(on, now, strict=True)]
    copies = [(x, kept) for x, q in enumerate(chances) for kept in (True, False) if (q if kept else 1 - q)]
    number = {copy: k for k, copy in enumerate(copies)}

    def chance(x: int, kept: bool) -> Fraction:
        return chances[x] if kept else 1 - chances[x]

    def moves(x: int, kept: bool) -> dict[int, Fraction]:
        # what is promised at x: the truth of a at the next node, or of a U b there; nothing once it is met
        found: dict[int, Fraction] = {}
        for y, p in chain.rows[x].items():
            for other in (True, False):
                promised = now[y] if formula.operator is Operator.NEXT else other
                if (y, other) in number and (promised == kept or not is_open[x]):
                    share = p * chance(y, other)
                    found[number[y, other]] = share / chance(x, kept) if is_open[x] else share
        return found

    start = {number[x, kept]: mass * chance(x, kept) for x, kept in copies if (mass := chain.start.get(x))}
    settled = [{**chain.settled[x], formula: kept} for x, kept in copies]
    return _trimmed(Chain(start, [moves(x, kept) for x, kept in copies], settled))


def _reach(
    rows: Sequence[Mapping[int, Fraction]], *, yes: Sequence[bool], no: Sequence[bool]
) -> list[Fraction]:
    """Return from each node the probability of reaching a "yes" before any "no"."""
    size = range(len(rows))
    hopeful = {x for x in size if yes[x]}
    for _ in size:
        hopeful |= {x for x in size if not no[x] and not yes[x] and any(y in hopeful for y in rows[x])}
    unknown = [x for x in size if x in hopeful and not yes[x]]
    work = [{x: _ONE} for x in unknown]
    for row, x in zip(work, unknown, strict=True):
        for y, p in rows[x].items():
            column = -1 if yes[y] else y
            if column == -1:
                row[-1] = row.get(-1, _ZERO) + p
            elif y in hopeful:
                row[y] = row.get(y, _ZERO) - p
    for k, x in enumerate(unknown):  # the diagonal stays positive: a node that may leave is left
        scale = work[k][x]
        work[k] = {y: v / scale for y, v in work[k].items()}
        for i, other in enumerate(work):
            if i != k and (factor := other.pop(x, _ZERO)):
                for y, v in work[k].items():
                    if y != x:
                        other[y] = other.get(y, _ZERO) - factor * v
    found = [_ONE if yes[x] else _ZERO for x in size]
    for row, x in zip(work, unknown, strict=True):
        found[x] = row.get(-1, _ZERO)
    return found


def _trimmed(chain: Chain) -> Chain:
    """Return the nodes that are ever reached, numbered anew."""
    seen = {x: k for k, x in enumerate(chain.start)}
    todo = list(seen)
    for x in todo:
        for y in chain.rows[x]:
            if y not in seen:
                seen[y] = len(seen)
                todo.append(y)
    return Chain(
        {seen[x]: mass for x, mass in chain.start.items()},
        [{seen[y]: p for y, p in chain.rows[x].items()} for x in todo],
        [chain.settled[x] for x in todo],
    )
