"""Formulas to deterministic automata by Spot, the one place that knows it.

Spot turns a formula into a deterministic complete automaton with any Emerson-Lei acceptance; here it is read
off on the letters that occur. Where atoms are many and letters few, as with `at s0`, `at s1`, .., Spot is
given the binary digits of the number of the letter in place of the atoms: n letters then cost n, not 2^atoms.

An automaton may be doubly exponential in its formula, and Spot cannot be interrupted. So formulas that are
not small are translated by a process of their own, which has so much time and may end with nothing
(`spot_process`).

Alexandre Duret-Lutz et al.: From Spot 2.0 to Spot 2.10: What's New? (CAV 2022).
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any

from specexpr.certify.formula import Atom, Formula, Operator
from specexpr.diagnostics import Diagnostic, InternalError, NoAutomaton, SpecError
from specexpr.product.acceptance import clauses
from specexpr.product.hoa import read_acceptance
from specexpr.product.spot_process import translated_text
from specexpr.product.tables import NO_MARKS, Marks, Table, components, table
from specexpr.syntax.formulas import CHAINS, CONSTANTS, UNARY, atoms

Letter = frozenset[Atom]
"""The atoms of a formula that hold at a position."""

_TEMPORAL = frozenset(Operator) - CONSTANTS - CHAINS - {Operator.NOT, Operator.IMPLIES, Operator.IFF}

_FEW = 6
"""Up to so many atoms are passed on as they are."""

_LONG = 2_000
"""Formulas with a longer text than this are simplified less."""

SECONDS = 20
"""What one translation may take."""

_SMALL = 8
"""Formulas with so many temporal operators are translated at once: half a second at most, mostly less."""

MOST_ENTRIES = 4_000_000
"""States times letters of the largest automaton that is read."""


@cache
def spot() -> ModuleType:
    """Return Spot; raise SpecError (`no-spot`) where it is not installed.

    Importing it leaves the module path, the environment of the process and its warnings as they were.
    """
    path, libraries = list(sys.path), os.environ.get("LD_LIBRARY_PATH")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import spot as found
    except ImportError as error:
        message = f"temporal formulas need Spot, which cannot be imported: {error}"
        hint = "on Linux (x86-64): pip install spottl; elsewhere: conda env create -f environment.yml"
        raise SpecError([Diagnostic(id="no-spot", message=message, help=hint)]) from None
    finally:
        sys.path[:] = path
        os.environ.pop("LD_LIBRARY_PATH", None)
        if libraries is not None:
            os.environ["LD_LIBRARY_PATH"] = libraries
    module: ModuleType = found
    return module


def is_installed() -> bool:
    """Say whether Spot can be imported."""
    try:
        spot()
    except SpecError:
        return False
    return True


def has_word(formula: Formula, letters: Sequence[Letter], *, seconds: int = SECONDS) -> bool:
    """Say whether some infinite word over some letters, all different, satisfies a formula.

    Raises NoAutomaton where that is not found out in time.
    """
    made = translated(formula, letters, seconds=seconds)
    states = range(len(made.moves))
    for clause in clauses(made.acceptance):
        kept = [[i for i, seen in enumerate(row) if not seen & clause.fin] for row in made.marks]
        component = components({q: [made.moves[q][i] for i in kept[q]] for q in states}, *states)
        found: dict[int, frozenset[int]] = {}
        for q in states:
            for i in kept[q]:
                if component[q] == component[made.moves[q][i]]:
                    found[component[q]] = found.get(component[q], NO_MARKS) | made.marks[q][i]
        if any(clause.inf <= seen for seen in found.values()):
            return True
    return False


def translated(formula: Formula, letters: Sequence[Letter], *, seconds: int = SECONDS) -> Table:
    """Return the automaton of the words over some letters, all different, that satisfy a formula.

    Raises NoAutomaton where it has too many marks, or is not finished in time.

    >>> from specexpr.syntax.formulas import compound, label
    >>> goal = label("goal")
    >>> made = translated(compound(Operator.EVENTUALLY, goal), [frozenset(), frozenset({goal})])
    >>> made.moves, made.acceptance
    (((0, 1), (1, 1)), Inf(mark=0))
    """
    mentioned = atoms(formula)
    if not letters:
        raise ValueError("an alphabet has a letter at least")
    digits = max(1, (len(letters) - 1).bit_length())
    if len(mentioned) <= max(_FEW, digits):
        spelled = {atom: f"p{i}" for i, atom in enumerate(mentioned)}
        names = list(spelled.values())
        codes = [sum((atom in letter) << i for i, atom in enumerate(mentioned)) for letter in letters]
    else:
        names = [f"p{i}" for i in range(digits)]
        spelled = {atom: _numbers_text(atom, letters, names) for atom in mentioned}
        codes = list(range(len(letters)))
    text = _text(formula, spelled)
    if _temporal(formula, {}) <= _SMALL and len(text) <= _LONG:
        made = automaton_of_text(text)
    else:
        made = _elsewhere(text, seconds, MOST_ENTRIES // len(letters))
    return _read(made, names, codes)


def _numbers_text(atom: Atom, letters: Sequence[Letter], names: Sequence[str]) -> str:
    """Return in digits that the number of the letter is one of those on which an atom holds."""
    terms = [
        " & ".join(name if number >> i & 1 else f"!{name}" for i, name in enumerate(names))
        for number, letter in enumerate(letters)
        if atom in letter
    ]
    return " | ".join(f"({term})" for term in terms) or "0"


def _text(formula: Formula, spelled: Mapping[Atom, str]) -> str:
    """Return a formula as Spot reads it, each part in parentheses."""
    if isinstance(formula, Atom):
        return f"({spelled[formula]})"
    operator, parts = formula.operator, [_text(part, spelled) for part in formula.parts]
    if operator in CONSTANTS:
        return "(1)" if operator is Operator.TRUE else "(0)"
    if operator in UNARY:
        return f"({operator} {parts[0]})"
    return f"({f' {operator} '.join(parts)})"


def _temporal(formula: Formula, known: dict[int, int]) -> int:
    """Return how many temporal operators a formula has."""
    if isinstance(formula, Atom):
        return 0
    if id(formula) not in known:
        inner = sum(_temporal(part, known) for part in formula.parts)
        known[id(formula)] = inner + (formula.operator in _TEMPORAL)
    return known[id(formula)]


def too_much_work(reason: str) -> NoAutomaton:
    """Return what to raise where an objective takes more work than is done for one."""
    hint = "shorten the formula: fewer X in a row, fewer parts; or split it over several objectives"
    return NoAutomaton(Diagnostic(id="too-much-work", message=reason, help=hint))


def _elsewhere(text: str, seconds: int, most_states: int) -> Any:
    """Return Spot's automaton, made by another process."""
    module = spot()
    found = translated_text(text, seconds, most_states)
    if found.hoa is not None:
        return module.automaton(found.hoa)
    if found.refusal is not None:
        raise _no_automaton(found.refusal)
    if found.states is not None:
        reason = f"its automaton has {found.states:,} states, more than the {most_states:,} that are read"
    elif found.is_lost:
        reason = "its automaton was not finished: perhaps it needs more memory than there is"
    else:
        reason = f"its automaton was not finished within {seconds} s"
    raise too_much_work(reason)


