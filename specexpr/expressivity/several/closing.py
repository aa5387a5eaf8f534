"""The policies that are inside in every convex region that serves a claim, and why each is.

They are closed under the constraints and under means of occupancies; see `certify.kinds.hull`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.kinds.hull import HullCertificate, Inside
from specexpr.certify.model import Relation, Table
from specexpr.expressivity.several.compared import Asked, Blend, Compared

Reason = Asked | Blend
"""A constraint, or the mean that a point is."""

_ONE = Fraction(1)


@dataclass(slots=True)
class Closure:
    """Points that are inside with their reasons; each reason is about points before it."""

    compared: Compared
    reasons: dict[int, Reason] = field(default_factory=dict)

    def close(self) -> Asked | None:
        """Close under both rules; return a strict constraint whose worse side is inside, if there is one.

        Raises TimeIsUp.
        """
        while True:
            self.follow()
            broken = self.broken()
            if broken is not None or not self.mix():
                return broken

    def broken(self) -> Asked | None:
        """Return a strict constraint whose worse side is inside."""
        strict = (x for x in self.compared.asked if x.relation is Relation.STRICT)
        return next((x for x in strict if x.worse in self.reasons), None)

    def follow(self) -> None:
        """Put inside what constraints put there."""
        is_new = True
        while is_new:
            is_new = False
            for x in self.compared.asked:
                for i in _forced(x, self.reasons):
                    if i not in self.reasons:
                        self.reasons[i] = x
                        is_new = True

    def mix(self) -> bool:
        """Put inside the means of what is inside that constraints ask about; say if some are new."""
        inside = list(self.reasons)
        waiting = [i for i in dict.fromkeys(self.minded()) if i not in self.reasons]
        if not inside or not waiting or not isinstance(self.compared.half(inside, waiting), Blend):
            return False
        is_new = False
        for i in waiting:
            found = self.compared.half(inside, [i])
            if isinstance(found, Blend):
                self.reasons[i] = found
                is_new = True
        return is_new

    def minded(self) -> Iterator[int]:
        """Yield the points that must be outside, or would bring others inside."""
        for x in self.compared.asked:
            yield x.worse
            if x.relation is Relation.TIE:
                yield x.better

    def certificate(self, broken: Asked) -> HullCertificate:
        """Return the steps that lead to the worse side of a constraint."""
        needed = {broken.worse}
        for i, reason in reversed(self.reasons.items()):
            if i in needed:
                needed.update(_before(i, reason))
        steps = _Steps(self.compared)
        for i, reason in self.reasons.items():
            if i in needed:
                steps.add(i, reason)
        steps.reach(broken.worse, broken.source.model, broken.source.worse)
        some = steps.steps
        mixed = {k for step in some for k, _ in step.mean} | {k for k, x in enumerate(some) if x.mean}
        numbers = self.compared.node_numbers((some[k].model, some[k].table) for k in sorted(mixed))
        return HullCertificate(self.compared.discount, tuple(some), broken.source, tuple(numbers))


@dataclass(slots=True)
class _Steps:
    """Steps of a certificate; where a policy is used that behaves like one before, it has its own step."""

    compared: Compared
    steps: list[Inside] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)
    placed: set[tuple[int, Table]] = field(default_factory=set)

    def add(self, i: int, reason: Reason) -> None:
        """Add the step of a point."""
        if isinstance(reason, Blend):
            mean = tuple((self.first[j], share) for j, share in reason.inside)
            self.append(i, Inside(*self.compared.members[i], None, mean))
            return
        source = reason.source
        here, there = source.better, source.worse
        if i != reason.better:
            here, there = there, here
        if reason.relation is not Relation.STRICT:
            self.reach(_before(i, reason)[0], source.model, there)
        self.append(i, Inside(source.model, here, source))

    def reach(self, i: int, model: int, table: Table) -> None:
        """Add a step to a certain policy of a point that has one."""
        if (model, table) not in self.placed:
            self.append(i, Inside(model, table, None, ((self.first[i], _ONE),)))

    def append(self, i: int, step: Inside) -> None:
        self.first.setdefault(i, len(self.steps))
        self.placed.add((step.model, step.table))
        self.steps.append(step)


def _forced(x: Asked, inside: dict[int, Reason]) -> Iterator[int]:
    """Yield the sides that a constraint puts inside."""
    if x.relation is Relation.STRICT or x.worse in inside:
        yield x.better
    if x.relation is Relation.TIE and x.better in inside:
        yield x.worse


def _before(i: int, reason: Reason) -> list[int]:
    """Return the points that a reason is about."""
    if isinstance(reason, Blend):
        return [j for j, _ in reason.inside]
    return (
        [] if reason.relation is Relation.STRICT else [reason.worse if i == reason.better else reason.better]
    )
