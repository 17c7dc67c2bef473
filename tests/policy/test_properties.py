"""Laws that hold for every request and every set of policies."""

import json
import os
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamlab.policy.compile import Document, Policy, compile_document
from iamlab.policy.effective import difference, effective
from iamlab.policy.evaluate import Policies, Request, caller_of, evaluate, judge
from iamlab.policy.evidence_text import evidence_text
from iamlab.policy.explain import explain
from iamlab.policy.globs import glob
from iamlab.policy.masks import Universe
from iamlab.policy.match import ResourcePattern
from iamlab.policy.whatif import changes
from iamlab.policy.who_can import Directory
from tests.policy.strategies import ACTIONS, PRINCIPALS, documents, policies, policy_sets, requests, statements

pytestmark = pytest.mark.slow  # hundreds of examples

# EXAMPLES=5000 searches far and wide; the suite only looks whether a law has been broken.
EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
MANY = settings(max_examples=EXAMPLES, deadline=None)
ORDER = {"explicitDeny": 0, "implicitDeny": 1, "allowed": 2}


def policy_of(statement: dict) -> Policy:
    return Policy(compile_document({"Version": "2012-10-17", "Statement": [statement]}))


@MANY
@given(requests, policy_sets(), statements(effects=("Deny",)))
def test_a_deny_never_widens(request, held, statement):
    before = evaluate(request, held)
    after = evaluate(request, replace(held, identity=(*held.identity, policy_of(statement))))
    assert not (after.allowed and not before.allowed)


@MANY
@given(requests, policy_sets(), statements(effects=("Allow",)))
def test_an_allow_never_narrows(request, held, statement):
    before = evaluate(request, held)
    after = evaluate(request, replace(held, identity=(*held.identity, policy_of(statement))))
    assert ORDER[after.outcome] >= ORDER[before.outcome]


def turned(policy: Policy) -> Policy:
    source = policy.document.source
    return Policy(compile_document({**source, "Statement": source["Statement"][::-1]}), policy.name)


@MANY
@given(requests, policy_sets())
def test_order_never_matters(request, held):
    other = Policies(
        identity=tuple(map(turned, held.identity[::-1])),
        resource=turned(held.resource) if held.resource else None,
        boundaries=tuple(map(turned, held.boundaries[::-1])) if held.boundaries else held.boundaries,
        session=tuple(map(turned, held.session[::-1])) if held.session else held.session,
        scps=tuple(tuple(map(turned, level[::-1])) for level in held.scps[::-1]) if held.scps else held.scps,
        rcps=held.rcps,
        vpce=held.vpce,
    )
    assert evaluate(request, held).outcome == evaluate(request, other).outcome


@MANY
@given(st.lists(requests, min_size=3, max_size=6), documents())
def test_a_document_decides_alike_however_often_it_is_asked(asked, source):
    """The first question reads the statements, later ones the index and what is kept."""
    kept = Policies(identity=(Policy(Document(source)),))
    for request in [*asked, *asked]:
        fresh = Policies(identity=(Policy(Document(source)),))
        assert evaluate(request, kept).outcome == evaluate(request, fresh).outcome


@MANY
@given(requests, policy_sets())
def test_the_short_cut_decides_like_the_whole_order(request, held):
    caller = caller_of(request)
    whole = judge(request, held, held.plan(caller.group, request.action), caller)
    short = evaluate(request, held)
    assert (short.outcome, short.layer) == (whole.outcome, whole.layer)


@MANY
@given(requests, policy_sets())
def test_evidence_agrees_with_the_decision(request, held):
    decision = evaluate(request, held)
    found = explain(request, held, decision)
    binding = [layer for layer in found["layers"] if layer["binds"]]
    assert found["outcome"] == decision.outcome
    if decision.layer == "guard":
        return
    assert any(layer["outcome"] == "denies" for layer in binding) == (decision.outcome == "explicitDeny")
    for layer in binding:
        if decision.allowed and layer["layer"] in ("scp", "vpce"):
            assert layer["outcome"] == "allows"
    applying = {
        (layer["layer"], policy["policy"], row["index"])
        for layer in binding
        for policy in layer["policies"]
        for row in policy["statements"]
        if row["applies"]
    }
    if decision.outcome != "implicitDeny":
        for entry in found["deciding"]:
            assert (entry["layer"], entry["policy"], entry["index"]) in applying
    assert found["sentence"].startswith("Yes. " if decision.allowed else "No. ")


@MANY
@given(st.lists(requests, min_size=2, max_size=5), policy_sets())
def test_evidence_does_not_hang_on_what_was_asked_before(asked, held):
    """What is kept between answers and what is made anew give the same evidence."""
    for request in [*asked, *asked]:
        fresh = replace(held, **{name: _anew(getattr(held, name)) for name in LAYERS})
        kept = explain(request, held, evaluate(request, held))
        assert kept == explain(request, fresh, evaluate(request, fresh))


@MANY
@given(st.lists(requests, min_size=1, max_size=4), policy_sets())
def test_evidence_as_text_holds_the_evidence(asked, held):
    for request in asked:
        found = explain(request, held, evaluate(request, held))
        assert json.loads(evidence_text(found)) == json.loads(json.dumps(dict(found)))


