"""Machines with one state where the discount is open: Markov rewards, at whichever discount."""

from __future__ import annotations

from dataclasses import replace

import pytest

import specexpr as sx
from specexpr.certify.checking import check
from specexpr.certify.proofs import Refused

TEXT = """
environment ent { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy p11 in ent { * -> a }
policy p12 in ent { s0 -> a; s1 -> b }
policy p21 in ent { s0 -> b; s1 -> a }
policy p22 in ent { * -> b }
task xor in ent { p12 > p11; p21 > p22 }
task first in ent { p12 > p21 }
"""


def test_one_state_is_refuted_for_every_discount_and_two_do() -> None:
    """The conflict at every discount refutes one state alone: with more, it says nothing."""
    task = sx.loads(TEXT).task("xor")
    refuted = sx.check(task, "rm", machine_states=1)
    assert isinstance(refuted, sx.Inexpressible)
    claim = refuted.certificate.question.claim()
    check(claim, "rm", refuted.certificate.proof)
    more = replace(claim, setting=replace(claim.setting, machine_states=2))
    with pytest.raises(Refused, match="says nothing of the others"):
        check(more, "rm", refuted.certificate.proof)
    found = sx.check(task, "rm")
    assert isinstance(found, sx.Expressible)
    assert found.size == (1, 2)


def test_a_markov_reward_is_a_machine_with_one_state() -> None:
    """Where a Markov reward does at some discount, the least number of states there is 1."""
    found = sx.check(sx.loads(TEXT).task("first"), "rm")
    assert isinstance(found, sx.Expressible)
    assert found.size == (1, 1)
    found.witness.check()
