"""Read the items of a source into a document.

References may point forward: environments are read first, then families, policies, objectives and tasks.
Nothing is evaluated or concluded from what is wrong, so that one mistake is one diagnostic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from specexpr.diagnostics import Span
from specexpr.document.context import Context
from specexpr.document.document import Document, Family
from specexpr.document.environments import read_environment
from specexpr.document.families import read_family
from specexpr.document.forms import HEADER_FORMS
from specexpr.document.policies import elaborate, read_body
from specexpr.document.scope import Declarations, Draft, Scope
from specexpr.document.tasks import TaskReader, read_syntax
from specexpr.expressivity.task import Objective, Options, Task
from specexpr.formalism import Formalism, find_formalism, formalisms
from specexpr.models.environment import Environment
from specexpr.syntax.blocks import Item, items
from specexpr.syntax.grammar import parse, parse_entries
from specexpr.syntax.names import NAME, name_hint, shown
from specexpr.syntax.nodes import Leaf, Node
from specexpr.syntax.numbers import read_discount

_BODIES = {"environment", "family", "policy"}


@dataclass(frozen=True, slots=True)
class _Statement:
    """An item whose header is right: its name, the names after it, the span of its body."""

    kind: str
    name: str
    leaves: tuple[Leaf, ...]
    header: Span
    body: Span
    readable: bool


def read_document(context: Context) -> Document:
    """Return what a source declares, complete only if nothing was reported as an error."""
    reader = _Reader(context)
    reader.headers()
    if not reader.statements and reader.is_empty:
        message = "the file says nothing"
        hint = "write an environment, policies and a task; specexpr explain empty-document shows one"
        context.error("empty-document", message, Span(0, 0), help=hint)
    return reader.document()


@dataclass(slots=True)
class _Reader:
    context: Context
    statements: list[_Statement] = field(default_factory=list)
    is_empty: bool = True
    options: Options = field(default_factory=Options)
    declared: Declarations = field(default_factory=Declarations)
    drafts: dict[str, Draft | None] = field(default_factory=dict)
    objectives: dict[tuple[str, str], tuple[_Statement, Formalism | None, Environment]] = field(
        default_factory=dict
    )
    pending: list[tuple[str, str]] = field(default_factory=list)

    def headers(self) -> None:
        """Read what stands before each '{', and the lines of their own."""
        text, in_junk, discount = self.context.source.text, False, None
        for item in items(self.context.source, self.context.report):
            self.is_empty = False
            word = NAME.match(text, item.header.start, item.header.end)
            is_junk = item.body is None and (word is None or word[0] not in HEADER_FORMS)
            if is_junk and in_junk:
                continue  # a run of lines that are no items at all is one mistake
            in_junk = is_junk
            node = parse(
                "document",
                self.context.source,
                item.header,
                self.context.report,
                start="header",
                forms=HEADER_FORMS,
            )
            if node is None:
                self._broken(item, word[0] if word else "")
            elif node.kind in ("discount", "any_discount"):
                discount = self._discount(node, item, discount)
            else:
                self._statement(node, item)

    def _broken(self, item: Item, word: str) -> None:
        """Remember the names of a header that cannot be read, and read its body for mistakes of its own."""
        self.context.doubtful.update(self.context.words(item.header))
        if item.body is None or not item.readable:
            return
        if word == "task":
            read_syntax(self.context, item.body)
        elif word in _BODIES:
            parse_entries(
                "document", self.context.source, item.body, self.context.report, start=f"{word}_body"
            )

    def _discount(self, node: Node, item: Item, first: Span | None) -> Span:
        if item.body is not None:
            brace, hint = Span(item.body.start - 1, item.body.start), HEADER_FORMS["discount"]
            self.context.error("syntax", "expected the end of the entry, found '{'", brace, help=hint)
        if first is not None:
            notes = ((first, "it is given here"),)
            message, hint = "discount is given twice", "remove one of them"
            self.context.error("given-twice", message, node.span, help=hint, notes=notes)
            return first
        if node.kind == "any_discount":
            self.options = Options(any_discount=True)
        else:
            self.options = Options(discount=read_discount(node.leaf(0), self.context.report))
        return node.span

    def _statement(self, node: Node, item: Item) -> None:
        """Keep an item whose header is right; one without a body still declares its name."""
        leaves = node.leaves()
        name = self.context.name(leaves[0])
        if name is None:
            self.context.doubtful.update(self.context.words(item.header))
            return
        body = item.body
        if body is None:
            after = Span(item.header.end, item.header.end + 1)
            message = "expected '{', found the end of the entry"
            self.context.error("syntax", message, after, help=HEADER_FORMS[node.kind])
        self.statements.append(
            _Statement(
                node.kind,
                name,
                leaves[1:],
                node.span,
                body or item.header,
                item.readable and body is not None,
            )
        )

    def _of(self, kind: str) -> Iterator[_Statement]:
        return (statement for statement in self.statements if statement.kind == kind)

    def _is_new(self, statement: _Statement, space: str, places: tuple[str, ...]) -> bool:
        """Report a name that is declared already in one of some places."""
        for place in places:
            first = self.declared.places.setdefault((space, place, statement.name), statement.header)
            if first is not statement.header:
                where = f"environment {shown(place)}" if place else "the document"
                message = f"{where} already has the {space} {shown(statement.name)}"
                notes = ((first, "it is declared here"),)
                self.context.error(
                    "duplicate-name", message, statement.header, help="rename one of them", notes=notes
                )
                return False
        return True

    def document(self) -> Document:
        """Read all bodies, in the order in which they need each other."""
        scopes = self.declared.scopes
        for statement in self._of("environment"):
            if self._is_new(statement, "environment or family", ("",)):
                draft = self._environment(statement)
                self.drafts[statement.name] = draft
                alone = (
                    None if draft is None else Scope(statement.name, (draft,), (draft.environment,), False)
                )
                scopes[statement.name] = alone
        for statement in self._of("family"):
            if self._is_new(statement, "environment or family", ("",)):
                spans = statement.header, statement.body
                scopes[statement.name] = (
                    read_family(self.context, statement.name, spans, self.drafts)
                    if statement.readable
                    else None
                )
        for statement in self._of("policy"):
            self._policy(statement)
        for statement in self._of("objective"):
            self._declare_objective(statement)
        for key in self.objectives:
            self._objective(key)
        tasks = [task for statement in self._of("task") if (task := self._task(statement)) is not None]
        environments = tuple(draft.environment for draft in self.drafts.values() if draft is not None)
        declared = {
            environment.name: self.declared.policies_in(environment.name) for environment in environments
        }
        return Document(
            source=self.context.source,
            environments=environments,
            policies={
                place: tuple(p for name in names if (p := self.declared.policies[place, name]) is not None)
                for place, names in declared.items()
            },
            families=tuple(
                Family(scope.name, scope.environments)
                for scope in scopes.values()
                if scope and scope.is_family
            ),
            objectives=tuple(one for one in self.declared.objectives.values() if one is not None),
            tasks=tuple(tasks),
            options=self.options,
        )

    def _environment(self, statement: _Statement) -> Draft | None:
        if not statement.readable:
            return None
        return read_environment(self.context, statement.name, statement.header, statement.body)

    def _scope(self, leaf: Leaf, kind: str) -> Scope | None:
        """Return what an `in NAME` names, or None if it is unknown (then reported) or broken."""
        name = self.context.name(leaf)
        if name is not None and name not in self.declared.scopes:
            self.context.unknown(kind, leaf, self.declared.scopes, place="the document")
        return None if name is None else self.declared.scopes.get(name)

    def _policy(self, statement: _Statement) -> None:
        scope = self._scope(statement.leaves[0], "environment or family")
        if scope is None:
            self.context.doubtful.add(statement.name)
        content = read_body(self.context, statement.body) if statement.readable else None
        if scope is None or not self._is_new(
            statement, "policy", tuple(d.environment.name for d in scope.drafts)
        ):
            return
        is_right = content is not None
        for draft in scope.drafts:
            policy = None
            if content is not None and is_right:
                policy = elaborate(self.context, statement.name, draft, content, statement.header)
                is_right = policy is not None  # what is wrong in one member need not be said for the others
            self.declared.policies[draft.environment.name, statement.name] = policy

    def _declare_objective(self, statement: _Statement) -> None:
        """Note which objectives there are, so that they may name each other in any order."""
        leaf, language = statement.leaves
        keyword = self.context.name(language)
        formalism = None if keyword is None else find_formalism(keyword)
        if keyword is not None and formalism is None:
            known = [f.keyword or f.id for f in formalisms().values() if f.is_written]
            hint = name_hint(keyword, tuple(known), kind="formalism")
            self.context.error(
                "unknown-formalism", f"there is no formalism {shown(keyword)}", language.span, help=hint
            )
        elif formalism is not None and not formalism.is_written:
            message = f"{shown(formalism.id)} has no specifications that can be written down"
            self.context.error(
                "no-specification", message, language.span, help="use it with --in, as a formalism"
            )
        scope = self._scope(leaf, "environment")
        if scope is None:
            self.context.doubtful.add(statement.name)
            return
        if scope.is_family:
            message = f"{shown(scope.name)} is a family, an objective belongs to one environment"
            hint = f"write the objective in {shown(scope.drafts[0].environment.name)}, or in each member"
            self.context.error("objective-in-family", message, leaf.span, help=hint)
            self.context.doubtful.add(statement.name)
            return
        environment = scope.drafts[0].environment
        if not self._is_new(statement, "objective", (environment.name,)):
            return
        self.objectives[environment.name, statement.name] = statement, formalism, environment

    def _objective(self, key: tuple[str, str]) -> Objective | None:
        """Return a declared objective, read with those that it names; None once its mistakes are reported."""
        if key in self.declared.objectives:
            return self.declared.objectives[key]
        statement, formalism, environment = self.objectives[key]
        context, spec = self.context, None
        where = context.source, statement.body, environment, context.report
        self.pending.append(key)
        if statement.readable and formalism is not None and formalism.parse is not None:
            spec = formalism.parse(*where, options=self.options)
        elif statement.readable and formalism is not None and formalism.compose is not None:
            spec = formalism.compose(*where, find=partial(self._component, environment))
        self.pending.pop()
        found = None
        if spec is not None and formalism is not None:
            found = Objective(statement.name, environment, formalism.id, spec)
        self.declared.objectives[key] = found
        return found

    def _component(self, environment: Environment, leaf: Leaf) -> Objective | None:
        """Return the objective that the body of another names, or None once what is wrong is reported."""
        name = self.context.name(leaf)
        if name is None:
            return None
        key = environment.name, name
        if key in self.pending:
            message, hint = f"{shown(name)} is defined by itself", "name objectives that do not name it"
            self.context.error("circular-objective", message, leaf.span, help=hint)
            return None
        if key not in self.objectives:
            known = [name for place, name in self.objectives if place == environment.name]
            place = f"environment {shown(environment.name)}"
            self.context.unknown("objective", leaf, known, place=place)
            return None
        return self._objective(key)

    def _task(self, statement: _Statement) -> Task | None:
        scope = self._scope(statement.leaves[0], "environment or family")
        is_new = self._is_new(statement, "task", ("",))
        if not statement.readable:
            return None
        if scope is None or not is_new:
            read_syntax(self.context, statement.body)
            return None
        reader = TaskReader(self.context, self.declared, scope)
        task = reader.read(statement.name, statement.header, statement.body)
        return None if task is None else replace(task, options=task.options.over(self.options))
