"""The largest value of each objective over all policies, and how it is attained: as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from specexpr.certify.document import SCHEMA
from specexpr.certify.model import Distribution
from specexpr.certify.writing import to_text
from specexpr.diagnostics import Diagnostic, NoAutomaton, Report, Severity, naming
from specexpr.document.document import Document
from specexpr.exact import rational_text
from specexpr.expressivity.task import Objective
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment
from specexpr.product.optimal import Optimum, Plan, plan_of
from specexpr.report.layout import Block, Line, Piece, Style, line, named
from specexpr.report.rationals import both
from specexpr.report.values import report_all
from specexpr.syntax.guards import print_guard
from specexpr.syntax.names import shown, write_name


@dataclass(frozen=True, slots=True)
class Best:
    """An objective with the largest value that a policy attains, and such a policy."""

    objective: Objective
    found: Optimum
    plan: Plan


def optimal_objectives(
    document: Document, report: Report, *, begin: Callable[[Objective], None] | None = None
) -> Iterator[Best]:
    """Yield every objective with its optimum; those that cannot be optimised are reported."""
    for objective in document.objectives:
        formalism = find_formalism(objective.formalism)
        if formalism is None or formalism.optimal is None:
            message = f"objective {shown(objective.name)} is left out: {objective.formalism} is not optimised"
            report(Diagnostic(id="cannot-evaluate", message=message, severity=Severity.WARNING))
            continue
        if begin is not None:
            begin(objective)
        try:
            with naming(shown(objective.name)):
                found = formalism.optimal(objective.environment, objective.spec)
        except NoAutomaton as error:
            report_all(error, report)
            continue
        yield Best(objective, found, plan_of(found))


def optima_text(best: Iterable[Best]) -> str:
    """Return the optima as JSON."""
    optima: list[object] = [_json(one) for one in best]
    return to_text({"schema": SCHEMA, "optima": optima})


def _json(one: Best) -> object:
    environment, plan = one.objective.environment, one.plan
    memory: list[object] = [
        {
            "name": name,
            "moves": [
                {"to": plan.memory[r], "on": print_guard(environment, guard)}
                for (q, r), guard in plan.moves.items()
                if q == i
            ],
        }
        for i, name in enumerate(plan.memory)
    ]
    policy: list[object] = [
        {
            "memory": plan.memory[q] if plan.moves else None,
            "state": environment.states[s],
            "actions": {environment.actions[a]: rational_text(p) for a, p in law},
        }
        for (q, s), law in plan.choices.items()
    ]
    return {
        "objective": one.objective.name,
        "environment": environment.name,
        "value": rational_text(one.found.value),
        "memory": memory if plan.moves else None,
        "policy": policy,
    }


def optimum_blocks(best: Sequence[Best], document: Document) -> Iterator[Block]:
    """Yield a paragraph for each objective: its optimum, and what to do in each state."""
    if not best:
        yield line(f"{document.source.name} has no objective that is optimised: nothing to evaluate")
        return
    for k, one in enumerate(best):
        if k:
            yield Line()
        environment, plan = one.objective.environment, one.plan
        needs = f"with a memory of {len(plan.memory)} states" if plan.moves else "without memory"
        yield line(
            Piece(named(one.objective.name), Style.STRONG),
            f" in {named(environment.name)}: ",
            f"{both(one.found.value)} is the most that any policy attains, {needs}",
        )
        for q, name in enumerate(plan.memory):
            if plan.moves:
                yield line(f"in memory {named(name)}" + (", the first" if q == 0 else ""), indent=2)
            deep = 4 if plan.moves else 2
            for (r, s), law in plan.choices.items():
                if r == q:
                    yield line(_choice(environment, s, law), indent=deep)
            for (r, to), guard in plan.moves.items():
                if r == q and to != q:
                    text = f"to memory {named(plan.memory[to])} on {print_guard(environment, guard)}"
                    yield line(text, indent=deep)


def _choice(environment: Environment, state: int, law: Distribution) -> str:
    actions = environment.actions
    to = (
        write_name(actions[law[0][0]])
        if len(law) == 1
        else f"{{ {', '.join(f'{write_name(actions[a])}: {rational_text(p)}' for a, p in law)} }}"
    )
    return f"{write_name(environment.states[state])} -> {to}"
