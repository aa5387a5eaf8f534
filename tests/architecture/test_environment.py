"""The environment for conda has what the wheels of PyPI lack on some machines."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def entries() -> list[str]:
    """Return the dependencies that the file lists, without comments."""
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    return [line.split("#")[0].strip().removeprefix("- ") for line in lines if line.strip().startswith("- ")]


def project() -> dict:
    """Return the metadata of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_spot_is_there_with_the_bound_of_the_wheel() -> None:
    """Conda's `spot` stands for the wheel `spottl`, in the same version or a later one."""
    (wheel,) = (line for line in project()["dependencies"] if line.startswith("spottl"))
    bound = re.match(r"spottl(>=[\d.]+);", wheel)
    assert bound is not None
    assert f"spot{bound[1]}" in entries()
    assert "conda-forge" in entries()


def test_the_wheel_is_asked_for_where_there_is_one() -> None:
    """On Linux with an x86-64 processor, and for the versions of Python that it is built for."""
    (wheel,) = (line for line in project()["dependencies"] if line.startswith("spottl"))
    marker = wheel.partition(";")[2]
    for part in ("sys_platform == 'linux'", "platform_machine == 'x86_64'", "python_version < '3.14'"):
        assert part in marker


def test_python_and_the_project_itself_are_there() -> None:
    """With the lower bound of the project; the rest comes with pip."""
    assert f"python{project()['requires-python']}" in entries()
    assert {"pip", "."} <= set(entries())
