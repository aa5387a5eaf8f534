"""Temporal formulas as properties of trajectories: their automata on the letters that occur."""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.certify.formula import Formula
from specexpr.models.environment import Environment
from specexpr.product.automaton import Property, Run, Valuation, run_of
from specexpr.product.spot_translation import translated
from specexpr.product.tables import Table
from specexpr.syntax.formulas import as_formula_atom, as_guard_atom, atoms


def formula_property(formula: Formula) -> Property:
    """Return the property of the trajectories that satisfy a formula."""

    def table_on(held: Sequence[Valuation]) -> Table:
        return translated(formula, [frozenset(map(as_formula_atom, valuation)) for valuation in held])

    return Property(tuple(map(as_guard_atom, atoms(formula))), table_on)


def formula_run(environment: Environment, formula: Formula) -> Run:
    """Return the automaton of a formula at work in an environment."""
    return run_of(environment, formula_property(formula))
