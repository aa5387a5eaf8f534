"""Every diagnostic has a page, and every page shows the mistake and its repair."""

import ast
import re
from pathlib import Path

import pytest

import specexpr
from specexpr.diagnostics import SpecError
from specexpr.document import explain_diagnostic, loads
from specexpr.document.explanation import diagnostic_ids

PACKAGE = Path(next(iter(specexpr.__path__)))
BLOCK = re.compile(r"^```spex (bad|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

WITHOUT_EXAMPLE = {
    # not about a text
    "automaton-file",
    "no-automaton",
    "too-much-work",
    "no-spot",
    "unreadable-file",
    "bad-array",
    "broken-plug-in",
    "malformed-task",
    "bad-row",
    "bad-table",
    "no-table",
    "gymnasium-refused",
    "absorbing-terminal",
    "split-terminal",
    "mean-reward",
    "unlabelled-rewards",
    "no-time-limit",
    "outside-table",
    "start-from-reset",
    "chosen-discount",
    "cannot-ask",
    "unused-option",
    "float-made-exact",
    "internal-error",
    "no-gymnasium",
    "out-of-memory",
    "renormalised-row",
    "results-differ",
    "results-document",
    "unwritable-output",
    "usage",
    # a text too long for a page
    "too-many-problems",
    # about the file of a machine, or what is made of an objective
    "beside-file",
    "machine-file",
    "machine-falls",
    "machine-sees-more",
    "no-product",
    "no-reference-text",
    "reward-function",
    "nothing-to-draw",
    "too-large-to-draw",
    # about formalisms that have no syntax or no values
    "no-specification",
    "cannot-evaluate",
    # about values that are irrational, and policies that behave alike
    "values-not-separated",
}


def found(text):
    """Return the ids of all that is said about a text."""
    try:
        return {warning.id for warning in loads(text).warnings}
    except SpecError as error:
        return {diagnostic.id for diagnostic in error.diagnostics}


def strings(node):
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def ids_in_code():
    """Return every id with which the code makes a diagnostic."""
    ids = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "Diagnostic":
                ids |= {s for word in node.keywords if word.arg == "id" for s in strings(word.value)}
            elif isinstance(node.func, ast.Attribute) and ast.unparse(node.func).endswith(
                ("context.error", "context.warning")
            ):
                ids |= strings(node.args[0])
            elif isinstance(node.func, ast.Name) and node.func.id in ("_note", "_wrong"):
                ids |= {s for s in strings(node.args[0]) if re.fullmatch("[a-z]+(-[a-z]+)+", s)}
    return ids


def test_every_id_has_a_page_and_every_page_an_id():
    """What the code can say, `explain` can explain; nothing is explained that is never said."""
    assert sorted(ids_in_code() - set(diagnostic_ids())) == []
    assert sorted(set(diagnostic_ids()) - ids_in_code()) == []


@pytest.mark.parametrize("id", diagnostic_ids())
def test_a_page_shows_its_diagnostic_and_the_repair(id):
    """The bad text gives exactly this diagnostic, the good text none."""
    page = explain_diagnostic(id)
    assert page.startswith(f"# {id}\n")
    blocks = dict(BLOCK.findall(page))
    if id in WITHOUT_EXAMPLE:
        assert not blocks
        return
    assert found(blocks["bad"]) == {id}
    assert found(blocks["good"]) == set()


def test_an_unknown_id_has_no_page():
    """What is no id is answered with None, whatever it looks like."""
    assert explain_diagnostic("no-such-thing") is None
    assert explain_diagnostic("../printing") is None
    assert explain_diagnostic("") is None
