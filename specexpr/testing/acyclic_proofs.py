"""Confirm circles, tables and separating rewards by the definitions, without the kernel that accepted them.

A table or a reward is confirmed by the value that it gives to every policy that the question speaks of,
deterministic ones of a universe one by one; a circle by what its policies look like.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction

from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.certify.kinds.separation import SeparationWitness
from specexpr.certify.kinds.value_table import TableWitness
from specexpr.certify.model import PolicyConstraint, Relation, Table
from specexpr.exact import bounds
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.testing.acyclic_truth import Look, Looks
from specexpr.testing.brute_force import deterministic_tables, is_alike, policy_value
from specexpr.testing.confirmation import spread_reward

Valued = Callable[[int, Table], Fraction]


def doubt_proof(question: Question, verdict: Verdict, look: Look) -> str | None:
    """Return what is wrong with the proof of a verdict, or None if nothing is."""
    looks = Looks(question, look)
    match verdict:
        case Undecided():
            return None
        case Inexpressible(certificate=certificate):
            proof = certificate.proof
            if not isinstance(proof, CycleCertificate):
                return f"{type(proof).__name__} is no circle"
            return _doubt_circle(looks, proof.steps)
        case Expressible(witness=witness):
            match witness.proof:
                case TableWitness() as proof:
                    return _doubt_values(looks, _tabulated(question, looks, proof))
                case SeparationWitness() as proof:
                    return _doubt_returns(question, looks, proof)
                case other:
                    return f"{type(other).__name__} is neither a table nor a separating reward"


def _doubt_circle(looks: Looks, steps: tuple[PolicyConstraint, ...]) -> str | None:
    asked = {_key(c) for c in looks.asked()}
    if any(_key(step) not in asked for step in steps):
        return "a step of the circle is not asked for"
    if not any(step.relation is Relation.STRICT for step in steps):
        return "no step of the circle is strict"
    ends = [(looks.of(s.model, s.better), looks.of(s.model, s.worse)) for s in steps]
    here, met = ends[0][0], list[Hashable]()
    for step, (better, worse) in zip(steps, ends, strict=True):
        if here != better and not (step.relation is Relation.TIE and here == worse):
            return "the circle is broken"
        met.append(here)
        here = worse if here == better else better
    if here != ends[0][0]:
        return "the circle is open"
    return None if len(set(met)) == len(met) else "the circle is longer than it need be"


def _key(c: PolicyConstraint) -> tuple[object, ...]:
    sides: object = frozenset((c.better, c.worse)) if c.relation is Relation.TIE else (c.better, c.worse)
    return c.model, c.relation, sides


def _doubt_values(looks: Looks, value: Valued) -> str | None:
    known: dict[Hashable, Fraction] = {}
    for c in looks.asked():
        better, worse = value(c.model, c.better), value(c.model, c.worse)
        for table, x in ((c.better, better), (c.worse, worse)):
            if known.setdefault(looks.of(c.model, table), x) != x:
                return "two policies that look the same have two values"
        holds = {
            Relation.STRICT: better > worse,
            Relation.WEAK: better >= worse,
            Relation.TIE: better == worse,
        }
        if not holds[c.relation]:
            return f"{better} {c.relation} {worse} does not hold"
    return None


def _tabulated(question: Question, looks: Looks, proof: TableWitness) -> Valued:
    """Return the values of a table: by what a policy looks like, else of the first class that it is in."""
    exact = {looks.of(e.model, e.table): e.value for e in proof.entries if not e.is_class}
    classes: list[tuple[set[Table], Fraction]] = []
    for e in proof.entries:
        if e.is_class:
            model = question.task.environments[e.model].model
            members = {t for t in deterministic_tables(model) if is_alike(model, t, e.table)}
            classes.append((members, e.value))

    def value(model: int, table: Table) -> Fraction:
        found = exact.get(looks.of(model, table))
        if found is not None:
            return found
        return next((x for members, x in classes if table in members), proof.otherwise)

    return value


def _doubt_returns(question: Question, looks: Looks, proof: SeparationWitness) -> str | None:
    models = [environment.model for environment in question.task.environments]
    if question.options.discount not in (None, proof.discount):
        return "the witness has another discount than the question"
    rewards = [[spread_reward(model, reward) for reward in proof.rewards] for model in models]
    known: dict[tuple[int, Table], Fraction] = {}
    of_return: dict[Hashable, Fraction] = {}

    def value(model: int, table: Table) -> Fraction:
        if (model, table) not in known:
            found = [policy_value(models[model], table, r, discount=proof.discount) for r in rewards[model]]
            rows = (
                x
                for wanted, x in proof.rows
                if all(
                    w is None or bounds(w)[0] <= y <= bounds(w)[1] for w, y in zip(wanted, found, strict=True)
                )
            )
            known[model, table] = next(rows, proof.otherwise)
            base = Fraction(proof.base or 0)
            seen = tuple(found) if proof.base is None else sum(y * base**i for i, y in enumerate(found))
            if of_return.setdefault(seen, known[model, table]) != known[model, table]:
                raise ValueError("one return has two values")
        return known[model, table]

    try:
        return _doubt_values(looks, value)
    except ValueError as error:
        return str(error)
