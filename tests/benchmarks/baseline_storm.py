"""The probabilistic model checker Storm as a peer, in a process of its own: LTL on chains and processes.

A crash or a hang of the native code ends that process and nothing else. Models go in the format DRN, with the
label `at_i` for state i; actions are not labelled, so formulas speak of labels and of `at`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from specexpr.certify.formula import Atom, AtomKind, Formula, Operator
from specexpr.models.environment import Environment

UNARY = (Operator.NOT, Operator.NEXT, Operator.EVENTUALLY, Operator.ALWAYS)


@dataclass(frozen=True, slots=True)
class Answer:
    """What Storm says of a formula: the value at the start and the seconds it took, or why there is none."""

    value: str | None
    seconds: float
    error: str | None = None

    def exact(self) -> Fraction:
        """Return the value of an exact run."""
        return Fraction(self.value or "")


def ask_storm(
    questions: Sequence[tuple[Environment, Sequence[Formula]]], *, exact: bool, timeout: float
) -> list[list[Answer]]:
    """Return the answers to some formulas on each model, which starts in one state.

    A decision process is asked for the largest probability over its policies.
    """
    asked = []
    for environment, formulas in questions:
        is_chain = all(len(row) == 1 for row in environment.model.rows)
        goal = "P=?" if is_chain else "Pmax=?"
        asked.append((drn_text(environment), [f"{goal} [ {storm_text(formula)} ]" for formula in formulas]))
    return run_text(asked, exact=exact, timeout=timeout)


def run_text(
    questions: Sequence[tuple[str, Sequence[str]]], *, exact: bool, timeout: float
) -> list[list[Answer]]:
    """Return the answers to some properties of each model, given in DRN.

    Properties that are not answered in time, or at all, have an error.
    """
    with tempfile.TemporaryDirectory() as home:
        asked: list[dict[str, object]] = []
        for i, (text, properties) in enumerate(questions):
            path = Path(home) / f"{i}.drn"
            path.write_text(text, encoding="utf-8")
            asked.append({"path": str(path), "properties": list(properties)})
        command = [sys.executable, __file__, "exact" if exact else "floats"]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        ) as process:
            try:
                lines = process.communicate(json.dumps(asked), timeout=timeout)[0].splitlines()
            except subprocess.TimeoutExpired:
                process.kill()
                lines = process.communicate()[0].splitlines()
    given = [Answer(**json.loads(line)) for line in lines if line.startswith("{") and line.endswith("}")]
    return [
        [given.pop(0) if given else Answer(None, 0.0, "no answer") for _ in properties]
        for _, properties in questions
    ]


def drn_text(environment: Environment) -> str:
    """Return a model that starts in one state, with its labels, as Storm reads it."""
    model = environment.model
    ((start, _),) = model.start
    is_chain = all(len(row) == 1 for row in model.rows)
    lines = [f"@type: {'DTMC' if is_chain else 'MDP'}", "@parameters", "", "@reward_models", ""]
    lines += ["@nr_states", str(len(model.states)), "@nr_choices", str(sum(map(len, model.rows))), "@model"]
    for s, row in enumerate(model.rows):
        carried = ["init"] * (s == start) + [f"at_{s}"]
        carried += [label.name for label in environment.labels if s in label.states]
        lines.append(f"state {s} {' '.join(carried)}")
        for a, law in row.items():
            lines.append(f"\taction {model.actions[a]}")
            lines += (f"\t\t{t} : {p}" for t, p in law)
    return "\n".join(lines) + "\n"


def storm_text(formula: Formula) -> str:
    """Return a formula in Storm's operators, with all parentheses; R, W, M and -> by their definitions."""
    if isinstance(formula, Atom):
        return f'("at_{formula.what}")' if formula.kind is AtomKind.AT else f'("{formula.what}")'
    operator, parts = formula.operator, [storm_text(part) for part in formula.parts]
    if operator in UNARY:
        return f"({operator} {parts[0]})"
    match operator, parts:
        case ((Operator.TRUE | Operator.FALSE), _):
            return f"({operator})"
        case ((Operator.AND | Operator.OR | Operator.UNTIL), [a, b]):
            return f"({a} {operator} {b})"
        case Operator.IMPLIES, [a, b]:
            return f"((! {a}) | {b})"
        case Operator.IFF, [a, b]:
            return f"(({a} & {b}) | ((! {a}) & (! {b})))"
        case Operator.WEAK, [a, b]:
            return f"(({a} U {b}) | (G {a}))"
        case Operator.STRONG, [a, b]:
            return f"({b} U ({a} & {b}))"
        case Operator.RELEASE, [a, b]:
            return f"(({b} U ({a} & {b})) | (G {b}))"
        case _:
            raise ValueError(operator)


def run_storm(mode: str, asked: Sequence[Mapping[str, object]]) -> None:
    """Answer questions, one line each."""
    import stormpy

    kind = stormpy.Rational if mode == "exact" else float
    for one in asked:
        model = stormpy.build_model_from_drn[kind](one["path"])
        for text in one["properties"]:
            began = time.perf_counter()
            answer: dict[str, object] = {"value": None, "error": None}
            try:
                (wanted,) = stormpy.parse_properties(text)
                result = stormpy.model_checking(model, wanted, only_initial_states=True)
                answer["value"] = str(result.get_value(model.initial_states[0]))
            except Exception as error:
                answer["error"] = str(error)[:200] or type(error).__name__
            print(json.dumps({**answer, "seconds": time.perf_counter() - began}), flush=True)


if __name__ == "__main__":
    run_storm(sys.argv[1], json.load(sys.stdin))