def automaton_of_text(text: str) -> Any:
    """Return Spot's automaton; raise NoAutomaton (`no-automaton`) where it refuses."""
    module = spot()
    effort = "high" if len(text) <= _LONG else "low"
    try:
        return module.translate(module.formula(text), "deterministic", "complete", "generic", effort)
    except RuntimeError as error:
        reason = str(error).split("\n")[0].rstrip(". ")
        raise _no_automaton(f"Spot makes no automaton of this formula: {reason}") from None


def _no_automaton(message: str) -> NoAutomaton:
    hint = "split the formula over several objectives, or write an automaton"
    return NoAutomaton(Diagnostic(id="no-automaton", message=message, help=hint))


def _read(made: Any, names: Sequence[str], codes: Sequence[int]) -> Table:
    """Return Spot's automaton on some letters, given as sets of names by their bits."""
    known = {str(ap) for ap in made.ap()}
    bits = {made.register_ap(name): i for i, name in enumerate(names) if name in known}
    everything = list(enumerate(codes))
    moves: list[list[int]] = []
    marks: list[list[Marks]] = []
    for q in range(made.num_states()):
        row, seen = [-1] * len(codes), [NO_MARKS] * len(codes)
        for edge in made.out(q):
            carried = Marks(edge.acc.sets())
            for letter in _satisfying(edge.cond, bits, everything):
                if row[letter] >= 0:
                    raise InternalError("Spot's automaton is not deterministic")
                row[letter], seen[letter] = edge.dst, carried
        if min(row) < 0:
            raise InternalError("Spot's automaton is not complete")
        moves.append(row)
        marks.append(seen)
    condition = read_acceptance(str(made.get_acceptance()))
    return table(moves, marks, condition, start=made.get_init_state_number())


def _satisfying(diagram: Any, bits: Mapping[int, int], codes: list[tuple[int, int]]) -> Iterator[int]:
    """Yield the letters whose codes satisfy a decision diagram: variable v of it is bit bits[v]."""
    buddy = sys.modules["buddy"]  # Spot brings and imports it
    if not codes or diagram == buddy.bddfalse:
        return
    if diagram == buddy.bddtrue:
        yield from (letter for letter, _ in codes)
        return
    bit = bits[buddy.bdd_var(diagram)]
    yield from _satisfying(buddy.bdd_high(diagram), bits, [code for code in codes if code[1] >> bit & 1])
    yield from _satisfying(buddy.bdd_low(diagram), bits, [code for code in codes if not code[1] >> bit & 1])
