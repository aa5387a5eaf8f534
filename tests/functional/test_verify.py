"""`verify` believes the kernel and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.functional.commands import ENTAILMENT, ROOMS, Run, environment_variables


def results(specexpr: Run, text: str = ENTAILMENT) -> str:
    return specexpr("check", "-", "--in", "mr", "--json", stdin=text).stdout


def test_output(specexpr: Run) -> None:
    """Each result has a row with its options and what the kernel says."""
    done = specexpr("verify", "-", stdin=results(specexpr))
    assert done.stderr == ""
    assert done.stdout == (
        "task       formalism  options        verdict        kernel\n"
        "different  mr         discount 9/10  inexpressible  the proof holds\n"
        "first      mr         discount 9/10  expressible    the proof holds\n"
        "\n"
        "2 results: 2 proved\n"
    )


def test_refused(specexpr: Run) -> None:
    """A false proof is refused with the reason; the others still hold."""
    document = json.loads(results(specexpr))
    document["results"][1]["witness"]["reward"][0]["value"] = "1"
    done = specexpr("verify", "-", stdin=json.dumps(document))
    assert done.returncode == 1
    assert "different  mr         discount 9/10  inexpressible  the proof holds\n" in done.stdout
    assert "refused: " in done.stdout
    assert done.stdout.endswith("2 results: 1 proved, 1 refused\n")


def test_undecided(specexpr: Run) -> None:
    """A result that claims nothing is not refused."""
    text = specexpr(
        "check", "-", "--in", "mr", "--json", "--task", "different", "--timeout", "1e-9", stdin=ENTAILMENT
    ).stdout
    done = specexpr("verify", "-", stdin=text)
    assert done.returncode == 0
    assert done.stdout.endswith("1 result: 1 undecided\n")


def test_unreadable(specexpr: Run) -> None:
    """What is no results document is an error that says where, not a refusal."""
    for text in ("", "{", "[]", '{"schema": "specexpr/2"}', "[" * 100_000):
        done = specexpr("verify", "-", stdin=text)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith("error[results-document]: ")
        assert "Traceback" not in done.stderr


def test_same_file(specexpr: Run) -> None:
    """With the file, its environments, policies and constraints are compared too."""
    files = {"r.json": results(specexpr), "e.spex": ENTAILMENT}
    done = specexpr("verify", "r.json", "e.spex", files=files)
    assert (done.returncode, done.stderr) == (0, "")


def test_other_file(specexpr: Run) -> None:
    """Results about another environment, policy or constraint than the file's are told apart."""
    changes = {
        "s0 / * -> s1": "s0 / * -> { s0: 1/2, s1: 1/2 }",
        "p_ab in entailment { s0 -> a; s1 -> b }": "p_ab in entailment { s0 -> b; s1 -> b }",
        "p_aa > p_bb": "p_aa >= p_bb",
        "accept p_ab p_ba": "accept equally p_ab p_ba",
        "task first": "task last",
    }
    parts = (
        "transitions differ",
        "policies",
        "constraints differ",
        "acceptable sets differ",
        'no task "first"',
    )
    files = {"r.json": results(specexpr)}
    for (before, after), part in zip(changes.items(), parts, strict=True):
        files["e.spex"] = ENTAILMENT.replace(before, after)
        done = specexpr("verify", "r.json", "e.spex", files=files)
        assert done.returncode == 1, before
        assert "error[results-differ]" in done.stderr
        assert part in done.stderr
        assert "2 results: 2 proved" in done.stdout


def test_moved_lines(specexpr: Run) -> None:
    """A file whose lines have moved is the same file; that the lines in the results are old is a warning."""
    files = {"r.json": results(specexpr), "e.spex": "# a comment\n" + ENTAILMENT}
    done = specexpr("verify", "r.json", "e.spex", files=files)
    assert done.returncode == 0
    assert done.stderr.count("warning[results-differ]") == 2


def test_other_discount(specexpr: Run) -> None:
    """Results at another discount than the file's are true, and said to be at another one."""
    text = specexpr("check", "-", "--in", "mr", "--json", "--discount", "1/2", stdin=ENTAILMENT).stdout
    done = specexpr("verify", "r.json", "e.spex", files={"r.json": text, "e.spex": ENTAILMENT})
    assert done.returncode == 0
    assert "another discount" in done.stderr


def test_family(specexpr: Run) -> None:
    """Results about a family verify, alone and with their file."""
    other = ROOMS.split("policy")[0].replace("rooms", "other").replace("s0 / go   -> s1", "s0 / go -> s0")
    task = "family f { rooms, other }\npolicy on in f { * -> go }\n"
    task += "task move in f { discount 1/2; in rooms { on > here } }\n"
    files = {"f.spex": ROOMS + other + task}
    text = specexpr("check", "f.spex", "--in", "mr", "--json", files=files).stdout
    assert json.loads(text)["families"] == [{"name": "f", "environments": ["rooms", "other"]}]
    done = specexpr("verify", "r.json", "f.spex", files={"r.json": text})
    assert (done.returncode, done.stderr) == (0, "")


def test_tasks_without_a_result(specexpr: Run) -> None:
    """Tasks of the file that the results do not answer are noted, which changes no status."""
    text = specexpr("check", "-", "--in", "mr", "--json", "--task", "first", stdin=ENTAILMENT).stdout
    done = specexpr("verify", "r.json", "e.spex", files={"r.json": text, "e.spex": ENTAILMENT})
    assert done.returncode == 0
    assert done.stderr == 'note[results-differ]: "different": no result in r.json\n'


def test_no_results(specexpr: Run) -> None:
    """A document without results says that it has none."""
    text = specexpr("check", "-", "--in", "mr", "--json", stdin=ROOMS).stdout
    done = specexpr("verify", "-", stdin=text)
    assert (done.returncode, done.stdout) == (0, "no results: the document has none to verify\n")


def test_misplaced_proof(specexpr: Run) -> None:
    """A proof of the other kind is told to be out of place, not to be missing."""
    document = json.loads(results(specexpr))
    document["results"][1]["certificate"] = document["results"][0]["certificate"]
    done = specexpr("verify", "-", stdin=json.dumps(document))
    assert done.returncode == 1
    assert 'a result that says "expressible" must not carry a certificate' in done.stdout


def test_options_of_other_commands(specexpr: Run) -> None:
    """An option that another command has is said to be that command's."""
    done = specexpr("verify", "r.json", "--json")
    assert done.returncode == 3
    assert "--json is an option of check, compare, evaluate and atlas" in done.stderr
    assert "did you mean" not in done.stderr
    assert 'did you mean "--json"?' in specexpr("check", "r.json", "--jsn").stderr


def test_kernel_alone(specexpr: Run, tmp_path: Path) -> None:
    """`verify` imports no solver, no numpy, no parser: only the kernel and what shows its answer."""
    (tmp_path / "r.json").write_text(results(specexpr), encoding="utf-8")
    program = """
import sys
from specexpr.cli import main
assert main(["verify", "r.json"]) == 0
heavy = {"numpy", "scipy", "highspy", "flint", "lark", "pandas", "rich", "gymnasium"} & set(sys.modules)
assert not heavy, heavy
ours = {name.split(".")[1] for name in sys.modules if name.startswith("specexpr.")}
assert ours <= {"cli", "arguments", "report", "certify", "exact", "diagnostics", "syntax"}, ours
lower = {name for name in sys.modules if name.startswith("specexpr.syntax.")}
assert lower <= {"specexpr.syntax.files", "specexpr.syntax.names", "specexpr.syntax.nodes"}, lower
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment_variables(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
