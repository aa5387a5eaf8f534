"""What the literature says of risk measures, on lotteries: the values behind its examples."""

from __future__ import annotations

from fractions import Fraction

from specexpr.document import loads
from specexpr.exact import Number, bounds
from specexpr.formalism import find_formalism

Lottery = dict[str, str]
"""Probabilities of outcomes, as they are written."""


def values(body: str, *lotteries: Lottery, keyword: str) -> list[Number]:
    """Return what an objective over the outcome of lotteries is worth, each a policy of one step."""
    outcomes = sorted({x for lottery in lotteries for x in lottery})
    places = {x: f"x{i}" for i, x in enumerate(outcomes)}
    actions = [f"a{i}" for i in range(len(lotteries))]
    rows = [
        f"s / {a} -> {{ {', '.join(f'{places[x]}: {p}' for x, p in lottery.items())} }}"
        for a, lottery in zip(actions, lotteries, strict=True)
    ]
    rows += [f"{place} / * -> {place}" for place in places.values()]
    pays = [f"s / * / {place}: {x}" for x, place in places.items()]
    text = f"environment e {{ states s {' '.join(places.values())}; actions {' '.join(actions)}; start s; "
    text += "; ".join(rows) + " }\n"
    text += "".join(f"policy p{a} in e {{ * -> {a} }}\n" for a in actions)
    text += f"objective prize in e = total {{ {'; '.join(pays)} }}\n"
    text += f"objective worth in e = {keyword} {{ {body} of prize }}\n"
    document = loads(text)
    formalism = find_formalism(keyword)
    assert formalism is not None
    assert formalism.evaluate is not None
    worth = document.objective("worth")
    policies = [document.policy(f"p{a}") for a in actions]
    found = formalism.evaluate(worth.environment, worth.spec, policies)
    return [value for value in found if not isinstance(value, tuple)]


ALLAIS: tuple[Lottery, ...] = (
    {"1": "1"},
    {"1": "89/100", "5": "1/10", "0": "1/100"},
    {"1": "11/100", "0": "89/100"},
    {"5": "1/10", "0": "9/10"},
)
"""A, B, C, D of Allais (1953), in millions."""


def test_allais() -> None:
    """A > B and D > C: no utility of these says so; half of the worst hundredth and half of the mean do."""
    line = "0: 0, 1: 10, 5: 11"
    for body in (line, "quadratic 1/10", "power 1/2", "exponential -1", "exponential 1/3"):
        a, b, c, d = (bounds(value) for value in values(body, *ALLAIS, keyword="utility"))
        assert not (a[0] > b[1] and d[0] > c[1])
    a_to_d = [Fraction(text) for text in ("1", "139/200", "11/200", "1/4")]
    assert values("1/2 at 1/100, 1/2 at 1", *ALLAIS, keyword="spectral") == a_to_d
    assert values("3/4", *ALLAIS, keyword="cvar") == [1, Fraction(74, 75), 0, 0]


def test_one_for_sure_or_a_coin_for_three() -> None:
    """1 ~ {0, 3 half and half} at z = e^b with z^3 - 2 z + 1 = 0: the golden ratio, b about -0.4812118251."""
    coin: tuple[Lottery, ...] = ({"1": "1"}, {"0": "1/2", "3": "1/2"})
    sure, below = values("-0.48121183", *coin, keyword="entropic")
    assert sure == 1
    assert bounds(below)[1] < 1
    _, above = values("-0.48121182", *coin, keyword="entropic")
    assert bounds(above)[0] > 1


def test_a_certain_amount_and_independent_sums() -> None:
    """Entropic risk adds up over independent returns and certain amounts (Howard and Matheson 1972)."""
    coin: Lottery = {"0": "1/2", "2": "1/2"}
    both: Lottery = {"0": "1/4", "2": "1/2", "4": "1/4"}
    moved: Lottery = {"10": "1/2", "12": "1/2"}
    one, two, more = (bounds(value) for value in values("-1/3", coin, both, moved, keyword="entropic"))
    near = Fraction(1, 10**15)
    assert abs(2 * one[0] - two[0]) < near
    assert abs(one[0] + 10 - more[0]) < near


def test_quantiles_do_not_reward_what_is_spread() -> None:
    """Two loans that fail with 4/100 each: alone the 5 percent quantile sees no loss, together it does.

    The sum of CVaRs is at most CVaR of the sum, as for every coherent measure (Artzner et al. 1999; Acerbi
    and Tasche 2002).
    """
    alone: Lottery = {"0": "24/25", "-100": "1/25"}
    both: Lottery = {"0": "576/625", "-100": "48/625", "-200": "1/625"}
    assert values("1/20", alone, both, keyword="quantile") == [0, -100]
    one, two = values("1/20", alone, both, keyword="cvar")
    assert one == -80
    assert isinstance(two, Fraction)
    assert two == -100 * (1 + Fraction(20, 625))
    assert two >= 2 * one


def test_variance_against_dominance() -> None:
    """Mean less variance may prefer 0 for sure to a free chance of a gain (Borch 1969)."""
    nothing, gift = values("1/2", {"0": "1"}, {"0": "9/10", "10": "1/10"}, keyword="variance")
    assert nothing == 0
    assert gift == 1 - Fraction(9, 2)
    for keyword, body in (("cvar", "1/2"), ("entropic", "-2"), ("utility", "power 1/2"), ("quantile", "1/2")):
        low, high = (
            bounds(value) for value in values(body, {"0": "1"}, {"0": "9/10", "10": "1/10"}, keyword=keyword)
        )
        assert high[0] >= low[1]


def test_what_is_more_risky_is_worth_less_to_who_is_averse() -> None:
    """A mean-preserving spread raises no CVaR and no concave utility (Rothschild and Stiglitz 1970)."""
    calm: Lottery = {"1": "1/2", "3": "1/2"}
    spread: Lottery = {"1/2": "1/4", "3/2": "1/4", "5/2": "1/4", "7/2": "1/4"}
    for keyword, body in (
        ("cvar", "1/3"),
        ("entropic", "-1"),
        ("utility", "logarithm"),
        ("utility", "power 1/3"),
        ("utility", "exponential -1/2"),
        ("utility", "quadratic 1/10"),
        ("utility", "0: 0, 2: 2, 4: 3"),
    ):
        better, worse = (bounds(value) for value in values(body, calm, spread, keyword=keyword))
        assert better[0] >= worse[1]
    (low, _), (high, _) = (bounds(value) for value in values("1", calm, spread, keyword="entropic"))
    assert low < high
