"""What to write: the shapes of entries, shown when one cannot be read. Keyed by their first word."""

from __future__ import annotations

HEADER_FORMS = {
    "environment": "write environment NAME { ... }",
    "family": "write family NAME { ENVIRONMENT, ENVIRONMENT }",
    "policy": "write policy NAME in ENVIRONMENT { s0 -> a }",
    "objective": "write objective NAME in ENVIRONMENT = reward { ... }",
    "task": "write task NAME in ENVIRONMENT { better > worse }",
    "discount": "write discount 9/10, or discount any",
    "": "an item starts with environment, family, policy, objective, task or discount",
}

ENVIRONMENT_FORMS = {
    "states": "write states s0 s1",
    "actions": "write actions a b",
    "start": "write start s0, or start { s0: 1/2, s1: 1/2 }",
    "label": "write label goal { s1 }, or label push { * / right }",
    "": "write s0 / a -> s1, or s0 / a -> { s1: 9/10, s0: 1/10 }",
}

POLICY_FORMS = {"": "write s0 -> a, or s0 -> { a: 1/2, b: 1/2 }, or * -> a"}

FAMILY_FORMS = {"": "write the names of environments, separated by commas"}

PART_FORMS = {"": "write in ENVIRONMENT { better > worse }"}

TASK_FORMS = {
    "accept": "write accept go, accept equally go stay, or accept go over stay coin",
    "order": "write order go stay coin by OBJECTIVE",
    "trajectories": "write trajectories (s0 a s1 b) > (s0 b s1 a)",
    "discount": "write discount 9/10, or discount any",
    "modulo": "write modulo unreachable",
    "horizon": "write horizon 10",
    "beta": "write beta 7/10",
    "machine": "write machine states 3",
    "observe": "write observe labels",
    "structure": "write structure OBJECTIVE",
    "given": "write given OBJECTIVE, OBJECTIVE",
    "utility": "write utility increasing, or nondecreasing, with concave after it if it must be so",
    "weights": "write weights nonnegative",
    "in": "write in ENVIRONMENT { better > worse }",
    "": "write go > stay, go >= stay or go ~ stay",
}
