"""The atlas, and a search, in other forms than text: JSON, the diagram, and the tasks as a document.

The document of `specexpr atlas --json`:
- `schema`: "specexpr-atlas/1"; `source` and `derived`: where it is from
- `classes`: {name, members}: formalisms, by id, that express the same; each behind those that it covers
- `edges`: {lower, upper, argument} between classes, by name: the Hasse diagram
- `inclusions`: the same between formalisms: every edge, and a circle through each class
- `finite_inclusions`: the same, true on finitely many policies
- `cells`: for each pair of formalisms {upper, lower, covers, evidence, cases, theorems, inclusions}: whether
  the upper one expresses in every environment whatever the lower one does, null where that is not shown. The
  evidence is "computed", "theorem" or "not computed". Inclusions, as pairs, show that it does, cases and
  theorems, by name, that it does not
- `cases`: {name, task, environment, about, answers, not_asked}: answers by id, "expressible", "inexpressible"
  or "undecided"; formalisms that were not asked by id, with the reason
- `theorems`: {name, environment, order, has, why, lacks, argument}: an order of all stationary policies
- `document`: the text of all cases, a .spex document
- `evidence`: the answers to them with their proofs, a document as of `check --json`, which `verify` reads

The document of `specexpr atlas --search YES NO --json`:
- `schema`: "specexpr-search/1"; `expresses` and `lacks`: the formalisms, by id
- `impossible`: why no finite task tells them apart, where that is a theorem; else null
- `bounds`: {states, actions, policies, denominator}
- `searched`: {states, actions, denominator, policies, environments, sets, orders, undecided, complete}, the
  stages from the smallest on; see `comparison.search.Stage`
- `exhaustive`: whether nothing within the bounds was left open
- `found`: null, or {document, evidence} as above
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from specexpr.certify.writing import to_text, write_document
from specexpr.comparison.asking import Answered
from specexpr.comparison.atlas import Atlas
from specexpr.comparison.hierarchy import ARGUMENTS, FINITE, SOURCE, classes, edges
from specexpr.comparison.search import Search, Separation, impossible
from specexpr.comparison.separations import CaseColumn, cases_document
from specexpr.comparison.summary import answer_of
from specexpr.comparison.theorems import DERIVED
from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.document.document import Document
from specexpr.report.atlas_graph import hasse_dot, hasse_picture
from specexpr.report.results import results_document

Json = dict[str, Any]


def refuse_bounds(given: Mapping[str, int | None]) -> None:
    """Raise SpecError for bounds of a search where nothing is searched."""
    names = [f"--{name}" for name, most in given.items() if most is not None]
    if names:
        message = f"without a search there is nothing that {' and '.join(names)} can bound"
        raise SpecError([Diagnostic(id="usage", message=message, help="add --search YES NO")])


def refuse_form(form: str | None) -> None:
    """Raise SpecError for a form in which a search is not shown."""
    if form not in (None, "text", "spex", "json"):
        message = f"a search is not shown as {form}"
        raise SpecError([Diagnostic(id="usage", message=message, help="take another --format: spex, json")])


def refuse_beside_page(search: object, form: str | None) -> None:
    """Raise SpecError for what a page is not written of, or beside."""
    if search is not None or form is not None:
        what = "of a search" if search is not None else f"and the form {form} at once"
        message = f"--html: there is no page {what}"
        raise SpecError([Diagnostic(id="usage", message=message, help="leave out one of them")])


def unasked_form(form: str | None) -> str | None:
    """Return the atlas in a form for which nothing has to be asked; None for the others."""
    match form:
        case "spex":
            return cases_document().source.text
        case "dot":
            return hasse_dot(classes(), edges())
        case "svg":
            from specexpr.report.draw.svg import svg_text

            return svg_text(hasse_picture(classes(), edges()), background="white")
        case _:
            return None


def atlas_json(atlas: Atlas) -> str:
    """Return an atlas as JSON, without a newline at its end."""
    document = cases_document()
    answered = [one for column in atlas.columns for one in column.answered]
    return to_text(
        {
            "schema": "specexpr-atlas/1",
            "classes": [{"name": one.name, "members": list(one.members)} for one in atlas.classes],
            "edges": [_inclusion(x.lower.name, x.upper.name, x.argument) for x in atlas.edges],
            "inclusions": [_inclusion(*pair, argument) for pair, argument in ARGUMENTS.items()],
            "finite_inclusions": [_inclusion(x.lower, x.upper, x.argument) for x in FINITE],
            "cells": [_plain(asdict(cell)) for cell in atlas.cells],
            "cases": list(map(_case, atlas.columns)),
            "theorems": [_plain(asdict(theorem)) for theorem in atlas.theorems],
            "derived": DERIVED,
            "source": SOURCE,
            "document": document.source.text,
            "evidence": _evidence(document, answered),
        }
    )


def _inclusion(lower: str, upper: str, argument: str) -> Json:
    return {"lower": lower, "upper": upper, "argument": argument}


def _plain(fields: Json) -> Json:
    """Return fields with lists for tuples."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in fields.items()}


def _case(column: CaseColumn) -> Json:
    return {
        "name": column.case.name,
        "task": column.case.task.name,
        "environment": column.case.task.scope,
        "about": column.case.about,
        "answers": {one.formalism: answer_of(one.verdict).value for one in column.answered},
        "not_asked": {one.formalism: one.reason for one in column.missing},
    }


def _evidence(document: Document, answered: Sequence[Answered]) -> Json:
    found: Json = json.loads(write_document(results_document(document, document.tasks, answered, ())))
    return found


def search_json(search: Search) -> str:
    """Return a search as JSON, without a newline at its end."""
    stages = (asdict(stage) for stage in search.stages)
    return to_text(
        {
            "schema": "specexpr-search/1",
            "expresses": search.expresses,
            "lacks": search.lacks,
            "impossible": impossible(search.expresses, search.lacks),
            "bounds": asdict(search.bounds),
            "searched": [{**stage, "complete": stage.pop("is_complete")} for stage in stages],
            "exhaustive": search.is_exhaustive,
            "found": None if search.found is None else _found(search.found),
        }
    )


def _found(found: Separation) -> Json:
    evidence = _evidence(found.document, [found.expressed, found.refuted])
    return {"document": found.document.source.text, "evidence": evidence}
