"""The compiled product of an objective and its environment, as a text in the format that is asked for."""

from __future__ import annotations

from specexpr.diagnostics import Diagnostic, SpecError, naming
from specexpr.document.document import Document
from specexpr.expressivity.task import Objective
from specexpr.formalism import find_formalism, formalisms
from specexpr.product.product import Product
from specexpr.syntax.names import shown


def find_objective(document: Document, name: str, *, environment: str | None) -> Objective:
    """Return an objective of a document; raise SpecError where the name does not say which."""
    homes = [one.environment.name for one in document.objectives if one.name == name]
    if len(homes) > 1 and environment is None:
        message = f"several environments have the objective {shown(name)}"
        hint = f"say which with --environment: {', '.join(map(shown, homes))}"
        raise SpecError([Diagnostic(id="usage", message=message, help=hint)])
    return document.objective(name, environment=environment)


def product_text(objective: Objective, form: str) -> str:
    """Return the product of an objective in one of the formats.

    Raises SpecError where the objective has no product (`no-product`) or the format cannot hold it.
    """
    title = f"{objective.environment.name}, {objective.name}"
    if form == "rm":
        return _machine_text(objective)
    product = find_product(objective)
    match form:
        case "dot":
            from specexpr.product.dot import write_dot

            return write_dot(product, title=title)
        case "drn":
            from specexpr.product.drn import write_drn

            return write_drn(product, title=title)
        case "hoa":
            return _automaton_text(objective, product, title)
        case "svg":
            from specexpr.report.draw.graphs import product_picture
            from specexpr.report.draw.svg import svg_text

            hint = "take another --format: dot, drn, json"
            return svg_text(product_picture(product, title=title, hint=hint), background="white")
        case _:
            from specexpr.certify.writing import to_text
            from specexpr.product.document import product_document

            return to_text(product_document(product, objective=objective.name)) + "\n"


def find_product(objective: Objective) -> Product:
    """Return the product of an objective; raise SpecError (`no-product`) where it has none."""
    formalism = find_formalism(objective.formalism)
    if formalism is None or formalism.product is None:
        able = [one.keyword or one.id for one in formalisms().values() if one.product is not None]
        message = f"the objective {shown(objective.name)} has no product: {objective.formalism} has none"
        hint = f"there is one for {', '.join(able)}"
        raise SpecError([Diagnostic(id="no-product", message=message, help=hint)])
    with naming(shown(objective.name)):
        return formalism.product(objective.environment, objective.spec)


def _machine_text(objective: Objective) -> str:
    from specexpr.product.machine import RewardMachine
    from specexpr.product.reference import write_reference

    if not isinstance(objective.spec, RewardMachine):
        message = f"the objective {shown(objective.name)} is no machine, --format rm writes machines"
        hint = "take another --format: dot, drn, json, svg"
        raise SpecError([Diagnostic(id="no-product", message=message, help=hint)])
    return write_reference(objective.environment, objective.spec)


def _automaton_text(objective: Objective, product: Product, title: str) -> str:
    from specexpr.product.hoa import write_hoa

    if product.automaton is None:
        message = f"the objective {shown(objective.name)} has no automaton, --format hoa writes automata"
        hint = "take another --format: dot, drn, json, svg"
        raise SpecError([Diagnostic(id="no-product", message=message, help=hint)])
    return write_hoa(product.origin, product.automaton, title=title)
