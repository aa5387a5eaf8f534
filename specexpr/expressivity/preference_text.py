"""What a task asks, constraint by constraint, as the file would say it."""

from __future__ import annotations

from specexpr.certify.model import AcceptableSet, Acceptance, Constraint, TrajectoryConstraint
from specexpr.expressivity.naming import Names
from specexpr.expressivity.task import Task

_FEW = 6


def preference_texts(task: Task) -> tuple[str, ...]:
    """Return what each constraint of a task asks, then each acceptable set; in a family also where."""
    names = Names(task)
    return tuple(_text(names, one) for one in (*task.constraints, *task.acceptable))


def _text(names: Names, one: Constraint | AcceptableSet) -> str:
    place = names.place(one.model)
    if isinstance(one, AcceptableSet):
        word = "accept equally" if one.acceptance is Acceptance.EQUAL else "accept"
        good = [names.policy(one.model, table) for table in one.good]
        text = f"{word} {_listed(good)}"
        if one.over is not None:
            text += f" over {_listed([names.policy(one.model, table) for table in one.over])}"
    else:
        is_trajectory = isinstance(one, TrajectoryConstraint)
        better, worse = (
            names.plain(one.model, x, is_trajectory=is_trajectory) for x in (one.better, one.worse)
        )
        text = f"{better} {one.relation} {worse}"
    return f"{place} {text}" if place else text


def _listed(words: list[str]) -> str:
    if len(words) <= _FEW:
        return " ".join(words)
    return f"{' '.join(words[: _FEW - 1])} and {len(words) - _FEW + 1} others"
