"""Temporal formulas at work in an environment: their automata on the letters that occur there."""

from __future__ import annotations

from specexpr.certify.formula import Formula
from specexpr.models.environment import Environment
from specexpr.product.automaton import Automaton, Run, automaton_of, valuations
from specexpr.product.spot_translation import translated
from specexpr.syntax.formulas import as_formula_atom, as_guard_atom, atoms


def formula_run(environment: Environment, formula: Formula) -> Run:
    """Return the automaton of a formula at work in an environment."""
    letters, held = valuations(environment, [as_guard_atom(atom) for atom in atoms(formula)])
    made = translated(formula, [frozenset(map(as_formula_atom, letter)) for letter in held])
    return Run(made, letters)


def formula_automaton(environment: Environment, formula: Formula) -> Automaton:
    """Return the same automaton with guards; they are disjoint and cover what never occurs, too."""
    mentioned = [as_guard_atom(atom) for atom in atoms(formula)]
    _, held = valuations(environment, mentioned)
    made = translated(formula, [frozenset(map(as_formula_atom, letter)) for letter in held])
    return automaton_of(made, mentioned, held)
