"""Whether a claim is well formed: what a document guarantees, and what objects built by hand may lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from specexpr.certify.model import Claim, Distribution, Model, Table, Trajectory, TrajectoryConstraint
from specexpr.models.policy import mark


def doubt_claim(claim: Claim) -> str | None:
    """Return what is wrong with a claim, the first thing found, or None."""
    return next(_doubts(claim), None)


def _doubts(claim: Claim) -> Iterator[str]:
    if claim.discount is not None and not 0 < claim.discount < 1:
        yield f"the discount must be between 0 and 1, not {claim.discount}"
    if not claim.models:
        yield "a task needs an environment"
    for model in claim.models:
        yield from _model_doubts(model)
    if len({(model.states, model.actions) for model in claim.models}) > 1:
        yield "the environments of a family must have the same states and actions"
    known = range(len(claim.models))
    if any(part.model not in known for part in chain(claim.constraints, claim.acceptable)):
        yield "a part of the task is about an environment that it does not have"
        return
    seen: set[int] = set()
    for c in claim.constraints:
        model = claim.models[c.model]
        if isinstance(c, TrajectoryConstraint):
            if len(c.better) != len(c.worse):
                yield "two trajectories that are compared must have one length"
            yield from _trajectory_doubts(model, c.better)
            yield from _trajectory_doubts(model, c.worse)
        else:
            yield from _table_doubts(model, (c.better, c.worse), seen)
    for accepted in claim.acceptable:
        yield from _table_doubts(claim.models[accepted.model], (*accepted.good, *(accepted.over or ())), seen)
        if not accepted.good:
            yield "an acceptable set needs a policy"
        if len(set(map(mark, accepted.good))) < len(accepted.good):
            yield "an acceptable set lists a policy twice"


def _model_doubts(model: Model) -> Iterator[str]:
    size = len(model.states)
    if (
        len(model.rows) != size
        or len(set(model.states)) != size
        or len(set(model.actions)) != len(model.actions)
    ):
        yield "an environment needs a row for each state, and names that differ"
        return
    if not _is_law(model.start, size):
        yield "the start must be positive probabilities of ascending states that sum to 1"
    for state, row in zip(model.states, model.rows, strict=True):
        if not row:
            yield f'state "{state}" has no action'
        if list(row) != sorted(row) or not set(row) <= set(range(len(model.actions))):
            yield f'state "{state}" must have its actions in ascending order'
        elif not all(_is_law(law, size) for law in row.values()):
            yield f'from state "{state}" positive probabilities of ascending states must sum to 1'


def _table_doubts(model: Model, tables: Sequence[Table], seen: set[int]) -> Iterator[str]:
    for table in tables:
        if id(table) in seen:
            continue
        seen.add(id(table))
        if len(table) != len(model.states):
            yield f"a policy must have an entry for each of {len(model.states)} states, not {len(table)}"
            return
        for state, actions, row in zip(model.states, model.rows, table, strict=True):
            if not _is_law(row, len(model.actions)) or any(a not in actions for a, _ in row):
                yield (
                    f'in state "{state}" a policy must have positive probabilities of available actions, '
                    "ascending, that sum to 1"
                )


def _trajectory_doubts(model: Model, steps: Trajectory) -> Iterator[str]:
    if not steps or any(not 0 <= s < len(model.states) or a not in model.rows[s] for s, a in steps):
        yield "a trajectory needs steps of states and actions that are available there"
    elif any(all(t != u for u, _ in model.rows[s][a]) for (s, a), (t, _) in pairwise(steps)):
        yield "a trajectory goes on in a state that its step cannot lead to"


def _is_law(law: Distribution, size: int) -> bool:
    if len(law) == 1:
        return law[0][1] == 1 and 0 <= law[0][0] < size
    indices = [i for i, _ in law]
    return (
        bool(law)
        and all(i < j for i, j in pairwise(indices))
        and indices[0] >= 0
        and indices[-1] < size
        and all(p > 0 for _, p in law)
        and sum(p for _, p in law) == 1
    )