LAYERS = ("identity", "resource", "boundaries", "session", "scps", "rcps", "vpce")


def _anew(part):
    """The same policies, their documents compiled again."""
    if isinstance(part, Policy):
        return part._replace(document=Document(part.document.source))
    return part and tuple(_anew(one) for one in part)


@MANY
@given(requests, policy_sets())
def test_every_row_gives_a_reason_where_something_does_not_match(request, held):
    for layer in explain(request, held, evaluate(request, held))["layers"]:
        for policy in layer["policies"]:
            for row in policy["statements"]:
                parts = [row[part] for part in ("action", "principal", "resource", "condition")]
                assert row["applies"] == all(parts)
                assert (row["why"] is None) == row["applies"]


@MANY
@given(requests, policy_sets())
def test_all_actions_at_once_decide_like_each_alone(request, held):
    universe = Universe([*ACTIONS, "sts:GetCallerIdentity", "kms:RetireGrant", "s3:PutBucketPolicy", "iam:PassRole"])
    found = effective(request, held, universe)
    for action in universe.actions:
        outcome = evaluate(replace(request, action=action), held).outcome
        bit = universe.mask([action])
        assert (bool(found.allowed & bit), bool(found.denied & bit)) == (
            outcome == "allowed",
            outcome == "explicitDeny",
        )


@MANY
@given(requests, policy_sets(), policy_sets())
def test_a_difference_is_what_each_action_says(request, before, after):
    universe = Universe(ACTIONS)
    found = difference(request, before, after, universe)
    allowed = [{a for a in ACTIONS if evaluate(replace(request, action=a), held).allowed} for held in (before, after)]
    assert (set(found.gained), set(found.lost)) == (allowed[1] - allowed[0], allowed[0] - allowed[1])


ARNS = [principal for principal in PRINCIPALS if isinstance(principal, str) and principal != "anonymous"]


@MANY
@given(
    requests, st.lists(st.tuples(st.sampled_from(ARNS), policy_sets()), max_size=6), st.none() | policies(named=True)
)
def test_who_can_decides_like_each_alone(request, principals, resource_policy):
    named = [(f"{arn}{number}" if "/" in arn else arn, held) for number, (arn, held) in enumerate(principals)]
    wanted = [
        arn
        for arn, held in named
        if evaluate(replace(request, principal=arn), replace(held, resource=resource_policy or held.resource)).allowed
    ]
    assert Directory(named).who_can(request, resource_policy) == wanted


@MANY
@given(requests, policy_sets())
def test_what_would_change_it_does(request, held):
    decision = evaluate(request, held)
    for change in changes(request, held, decision):
        last = change.steps[-1]
        assert evaluate(last.request, last.policies).allowed != decision.allowed
        assert change.sentence.endswith(".")


def simple_glob(pattern: str, value: str) -> bool:
    """The textbook table, slow and plain."""
    row = [True] + [False] * len(value)
    for character in pattern:
        if character == "*":
            for place in range(1, len(value) + 1):
                row[place] = row[place] or row[place - 1]
        else:
            row = [False] + [row[p] and character in ("?", value[p]) for p in range(len(value))]
    return row[-1]


@settings(max_examples=EXAMPLES * 10, deadline=None)
@given(st.text("ab*?", max_size=9), st.text("ab\n*", max_size=9))
def test_globs_match_like_the_textbook(pattern, value):
    assert glob(pattern)(value) == simple_glob(pattern, value)


def test_short_globs_match_like_the_textbook():
    values = ["".join(letters) for length in range(5) for letters in product("ab", repeat=length)]
    for pattern in ("".join(letters) for length in range(7) for letters in product("a?*", repeat=length)):
        matches = glob(pattern)
        assert [matches(value) for value in values] == [simple_glob(pattern, value) for value in values], pattern


def simple_arn(pattern: str, value: str) -> bool:
    """A six-part pattern over colons: every wildcard of the first five parts stops at a colon, but a `*` at its end."""

    def match(p: int, v: int, part: int) -> bool:
        if p == len(pattern):
            return v == len(value)
        character, last = pattern[p], pattern[p + 1 : p + 2] == ":"
        free = part == 5 or last
        if character == "*":
            return match(p + 1, v, part) or (v < len(value) and (free or value[v] != ":") and match(p, v + 1, part))
        if v == len(value):
            return False
        if character == "?":
            return (part == 5 or value[v] != ":") and match(p + 1, v + 1, part)
        return character == value[v] and match(p + 1, v + 1, min(part + (character == ":"), 5))

    return match(0, 0, 0)


SEGMENT = st.text("ab*?", max_size=3)


@settings(max_examples=EXAMPLES * 10, deadline=None)
@given(
    st.tuples(*[SEGMENT] * 5), st.text("ab*?:", max_size=4), st.lists(st.text("ab", max_size=3), min_size=6, max_size=8)
)
def test_arn_patterns_match_like_a_simple_reference(segments, rest, fields):
    pattern, value = ":".join([*segments, rest]), ":".join(fields)
    found = ResourcePattern(pattern, "identity", variables=True).test(value, Request("anonymous", "", value))
    assert found == simple_arn(pattern, value)
