"""What a stranger may write: an answer or a clear error, in bounded time, never an exception out of `evaluate`."""

import json
import time
from itertools import islice

import pytest

from iamlab.policy.batch import answer_line, answer_lines, answer_text
from iamlab.policy.cases import CaseReader
from iamlab.policy.compile import Policy, compile_document
from iamlab.policy.document import MalformedPolicy, parse
from iamlab.policy.evaluate import Policies, Request, evaluate
from iamlab.policy.explain import explain
from iamlab.policy.whatif import changes
from tests.policy.random_cases import Dice, cases

MARIO = "arn:aws:iam::111122223333:user/mario"
SECONDS = 10.0  # of processor, far above what any of these takes, far below what backtracking would


def judge(statement, *, resource="arn:aws:s3:::b/k", context=None, action="s3:GetObject"):
    """Decision and evidence of one statement, within the time allowed."""
    began = time.process_time()
    document = {"Version": "2012-10-17", "Statement": statement}
    policies = Policies(identity=(Policy(compile_document(document), "P"),))
    request = Request(MARIO, action, resource, context or {})
    decision = evaluate(request, policies)
    dict(explain(request, policies, decision))
    assert time.process_time() - began < SECONDS
    return decision.outcome


def allow(**parts):
    return {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **parts}


@pytest.mark.parametrize(
    "pattern", ["*a" * 3000 + "*b", "?a" * 500 + "b", "*?a" * 2000 + "*b", "*" * 6000 + "b", "*a?" * 2000 + "b"]
)
def test_patterns_full_of_wildcards(pattern):
    name = "a" * 1000
    assert judge(allow(Resource=f"arn:aws:s3:::b/{pattern}"), resource=f"arn:aws:s3:::b/{name}") == "implicitDeny"
    like = {"StringLike": {"aws:username": pattern}}
    assert judge(allow(Condition=like), context={"aws:username": name}) == "implicitDeny"
    assert judge(allow(Action=f"s3:{pattern}"), action=f"s3:{name}") == "implicitDeny"


def test_an_arn_pattern_whose_segments_are_full_of_wildcards():
    pattern = ":".join(["*a?*"] * 5) + ":*a*a*b"
    assert judge(allow(Resource=pattern), resource="a:" * 1000 + "a") == "implicitDeny"


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotLike", "NumericLessThan", "IpAddress", "ArnLike"])
def test_a_thousand_values(operator):
    values = [f"value-{number}*" for number in range(1000)]
    judge(allow(Condition={operator: {"aws:username": values}}), context={"aws:username": "value"})
    judge(allow(Condition={f"ForAllValues:{operator}": {"k": values}}), context={"k": [f"v{n}" for n in range(1000)]})


@pytest.mark.slow
def test_ten_thousand_statements():
    statements = [allow(Resource=f"arn:aws:s3:::bucket-{number}/*") for number in range(10_000)]
    assert judge(statements, resource="arn:aws:s3:::bucket-9999/k") == "allowed"


ODD = [None, 5, 1e400, True, [], {}, [None], [[["*"]]], {"a": {"b": "c"}}, "", "\ud800", "\x00", ["*", 7]]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_odd_leaves_anywhere(value):
    for part in ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition"):
        judge(allow(**{part: value}))
    for block in ({"StringEquals": value}, {"StringEquals": {"k": value}}, {"Null": {"k": value}}, {"Odd": value}):
        judge(allow(Condition=block), context={"k": "v"})
    judge(allow(Condition={"StringEquals": {"k": "${k}"}}), context={"k": value})
    judge(allow(Condition={"ForAnyValue:StringLike": {"k": "*"}}), context={"k": [value]})


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_odd_leaves_in_every_layer(value):
    statement = {"Effect": "Deny", "Action": "*", "Resource": value, "Principal": value, "NotPrincipal": {"AWS": value}}
    policy = Policy(compile_document({"Version": value, "Statement": [statement]}), "P")
    held = Policies((policy,), policy, (policy,), (policy,), ((policy,),), ((policy,),), (policy,))
    for principal in (MARIO, "anonymous", "nobody at all", {"Service": "x"}, {"Odd": "x"}, {}):
        request = Request(principal, "s3:GetObject", "arn:aws:s3:::b/k", {}, restrict_public_buckets=True)
        decision = evaluate(request, held)
        assert decision.outcome in ("allowed", "explicitDeny", "implicitDeny")
        dict(explain(request, held, decision))
        changes(request, held, decision)


@pytest.mark.parametrize("resource", ["", ":", "::::::", "arn", "arn:aws:s3", "*" * 50, "\ud800", "a" * 100_000])
def test_odd_requests(resource):
    assert judge(allow(), resource=resource) == "allowed"
    judge(allow(Resource="arn:aws:s3:::${aws:username}/*"), resource=resource, context={"aws:username": "\ud800*"})
    judge(allow(Action="*"), action=resource)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "5",
        "{",
        '{"Statement": ' + "[" * 100_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        '"\\ud800"',
        "\ud800",
    ],
    ids=lambda text: text[:20].encode("unicode_escape").decode(),
)
def test_what_is_no_policy_is_refused_with_a_clear_error(text):
    with pytest.raises(MalformedPolicy):
        compile_document(text)
    with pytest.raises(MalformedPolicy):
        parse(text, "identity")


def test_deep_objects_are_refused():
    deep = {"Statement": []}
    for _ in range(100_000):
        deep = {"Statement": deep}
    with pytest.raises(MalformedPolicy):
        compile_document(deep)


def test_a_batch_goes_on_after_a_line_that_cannot_be_read():
    good = {"id": "2", "principal": MARIO, "action": "s3:GetObject", "resource": "*", "identityPolicies": []}
    lines = [
        "{",
        "[" * 100_000,
        "[]",
        json.dumps(good),
        '{"id": "3"}',
        "\x00",
        json.dumps({**good, "context": {"k": {}}}),
    ]
    answers = [json.loads(answer) for answer in answer_lines(lines)]
    assert [answer["decision"] for answer in answers] == [None, None, None, "implicitDeny", None, None, None]
    assert all(answer["error"] for answer in answers if answer["decision"] is None)


def test_a_case_with_a_lone_surrogate_is_answered():
    case = {"id": "\ud800", "principal": MARIO, "action": "s3:\ud800", "resource": "arn:aws:s3:::\ud800"}
    assert answer_line(CaseReader(), json.dumps(case))["decision"] == "implicitDeny"


ODD = [
    None,
    0,
    -1.5,
    True,
    "",
    "*",
    "\ud800",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"a": 1},
    {"Statement": []},
    {"ref": "nobody"},
]
ODD += [
    "${",
    "${a b}",
    "${*",
    "arn:",
    "::::::",
    "*" * 50,
    "a" * 5_000,
    10**30,
    float("inf"),
    {"AWS": None},
    {"AWS": [{}]},
]


def places(node, path=()):
    """The paths of everything inside a case."""
    if path:
        yield path
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield from places(node[key], (*path, key))


def test_cases_with_something_odd_in_one_place_are_answered():
    dice, reader = Dice("odd"), CaseReader()
    for case in islice(cases("odd"), 400):
        *way, last = dice.pick(list(places(case)))
        node = case
        for key in way:
            node = node[key]
        node[last] = dice.pick(ODD)
        answer = answer_line(reader, json.dumps(case), explain=True)
        assert json.loads(answer_text(dict(answer)))
        assert answer["decision"] in ("allowed", "explicitDeny", "implicitDeny") or answer["error"], case
        assert answer["decision"] == answer_line(reader, json.dumps(case))["decision"]
