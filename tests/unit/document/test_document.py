"""Looking things up in a document."""

import pytest

from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.document import loads
from specexpr.document import reading as reading_module
from specexpr.document import tasks as tasks_module
from specexpr.formalism import Formalism

TEXT = """
environment one { states s; actions a b; start s; s / * -> s }
environment two { states s; actions a b; start s; s / * -> s }
family both { one, two }
policy go in both { * -> a }
policy stay in one { * -> b }
objective o in one = reward { discount 1/2; s / a: 1 }
task t in one { go > stay }
"""


def test_what_is_declared_is_found_by_name():
    """Each kind has its look-up."""
    document = loads(TEXT)
    assert document.task("t").name == "t"
    assert document.environment("two").name == "two"
    assert document.objective("o").formalism == "mr"
    assert document.policy("stay").name == "stay"
    assert document.policy("go", environment="two").name == "go"
    assert [policy.name for policy in document.policies["one"]] == ["go", "stay"]


@pytest.mark.parametrize(
    ("kind", "name", "hint"),
    [
        ("task", "u", "known task names: t"),
        ("environment", "oned", 'did you mean "one"?'),
        ("objective", "p", "known objective names: o"),
        ("policy", "sty", 'did you mean "stay"?'),
        ("policy", "go", "say which with environment=..."),
    ],
)
def test_what_is_not_is_answered_with_the_nearest(kind, name, hint):
    """A look-up that fails says what there is; one that is not unique says how to make it so."""
    with pytest.raises(SpecError) as caught:
        getattr(loads(TEXT), kind)(name)
    assert [(d.id, d.help) for d in caught.value.diagnostics] == [("unknown-name", hint)]


def test_equal_documents_are_equal_whatever_their_sources():
    """The name of the file does not matter, what it declares does."""
    assert loads(TEXT, name="a") == loads(TEXT, name="b")
    assert loads(TEXT) != loads(TEXT.replace("go > stay", "stay > go"))


def test_formalisms_without_syntax_or_values_are_refused(monkeypatch):
    """An objective needs a formalism with a syntax; an order by it needs one with values."""
    bare = Formalism(id="po", keyword=None, title="", documentation="")
    mute = Formalism(id="mute", keyword="wish", title="", documentation="", parse=lambda *_, **__: "spec")
    found = {"po": bare, "wish": mute, "mute": mute}.get
    for module in (reading_module, tasks_module):
        monkeypatch.setattr(module, "find_formalism", found)
    text = TEXT.replace("objective o in one = reward { discount 1/2; s / a: 1 }", "")
    with pytest.raises(SpecError) as caught:
        loads(text + "objective o in one = po { }")
    assert [d.id for d in caught.value.diagnostics] == ["no-specification"]
    with pytest.raises(SpecError) as caught:
        loads(text + "objective o in one = wish { }\ntask u in one { order go stay by o }")
    assert [d.id for d in caught.value.diagnostics] == ["cannot-evaluate"]


def test_the_body_of_an_objective_is_handed_on_as_it_stands(monkeypatch):
    """A formalism sees the span between the braces, the environment and the document's options."""
    seen = []

    def parse(source, span, environment, report, *, options):
        seen.append((source.text[span.start : span.end], environment.name, options.discount))
        report(Diagnostic(id="row-sum", message="no", span=span))

    wish = Formalism(id="wish", keyword=None, title="", documentation="", parse=parse)
    monkeypatch.setattr(reading_module, "find_formalism", lambda _: wish)
    with pytest.raises(SpecError):
        loads(TEXT.replace("{ discount 1/2; s / a: 1 }", "{ [] (a & {b}) # }\n }") + "discount 1/3")
    assert [body for body, *_ in seen] == [" [] (a & {b}) # }\n "]
    assert str(seen[0][2]) == "1/3"
