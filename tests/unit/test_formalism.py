"""Formalisms are found by their place, and what is wrong with one is said."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from specexpr import formalism as contract
from specexpr.diagnostics import SpecError
from specexpr.formalism import Formalism, find_formalism, formalisms


def plug_in(module: object) -> SimpleNamespace:
    """Return an entry point that loads a module, or raises it if it is an error."""

    def load() -> object:
        if isinstance(module, Exception):
            raise module
        return module

    return SimpleNamespace(load=load, value="theirs.module", dist=SimpleNamespace(name="theirs"))


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    formalisms.cache_clear()
    yield
    formalisms.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    monkeypatch.setattr(contract, "entry_points", lambda group: [plug_in(module)])


def test_a_formalism_is_found_by_id_and_by_keyword() -> None:
    """`mr` and `reward` are one."""
    assert find_formalism("mr") is find_formalism("reward") is formalisms()["mr"]
    assert find_formalism("nothing") is None


def test_a_plug_in_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third party's module with a manifest joins ours."""
    manifest = Formalism(id="theirs", keyword=None, title="Theirs", documentation="")
    install(monkeypatch, SimpleNamespace(FORMALISM=manifest))
    assert find_formalism("theirs") is manifest


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (ImportError("no module named numpyy"), "cannot be imported: ImportError: no module named numpyy"),
        (SimpleNamespace(), "must end in FORMALISM = Formalism(...)"),
        (
            SimpleNamespace(FORMALISM=Formalism(id="reward", keyword=None, title="", documentation="")),
            "claims a name that mr has",
        ),
    ],
)
def test_a_broken_plug_in_is_named(monkeypatch: pytest.MonkeyPatch, module: object, words: str) -> None:
    """It is the package's fault, not ours, and the message says which package."""
    install(monkeypatch, module)
    with pytest.raises(SpecError) as caught:
        formalisms()
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.id == "broken-plug-in"
    assert diagnostic.message == f'the formalism "theirs.module" of the package "theirs" {words}'
