"""JSON of smallest repairs, in a results document under `repairs`.

Preferences are numbered from 0: the entries of `constraints` of their task, then those of `accept`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from specexpr.certify.checking import kind_of, proof_kinds
from specexpr.certify.document import Document, DocumentTask, ProvedPart, TaskRepairs
from specexpr.certify.node import Malformed, Node
from specexpr.certify.options import Given, read_options, write_options
from specexpr.certify.proofs import Refused
from specexpr.certify.repairs import part_of
from specexpr.certify.scope import JsonObject, Scope


def read_repairs(node: Node, document: Document, tasks: Mapping[str, DocumentTask]) -> TaskRepairs:
    """Read what is said of the repairs of one task in one formalism. Raises Malformed."""
    entry = node.fields(
        *("task", "environment", "formalism", "options", "at_least"),
        *("smallest", "conflicts", "unsettled", "limit"),
    )
    name = entry["task"].name()
    entry["task"].index(dict.fromkeys(tasks, 0), "task")
    task = tasks[name]
    bare = document.claim(task, Given())
    found = TaskRepairs(
        task=name,
        environment=entry["environment"].name(),
        formalism=entry["formalism"].name(),
        given=read_options(entry["options"], document.scope(task), bare, document.labels(task)),
        at_least=_number(entry["at_least"]),
        smallest=(),
        conflicts=(),
        unsettled=tuple(map(_numbers, entry["unsettled"].items())),
        limit=None if entry["limit"].value is None else entry["limit"].text(),
    )
    parts = _Parts(document, task, found.given)
    try:
        return replace(
            found,
            smallest=tuple(map(parts.read_repair, entry["smallest"].items())),
            conflicts=tuple(map(parts.read_conflict, entry["conflicts"].items())),
        )
    except (Malformed, Refused) as problem:
        return replace(found, flaw=str(problem))


def write_repairs(repairs: TaskRepairs, document: Document) -> JsonObject:
    """Return the JSON of the repairs of one task in one formalism."""
    task = next(task for task in document.tasks if task.name == repairs.task)
    parts = _Parts(document, task, repairs.given)
    return {
        "task": repairs.task,
        "environment": repairs.environment,
        "formalism": repairs.formalism,
        "options": write_options(repairs.given, document.scope(task)),
        "at_least": repairs.at_least,
        "smallest": [
            {"drop": list(one.numbers), "witness": parts.write(parts.others(one.numbers), one.proof)}
            for one in repairs.smallest
        ],
        "conflicts": [
            {"keep": list(one.numbers), "certificate": parts.write(one.numbers, one.proof)}
            for one in repairs.conflicts
        ],
        "unsettled": [list(numbers) for numbers in repairs.unsettled],
        "limit": repairs.limit,
    }


class _Parts:
    """Reads and writes proofs on parts of one task."""

    def __init__(self, document: Document, task: DocumentTask, given: Given) -> None:
        self.document, self.task, self.given = document, task, given
        self.bare = document.scope(task)
        self.labels = document.labels(task)

    def others(self, numbers: Sequence[int]) -> list[int]:
        total = len(self.task.constraints) + len(self.task.acceptable)
        return [k for k in range(total) if k not in numbers]

    def scope(self, kept: Sequence[int]) -> Scope:
        claim = self.document.claim(part_of(self.task, kept), self.given)
        return replace(self.bare, asked=claim, labels=self.labels)

    def read_repair(self, node: Node) -> ProvedPart:
        entry = node.fields("drop", "witness")
        numbers = _numbers(entry["drop"])
        return ProvedPart(numbers, self.read(self.others(numbers), entry["witness"]))

    def read_conflict(self, node: Node) -> ProvedPart:
        entry = node.fields("keep", "certificate")
        numbers = _numbers(entry["keep"])
        return ProvedPart(numbers, self.read(numbers, entry["certificate"]))

    def read(self, kept: Sequence[int], node: Node) -> Any:
        """Return the proof at a place, None for null."""
        return None if node.value is None else read_proof(node, self.scope(kept))

    def write(self, kept: Sequence[int], proof: Any) -> JsonObject | None:
        kind = kind_of(proof)
        return None if kind is None else {"kind": kind.kind} | kind.write(proof, self.scope(kept))


def read_proof(node: Node, scope: Scope) -> Any:
    """Return the proof at a place, of whatever kind it says that it is. Raises Malformed or Refused."""
    if not isinstance(node.value, dict) or "kind" not in node.value:
        node.expected("a proof")
    kinds = proof_kinds()
    named = Node(node.value["kind"], "kind", node)
    named.index(dict.fromkeys(kinds, 0), "kind of proof")
    return kinds[named.text()].read(node, scope)


def _numbers(node: Node) -> tuple[int, ...]:
    return tuple(map(_number, node.items()))


def _number(node: Node) -> int:
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
        node.expected("a whole number that is not negative")
    return node.value
