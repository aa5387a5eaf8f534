"""Tasks: lines become constraints and acceptable sets, in one environment or each member of a family."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    PolicyConstraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.diagnostics import NoAutomaton, NoValue, Span, naming
from specexpr.document.context import Context, listed
from specexpr.document.forms import PART_FORMS, TASK_FORMS
from specexpr.document.mistakes import wrong_task_line
from specexpr.document.options import OPTION_WORDS, read_option
from specexpr.document.orders import ranked
from specexpr.document.posed import Asked, is_well_posed
from specexpr.document.scope import Declarations, Scope, reordered_table
from specexpr.document.trajectories import read_trajectory
from specexpr.expressivity.task import Objective, Options, Task
from specexpr.formalism import find_formalism
from specexpr.models.policy import Policy, mark
from specexpr.syntax.blocks import Item, pieces
from specexpr.syntax.grammar import parse, parse_entries
from specexpr.syntax.names import clipped, shown, write_name
from specexpr.syntax.nodes import Body, Leaf, Node


def read_syntax(context: Context, body: Span) -> None:
    """Report the lines of a task that cannot be read, where there is nothing that it could be about."""
    for piece in pieces(context.source.text, body):
        span = piece if isinstance(piece, Span) else piece.body
        if span is not None:
            _read_entries(context, span)


def _read_entries(context: Context, span: Span) -> Body:
    return parse_entries(
        "document",
        context.source,
        span,
        context.report,
        start="task_body",
        forms=TASK_FORMS,
        known=wrong_task_line,
    )


@dataclass(slots=True)
class TaskReader:
    """Reads the lines of one task; `sound` until one of them is found wrong."""

    context: Context
    declared: Declarations
    scope: Scope
    sound: bool = True
    _asked: list[Asked] = field(default_factory=list)
    _options: Options = field(default_factory=Options)
    _given: dict[str, Span] = field(default_factory=dict)
    _mentioned: dict[tuple[int, str], Policy] = field(default_factory=dict)
    _orders: list[Objective] = field(default_factory=list)
    _questions: int = 0
    _unsettled: str | None = None
    _is_for_all: bool = False
    _length: tuple[int, Span] | None = None

    def read(self, name: str, header: Span, body: Span) -> Task | None:
        """Return the task with the options of its own, or None once its mistakes are reported."""
        for piece in pieces(self.context.source.text, body):
            if isinstance(piece, Span):
                self._entries(piece, None)
            elif piece.body is not None:
                member = self._member(piece)
                if member is None:
                    self.sound = False
                else:
                    self._entries(piece.body, member)
        if not self.sound:
            return None
        self._asked.sort(key=lambda asked: asked.what.model)
        if not self._asked and self._unsettled is None:
            hint = TASK_FORMS[""] + "; or write accept go"
            if self._orders:
                hint = "no two of these policies can be compared by the objective; " + hint
            self.context.error("empty-task", f"task {shown(name)} asks for nothing", header, help=hint)
            return None
        if not is_well_posed(self.context, self.scope.environments, self._asked):
            return None
        what = [asked.what for asked in self._asked]
        rank = {key: i for i, key in enumerate(self.declared.policies)}
        environments = self.scope.environments
        policies = sorted(
            self._mentioned.items(), key=lambda p: (p[0][0], rank[environments[p[0][0]].name, p[0][1]])
        )
        others = [
            (
                model,
                Policy(reordered_table(policy.table, draft.environment, environments[model]), policy.name),
            )
            for model, draft in enumerate(self.scope.drafts)
            for (place, _), policy in self.declared.policies.items()
            if place == draft.environment.name and policy is not None
            if (model, policy.name) not in self._mentioned
        ]
        return Task(
            name=name,
            scope=self.scope.name,
            environments=environments,
            policies=tuple((model, policy) for (model, _), policy in policies),
            constraints=tuple(one for one in what if not isinstance(one, AcceptableSet)),
            acceptable=tuple(one for one in what if isinstance(one, AcceptableSet)),
            options=self._options,
            others=tuple(others),
            induced_by=self._orders[0] if len(self._orders) == self._questions == 1 else None,
            unsettled=self._unsettled,
            span=header,
        )

    def _member(self, part: Item) -> int | None:
        """Return the index of the environment that a block `in NAME { ... }` is about."""
        node = parse(
            "document", self.context.source, part.header, self.context.report, start="part", forms=PART_FORMS
        )
        name = None if node is None else self.context.name(node.leaf(0))
        if node is None or name is None:
            return None
        names = [environment.name for environment in self.scope.environments]
        if not self.scope.is_family:
            message = f"{shown(self.scope.name)} is an environment, not a family, so it has no parts"
            self.context.error(
                "not-a-member", message, part.header, help="write the lines without in NAME { }"
            )
        elif name in names:
            return names.index(name)
        else:
            message = f"{shown(name)} is not a member of family {shown(self.scope.name)}"
            hint = f"its members: {', '.join(map(shown, names))}"
            self.context.error("not-a-member", message, node.leaf(0).span, help=hint)
        return None

    def _entries(self, span: Span, member: int | None) -> None:
        """Read the lines of a stretch of the body; member None: they hold in every member."""
        body = _read_entries(self.context, span)
        self.sound &= not body.broken
        models = range(len(self.scope.environments)) if member is None else (member,)
        self._is_for_all = member is None
        for entry in body.entries:
            if not isinstance(entry, Node):
                continue
            if entry.kind in OPTION_WORDS:
                self._option(entry, member)
                continue
            read = self._lines()[entry.kind]
            for model in models:
                self._questions += 1
                was_sound, self.sound = self.sound, True
                read(entry, model)
                is_right, self.sound = self.sound, self.sound and was_sound
                if not is_right:
                    break  # what is wrong in one member need not be said for the others

    def _lines(self) -> dict[str, Callable[[Node, int], None]]:
        return {
            "chain": self._chain,
            "accept": self._accept,
            "accept_equally": self._accept,
            "order": self._order,
            "trajectories": self._trajectories,
        }

    def _option(self, entry: Node, member: int | None) -> None:
        word = OPTION_WORDS[entry.kind]
        first = self._given.setdefault(word, entry.span)
        if member is not None:
            hint = "write it outside in NAME { }"
            self.context.error("misplaced-option", "an option is for the whole task", entry.span, help=hint)
            self.sound = False
        elif first is not entry.span:
            notes = ((first, "it is given here"),)
            message = f"{word} is given twice"
            self.context.error("given-twice", message, entry.span, help="remove one of them", notes=notes)
            self.sound = False
        else:
            option = read_option(entry, self.context.report, self._objectives)
            self.sound &= option is not None
            self._options = self._options if option is None else option.over(self._options)

    def _objectives(self, leaf: Leaf) -> tuple[Objective, ...]:
        """Return the objectives of a name, in those environments of the task that have one."""
        name = self.context.name(leaf)
        places = [environment.name for environment in self.scope.environments]
        found = [place for place in places if (place, name) in self.declared.objectives]
        if not found and name is not None:
            self._objective(leaf, places[0])
        objectives = [self.declared.objectives[place, name or ""] for place in found]
        return tuple(one for one in objectives if one is not None) if None not in objectives else ()

    def _chain(self, entry: Node, model: int) -> None:
        names = [child.leaf(0) if isinstance(child, Node) else child for child in entry.children[::2]]
        tables = [self._table(name, model) for name in names]
        relations = [Relation(node.leaf(0).text) for node in entry.children[1::2] if isinstance(node, Node)]
        for (better, worse), (i, j), relation in zip(
            pairwise(tables), pairwise(names), relations, strict=True
        ):
            span = Span(i.span.start, j.span.end)
            if better is not None and worse is not None:
                what = PolicyConstraint(model, better, worse, relation, self.context.line(span))
                sides = clipped(i.text), clipped(j.text)
                self._asked.append(Asked(what, span, f" {relation} ".join(sides), sides))

    def _accept(self, entry: Node, model: int) -> None:
        good, *rest = (self._tables(node.leaves(), model) for node in entry.nodes())
        over = rest[0] if rest else None
        if good is None or (rest and over is None):
            return
        if over is not None and set(over) <= set(good):
            hint = "name some policies after over that are not accepted"
            self.context.warning(
                "nothing-is-bad", "every policy of the universe is accepted", entry.span, help=hint
            )
        elif over is not None:
            accepted, others = (node.leaves() for node in entry.nodes())
            self._accepted_twins(accepted, others, model)
        acceptance = Acceptance.EQUAL if entry.kind == "accept_equally" else Acceptance.RANGE
        what = AcceptableSet(model, good, over, acceptance, self.context.line(entry.span))
        text = clipped(" ".join(self.context.source.text[entry.span.start : entry.span.end].split()))
        self._asked.append(Asked(what, entry.span, text))

    def _accepted_twins(self, accepted: Sequence[Leaf], others: Sequence[Leaf], model: int) -> None:
        """Warn of policies that are listed as not accepted and are the same as an accepted one."""
        names = {self._table(leaf, model): leaf.text for leaf in reversed(accepted)}
        listed = {self._name(leaf) for leaf in accepted}
        for leaf in others:
            twin = names.get(self._table(leaf, model))
            if twin is not None and self._name(leaf) not in listed:
                message = f"{shown(leaf.text)} is the same policy as {shown(twin)}, which is accepted"
                hint = "it counts as accepted; leave it out, or let the two differ"
                self.context.warning("accepted-twin", message, leaf.span, help=hint)

    def _order(self, entry: Node, model: int) -> None:
        """Enter the order that an objective puts on some policies."""
        *leaves, by = entry.leaves()
        environment = self.scope.drafts[model].environment
        tables = self._tables(leaves, model)
        objective = self._objective(by, environment.name)
        if objective is None or tables is None:
            self.sound = False
            return
        formalism = find_formalism(objective.formalism)
        if formalism is None or formalism.evaluate is None:
            message = f"the values of a {objective.formalism} objective cannot be computed"
            hint = "compare the policies with '>' instead, or order them by another objective"
            self.context.error("cannot-evaluate", message, by.span, help=hint)
            self.sound = False
            return
        if not self.scope.drafts[model].sound:
            self.sound = False
            return
        named = [(leaf, self.declared.policies[environment.name, self._name(leaf)]) for leaf in leaves]
        policies = [policy for _, policy in named if policy is not None]
        try:
            with naming(clipped(by.text)):
                values = formalism.evaluate(environment, objective.spec, policies)
        except NoAutomaton as error:
            for one in error.diagnostics:
                self.context.error(one.id, one.message, by.span, help=one.help)
            self.sound = False
            return
        except NoValue as error:
            who = "a policy" if error.policy is None else f"policy {error.policy}"
            message = f"{who} has no value by {clipped(by.text)}: {error.reason}"
            hint = "leave it out of the order, or order by another objective"
            self.context.error("no-value", message, by.span, help=hint)
            self.sound = False
            return
        found = ranked(values, formalism.compare)
        if not found.is_total:  # such an order is written down in the order of declaration
            rank = {key: i for i, key in enumerate(self.declared.policies)}
            places = sorted(range(len(named)), key=lambda i: rank[environment.name, self._name(leaves[i])])
            leaves = [leaves[i] for i in places]
            found = ranked([values[i] for i in places], formalism.compare)
        if found.unsettled is not None:
            names = " and ".join(clipped(leaves[i].text) for i in found.unsettled)
            self._unsettled = f"the values of {names} by {clipped(by.text)} cannot be told apart"
            hint = "the task will be undecided; or say with > or ~ how they compare"
            message = f"the values of {names} are known only nearly, and cannot be told apart"
            self.context.warning("values-not-separated", message, by.span, help=hint)
        line = self.context.line(entry.span)
        for x, relation, y in found.pairs:
            i, j = leaves[x], leaves[y]
            better, worse = self._table(i, model), self._table(j, model)
            if better is not None and worse is not None:
                what = PolicyConstraint(model, better, worse, relation, line)
                sides = clipped(i.text), clipped(j.text)
                text = f" {relation} ".join(sides) + f" by {clipped(by.text)}"
                self._asked.append(Asked(what, entry.span, text, sides, is_written=False))
        self._orders.append(objective)

    def _objective(self, leaf: Leaf, environment: str) -> Objective | None:
        name = self.context.name(leaf)
        if name is None:
            return None
        if (environment, name) not in self.declared.objectives:
            elsewhere = [
                one.name for one in self.scope.environments if (one.name, name) in self.declared.objectives
            ]
            if elsewhere and name not in self.context.doubtful:
                self._lacking(leaf, name, environment, elsewhere)
            else:
                known = self.declared.objectives_in(environment)
                self.context.unknown("objective", leaf, known, place=f"environment {shown(environment)}")
        return self.declared.objectives.get((environment, name))

    def _lacking(self, leaf: Leaf, name: str, environment: str, having: Sequence[str]) -> None:
        """Report an objective that only some members of a family have."""
        lacking = [environment]
        if self._is_for_all:
            lacking = [one.name for one in self.scope.environments if one.name not in having]
        which = f"environment {shown(lacking[0])} has"
        if len(lacking) > 1:
            which = f"environments {listed(lacking)} have"
        there = f"objective {write_name(name)} in {write_name(lacking[0])} = ..."
        hint = f"only {listed(having)} {'has' if len(having) == 1 else 'have'} it: write {there}"
        hint += " and so on" if len(lacking) > 1 else ""
        if self._is_for_all:
            hint += f", or write the order in the members that have it: in {write_name(having[0])} {{ ... }}"
        message = f"{which} no objective {shown(name)}"
        self.context.error("unknown-name", message, leaf.span, help=hint)

    def _trajectories(self, entry: Node, model: int) -> None:
        environment, draft = self.scope.environments[model], self.scope.drafts[model]
        sequences = entry.nodes()[::2]
        found: list[Trajectory | None] = []
        for node in sequences:
            length, first = self._length = self._length or (len(node.children), node.span)
            if len(node.children) != length:
                message = f"this sequence has {len(node.children)} steps, the first one has {length}"
                notes = ((first, "the first one"),)
                hint = "the sequences of a task must all have one length"
                self.context.error("unequal-lengths", message, node.span, help=hint, notes=notes)
                self.sound = False
            found.append(read_trajectory(self.context, node, environment, draft))
        self.sound &= None not in found
        relations = [Relation(node.leaf(0).text) for node in entry.nodes()[1::2]]
        for (better, worse), (i, j), relation in zip(
            pairwise(found), pairwise(sequences), relations, strict=True
        ):
            span = Span(i.span.start, j.span.end)
            if better is not None and worse is not None:
                what = TrajectoryConstraint(model, better, worse, relation, self.context.line(span))
                text = " ".join(self.context.source.text[span.start : span.end].split())
                self._asked.append(Asked(what, span, text))

    def _tables(self, leaves: Sequence[Leaf], model: int) -> tuple[Table, ...] | None:
        """Return the tables of some policies, equal ones once; None if one of them is wrong."""
        seen: dict[str, Span] = {}
        for leaf in leaves:
            first = seen.setdefault(leaf.text, leaf.span)
            if first is not leaf.span:
                message = f"{clipped(leaf.text)} is listed twice"
                notes = ((first, "it is listed here"),)
                self.context.error("given-twice", message, leaf.span, help="remove one of them", notes=notes)
                self.sound = False
        tables = [self._table(leaf, model) for leaf in leaves]
        distinct: dict[Hashable, Table] = {}
        for table in tables:
            if table is None:
                return None
            distinct.setdefault(mark(table), table)
        return tuple(distinct.values())

    def _table(self, leaf: Leaf, model: int) -> Table | None:
        """Return the table of a policy in the order of the scope; None if it is unknown or wrong."""
        draft, environment = self.scope.drafts[model], self.scope.environments[model]
        name = self._name(leaf)
        if (model, name) in self._mentioned:
            return self._mentioned[model, name].table
        key = draft.environment.name, name
        policy = self.declared.policies.get(key)
        if policy is None:
            self.sound = False
            if key not in self.declared.policies and self.context.name(leaf) is not None:
                known: Iterable[str] = self.declared.policies_in(environment.name)
                self.context.unknown("policy", leaf, known, place=f"environment {shown(environment.name)}")
            return None
        table = reordered_table(policy.table, draft.environment, environment)
        self._mentioned[model, name] = Policy(table, name)
        return table

    def _name(self, leaf: Leaf) -> str:
        return (self.context.name(leaf) if leaf.text.startswith('"') else leaf.text) or leaf.text
