"""A comparison as JSON: a results document with every proof, with repairs, and with what nothing proves.

Of several documents all names of environments, families and tasks begin with the name of their file, so that
they stand side by side: `rooms.spex:t1`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from specexpr.certify.document import Document as ResultsDocument
from specexpr.certify.document import ProvedPart, TaskRepairs
from specexpr.certify.writing import write_document
from specexpr.comparison.asking import Answered, Skipped
from specexpr.comparison.comparison import Comparison, Row
from specexpr.comparison.economy import size_of_witness
from specexpr.comparison.repairs import Repairs
from specexpr.expressivity.verdict import Expressible
from specexpr.report.results import given_of, results_document


def comparison_json(comparison: Comparison) -> str:
    """Return the JSON text of a comparison, without a newline at its end; repairs as far as it knows them."""
    documents = comparison.documents
    several = len(documents) > 1
    parts = []
    more: list[dict[str, Any]] = []
    for document in documents:
        name = document.source.name
        numbered = [(k, row) for k, row in enumerate(comparison.rows) if row.document is document]
        rows = [row for _, row in numbered]
        tasks = [row.task for row in rows]
        answered = [one for row in rows for one in row.answered]
        skipped = [one for row in rows for one in row.cells if isinstance(one, Skipped)]
        results = results_document(document, tasks, answered, skipped)
        results = replace(results, repairs=tuple(_all_repairs(comparison, numbered)))
        prefix = f"{name}:" if several else ""
        parts.append(_renamed(results, prefix))
        more += ({"task": prefix + row.task.name, "file": name, **_economy(row)} for row in rows)
    return write_document(_merged(parts), more={"comparison": more})


def _all_repairs(comparison: Comparison, rows: Iterable[tuple[int, Row]]) -> Iterable[TaskRepairs]:
    for k, row in rows:
        for one in row.answered:
            known = comparison.known_repairs(k, one.formalism)
            if known is not None:
                yield _repairs(one, known)


def _repairs(answered: Answered, known: Repairs) -> TaskRepairs:
    return TaskRepairs(
        task=answered.question.task.name,
        environment=answered.question.task.scope,
        formalism=answered.formalism,
        given=given_of(answered),
        at_least=known.at_least,
        smallest=tuple(
            ProvedPart(one.dropped, None if one.verdict is None else one.verdict.witness.proof)
            for one in known.smallest
        ),
        conflicts=tuple(ProvedPart(one.kept, one.verdict.certificate.proof) for one in known.conflicts),
        unsettled=known.unsettled,
        limit=known.limit,
    )


def _economy(row: Row) -> dict[str, Any]:
    """Return the cheapest formalisms of a task, and what the witness of each is made of."""
    able = [one for one in row.answered if isinstance(one.verdict, Expressible)]
    return {
        "cheapest": [one.formalism for one in row.cheapest()],
        "sizes": {
            one.formalism: {count.noun: count.amount for count in size_of_witness(one.verdict)}
            for one in able
        },
    }


def _renamed(document: ResultsDocument, prefix: str) -> ResultsDocument:
    """Return a document in which the names of environments, families and tasks begin with a prefix."""
    if not prefix:
        return document
    return ResultsDocument(
        environments=tuple(replace(one, name=prefix + one.name) for one in document.environments),
        families=tuple(
            replace(one, name=prefix + one.name, members=tuple(prefix + member for member in one.members))
            for one in document.families
        ),
        tasks=tuple(
            replace(one, name=prefix + one.name, environment=prefix + one.environment)
            for one in document.tasks
        ),
        results=tuple(
            replace(one, task=prefix + one.task, environment=prefix + one.environment)
            for one in document.results
        ),
        skipped=tuple(replace(one, task=prefix + one.task) for one in document.skipped),
        repairs=tuple(
            replace(one, task=prefix + one.task, environment=prefix + one.environment)
            for one in document.repairs
        ),
    )


def _merged(documents: Iterable[ResultsDocument]) -> ResultsDocument:
    parts = tuple(documents)
    return ResultsDocument(
        environments=tuple(one for part in parts for one in part.environments),
        families=tuple(one for part in parts for one in part.families),
        tasks=tuple(one for part in parts for one in part.tasks),
        results=tuple(one for part in parts for one in part.results),
        skipped=tuple(one for part in parts for one in part.skipped),
        repairs=tuple(one for part in parts for one in part.repairs),
    )
