"""Families: environments with the same states, actions and label names, in the first member's order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from specexpr.certify.model import Distribution, Model
from specexpr.diagnostics import Span
from specexpr.document.context import Context, listed
from specexpr.document.forms import FAMILY_FORMS
from specexpr.document.scope import Draft, Scope
from specexpr.models.environment import Environment, Label
from specexpr.syntax.grammar import parse_entries
from specexpr.syntax.names import shown
from specexpr.syntax.nodes import Leaf


def read_family(
    context: Context, name: str, spans: tuple[Span, Span], known: Mapping[str, Draft | None]
) -> Scope | None:
    """Return a family, or None once what is wrong with it is reported.

    spans: its header and its body; known: every environment that is declared.
    """
    header, body = spans
    content = parse_entries(
        "document", context.source, body, context.report, start="family_body", forms=FAMILY_FORMS
    )
    leaves = [entry for entry in content.entries if isinstance(entry, Leaf)]
    if not leaves and not content.broken:
        context.error("missing-part", f"family {shown(name)} has no members", header, help=FAMILY_FORMS[""])
    members: dict[str, tuple[Draft, Span]] = {}
    for leaf in leaves:
        member = context.name(leaf)
        if member is None:
            continue
        draft = known.get(member)
        if member not in known:
            context.unknown("environment", leaf, known, place="the document")
        elif member in members:
            message = f"{shown(member)} is a member of family {shown(name)} already"
            context.error("given-twice", message, leaf.span, help="write each environment once")
        elif draft is not None:
            members[member] = draft, leaf.span
    if len(members) < len(leaves) or not members or content.broken:
        return None
    (first, _), *others = members.values()
    agree = [_agrees(context, first.environment, other.environment, span) for other, span in others]
    if not all(agree):
        return None
    drafts = tuple(draft for draft, _ in members.values())
    environments = tuple(reordered_environment(draft.environment, first.environment) for draft in drafts)
    return Scope(name, drafts, environments, is_family=True)


def _agrees(context: Context, first: Environment, other: Environment, span: Span) -> bool:
    """Report names that one of two members of a family has and the other has not."""
    fine = True
    for kind, mine, theirs in (
        ("state", first.states, other.states),
        ("action", first.actions, other.actions),
        ("label", _names(first.labels), _names(other.labels)),
    ):
        lacks = [name for name in mine if name not in set(theirs)]
        more = [name for name in theirs if name not in set(mine)]
        differences = (("lacks", lacks), ("adds", more))
        parts = [f"{verb} the {kind} {listed(names)}" for verb, names in differences if names]
        if parts:
            fine = False
            message = f"{shown(other.name)} {' and '.join(parts)} compared with {shown(first.name)}"
            hint = f"the members of a family have the same {kind} names, in any order"
            context.error("family-mismatch", message, span, help=hint)
    return fine


def _names(labels: Iterable[Label]) -> tuple[str, ...]:
    return tuple(label.name for label in labels)


def reordered_environment(environment: Environment, first: Environment) -> Environment:
    """Return an environment with its states, actions and labels in the order of another that has the same."""
    labels = sorted(environment.labels, key=lambda label: _names(first.labels).index(label.name))
    if environment.states == first.states and environment.actions == first.actions:
        return Environment(environment.name, environment.model, tuple(labels))
    model = environment.model
    to_state = [first.state_index[name] for name in model.states]
    to_action = [first.action_index[name] for name in model.actions]

    def law(old: Distribution) -> Distribution:
        return tuple(sorted((to_state[s], p) for s, p in old))

    rows = (model.rows[environment.state_index[name]] for name in first.states)
    orders = ((row, sorted((to_action[b], b) for b in row)) for row in rows)
    renamed = tuple(MappingProxyType({a: law(row[b]) for a, b in order}) for row, order in orders)
    moved = (
        Label(
            label.name,
            frozenset(to_state[s] for s in label.states),
            frozenset((to_state[s], to_action[a]) for s, a in label.pairs),
        )
        for label in labels
    )
    moved_model = Model(first.states, first.actions, law(model.start), renamed)
    return Environment(environment.name, moved_model, tuple(moved))
