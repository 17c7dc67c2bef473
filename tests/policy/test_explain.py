"""The verdict in a sentence, the reasons of statements, and AWS's access-denied text."""

import json

import pytest

from iamlab.policy.compile import compile_policy
from iamlab.policy.denied import access_denied_message
from iamlab.policy.evaluate import Policies, Request, evaluate
from iamlab.policy.explain import explain

MARIO = "arn:aws:iam::111122223333:user/mario"
BILL = "arn:aws:s3:::customer-bills/bill.txt"


def policy(name, *statements, via=None):
    return compile_policy({"Version": "2012-10-17", "Statement": list(statements)}, name, via=via)


def statement(effect="Allow", action="s3:PutObject", resource="arn:aws:s3:::customer-bills/*", **parts):
    return {"Sid": "Write", "Effect": effect, "Action": action, "Resource": resource, **parts}


def found(policies, *, principal=MARIO, action="s3:PutObject", resource=BILL, context=None, **more):
    request = Request(principal, action, resource, context or {}, **more)
    return explain(request, policies, evaluate(request, policies), who="Mario")


BILLS = policy("BillWrite", statement(), via="group billing")


def test_allowed_through_a_group():
    verdict = found(Policies(identity=(BILLS,)))["sentence"]
    assert verdict == (
        "Yes. Statement Write of BillWrite, which Mario has through group billing, allows it, and nothing denies it."
    )


def test_allowed_by_the_bucket():
    bucket = policy("bucket policy", statement(Principal={"AWS": MARIO}))
    assert found(Policies(resource=bucket))["sentence"] == (
        "Yes. The bucket's own policy, statement Write, names Mario; inside one account that is enough."
    )


def test_nearest_when_the_bucket_is_named_for_its_objects():
    near = policy("BillWrite", statement(resource="arn:aws:s3:::customer-bills"))
    evidence = found(Policies(identity=(near,)))
    assert evidence["sentence"] == (
        "No. Nothing that applies to Mario allows this. Nearest is statement Write of BillWrite: the action fits, the "
        "resource does not (the resource is `arn:aws:s3:::customer-bills`, the bucket; the request is for an object, "
        "`arn:aws:s3:::customer-bills/bill.txt`)."
    )
    assert evidence["nearest"]["action"] is True and evidence["nearest"]["resource"] is False


def test_an_effect_in_another_case_is_the_reason():
    wrong = policy("BillWrite", statement(effect="allow"), {"Action": "*", "Resource": "*"})
    rows = found(Policies(identity=(wrong,)))["layers"][0]["policies"][0]["statements"]
    assert [row["why"] for row in rows] == [
        "its `Effect` is `allow`, neither `Allow` nor `Deny`",
        "its `Effect` is nothing, neither `Allow` nor `Deny`",
    ]


def test_nearest_of_another_action():
    near = policy("BillWrite", statement(action="s3:GetObject"))
    assert found(Policies(identity=(near,)))["sentence"].endswith(
        "Nearest is statement Write of BillWrite: the resource fits, the action does not "
        "(its actions are `s3:GetObject`)."
    )


def test_a_deny_beats_every_allow():
    stop = policy("Stop", statement("Deny"))
    assert found(Policies(identity=(BILLS, stop)))["sentence"] == (
        "No. Statement Write of Stop forbids it, and a Deny beats every Allow, including statement Write of BillWrite."
    )


def test_capped_by_the_boundary():
    verdict = found(Policies(identity=(BILLS,), boundaries=(policy("OnlyRead", statement(action="s3:Get*")),)))
    assert verdict["sentence"] == (
        "No. Statement Write of BillWrite allows it, but the permissions boundary OnlyRead does not include it; "
        "both must."
    )


def test_neither_allowed_nor_within_the_organizations_policy():
    verdict = found(Policies(scps=((policy("OnlyRead", statement(action="s3:Get*")),),)))
    assert verdict["sentence"] == (
        "No. Nothing that applies to Mario allows this, and the organisation (service control policy OnlyRead) does "
        "not include it either."
    )


