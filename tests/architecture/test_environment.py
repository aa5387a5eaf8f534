"""The environment for conda has what the wheels of PyPI lack on some machines, and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

OF_CONDA = {"spottl": "spot"}
"""Names of wheels, and what conda calls the same."""


def listed() -> list[tuple[int, str]]:
    """Return the entries of the file with their indents, without comments."""
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    found = [(line, re.fullmatch(r"( *)- (\S.*?)(?: +#.*)?", line)) for line in lines]
    return [(len(match[1]), match[2]) for _, match in found if match is not None]


def entries() -> list[str]:
    """Return the entries of the file."""
    return [entry for _, entry in listed()]


def project() -> dict:
    """Return the metadata of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def partial() -> dict[str, tuple[str, str]]:
    """Return the dependencies that pip installs on some machines only: name to (bound, where)."""
    found = {}
    for dependency in project()["dependencies"]:
        needed, _, where = dependency.partition(";")
        match = re.fullmatch(r"([\w.-]+)(>=[\d.]+)", needed.strip())
        assert match is not None, f"{dependency} has no lower bound"
        if where:
            found[match[1]] = match[2], where
    return found


def test_what_pip_does_not_install_everywhere_is_there() -> None:
    """Conda's package stands for the wheel, in the same version or a later one."""
    assert partial().keys() == OF_CONDA.keys()
    for name, (bound, _) in partial().items():
        assert f"{OF_CONDA[name]}{bound}" in entries()


def test_the_wheel_is_asked_for_where_there_is_one() -> None:
    """On Linux with an x86-64 processor, and for the versions of Python that it is built for."""
    _, where = partial()["spottl"]
    for part in ("sys_platform == 'linux'", "platform_machine == 'x86_64'", "python_version < '3.14'"):
        assert part in where


def test_nothing_else_is_there() -> None:
    """Python with the bound of the project, and the project itself; what it depends on comes with pip."""
    packages = [f"{OF_CONDA[name]}{bound}" for name, (bound, _) in partial().items()]
    python = f"python{project()['requires-python']}"
    assert listed() == [
        (2, "conda-forge"),
        (2, python),
        *((2, package) for package in packages),
        (2, "pip"),
        (2, "pip:"),
        (6, "."),
    ]


def test_its_parts_are_those_that_conda_reads() -> None:
    """A name, the channels, and the dependencies: the entries stand under them in this order."""
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert heads == [f"name: {project()['name']}", "channels:", "dependencies:"]
    assert lines.index("  - conda-forge") == lines.index("channels:") + 1
    assert lines.index("dependencies:") == lines.index("channels:") + 2
