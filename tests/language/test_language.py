"""The Markdown files of this directory are the language's specification: each block of text is run.

A block ```spex is a document. A comment `# error: ID` or `# warning: ID` on a line says that a diagnostic
with this id starts there, and may go on with words of its message; further ones follow after ';'. A block
without such comments has no diagnostics. A block ```facts speaks of the document above it, one fact a line:
`SUBJECT = TEXT` as `describe` answers.
"""

import re
from pathlib import Path

import pytest

from specexpr.certify.model import PolicyConstraint
from specexpr.diagnostics import SpecError
from specexpr.document import loads
from specexpr.exact import rational_text
from specexpr.formalism import find_formalism

HERE = Path(__file__).parent
BLOCK = re.compile(r"^```(spex|facts)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"#\s*((?:error|warning):.*)$")


def cases():
    """Yield one parameter for each document: file and line, its text, its facts."""
    for path in sorted(HERE.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        blocks = list(BLOCK.finditer(page))
        for block, following in zip(blocks, [*blocks[1:], None], strict=True):
            if block[1] == "spex":
                line = page.count("\n", 0, block.start()) + 1
                facts = following[2] if following and following[1] == "facts" else ""
                yield pytest.param(block[2], facts, id=f"{path.name}:{line}")


def announced(text):
    """Return (line, severity, id, words) for each diagnostic that the comments announce."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if mark := MARK.search(line):
            for part in re.split(r";\s*(?=error:|warning:)", mark[1]):
                severity, id, *words = part.split()
                found.append((number, severity.rstrip(":"), id, " ".join(words)))
    return found


@pytest.mark.parametrize(("text", "facts"), list(cases()))
def test_the_language_is_as_its_pages_say(text, facts):
    """Every document has the diagnostics that it announces, and its facts hold."""
    try:
        document = loads(text)
        diagnostics, source = document.warnings, document.source
    except SpecError as error:
        document, diagnostics, source = None, error.diagnostics, error.source
    said = [(source.position(d.span.start)[0], str(d.severity), d.id, d.message) for d in diagnostics]
    expected = announced(text)
    assert [mark[:3] for mark in expected] == [what[:3] for what in said], said
    for (*_, words), (*_, message) in zip(expected, said, strict=True):
        assert words in message
    assert all(d.help for d in diagnostics)
    for fact in facts.strip().split("\n") if facts else ():
        subject, _, value = fact.partition(" =")
        assert f"{subject} = {describe(document, *subject.split())}" == f"{subject} = {value.strip()}"


def describe(document, what, *words):
    """Say in text what a document declares: see the branches for the subjects that there are."""
    match what, *words:
        case "states" | "actions" | "start" | "row" | "available" | "label", name, *rest:
            return of_environment(document.environment(name), what, rest)
        case "policy", place, name, state:
            environment = document.environment(place)
            row = document.policy(name, environment=place).table[environment.state_index[state]]
            return law(row, environment.actions)
        case "family", name:
            family = next(family for family in document.families if family.name == name)
            return " | ".join(f"{e.name}: {' '.join(e.states)}" for e in family.environments)
        case "value", objective, name:
            found = document.objective(objective)
            values = find_formalism(found.formalism).evaluate(
                found.environment, found.spec, [document.policy(name, environment=found.environment.name)]
            )
            value = values[0]
            return (
                f"({', '.join(map(rational_text, value))})"
                if isinstance(value, tuple)
                else rational_text(value)
            )
        case "body", objective:
            found = document.objective(objective)
            body = find_formalism(found.formalism).print(found.environment, found.spec)
            return body.replace("\n", "; ")
        case "discount", name:
            return rational_text(document.task(name).options.discount)
        case "modulo", name:
            return str(bool(document.task(name).options.modulo_unreachable))
        case "constraints", name:
            return constraints(document.task(name))
        case "accept", name:
            return accepted(document.task(name))
        case "induced", name:
            objective = document.task(name).induced_by
            return objective.name if objective else "nothing"
    raise AssertionError(f"no such subject: {what} {words}")


def of_environment(environment, what, rest):
    model, s = environment.model, environment.state_index
    match what, *rest:
        case "states" | "actions", *_:
            return " ".join(getattr(environment, what))
        case "start", *_:
            return law(model.start, model.states)
        case "available", state:
            return " ".join(model.actions[a] for a in model.rows[s[state]])
        case "row", state, action:
            return law(model.rows[s[state]][environment.action_index[action]], model.states)
        case "label", name:
            label = next(label for label in environment.labels if label.name == name)
            pairs = [f"{model.states[i]}/{model.actions[a]}" for i, a in sorted(label.pairs)]
            return " ".join([model.states[i] for i in sorted(label.states)] + pairs)
    raise AssertionError(what)


def law(distribution, names):
    return ", ".join(f"{names[i]} {rational_text(p)}" for i, p in distribution)


def constraints(task):
    names, texts = task.names(), []
    for constraint in task.constraints:
        environment = task.environments[constraint.model]
        sides = constraint.better, constraint.worse
        if isinstance(constraint, PolicyConstraint):
            sides = [names[constraint.model, side] for side in sides]
        else:
            steps = [[f"{environment.states[s]}/{environment.actions[a]}" for s, a in side] for side in sides]
            sides = [" ".join(side) for side in steps]
        place = f" in {environment.name}" if len(task.environments) > 1 else ""
        texts.append(f"{sides[0]} {constraint.relation} {sides[1]}{place} (line {constraint.line})")
    return ", ".join(texts)


def accepted(task):
    names, texts = task.names(), []
    for one in task.acceptable:
        good = " ".join(names[one.model, table] for table in one.good)
        over = "all" if one.over is None else " ".join(names[one.model, table] for table in one.over)
        place = f" in {task.environments[one.model].name}" if len(task.environments) > 1 else ""
        texts.append(f"{one.acceptance} {good} over {over}{place} (line {one.line})")
    return ", ".join(texts)