@pytest.mark.parametrize(
    ("condition", "context", "said"),
    [
        (
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            {},
            "if `aws:MultiFactorAuthPresent` were `true`; in this request it was missing.",
        ),
        (
            {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
            {"aws:SourceIp": "203.0.113.9"},
            "if `aws:SourceIp` were in `192.0.2.0/24`; in this request it was `203.0.113.9`.",
        ),
        (
            {"DateLessThan": {"aws:CurrentTime": "2024-01-01"}},
            {"aws:CurrentTime": "2025-01-01"},
            "if `aws:CurrentTime` were before `2024-01-01`; in this request it was `2025-01-01`.",
        ),
        (
            {"StringNotEquals": {"aws:username": ["mario", "luigi"]}},
            {"aws:username": "mario"},
            "if `aws:username` were not `mario` or `luigi`; in this request it was `mario`.",
        ),
    ],
)
def test_only_a_condition_is_missing(condition, context, said):
    evidence = found(Policies(identity=(policy("BillWrite", statement(Condition=condition)),)), context=context)
    assert evidence["sentence"] == f"No. Statement Write of BillWrite would allow it {said}"
    assert evidence["missing_keys"] == ([] if context else ["aws:MultiFactorAuthPresent"])


def test_every_condition_that_fails_is_named():
    condition = {
        "Bool": {"aws:MultiFactorAuthPresent": "true", "aws:SecureTransport": "true"},
        "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},
    }
    near = policy("BillWrite", statement(Condition=condition))
    context = {"aws:SourceIp": "203.0.113.9", "aws:SecureTransport": "true"}
    assert found(Policies(identity=(near,)), context=context)["nearest"]["why"] == (
        "`aws:MultiFactorAuthPresent` must be `true`; in this request it was missing; and "
        "`aws:SourceIp` must be in `192.0.2.0/24`; in this request it was `203.0.113.9`"
    )


def test_one_answer_does_not_leave_its_resource_in_the_next():
    held = Policies(identity=(policy("BillWrite", statement(resource="arn:aws:s3:::customer-bills/2024/*")),))
    for name in ("a", "b"):
        why = found(held, resource=f"arn:aws:s3:::customer-bills/{name}")["nearest"]["why"]
        assert why.endswith(f"the request is for `arn:aws:s3:::customer-bills/{name}`")


def test_a_trust_policy_that_leaves_it_to_the_account():
    trust = compile_policy(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:*"},
        }
    )
    evidence = found(Policies(resource=trust), action="sts:AssumeRole", resource="arn:aws:iam::111122223333:role/R")
    assert evidence["sentence"] == (
        "No. The role's trust policy leaves it to Mario's account, and no policy of Mario allows it; both must."
    )


def test_reasons_name_the_values():
    rows = found(
        Policies(
            identity=(policy("P", statement(resource="arn:aws:s3:::b/${aws:username}/*")),),
            resource=policy("bucket policy", statement(Principal={"AWS": "444455556666"})),
        )
    )["layers"]
    whys = {layer["layer"]: layer["policies"][0]["statements"][0]["why"] for layer in rows}
    assert whys["identity"] == (
        "the resource is `arn:aws:s3:::b/${aws:username}/*`, and the request has no value for `${aws:username}`"
    )
    assert whys["resource"] == f"its principal is `444455556666`; the caller is `{MARIO}`"


def test_layers_stand_in_order_with_their_outcomes():
    everything = policy("FullAWSAccess", statement(action="*", resource="*"))
    evidence = found(Policies(identity=(BILLS,), boundaries=(BILLS,), scps=((everything,), ())))
    assert [(layer["layer"], layer["level"], layer["outcome"]) for layer in evidence["layers"]] == [
        ("scp", 0, "allows"),
        ("scp", 1, "does not allow"),
        ("boundary", 0, "allows"),
        ("identity", 0, "allows"),
    ]
    assert json.dumps(dict(evidence))


DENY = statement("Deny", action="*", resource="*")
DENY_ALL = policy("D", DENY)
ALLOW_ALL = policy("A", statement(action="*", resource="*"))
OTHER = policy("O", statement(action="ec2:*"))
OPEN = policy("R", statement(action="*", resource="*", Principal="*"))
SHUT = policy("R", {**DENY, "Principal": "*"})


