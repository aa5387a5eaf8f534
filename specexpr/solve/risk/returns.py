"""The return of a policy as one kind of sum, whatever the clock of the account that pays for it.

G = sum_{t < N} w_t pay(t) + w Z(x_N), where x_t is the chain of the policy, w_0 .. w_{N-1} are the weights of
its first steps, and Z is what is still to come: Z(x) = pay + factor Z(y) over the edges x -> y. No factor is
above 1, and from every node an edge whose factor is below 1 is reached: Z is a sum that converges.

- discounted: every factor is the discount; by state: those of the pairs;
- a horizon: w = 0;
- a total: the factors are 1 until a closed class is entered, where nothing may be paid; there they are 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from specexpr.certify.clock import Average, Discounted, Horizon
from specexpr.certify.law import components
from specexpr.certify.measure import Account, Edge, PayingChain, Total, paying_chain
from specexpr.certify.model import Model, Table
from specexpr.diagnostics import NoValue

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Return:
    """The return of a policy; `head` are the weights of the first steps, `tail` that of what is to come."""

    chain: PayingChain
    head: tuple[Fraction, ...] = ()
    tail: Fraction = _ONE


def return_under(account: Account, model: Model, table: Table) -> Return:
    """Return what an account pays a policy. Raises NoValue where a total has steps that pay for ever."""
    chain = paying_chain(account, model, table)
    match account.clock:
        case Average():
            raise ValueError("a long-run average is no return")
        case Horizon(steps=steps):
            return Return(chain, (_ONE,) * steps, _ZERO)
        case Discounted(head=head):
            return Return(chain, head[:-1], head[-1])
        case Total():
            return Return(_ended(chain, model))
        case _:
            return Return(chain)


def _ended(chain: PayingChain, model: Model) -> PayingChain:
    """Return a chain that ends in its closed classes."""
    edges = list(chain.edges)
    for members in components([[e.node for e in one] for one in chain.edges]):
        inside = set(members)
        if any(e.node not in inside for x in members for e in edges[x]):
            continue
        for x in members:
            if any(e.pay for e in edges[x]):
                state = model.states[chain.nodes[x][1]]
                raise NoValue(f"steps from {state} pay again and again, for ever")
            edges[x] = (Edge(_ONE, _ZERO, _ZERO, x),)
    return replace(chain, edges=tuple(edges))


def alive(of: Return) -> list[frozenset[int]]:
    """Return the nodes where the walk can be at the time of each weight of the head, and after them."""
    found = [frozenset(x for x, _ in of.chain.start)]
    known: dict[frozenset[int], frozenset[int]] = {}
    for _ in of.head:
        now = found[-1]
        if now not in known:
            following = frozenset(e.node for x in now for e in of.chain.edges[x])
            known[now] = now if following == now else following
        found.append(known[now])
    return found
