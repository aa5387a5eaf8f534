"""The public names: those of the contract, found lazily, all of them real."""

from __future__ import annotations

import subprocess
import sys

import pytest

import specexpr as sx


def test_names() -> None:
    """Every public name can be used and is listed; the list is sorted and complete."""
    for name in sx.__all__:
        assert getattr(sx, name) is not None
    assert list(sx.__all__) == sorted(sx.__all__)
    assert set(sx.__all__) == set(sx._HOME)
    assert set(sx.__all__) <= set(dir(sx))


def test_unknown_name() -> None:
    """A name that does not exist is an AttributeError, as anywhere."""
    with pytest.raises(AttributeError, match="has no attribute 'chekc'"):
        sx.chekc  # noqa: B018 -- the look-up is what is tested


def test_version() -> None:
    """The version is that of the distribution."""
    assert sx.__version__[0].isdigit()


def test_import_is_light() -> None:
    """`import specexpr` alone imports none of its modules."""
    program = "import sys, specexpr; assert not [m for m in sys.modules if m.startswith('specexpr.')]"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_small_check_is_light() -> None:
    """A small task is decided, proved and explained without numpy, scipy and the solvers."""
    program = """
import sys
import specexpr as sx
document = sx.loads('''
discount 9/10
environment e { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in e { * -> a }
policy ab in e { s0 -> a; s1 -> b }
policy ba in e { s0 -> b; s1 -> a }
task same in e { accept ab ba }
task first in e { ab > ba }
''')
for task in document.tasks:
    match sx.check(task, "mr"):
        case sx.Expressible(witness=proof) | sx.Inexpressible(certificate=proof):
            assert proof.explain()
heavy = {"numpy", "scipy", "highspy", "flint", "rich", "pandas"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True)
