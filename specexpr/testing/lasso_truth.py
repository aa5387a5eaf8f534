"""Whether a formula of temporal logic holds on a trajectory that repeats itself, by the definitions.

Position t of a trajectory is the step (s_t, a_t, s_{t+1}). A *lasso* is a head of steps and a cycle of steps
that is repeated for ever. From a position of the cycle on nothing new is seen after once around, so that what
happens at some later position, or at all, happens within one round. Shares no code with the decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator

Step = tuple[int, int, int]
Carriers = Mapping[str, frozenset[tuple[int, int]]]
"""The (state, action) pairs that carry each label."""


def holds_on_lasso(
    formula: Formula, head: Sequence[Step], cycle: Sequence[Step], labels: Carriers | None = None
) -> bool:
    """Say whether a formula holds at position 0 of a lasso."""
    return _Lasso([*head, *cycle], len(head), labels or {}).holds(formula, 0)


class _Lasso:
    def __init__(self, steps: Sequence[Step], back: int, labels: Carriers) -> None:
        self.steps, self.back, self.labels = steps, back, labels
        self.known: dict[tuple[int, int], bool] = {}

    def onward(self, t: int) -> list[int]:
        """Return the positions from t on, each once, in the order in which they come."""
        found = [t]
        while (following := found[-1] + 1 if found[-1] + 1 < len(self.steps) else self.back) not in found:
            found.append(following)
        return found

    def holds(self, formula: Formula, t: int) -> bool:
        key = id(formula), t
        if key not in self.known:
            self.known[key] = self._holds(formula, t)
        return self.known[key]

    def _holds(self, formula: Formula, t: int) -> bool:
        if isinstance(formula, Atom):
            return self._atom(formula, t)
        assert isinstance(formula, Compound)
        parts = formula.parts
        match formula.operator:
            case Operator.TRUE:
                return True
            case Operator.FALSE:
                return False
            case Operator.NOT:
                return not self.holds(parts[0], t)
            case Operator.AND:
                return self.holds(parts[0], t) and self.holds(parts[1], t)
            case Operator.OR:
                return self.holds(parts[0], t) or self.holds(parts[1], t)
            case Operator.IMPLIES:
                return self.holds(parts[1], t) if self.holds(parts[0], t) else True
            case Operator.IFF:
                return self.holds(parts[0], t) == self.holds(parts[1], t)
            case Operator.NEXT:
                return self.holds(parts[0], t + 1 if t + 1 < len(self.steps) else self.back)
            case Operator.EVENTUALLY:
                return any(self.holds(parts[0], k) for k in self.onward(t))
            case Operator.ALWAYS:
                return self._always(parts[0], t)
            case Operator.UNTIL:
                return self._until(parts[0], parts[1:], t)
            case Operator.WEAK:
                return self._until(parts[0], parts[1:], t) or self._always(parts[0], t)
            case Operator.STRONG:
                return self._until(parts[1], parts, t)
            case Operator.RELEASE:
                return self._until(parts[1], parts, t) or self._always(parts[1], t)

    def _always(self, formula: Formula, t: int) -> bool:
        return all(self.holds(formula, k) for k in self.onward(t))

    def _until(self, before: Formula, goals: Sequence[Formula], t: int) -> bool:
        """Say whether all goals hold at some position, and `before` at all positions until then."""
        for k in self.onward(t):
            if all(self.holds(goal, k) for goal in goals):
                return True
            if not self.holds(before, k):
                return False
        return False

    def _atom(self, atom: Atom, t: int) -> bool:
        s, a, following = self.steps[t]
        match atom.kind:
            case AtomKind.LABEL:
                return (s, a) in self.labels[str(atom.what)]
            case AtomKind.AT:
                return atom.what == s
            case AtomKind.DO:
                return atom.what == a
            case AtomKind.NEXT:
                return atom.what == following
