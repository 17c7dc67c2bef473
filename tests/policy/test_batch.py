"""`manage.py evaluate`: streaming, named policies, evidence, measuring, questions over many."""

import io
import json
import subprocess
import sys
from subprocess import PIPE

import pytest
from django.core.management import call_command

from iamlab.policy import explain as explaining
from iamlab.policy.batch import answer_lines, measure

MARIO = "arn:aws:iam::111122223333:user/mario"
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
WRITE = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::secret/*"},
    ],
}
NAMED = {"policies": {"read": READ, "write": WRITE}}


def case(number, action="s3:GetObject", **more):
    return {"id": str(number), "principal": MARIO, "action": action, "resource": "*", "context": {}, **more}


def answers(*lines):
    return [json.loads(answer) for answer in answer_lines(json.dumps(line) + "\n" for line in lines)]


def test_answers_stand_in_order_and_named_policies_have_none():
    found = answers(
        NAMED,
        case(1, identityPolicies=[{"ref": "read"}]),
        case(2, "s3:PutObject", identityPolicies=[{"ref": "read"}]),
        case(3, "s3:PutObject", identityPolicies=[READ, {"ref": "write"}]),
        case(4, serviceControlPolicies=[[{"ref": "read"}], []], identityPolicies=[{"ref": "read"}]),
    )
    assert [(answer["id"], answer["decision"]) for answer in found] == [
        ("1", "allowed"),
        ("2", "implicitDeny"),
        ("3", "allowed"),
        ("4", "implicitDeny"),
    ]


def test_a_named_policy_that_cannot_be_read_leaves_the_others():
    named = {"policies": {"odd": "x", "read": READ, "empty": {}}}
    found = answers(named, case(1, identityPolicies=[{"ref": "read"}]), case(2, identityPolicies=[{"ref": "odd"}]))
    assert [answer["decision"] for answer in found] == [None, "allowed", None]
    assert "policies.odd" in found[0]["error"] and "policies.empty" in found[0]["error"]


def test_a_byte_order_mark_before_the_first_line_is_no_error():
    lines = ["\ufeff" + json.dumps(NAMED), json.dumps(case(1, identityPolicies=[{"ref": "read"}]))]
    assert [json.loads(answer)["decision"] for answer in answer_lines(lines)] == ["allowed"]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_python_alone_takes_for_json_cannot_be_read(constant):
    line = json.dumps(case(1)).replace('"1"', constant)
    answer = next(answer_lines([line]))
    assert json.loads(answer, parse_constant=pytest.fail) | {"error": ""} == {"id": None, "decision": None, "error": ""}


def test_answers_stream():
    def lines():
        yield json.dumps(case(1))
        raise RuntimeError("read too far")

    assert json.loads(next(answer_lines(lines())))["id"] == "1"


def test_a_null_field_is_an_absent_one():
    absent = dict.fromkeys(
        ("resourcePolicy", "permissionsBoundaries", "sessionPolicies", "serviceControlPolicies", "resourceAccount",
         "resourceControlPolicies", "vpcEndpointPolicies", "restrictPublicBuckets", "sessionIssuer", "context")
    )  # fmt: skip
    assert answers(case(1, identityPolicies=[READ], **{**absent}))[0]["decision"] == "allowed"


def test_the_command_answers_and_explains(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(case(1, identityPolicies=[READ])) + "\n"))
    call_command("evaluate", "--explain")
    answer = json.loads(capsys.readouterr().out)
    assert answer["decision"] == "allowed"
    assert answer["evidence"]["sentence"].startswith("Yes. ")
    assert answer["evidence"]["layers"][0]["policies"][0]["statements"][0]["applies"] is True


@pytest.mark.parametrize("mode", ["warm", "first", "cold"])
def test_measuring_counts_decisions(mode, monkeypatch):
    monkeypatch.setattr("iamlab.policy.batch.BENCH_SECONDS", 0.01)
    lines = [json.dumps(NAMED), *(json.dumps(case(n, identityPolicies=[{"ref": "write"}])) for n in range(3)), "{"]
    found = measure(lines, mode)
    assert found["decisions"] % 3 == 0 and found["decisions"] >= 3
    assert 0 < found["seconds"] < 10
    if mode != "warm":
        assert found["decisions"] == 3


@pytest.mark.parametrize("mode", ["warm", "first", "cold"])
@pytest.mark.parametrize("named", [{"odd": "x", "read": READ}, []])
def test_measuring_leaves_out_what_cannot_be_read(mode, named, monkeypatch):
    monkeypatch.setattr("iamlab.policy.batch.BENCH_SECONDS", 0.01)
    cases = [case(n, identityPolicies=[{"ref": name}]) for n, name in enumerate(("read", "odd", "nobody"))]
    found = measure([json.dumps(line) for line in ({"policies": named}, *cases, [], case(4, action=None))], mode)
    assert found["decisions"] > 0 if named else found["decisions"] == 0


PRINCIPALS = [
    {"arn": f"{MARIO}-{number}", "identityPolicies": [{"ref": "write" if number % 2 else "read"}]}
    for number in range(4)
]


def test_who_can():
    question = {
        **NAMED,
        "principals": [*PRINCIPALS, {"arn": "arn:aws:iam::111122223333:root", "identityPolicies": []}],
        "queries": [
            {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "context": {}},
            {"action": "s3:PutObject", "resource": "arn:aws:s3:::b/k", "context": {}},
            {"action": "s3:PutObject", "resource": "arn:aws:s3:::secret/k", "context": {}},
        ],
    }
    root = "arn:aws:iam::111122223333:root"
    arns = [principal["arn"] for principal in PRINCIPALS]
    assert [answer["principals"] for answer in answers(question)[0]["answers"]] == [
        [*arns, root],
        [arns[1], arns[3], root],
        [root],
    ]


def test_all_actions_of_a_principal():
    question = {
        **NAMED,
        "case": {"id": "c", "principal": MARIO, "context": {}, "identityPolicies": [{"ref": "read"}]},
        "actions": ["s3:PutObject", "s3:GetObject", "s3:GetBucketPolicy", "ec2:RunInstances", "sts:GetCallerIdentity"],
    }
    found = answers(question)[0]
    assert found["id"] == "c"
    assert sorted(found["allowed"]) == ["s3:GetBucketPolicy", "s3:GetObject", "sts:GetCallerIdentity"]


def test_every_action_of_every_principal():
    found = answers({**NAMED, "principals": PRINCIPALS, "actions": ["s3:GetObject", "s3:PutObject"]})[0]
    assert [(row["arn"], row["allowed"]) for row in found["principals"]] == [
        (PRINCIPALS[0]["arn"], ["s3:GetObject"]),
        (PRINCIPALS[1]["arn"], ["s3:GetObject", "s3:PutObject"]),
        (PRINCIPALS[2]["arn"], ["s3:GetObject"]),
        (PRINCIPALS[3]["arn"], ["s3:GetObject", "s3:PutObject"]),
    ]


def test_a_question_may_be_laid_out_over_lines():
    question = {**NAMED, "principals": PRINCIPALS[:1], "actions": ["s3:GetObject"]}
    found = [json.loads(answer) for answer in answer_lines(json.dumps(question, indent=2).splitlines(keepends=True))]
    assert found == [{"principals": [{"arn": PRINCIPALS[0]["arn"], "allowed": ["s3:GetObject"]}]}]


@pytest.mark.parametrize("broken", [{"actions": "x"}, {"queries": [5]}, {"actions": [], "case": 5}, {"queries": []}])
def test_a_broken_question_is_answered_with_an_error(broken):
    assert answers({**NAMED, **broken})[0]["decision"] is None


@pytest.mark.slow
def test_each_answer_comes_before_the_next_case_and_a_reader_may_leave():
    command = [sys.executable, "manage.py", "evaluate"]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as running:
        for number in range(2):
            running.stdin.write(json.dumps(case(number)) + "\n")
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["id"] == str(number)
        running.stdout.close()
        assert running.communicate((json.dumps(case(3)) + "\n") * 50)[1] == ""
        assert running.returncode == 0


def test_only_the_first_line_may_name_policies():
    found = answers(NAMED, case(1, identityPolicies=[{"ref": "read"}]), {"policies": {"late": WRITE}}, case(2))
    assert [answer["decision"] for answer in found] == ["allowed", None, "implicitDeny"]
    assert "first line" in found[1]["error"]
    assert answers(case(1), NAMED, case(2, identityPolicies=[{"ref": "read"}]))[2]["decision"] is None


@pytest.mark.parametrize("mode", ["first", "cold"])
def test_measuring_with_evidence_writes_all_of_it(mode, monkeypatch):
    """What `--explain` would print is what it costs: nothing is left for a reader who never comes."""
    written = []
    whole = explaining._written
    monkeypatch.setattr(explaining, "_written", lambda *args: written.append(args) or whole(*args))
    found = measure([json.dumps(case(number)) for number in range(3)], mode, explain=True)
    assert len(written) == found["decisions"] >= 3
