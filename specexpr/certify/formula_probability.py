"""The exact probability of a formula under a policy, from the formula itself.

Three ways, each where it is short:
- **Steps.** If a formula says, outside of X, only what the next step is like (and what happens ultimately),
  take the step: P(f from s) = sum over steps of p(step) P(what remains of f, from the next state). A
  disjunction of many words is thus read once, word for word, in time linear in it.
- **Ends.** An ultimate formula (`formula_store`) is true or false according to the class in which a
  trajectory ends, almost surely: G F g iff g holds for some step of the class, F G g iff it does for all. So
  sum over classes; and if a coin remains there, it has its chance, whatever was before (`coin`).
- **Operators.** Otherwise they are decided one by one on the chain (`refinement`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.coin import Coin, is_fair
from specexpr.certify.formula import Atom, AtomKind, Operator
from specexpr.certify.formula_store import COIN, OTHER, STEP, Entry, Joined, Scheme, Store
from specexpr.certify.label_coin import LabelCoin, LabelSet, is_fair_on_labels
from specexpr.certify.model import Label, Model, Table
from specexpr.certify.observing import Step, label_set
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.refinement import probability_from
from specexpr.certify.step_chain import StepChain, step_chain

_ZERO = Fraction(0)


@dataclass(slots=True)
class FormulaProbability:
    """Probabilities of one formula in a model, in which its labels are these."""

    model: Model
    labels: Sequence[Label]
    scheme: Scheme
    _store: Store = field(default_factory=Store)
    _root: int = field(init=False)
    _carriers: Mapping[str, frozenset[tuple[int, int]]] = field(init=False)
    _of_one_step: dict[tuple[int, Step], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._root = self._store.add(self.scheme)
        everything = [(s, a) for s, row in enumerate(self.model.rows) for a in row]
        self._carriers = {
            x.name: frozenset(pair for pair in everything if pair[0] in x.states or pair in x.pairs)
            for x in self.labels
        }

    def policy(self, table: Table) -> Fraction:
        """Return the probability of the formula under a policy. Raises Refused."""
        return self.on_chain(step_chain(self.model, table))

    def on_chain(self, chain: StepChain) -> Fraction:
        """Return the probability of the formula on the chain of a policy. Raises Refused."""
        known: dict[tuple[int, int], Fraction] = {}
        try:
            return sum((p * self._from(chain, self._root, s, known) for s, p in chain.start), _ZERO)
        except RecursionError:
            raise TooLarge("the formula nests too deeply") from None

    def _from(
        self, chain: StepChain, number: int, state: int, known: dict[tuple[int, int], Fraction]
    ) -> Fraction:
        """Return the probability that a formula holds from a state on."""
        if (number, state) in known:
            return known[number, state]
        flags = self._store.made_of[number]
        if number in (self._store.true, self._store.false):
            found = Fraction(number == self._store.true)
        elif flags & OTHER:
            found = probability_from(chain, state, self._store, number, self._holds)
        elif flags & STEP:
            if flags & COIN:
                raise Refused("a coin is tossed together with a step")
            found = _ZERO
            for step, p in chain.leaving[state]:
                rest = self._store.after(number, step, self._holds)
                found += p * self._from(chain, rest, step[2], known)
        else:
            found = _ZERO
            for k in range(len(chain.classes)):
                share = chain.ending(k).get(state)
                if share:
                    found += share * self._in_the_end(chain, k, number)
        known[number, state] = found
        return found

    def _in_the_end(self, chain: StepChain, k: int, number: int) -> Fraction:
        """Return the probability of a combination of ultimate formulas and coins, given class k."""
        store, ending = self._store, chain.classes[k]

        def known(entry: Entry) -> bool | None:
            if isinstance(entry, Coin | LabelCoin):
                return None
            ultimate = store.ultimate(entry)
            if ultimate is None:
                return entry == Joined(Operator.TRUE)
            operator, inner = ultimate
            held = (self._holds_now(inner, step) for step in ending.support)
            return any(held) if operator is Operator.EVENTUALLY else all(held)

        rest = store.replaced(number, known)
        if rest in (store.true, store.false):
            return Fraction(rest == store.true)
        entry, negated = store.entries[rest], False
        while isinstance(entry, Joined) and entry.operator is Operator.NOT:
            entry, negated = store.entries[entry.parts[0]], not negated
        if isinstance(entry, Coin):
            has_its_chance = is_fair(entry, chain, ending)
        elif isinstance(entry, LabelCoin):
            has_its_chance = is_fair_on_labels(entry, chain, k, self._shows)
        else:
            raise Refused("more than one coin decides at once")
        if not has_its_chance:
            raise Refused("a coin is tossed where it need not have its chance")
        return 1 - entry.chance if negated else entry.chance

    def _shows(self, step: Step) -> LabelSet:
        """Return the label set of a step."""
        return label_set(tuple(self.labels), step[0], step[1])

    def _holds_now(self, number: int, step: Step) -> bool:
        """Say whether a formula about one step holds for it."""
        key = number, step
        if key not in self._of_one_step:
            self._of_one_step[key] = self._store.after(number, step, self._holds) == self._store.true
        return self._of_one_step[key]

    def _holds(self, atom: Atom, step: Step) -> bool:
        s, a, t = step
        match atom.kind:
            case AtomKind.AT:
                return atom.what == s
            case AtomKind.DO:
                return atom.what == a
            case AtomKind.NEXT:
                return atom.what == t
            case AtomKind.LABEL:
                if atom.what not in self._carriers:
                    raise Refused(f'the formula speaks of the label "{atom.what}", which is not known')
                return (s, a) in self._carriers[str(atom.what)]
