"""Every formalism keeps every law.

What is known of a formalism by definition stands in `truth_<stem>.py` next to this file: `truth` for one that
decides, `value` for one that evaluates, `confirm` for proofs. A formalism without them fails here.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.proofs import FarkasCertificate
from specexpr.expressivity import linear, markov
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Inexpressible, Verdict
from specexpr.formalism import Formalism, formalisms
from specexpr.testing import ConformanceReport, Law, check_formalism

CASES = 27


def known_of(formalism: Formalism) -> ModuleType:
    """Import what is known of a formalism by definition."""
    stem = formalism.keyword or formalism.id
    path = Path(__file__).with_name(f"truth_{stem}.py")
    assert path.is_file(), f'"{stem}" has no truth: write {path.name} from its definition'
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def checked(formalism: Formalism, **options: Any) -> ConformanceReport:
    """Check a formalism against all that is known of it."""
    known = known_of(formalism)

    def needed(name: str, by: Callable[..., object] | None) -> Any:
        found = getattr(known, name, None)
        assert found is not None or by is None, f"{known.__name__}.py must define {name}"
        return found

    return check_formalism(
        formalism,
        truth=needed("truth", formalism.decide),
        value=needed("value", formalism.evaluate),
        confirm=needed("confirm", formalism.decide),
        allow_undecided=getattr(known, "allow_undecided", None),
        prepare=getattr(known, "prepare", None),
        is_asked_again=getattr(known, "is_asked_again", True),
        unfit=getattr(known, "UNFIT", ()),
        suits=getattr(known, "suits", None),
        **options,
    )


@pytest.mark.parametrize("name", formalisms())
def test_all_laws_hold(name: str) -> None:
    """On random small cases of every kind; the answers are a mixture of yes and no.

    Of the kinds that a formalism does not accept a few may ask for less and be accepted. Questions of the
    kinds in MOSTLY_MET need not be answered by no, those in MOSTLY_REFUSED not by yes.
    """
    formalism = formalisms()[name]
    known = known_of(formalism)
    cases = getattr(known, "CASES", CASES)
    report = checked(formalism, cases=cases)
    for kind in report.kinds:
        has_yes = kind.yes or kind.kind in getattr(known, "MOSTLY_REFUSED", ())
        is_mixed = has_yes and (kind.no or kind.kind in getattr(known, "MOSTLY_MET", ()))
        assert kind.skipped >= 2 * cases // 3 or is_mixed, str(report)
    reached = {law for law, _ in report.laws}
    if formalism.decide is not None:
        assert {Law.TRUTH, Law.PROOF, Law.CONFIRMED, Law.ASKED_AGAIN} <= reached, str(report)
    if formalism.evaluate is not None:
        assert {Law.ROUND_TRIP, Law.EVALUATION} <= reached, str(report)


def test_all_laws_hold_on_the_path_for_large_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Markov rewards decide small cases as they decide large ones when told that none is small.

    Floats propose, and acceptable sets are refuted by mixtures where they can be.
    """
    monkeypatch.setattr(linear, "SMALL_STATES", 0)
    monkeypatch.setattr(markov, "SMALL_STATES", 0)
    monkeypatch.setattr(markov, "_READABLE_STATES", 0)
    formalism = formalisms()["mr"]
    kinds: set[type] = set()

    def decide(question: Question) -> Verdict:
        assert formalism.decide is not None
        verdict = formalism.decide(question)
        if isinstance(verdict, Inexpressible):
            kinds.add(type(verdict.certificate.proof))
        return verdict

    checked(replace(formalism, decide=decide), cases=9, seed=1)
    assert kinds == {FarkasCertificate, MixtureCertificate}
