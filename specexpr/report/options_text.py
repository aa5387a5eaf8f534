"""Say in a few words under which options a question was asked."""

from __future__ import annotations

from specexpr.certify.options import Given
from specexpr.exact import rational_text

_LONGEST = 24


def options_text(given: Given) -> str:
    """Return the options, a comma between them; long numbers are cut.

    >>> from fractions import Fraction
    >>> options_text(Given(Fraction(9, 10), modulo_unreachable=True)), options_text(Given(is_any=True))
    ('discount 9/10, modulo unreachable', 'any discount')
    """
    setting = given.setting
    said = []
    if given.is_any:
        said.append("any discount")
    elif given.discount is not None:
        said.append(f"discount {_short(rational_text(given.discount))}")
    if setting.weights is not None:
        said.append(f"first weights {' '.join(_short(rational_text(x)) for x in setting.weights)}")
    if setting.discounts is not None:
        said.append("discounts by state and action")
    if setting.horizon is not None:
        said.append(f"horizon {setting.horizon}")
    if setting.machine is not None:
        said.append(f"a given machine with {len(setting.machine.states)} states")
    if setting.machine_states is not None:
        said.append(f"machine states {setting.machine_states}")
    if setting.labels is not None:
        said.append("observe labels")
    if setting.given:
        said.append(f"given {', '.join(one.name for one in setting.given)}")
    if setting.utility is not None:
        said.append(f"utility {setting.utility}")
    if setting.nonnegative:
        said.append("weights nonnegative")
    if given.modulo_unreachable:
        said.append("modulo unreachable")
    return ", ".join(said)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
