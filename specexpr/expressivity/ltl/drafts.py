"""Put formulas together, equal parts once: long lists, and short ways to tell steps or ends apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from specexpr.certify.formula import Atom, AtomKind, Operator
from specexpr.certify.formula_store import Joined, Scheme, Store
from specexpr.certify.model import Label, Model
from specexpr.certify.observing import Observations, Step

_MANY = 40  # literals of which pairs are still tried


def step_truth(labels: Sequence[Label] = ()) -> Callable[[Atom, Step], bool]:
    """Return whether an atom holds of a step, where the labels are these."""

    def holds(atom: Atom, step: Step) -> bool:
        s, a, t = step
        match atom.kind:
            case AtomKind.AT:
                return atom.what == s
            case AtomKind.DO:
                return atom.what == a
            case AtomKind.NEXT:
                return atom.what == t
            case AtomKind.LABEL:
                return any(x.name == atom.what and (s in x.states or (s, a) in x.pairs) for x in labels)

    return holds


def step_atoms(model: Model, labels: Sequence[Label] = ()) -> tuple[Atom, ...]:
    """Return the atoms of a model, the more telling ones first."""
    actions = (Atom(AtomKind.DO, a) for a in range(len(model.actions)))
    named = (Atom(AtomKind.LABEL, x.name) for x in labels)
    ahead = (Atom(AtomKind.NEXT, t) for t in range(len(model.states)))
    here = (Atom(AtomKind.AT, s) for s in range(len(model.states)))
    return (*actions, *named, *ahead, *here)


@dataclass(slots=True)
class Drafts:
    """Formulas under construction, by their numbers in a store.

    atoms: those that may be used. holds: whether one holds of a step, or of what stands for an observation.
    """

    atoms: Sequence[Atom]
    holds: Callable[[Atom, Step], bool]
    store: Store = field(default_factory=Store)
    _guards: dict[tuple[frozenset[Step], frozenset[Step]], int] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model, labels: Sequence[Label] = ()) -> Drafts:
        """Return drafts with the atoms of a model."""
        return cls(step_atoms(model, labels), step_truth(labels))

    @classmethod
    def over_labels(cls, seen: Observations) -> Drafts:
        """Return drafts with labels only; a step (.., o, ..) shows observation number o."""
        names = sorted({str(name) for known in seen.known for name in known})
        return cls(
            [Atom(AtomKind.LABEL, name) for name in names],
            lambda atom, step: atom.what in seen.known[step[1]],
        )

    def scheme(self, number: int) -> Scheme:
        """Return a formula as a list of its parts."""
        used = {number}
        for i in range(number, -1, -1):
            entry = self.store.entries[i]
            if i in used and isinstance(entry, Joined):
                used.update(entry.parts)
        place = {old: new for new, old in enumerate(sorted(used))}
        found = []
        for old in place:
            entry = self.store.entries[old]
            if isinstance(entry, Joined):
                entry = Joined(entry.operator, tuple(place[part] for part in entry.parts))
            found.append(entry)
        return tuple(found)

    def join(self, operator: Operator, *parts: int) -> int:
        return self.store.join(operator, *parts)

    def atom(self, atom: Atom) -> int:
        return self.store.add((atom,))

    def all_of(self, parts: Sequence[int]) -> int:
        """Return a conjunction, balanced so that many parts are not deep."""
        return self._balanced(Operator.AND, parts, self.store.true)

    def any_of(self, parts: Sequence[int]) -> int:
        """Return a disjunction, balanced so that many parts are not deep."""
        return self._balanced(Operator.OR, parts, self.store.false)

    def _balanced(self, operator: Operator, parts: Sequence[int], empty: int) -> int:
        if len(parts) < 2:
            return parts[0] if parts else empty
        half = len(parts) // 2
        return self.join(
            operator,
            self._balanced(operator, parts[:half], empty),
            self._balanced(operator, parts[half:], empty),
        )

    def often(self, number: int) -> int:
        return self.join(Operator.ALWAYS, self.join(Operator.EVENTUALLY, number))

    def finally_always(self, number: int) -> int:
        return self.join(Operator.EVENTUALLY, self.join(Operator.ALWAYS, number))

    def guard(self, inside: Collection[Step], outside: Collection[Step]) -> int:
        """Return a short formula about one step that holds for some steps and fails for others."""
        key = frozenset(inside), frozenset(outside)
        if key not in self._guards:
            self._guards[key] = self._guard(sorted(key[0]), sorted(key[1]))
        return self._guards[key]

    def _guard(self, inside: Sequence[Step], outside: Sequence[Step]) -> int:
        if not outside:
            return self.store.true
        if not inside:
            return self.store.false
        literals = list(self._literals(inside, outside))
        for number, held, shut in literals:
            if len(held) == len(inside) and len(shut) == len(outside):
                return number
        for (one, held, shut), (other, also, closed) in combinations(literals[:_MANY], 2):
            if len(held) == len(also) == len(inside) and len(shut | closed) == len(outside):
                return self.join(Operator.AND, one, other)
            if len(held | also) == len(inside) and len(shut) == len(closed) == len(outside):
                return self.join(Operator.OR, one, other)
        return self.any_of([self._alone(step, outside) for step in inside])

    def _literals(
        self, inside: Sequence[Step], outside: Sequence[Step]
    ) -> Iterator[tuple[int, frozenset[Step], frozenset[Step]]]:
        """Yield literals with the steps inside that they hold for, and outside that they exclude."""
        found = []
        for atom in self.atoms:
            held = frozenset(step for step in inside if self.holds(atom, step))
            shut = frozenset(step for step in outside if not self.holds(atom, step))
            found.append((atom, held, shut))
        for atom, held, shut in found:
            if held and shut:
                yield self.atom(atom), held, shut
        for atom, held, shut in found:
            if len(held) < len(inside) and len(shut) < len(outside):
                left = frozenset(inside) - held
                yield self.join(Operator.NOT, self.atom(atom)), left, frozenset(outside) - shut

    def _alone(self, step: Step, outside: Sequence[Step]) -> int:
        """Return a conjunction that holds for one step and fails for others: its own atoms come first."""
        s, a, t = step
        own = (Atom(AtomKind.DO, a), Atom(AtomKind.NEXT, t), Atom(AtomKind.AT, s))
        known = set(self.atoms)
        parts = []
        left = list(outside)
        for atom in (*(atom for atom in own if atom in known), *self.atoms):
            here = self.holds(atom, step)
            still = [other for other in left if self.holds(atom, other) is here]
            if len(still) < len(left):
                parts.append(self.atom(atom) if here else self.join(Operator.NOT, self.atom(atom)))
                left = still
        return self.all_of(parts)

    def following(self, groups: Mapping[int, Sequence[Step]]) -> int:
        """Return that one of the steps is taken and that what belongs to it holds afterwards."""
        found = []
        for number, steps in groups.items():
            others = [step for other, those in groups.items() if other != number for step in those]
            if number != self.store.false:
                then = self.join(Operator.NEXT, number)
                found.append(self.join(Operator.AND, self.guard(steps, others), then))
        return self.any_of(found)

    def ends(self, inside: Sequence[frozenset[Step]], outside: Sequence[frozenset[Step]]) -> int:
        """Return an ultimate formula that tells trajectories that end in some supports from others."""
        if not inside or not outside:
            return self.store.false if not inside else self.store.true
        for atom in self.atoms:
            held = [any(self.holds(atom, step) for step in support) for support in inside]
            shut = [not any(self.holds(atom, step) for step in support) for support in outside]
            if all(held) and all(shut):
                return self.often(self.atom(atom))
            if not any(held) and not any(shut):
                return self.finally_always(self.join(Operator.NOT, self.atom(atom)))
            held = [all(self.holds(atom, step) for step in support) for support in inside]
            shut = [not all(self.holds(atom, step) for step in support) for support in outside]
            if all(held) and all(shut):
                return self.finally_always(self.atom(atom))
            if not any(held) and not any(shut):
                return self.often(self.join(Operator.NOT, self.atom(atom)))
        if len(inside) > len(outside):
            return self.join(Operator.NOT, self.ends(outside, inside))
        return self.any_of([self._exactly(support, outside) for support in inside])

    def _exactly(self, support: frozenset[Step], outside: Sequence[frozenset[Step]]) -> int:
        """Return that in the end the steps are those of a support, as far as others are to be excluded."""
        parts = []
        other = frozenset(step for one in outside if not one <= support for step in one) - support
        if other:
            parts.append(self.finally_always(self.guard(support, other)))
        for smaller in outside:
            if smaller < support:
                step = min(support - smaller)
                parts.append(self.often(self.guard([step], smaller)))
        return self.all_of(list(dict.fromkeys(parts)))
