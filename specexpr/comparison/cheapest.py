"""The least expressive formalisms that can express a task: the cheapest languages for it.

Which formalism covers which is declared in their manifests (`within`), for all environments and all
stationary policies; formalisms that cover each other form a class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from specexpr.comparison.asking import Answered
from specexpr.expressivity.verdict import Expressible, Undecided
from specexpr.formalism import Formalism, formalisms


@cache
def covers() -> Mapping[str, frozenset[str]]:
    """Return for each formalism all that cover it: whatever it expresses, they express. Itself included."""
    found: dict[str, frozenset[str]] = {}
    for name in formalisms():
        seen = {name}
        order = [name]
        for one in order:
            new = [w for w in formalisms()[one].within if w in formalisms() and w not in seen]
            seen.update(new)
            order += new
        found[name] = frozenset(seen)
    return found


def is_strictly_within(one: str, other: str) -> bool:
    """Say whether the second formalism covers the first and not the other way round."""
    known = covers()
    return other in known.get(one, ()) and one not in known.get(other, ())


def by_power(some: Iterable[Formalism]) -> tuple[Formalism, ...]:
    """Return formalisms, each behind those that it covers, else in alphabetical order."""
    below = {name: sum(is_strictly_within(other, name) for other in formalisms()) for name in formalisms()}
    return tuple(sorted(some, key=lambda f: (below.get(f.id, 0), f.id)))


def cheapest(answered: Sequence[Answered]) -> tuple[Answered, ...]:
    """Return the answers "expressible" to one task that no strictly weaker formalism gives too.

    Of formalisms that cover each other the first one stands for all. What covers what is said of free
    specifications: an answer by given objectives is compared with none.
    """
    able = [one for one in answered if isinstance(one.verdict, Expressible)]
    found: list[Answered] = []
    for one in able:
        beaten = not _is_by_given(one) and any(
            is_strictly_within(other.formalism, one.formalism) and not _is_by_given(other) for other in able
        )
        known = covers()
        twin = any(one.formalism in known[f.formalism] and f.formalism in known[one.formalism] for f in found)
        if not beaten and not twin:
            found.append(one)
    return tuple(found)


def _is_by_given(one: Answered) -> bool:
    return bool(one.question.setting.given)


def perhaps_cheaper(answered: Sequence[Answered], found: Sequence[Answered]) -> tuple[str, ...]:
    """Return the formalisms that are undecided and weaker than one of those found."""
    return tuple(
        one.formalism
        for one in answered
        if isinstance(one.verdict, Undecided)
        and any(is_strictly_within(one.formalism, other.formalism) for other in found)
    )