@pytest.mark.parametrize(
    ("policies", "reason"),
    [
        (Policies(), "because no identity-based policy allows the s3:PutObject action"),
        (Policies(identity=(DENY_ALL,)), "with an explicit deny in an identity-based policy"),
        (Policies((ALLOW_ALL,), scps=((OTHER,),)), "because no service control policy allows the s3:PutObject action"),
        (Policies((ALLOW_ALL,), scps=((DENY_ALL,),)), "with an explicit deny in a service control policy"),
        (Policies((ALLOW_ALL,), rcps=((SHUT,),)), "with an explicit deny in a resource control policy"),
        (Policies((ALLOW_ALL,), vpce=(OTHER,)), "because no VPC endpoint policy allows the s3:PutObject action"),
        (Policies((ALLOW_ALL,), vpce=(SHUT,)), "with an explicit deny in a VPC endpoint policy"),
        (Policies((ALLOW_ALL,), boundaries=(OTHER,)), "because no permissions boundary allows the s3:PutObject action"),
        (Policies((ALLOW_ALL,), boundaries=(DENY_ALL,)), "with an explicit deny in a permissions boundary"),
        (Policies((ALLOW_ALL,), session=(OTHER,)), "because no session policy allows the s3:PutObject action"),
        (Policies((ALLOW_ALL,), session=(DENY_ALL,)), "with an explicit deny in a session policy"),
        (Policies((ALLOW_ALL,), resource=SHUT), "with an explicit deny in a resource-based policy"),
    ],
)
def test_access_denied_text(policies, reason):
    request = Request(MARIO, "s3:PutObject", BILL, {})
    text = access_denied_message(request, evaluate(request, policies), MARIO)
    assert text == f"User: {MARIO} is not authorized to perform: s3:PutObject on resource: {BILL} {reason}"


def test_access_denied_text_names_the_policy_that_denies_by_its_arn():
    """Since January 2026; IAM User Guide: "Troubleshoot access denied error messages"."""
    arn = "arn:aws:iam::111122223333:policy/NoBills"
    denying = DENY_ALL._replace(arn=arn)
    request = Request(MARIO, "s3:PutObject", BILL, {})
    text = access_denied_message(request, evaluate(request, Policies(identity=(denying,))), MARIO)
    assert text.endswith(f" with an explicit deny in an identity-based policy: {arn}")
    text = access_denied_message(request, evaluate(request, Policies((ALLOW_ALL,), boundaries=(denying,))), MARIO)
    assert text.endswith(f" with an explicit deny in a permissions boundary: {arn}")
    text = access_denied_message(request, evaluate(request, Policies(identity=(denying,))), MARIO, details=False)
    assert arn not in text


def test_access_denied_text_without_resource():
    request = Request(MARIO, "iam:ListUsers", "*", {})
    text = access_denied_message(request, evaluate(request, Policies()), MARIO)
    assert text.startswith(f"User: {MARIO} is not authorized to perform: iam:ListUsers because no identity-based")


def test_access_denied_text_of_a_trust_policy():
    request = Request(MARIO, "sts:AssumeRole", "arn:aws:iam::111122223333:role/R", {})
    text = access_denied_message(request, evaluate(request, Policies()), MARIO)
    assert text.endswith("because no role trust policy allows the sts:AssumeRole action")
    text = access_denied_message(request, evaluate(request, Policies(resource=SHUT)), MARIO)
    assert text.endswith("with an explicit deny in the role trust policy")


def test_an_account_that_is_foreign_needs_both_sides():
    request = Request(MARIO, "s3:PutObject", BILL, {}, resource_account="444455556666")
    text = access_denied_message(request, evaluate(request, Policies((ALLOW_ALL,))), MARIO)
    assert text.endswith("because no resource-based policy allows the s3:PutObject action")
    assert evaluate(request, Policies((ALLOW_ALL,), resource=OPEN)).allowed


def test_an_action_that_is_none_is_told_with_the_one_that_was_meant():
    slip = policy("BillWrite", statement(action="s3:PutObjects"))
    assert found(Policies(identity=(slip,)))["sentence"].endswith(
        "(its actions are `s3:PutObjects`; there is no action `s3:PutObjects`, the nearest is `s3:PutObject`)."
    )


def test_a_slip_is_told_whichever_action_was_asked_for_before():
    """Actions that a policy does not name share what is kept of it; the hint is about one of them."""
    held = Policies(identity=(policy("BillWrite", statement(action="s3:PutObjectAcls")),))
    for action, hinted in (("s3:GetObjectTagging", False), ("s3:PutObjectAcl", True), ("s3:GetObjectTagging", False)):
        said = found(held, action=action)["sentence"]
        assert ("there is no action `s3:PutObjectAcls`, the nearest is `s3:PutObjectAcl`" in said) is hinted


