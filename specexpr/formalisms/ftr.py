"""Function of trajectories: any real function of the whole trajectory, averaged.

What it expresses
-----------------
A number f(trajectory), whatever f is. A policy is worth the mean of f over the trajectories that it
produces, so what counts is their law, its lottery. Every specification that averages something over
trajectories is such a function: Markov rewards, reward machines, formulas, functions of discounted returns.

Syntax
------
None: a function of infinite trajectories has no notation of its own. It only decides.

Meaning
-------
J(pi) = E f(s_0, a_0, s_1, a_1, ..), f arbitrary; no discount plays a part. With ``observe labels`` f sees
the labels of each step alone. In a trajectory order f is a table on sequences. In an environment family one
f serves every environment.

How it is decided
-----------------
The probabilities P_1(w), .., P_n(w) of finite words w under the policies at hand span a space of dimension
at most n. A basis of words is found breadth first: a word is continued only if its forward vector, the
unnormalised law of the state after it for each policy, is not a combination of earlier ones. Then a task is
a linear system on a basis: with i > j, sum_w c_w (P_i(w) - P_j(w)) > 0. Its solution is a witness,
f(trajectory) being the sum of c_w over the words with which it begins. Otherwise some mixture of preferred
policies has the same lottery as a mixture of dispreferred ones. Of acceptable sets among all deterministic
policies the bad ones join the system as the function at hand fails to put them below.

On finite tasks ``inmr`` and ``imorl`` have the same answer, and so has a reward machine with as many states
as it takes, at any discount.

What it cannot do
-----------------
Prefer a mixture to what it mixes, where the choice is made once: the lottery of a policy that tosses a coin
at a state which is visited once is the mixture of the lotteries. Tell apart policies that differ only where
they never go.

Example
-------
>>> from specexpr import check
>>> from specexpr.document import loads
>>> document = loads('''
... environment memory {
...   states s z w; actions a b; start s
...   s / * -> z; z / * -> w; w / * -> w
... }
... policy aa in memory { * -> a }
... policy bb in memory { * -> b }
... policy ab in memory { s -> a; * -> b }
... policy ba in memory { s -> b; * -> a }
... task same in memory { aa > ab; bb > ba; aa ~ bb }
... ''')
>>> print(check(document.task("same"), "ftr").witness.explain())
A trajectory is worth the sum of what its beginnings are worth, those not listed 0:
  s a z: -1
  s a z a w: 1
  s b z a w: -1
Values: aa = bb = 0; ab = ba = -1

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning, ICLR 2024 (FTR).
Wen-Guey Tzeng: A Polynomial-Time Algorithm for the Equivalence of Probabilistic Automata, SIAM Journal on
Computing 21, 1992 (the basis of words).
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict, proved
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a function on words, or lotteries that no function tells apart."""
    from specexpr.expressivity.trajectory_functions import decide_lotteries, markov_reward
    from specexpr.expressivity.trajectory_text import speaking

    proof = markov_reward(question) or decide_lotteries(question.claim(), deadline=question.deadline)
    return proved(question, "ftr", proof, speaking("function of trajectories"))


FORMALISM = Formalism(
    id="ftr",
    keyword=None,
    title="Function of trajectories",
    documentation=__doc__ or "",
    options=frozenset({"modulo_unreachable", "observe_labels"}),
    decide=decide,
    within=frozenset({"inmr", "imorl", "omorl", "fomr", "ftlr"}),
)
