"""The arguments of the command line: what each command takes, and what is said of wrong ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import argparse
    from argparse import Namespace

    from specexpr.diagnostics import SpecError

_ABOUT = "Decide, with proof, which specification languages can express a task for an agent."

_EXAMPLES = """\
examples:
  specexpr check rooms.spex                       decide every task, with a reward or a conflict as proof
  specexpr check rooms.spex --json > results.json
  specexpr verify results.json rooms.spex         check the proofs again, with the kernel alone
  specexpr compare rooms.spex grid.spex           tasks and formalisms side by side
  specexpr import gym FrozenLake-v1 > lake.spex
  specexpr explain mr                             what a Markov reward can and cannot say

exit status: 0 all expressible or done, 1 some inexpressible, 2 some undecided and none inexpressible,
3 the input or the usage is wrong, 4 a mistake of specexpr, 130 interrupted"""

_CHECK_EXAMPLES = """\
examples:
  specexpr check rooms.spex
  specexpr check rooms.spex --task t1 --task t2 --in mr --discount 9/10
  generate-rooms | specexpr check -"""

_COMPARE_EXAMPLES = """\
examples:
  specexpr compare rooms.spex
  specexpr compare rooms.spex grid.spex --in mr,rm,ltl --no-repairs
  specexpr compare rooms.spex --json > results.json; specexpr verify results.json

A matrix of all tasks and formalisms, those that answer alike in one column. Then for each task: the least
expressive formalisms that express it, with what their witnesses are; why the most expressive of the others
do not; and the fewest of its preferences to drop so that they do."""

_IMPORT_EXAMPLES = """\
examples:
  specexpr import gym FrozenLake-v1 --option is_slippery=false > lake.spex
  specexpr check lake.spex"""

_PRODUCT_EXAMPLES = """\
examples:
  specexpr product rooms.spex --objective twice --format svg > twice.svg
  specexpr product rooms.spex --objective twice --format drn > twice.drn
  specexpr product rooms.spex --objective twice --format rm > twice.txt

Nodes are pairs of a machine state and a state that some policy reaches. dot is for Graphviz, drn for the
model checker Storm; rm writes the machine alone, as the reference code for reward machines reads it."""

_DRAW_EXAMPLES = """\
examples:
  specexpr draw rooms.spex rooms -o rooms.svg
  specexpr draw rooms.spex rooms --policy go --reward fast -o rooms.png
  specexpr draw rooms.spex safe -o safe.svg              the automaton of a formula
  specexpr draw rooms.spex safe --product > product.svg

Environments that are grids are drawn as grids. A policy stands for its environment with its actions, a task
for the order that it asks for."""

_ATLAS_EXAMPLES = """\
examples:
  specexpr atlas                                  which formalisms cover which, with the evidence
  specexpr atlas --format svg > classes.svg
  specexpr atlas --search rm mr > found.spex      a smallest task that rm expresses and mr does not
  specexpr atlas --search lar rrl --states 2 --policies 4 --denominator 1

exit status: 0 done or found, 1 nothing found within the bounds, 2 undecided: time ran out, or some answer"""

_BOUNDS = {
    "states": "most states (2)",
    "actions": "most actions (2)",
    "policies": "most policies (4)",
    "denominator": "largest denominator of a probability (2)",
}

_VERIFY_EXAMPLES = """\
examples:
  specexpr verify results.json                    every proof, by the kernel alone
  specexpr verify results.json rooms.spex         and that the results are about this file

