"""Write a results document as JSON: the same document gives the same bytes, short values stay on one line."""

from __future__ import annotations

import json
from dataclasses import replace
from json.encoder import encode_basestring_ascii

from specexpr.certify.checking import Answer, proof_kinds
from specexpr.certify.document import SCHEMA, Document, DocumentEnvironment, DocumentTask, Result
from specexpr.certify.model import Acceptance, PolicyConstraint, Table
from specexpr.certify.options import write_options
from specexpr.certify.repairs_json import write_repairs
from specexpr.certify.scope import JsonObject, Scope, write_distribution, write_table
from specexpr.certify.stretch import write_stretches

_WIDTH = 110


def write_document(document: Document, *, more: JsonObject | None = None) -> str:
    """Return the JSON text of a document, without a newline at its end.

    more: further keys; of those that reading knows, `comparison` holds what nothing proves.
    """
    tasks = {task.name: task for task in document.tasks}
    scopes = {name: document.scope(task) for name, task in tasks.items()}

    def scope(result: Result) -> Scope:
        claim = document.claim(tasks[result.task], result.given)
        return replace(scopes[result.task], asked=claim)

    families = {family.name for family in document.families}
    repairs = {"repairs": [write_repairs(one, document) for one in document.repairs]}
    return to_text(
        {
            "schema": SCHEMA,
            "environments": [_environment(e) for e in document.environments],
            "families": [{"name": f.name, "environments": list(f.members)} for f in document.families],
            "tasks": [_task(t, scopes[t.name], in_family=t.environment in families) for t in document.tasks],
            "results": [_result(result, scope(result)) for result in document.results],
            "skipped": [
                {"task": s.task, "formalism": s.formalism, "needs": s.needs} for s in document.skipped
            ],
            **(repairs if document.repairs else {}),
            **(more or {}),
        }
    )


def to_text(value: object, *, indent: int = 0) -> str:
    """Return a value of objects, lists, texts, numbers and null as JSON; what fits stands on one line."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, dict):
        inner = indent + 1
        parts = [f"{encode_basestring_ascii(key)}: {to_text(x, indent=inner)}" for key, x in value.items()]
        first, last = "{", "}"
    elif isinstance(value, list):
        parts = [to_text(x, indent=indent + 1) for x in value]
        first, last = "[", "]"
    else:
        return json.dumps(value)
    short = ", ".join(parts)
    if len(short) + indent < _WIDTH and "\n" not in short:
        return first + short + last
    margin = "\n" + " " * (indent + 1)
    return first + margin + ("," + margin).join(parts) + "\n" + " " * indent + last


def _environment(environment: DocumentEnvironment) -> JsonObject:
    model = environment.model
    return {
        "name": environment.name,
        "states": list(model.states),
        "actions": list(model.actions),
        "start": write_distribution(model.start, model.states),
        "transitions": [
            {"state": state, "action": model.actions[a], "next": write_distribution(law, model.states)}
            for state, row in zip(model.states, model.rows, strict=True)
            for a, law in row.items()
        ],
        "labels": {
            label.name: [model.states[s] for s in label.states]
            + [[model.states[s], model.actions[a]] for s, a in label.pairs]
            for label in environment.labels
        },
    }


def _task(task: DocumentTask, scope: Scope, *, in_family: bool) -> JsonObject:
    names: dict[tuple[int, Table], str] = {}
    policies: list[JsonObject] = [{} for _ in scope.models]
    for policy in task.policies:
        names.setdefault((policy.model, policy.table), policy.name)
        policies[policy.model][policy.name] = write_table(scope.models[policy.model], policy.table)
    constraints = []
    for c in task.constraints:
        better: object
        worse: object
        if isinstance(c, PolicyConstraint):
            better, worse = names[c.model, c.better], names[c.model, c.worse]
        else:
            better, worse = scope.write_trajectory(c.better), scope.write_trajectory(c.worse)
        entry: JsonObject = {"better": better, "worse": worse, "relation": c.relation.value, "line": c.line}
        constraints.append(entry | ({"environment": scope.names[c.model]} if in_family else {}))
    accept = [
        {
            "environment": scope.names[x.model],
            "good": [names[x.model, table] for table in x.good],
            "over": None if x.over is None else [names[x.model, table] for table in x.over],
            "equally": x.acceptance is Acceptance.EQUAL,
            "line": x.line,
        }
        for x in task.acceptable
    ]
    return {
        "name": task.name,
        "environment": task.environment,
        "constraints": constraints,
        "accept": accept or None,
        "policies": dict(zip(scope.names, policies, strict=True)) if in_family else policies[0],
    }


def _result(result: Result, scope: Scope) -> JsonObject:
    options = write_options(result.given, scope)
    places: dict[Answer, JsonObject | None] = {Answer.EXPRESSIBLE: None, Answer.INEXPRESSIBLE: None}
    for kind in proof_kinds().values():
        if type(result.proof) in kind.data:
            head: JsonObject = {"kind": kind.kind}
            places[kind.verdict] = head | kind.write(result.proof, scope)
    good = {} if result.good is None else {"good": write_stretches(result.good)}
    return {
        "task": result.task,
        "environment": result.environment,
        "formalism": result.formalism,
        "options": options,
        "verdict": result.answer.value,
        "proof": None if result.exactness is None else result.exactness.value,
        "reason": result.reason,
        "size": None if result.size is None else {"lower": result.size[0], "upper": result.size[1]},
        "witness": places[Answer.EXPRESSIBLE],
        "certificate": places[Answer.INEXPRESSIBLE],
        "seconds": result.seconds,
        **good,
    }
