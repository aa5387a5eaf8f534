"""Say which options of the command line bear on nothing that is asked: perhaps that was not meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from specexpr.diagnostics import Diagnostic, Severity

_FLAGS = {"modulo_unreachable": "--modulo", "observe_labels": "--observe", "nonnegative": "--weights"}
_FEW = 4


def unused_options(found: Mapping[str, Sequence[str]]) -> list[Diagnostic]:
    """Return one warning about options, fields of `Options` with the formalisms that they are for; or none.

    >>> unused_options({"machine_states": ["rm"]})[0].message
    'no formalism that is asked uses --machine-states (for rm)'
    """
    if not found:
        return []
    said = ", ".join(f"{_flag(name)} (for {_listed(ids)})" for name, ids in found.items())
    message = f"no formalism that is asked uses {said}"
    return [Diagnostic(id="unused-option", message=message, severity=Severity.WARNING)]


def _flag(name: str) -> str:
    return _FLAGS.get(name, f"--{name.replace('_', '-')}")


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _FEW} more" if len(ids) > _FEW else ""
    return f"{', '.join(ids[:_FEW])}{more}"