exit status: 0 all hold, 1 some are refused, 3 the document cannot be read"""


def read_arguments(arguments: Sequence[str], about: Mapping[str, str | None]) -> Namespace | str:
    """Return what the arguments say, or the text that they ask for; raise SpecError where they are wrong.

    about: what each command does.
    """
    import argparse

    from specexpr.certify.model import Shape
    from specexpr.diagnostics import did_you_mean
    from specexpr.syntax.names import clipped

    class Text(Exception):  # noqa: N818 -- an answer, not a failure
        """The arguments ask for a text."""

    class Version(argparse.Action):
        def __call__(self, *_: object) -> None:
            from specexpr import __version__

            raise Text(f"specexpr {__version__}\n")

    class Parser(argparse.ArgumentParser):
        def __init__(self, **given: Any) -> None:
            super().__init__(
                **given, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
            )

        def print_help(self, file: object = None) -> None:
            raise Text(self.format_help())

        def error(self, message: str) -> NoReturn:
            raise _usage(message.removeprefix("argument "), f"{self.prog} --help says more")

        def _check_value(self, action: argparse.Action, value: object) -> None:
            if action.choices is not None and value not in action.choices:
                kind = (action.metavar or action.dest).lower() if isinstance(action.metavar, str) else "value"
                hint = did_you_mean(str(value), map(str, action.choices), kind=kind)
                raise _usage(f'there is no {kind} "{clipped(str(value))}"', hint)

    def seconds(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 < number < 1e9:
            raise argparse.ArgumentTypeError(f'"{clipped(text)}" is not a positive number of seconds')
        return number

    def whole(text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise argparse.ArgumentTypeError(f'"{clipped(text)}" is not a whole number')
        return int(text[:20])

    def option(text: str) -> tuple[str, str, object]:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise argparse.ArgumentTypeError(f'"{clipped(text)}" is not of the form name=value')
        return name, value, _value(value)

    parser = Parser(prog="specexpr", description=_ABOUT, epilog=_EXAMPLES)
    parser.add_argument("--version", action=Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def questions(command: argparse.ArgumentParser, *, json: str) -> None:
        add = command.add_argument
        add("--task", action="append", metavar="T", help="only this task; may be repeated")
        add("--in", dest="formalisms", type=_listed, metavar="F,...", help="only in these formalisms")
        add("--discount", metavar="G", help="the discount, exact: 9/10 or 0.9; or any")
        add("--horizon", type=whole, metavar="N", help="how many steps count")
        add("--beta", metavar="B", help="the factor of what follows the first step, from 0 to 1")
        add("--machine-states", type=whole, metavar="K", help="how many states a machine may have")
        add("--observe", choices=["labels"], help="machines and functions see labels only")
        about_structure = "its machine, discounts or weights, with other rewards"
        add("--structure", metavar="OBJECTIVE", help=about_structure)
        about_given = "the objectives whose values or returns are compared"
        add("--given", type=_listed, metavar="O,...", help=about_given)
        add(
            "--utility",
            choices=[shape.value for shape in Shape],
            metavar="SHAPE",
            help="increasing, nondecreasing, or each with concave: what a utility must be",
        )
        add("--weights", choices=["nonnegative"], help="weights of given objectives, at least 0")
        add("--modulo", choices=["unreachable"], help="policies that behave alike count as one")
        add("--timeout", type=seconds, default=60.0, metavar="S", help="seconds for each answer (60)")
        add("--json", action="store_true", help=json)

    check = commands.add_parser(
        "check", help="decide tasks, with proofs", description=about["check"], epilog=_CHECK_EXAMPLES
    )
    check.add_argument("file", metavar="FILE", help="a .spex file, or - for standard input")
    questions(check, json="print one JSON document, with every proof")

    compare = commands.add_parser(
        "compare",
        help="tasks and formalisms side by side",
        description=about["compare"],
        epilog=_COMPARE_EXAMPLES,
    )
    compare.add_argument("files", metavar="FILE", nargs="+", help=".spex files, or - for standard input")
    questions(compare, json="print one JSON document, with every proof and repair")
    compare.add_argument("--html", metavar="OUT", help="also write a page for a browser, one file")
    compare.add_argument(
        "--no-repairs", dest="repairs", action="store_false", help="do not look for what would mend a task"
    )
    compare.add_argument(
        "--processes", type=whole, metavar="N", help="how many answers are sought at once (one for each core)"
    )

    evaluate = commands.add_parser(
        "evaluate", help="value objectives at policies", description=about["evaluate"]
    )
    evaluate.add_argument("file", metavar="FILE", help="a .spex file, or - for standard input")
    evaluate.add_argument("--json", action="store_true", help="print one JSON document")
    way = evaluate.add_mutually_exclusive_group()
    way.add_argument("--approximate", action="store_true", help="values in floats, for large environments")
    way.add_argument("--optimal", action="store_true", help="the largest values over all policies, and how")

    product = commands.add_parser(
        "product",
        help="print an objective compiled into its environment",
        description=about["product"],
        epilog=_PRODUCT_EXAMPLES,
    )
    product.add_argument("file", metavar="FILE", help="a .spex file, or - for standard input")
    product.add_argument("--objective", required=True, metavar="O", help="the objective")
    product.add_argument("--environment", metavar="E", help="its environment, where several have one")
    product.add_argument(
        "--format",
        default="dot",
        choices=["dot", "drn", "hoa", "json", "svg", "rm"],
        metavar="FORMAT",
        help="dot (a graph, by default), drn (for Storm), json, svg (a picture), rm, hoa (the machine or the "
        "automaton alone)",
    )

    draw = commands.add_parser(
        "draw",
        help="draw an environment, a policy, an objective, a task",
        description=about["draw"],
        epilog=_DRAW_EXAMPLES,
    )
    draw.add_argument("file", metavar="FILE", help="a .spex file, or - for standard input")
    draw.add_argument("name", metavar="NAME", help="an environment, a policy, an objective or a task")
    draw.add_argument(
        "-o", "--output", metavar="OUT", help="a file, .svg or .png; without it, SVG is printed"
    )
    draw.add_argument("--policy", metavar="P", help="a policy to draw on the environment")
    draw.add_argument("--reward", metavar="O", help="an objective whose reward is drawn on the environment")
    draw.add_argument("--product", action="store_true", help="the product of the objective, not what it says")
    draw.add_argument("--environment", metavar="E", help="its environment, where several have the name")
    draw.add_argument(
        "--kind",
        choices=["environment", "policy", "objective", "task"],
        metavar="KIND",
        help="environment, policy, objective or task, where several things have the name",
    )

    atlas = commands.add_parser(
        "atlas",
        help="which formalisms express whatever others do",
        description=about["atlas"],
        epilog=_ATLAS_EXAMPLES,
    )
    atlas.add_argument(
        "--format",
        choices=["text", "json", "dot", "svg", "spex"],
        metavar="FORMAT",
        help="text (by default), json, dot (the classes as a graph), svg (drawn), spex (the tasks)",
    )
    atlas.add_argument("--html", metavar="OUT", help="write a page for a browser, one file")
    atlas.add_argument(
        "--json", dest="format", action="store_const", const="json", help="as --format json: with every proof"
    )
    atlas.add_argument(
        "--search", nargs=2, metavar=("YES", "NO"), help="look for a task that YES expresses and NO does not"
    )
    for bound, what in _BOUNDS.items():
        atlas.add_argument(f"--{bound}", type=whole, metavar="N", help=f"of a search: {what}")
    atlas.add_argument(
        "--timeout", type=seconds, default=60.0, metavar="S", help="seconds for each answer, or a search (60)"
    )

    verify = commands.add_parser(
        "verify", help="check proofs", description=about["verify"], epilog=_VERIFY_EXAMPLES
    )
    verify.add_argument(
        "results", metavar="RESULTS", help="what check --json printed, or - for standard input"
    )
    verify.add_argument("file", metavar="FILE", nargs="?", help="the .spex file that the results are about")

    imports = commands.add_parser("import", help="print an environment from elsewhere")
    sources = imports.add_subparsers(dest="source", metavar="SOURCE", required=True)
    gym = sources.add_parser(
        "gym", help="from Gymnasium", description=about["import gym"], epilog=_IMPORT_EXAMPLES
    )
    gym.add_argument("id", metavar="ID", help="the environment, for example FrozenLake-v1")
    gym.add_argument(
        "--option", action="append", default=[], type=option, metavar="NAME=VALUE", help="for its maker"
    )

    explain = commands.add_parser("explain", help="show a page", description=about["explain"])
    explain.add_argument(
        "name", metavar="NAME", nargs="?", help="a formalism, a diagnostic or a kind of proof"
    )

    try:
        if not arguments:
            known = ", ".join(commands.choices)
            raise _usage("a command is needed", f"one of {known}; specexpr --help says more")
        read, unknown = parser.parse_known_args(arguments)
    except Text as text:
        return str(text)
    if unknown:
        used: argparse.ArgumentParser = gym if read.command == "import" else commands.choices[read.command]
        first = clipped(unknown[0])
        if not first.startswith("-"):
            raise _usage(f'"{first}" is more than {used.prog} takes', f"{used.prog} --help says more")
        given = first.partition("=")[0]
        elsewhere = [other.prog for other in (*commands.choices.values(), gym) if given in _options(other)]
        if elsewhere:
            *most, last = (name.removeprefix("specexpr ") for name in elsewhere)
            hint = f"{given} is an option of {' and '.join([', '.join(most), last] if most else [last])}"
        else:
            hint = did_you_mean(given, _options(used), kind="option")
        raise _usage(f'{used.prog} has no option "{first}"', hint)
    return read


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """Return the long options that a parser lists in its help."""
    import re

    return re.findall(r"^  (?:-\w(?: [A-Z]+)?, )?(--[a-z-]+)", parser.format_help(), re.MULTILINE)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _value(text: str) -> object:
    """Read the value of an option as Python or JSON writes it; what is neither is a text."""
    import json

    try:
        return json.loads({"True": "true", "False": "false", "None": "null"}.get(text, text))
    except ValueError:
        return text


def _usage(message: str, hint: str | None) -> SpecError:
    from specexpr.diagnostics import Diagnostic, SpecError

    return SpecError([Diagnostic(id="usage", message=message, help=hint)])
