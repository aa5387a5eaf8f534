"""`product`: the environment with the memory of an objective, in several formats."""

from __future__ import annotations

import json

import pytest

from tests.functional.commands import ROOMS, Run

TWICE = """\
objective twice in rooms = machine {
  discount 9/10; start u0
  u0 -> u1 on do go : 1
  u1 -> u1 on at s1 : 1/2
  else stay
}
objective plain in rooms = machine {
  discount 9/10; start u0; u0 -> u1 on far : 1; u1 -> u1 on !far : -1; else stay
}
"""
LABELLED = ROOMS.replace("  start s0\n", "  start s0\n  label far { s1 }\n")


def test_a_graph_by_default(specexpr: Run) -> None:
    """DOT, without a word on standard error."""
    done = specexpr("product", "-", "--objective", "twice", stdin=LABELLED + TWICE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('digraph "rooms, twice" {\n')
    assert "0 -> 0 [label=< stay " in done.stdout
    assert done.stdout.endswith("}\n")


def test_json(specexpr: Run) -> None:
    """Programs get exact numbers; a reward is a product without a memory."""
    done = specexpr("product", "-", "--objective", "fast", "--format", "json", stdin=ROOMS)
    document = json.loads(done.stdout)
    assert (document["schema"], document["objective"], document["memory"]) == (
        "specexpr-product/1",
        "fast",
        None,
    )
    assert document["transitions"][1]["rewards"] == {"s1": "-1"}


def test_drn(specexpr: Run) -> None:
    """Storm's format."""
    done = specexpr("product", "-", "--objective", "twice", "--format", "drn", stdin=LABELLED + TWICE)
    assert done.stdout.splitlines()[:4] == [
        "// rooms, twice",
        "// discount 9/10",
        "@type: MDP",
        "@parameters",
    ]
    assert "state 0 [0] init memory_u0 state_s0\n" in done.stdout


def test_svg(specexpr: Run) -> None:
    """A picture, and nothing on standard error."""
    done = specexpr("product", "-", "--objective", "twice", "--format", "svg", stdin=LABELLED + TWICE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "<svg" in done.stdout


def test_a_machine_goes_to_a_file_and_comes_back(specexpr: Run) -> None:
    """What --format rm writes, `file` reads; the values are the same."""
    written = specexpr("product", "-", "--objective", "plain", "--format", "rm", stdin=LABELLED + TWICE)
    assert written.stdout == (
        "0 # initial state\n[] # terminal state\n(0,1,'far',ConstantRewardFunction(1))\n"
        "(0,0,'!far',ConstantRewardFunction(0))\n(1,1,'!far',ConstantRewardFunction(-1))\n"
        "(1,1,'far',ConstantRewardFunction(0))\n"
    )
    again = 'objective again in rooms = machine { file "m/plain.txt"; discount 9/10 }\n'
    files = {"plain.txt": written.stdout, "rooms.spex": LABELLED + TWICE + again.replace("m/", "")}
    done = specexpr("evaluate", "rooms.spex", files=files)
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["again"] == rows["plain"]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--objective", "tvice"], 'error[unknown-name]: <stdin> has no objective "tvice"'),
        (["--objective", "twice", "--format", "pdf"], 'error[usage]: there is no format "pdf"'),
        (["--objective", "fast", "--format", "rm"], 'error[no-product]: the objective "fast" is no machine'),
        (
            ["--objective", "twice", "--format", "rm"],
            "error[no-reference-text]: the reference format has labels only",
        ),
        ([], "error[usage]: the following arguments are required: --objective"),
    ],
)
def test_wrong_usage(specexpr: Run, arguments: list[str], message: str) -> None:
    """Status 3, one message that says what to write, and nothing on standard output."""
    done = specexpr("product", "-", *arguments, stdin=LABELLED + TWICE)
    assert (done.returncode, done.stdout) == (3, "")
    assert message in done.stderr
    assert "help: " in done.stderr


def test_an_objective_of_two_environments_is_asked_which(specexpr: Run) -> None:
    """`--environment` says it."""
    other = LABELLED.replace(" rooms", " halls")
    text = LABELLED + other
    done = specexpr("product", "-", "--objective", "fast", stdin=text)
    assert done.returncode == 3
    assert 'say which with --environment: "rooms", "halls"' in done.stderr
    done = specexpr("product", "-", "--objective", "fast", "--environment", "halls", stdin=text)
    assert done.stdout.startswith('digraph "halls, fast"')