def test_a_statement_that_excepts_the_action_is_near():
    power = policy("Power", {"Sid": "All", "Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})
    assert found(Policies(identity=(power,)))["sentence"].endswith(
        "Nearest is statement All of Power: the resource fits, the action does not "
        "(it is about every action except `s3:*`)."
    )


def test_the_organisation_s_policy_is_named():
    levels = (
        (policy("FullAWSAccess", statement(action="*", resource="*")),),
        (policy("OnlyEc2", statement(action="ec2:*")),),
    )
    assert (
        "the organisation (service control policy OnlyEc2) does not include it"
        in (found(Policies(identity=(BILLS,), scps=levels))["sentence"])
    )
    assert (
        "the organisation, which has no service control policy at one of its levels, does not"
        in (found(Policies(identity=(BILLS,), scps=(levels[0], ())))["sentence"])
    )


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_a_deny_with_a_condition_tells_what_it_saw(region):
    abroad = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    held = Policies(identity=(BILLS, policy("Home", statement("Deny", Condition=abroad))))
    for context in ({"aws:RequestedRegion": "af-south-1"}, {"aws:RequestedRegion": region}):
        said = found(held, context=context)["sentence"]
        assert said.endswith(f" It applies here because `aws:RequestedRegion` was `{context['aws:RequestedRegion']}`.")


def test_what_the_other_side_lacks_is_told():
    bucket = policy("bills", statement(Principal={"AWS": MARIO}, Condition={"Bool": {"aws:SecureTransport": "true"}}))
    said = found(Policies(identity=(BILLS,), resource=bucket), resource_account="444455556666")["sentence"]
    assert "the bucket's own policy does not let Mario in; here both must." in said
    assert said.endswith("would allow it if `aws:SecureTransport` were `true`; in this request it was missing.")


def test_upper_and_lower_case_are_pointed_out():
    shouting = policy("BillWrite", statement(resource="arn:aws:s3:::Customer-Bills/*"))
    assert found(Policies(identity=(shouting,)))["sentence"].endswith(f"is for `{BILL}`: upper and lower case count).")
    billing = statement(Condition={"StringEquals": {"aws:PrincipalTag/team": "Billing"}})
    evidence = found(Policies(identity=(policy("P", billing),)), context={"aws:PrincipalTag/team": "billing"})
    assert evidence["nearest"]["why"].endswith("in this request it was `billing`; upper and lower case count")


def test_a_set_is_told_by_its_values():
    tags = statement(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": "team"}})
    said = found(Policies(identity=(policy("P", tags),)), context={"aws:TagKeys": ["team", "cost"]})["sentence"]
    assert "if every value of `aws:TagKeys` were `team`; in this request it was the list of `team` and `cost`" in said


@pytest.mark.parametrize("name", ["mario", "luigi"])
def test_what_a_variable_stands_for_is_told(name):
    owned = statement(Condition={"StringEquals": {"s3:ExistingObjectTag/owner": "${aws:username}"}})
    home = statement(resource="arn:aws:s3:::customer-bills/${aws:username}/*")
    for who in ("peach", name):
        context = {"aws:username": who, "s3:ExistingObjectTag/owner": "bowser"}
        said = found(Policies(identity=(policy("Own", owned),)), context=context)["sentence"]
        assert (
            f"were `${{aws:username}}`, where `${{aws:username}}` is `{who}`; in this request it was `bowser`" in said
        )
        said = found(Policies(identity=(policy("Home", home),)), context=context)["sentence"]
        assert f"where `${{aws:username}}` is `{who}`; the request is for `{BILL}`" in said


def test_no_sentence_is_written_before_the_evidence_is_read():
    held = Policies(identity=(BILLS, policy("Stop", statement("Deny", resource="arn:aws:s3:::other/*"))))
    request = Request(MARIO, "s3:PutObject", BILL, {})
    evidence = explain(request, held, evaluate(request, held))
    assert held.outlines == {}
    assert evidence["layers"][0]["outcome"] == "allows"
    assert held.outlines != {}
