"""The policy simulator answers as the door would."""

import pytest

from tests.services.iam.cast import ACCOUNT, EC2, EVERYTHING, document

MARIO = f"arn:aws:iam::{ACCOUNT}:user/mario"
BILL = "arn:aws:s3:::bills/0042.txt"
READ = document("s3:GetObject", "arn:aws:s3:::bills/*")


def decisions(answer):
    return [
        (one["EvalActionName"], one["EvalResourceName"], one["EvalDecision"]) for one in answer["EvaluationResults"]
    ]


def custom(iam, *policies, actions=("s3:GetObject",), resources=(BILL,), **more):
    return iam.SimulateCustomPolicy(
        PolicyInputList=list(policies), ActionNames=list(actions), ResourceArns=list(resources), **more
    )


def test_every_action_is_judged_on_every_resource(iam):
    answer = custom(iam, READ, actions=["s3:GetObject", "s3:PutObject"], resources=[BILL, "arn:aws:s3:::other/x"])
    assert decisions(answer) == [
        ("s3:GetObject", BILL, "allowed"),
        ("s3:GetObject", "arn:aws:s3:::other/x", "implicitDeny"),
        ("s3:PutObject", BILL, "implicitDeny"),
        ("s3:PutObject", "arn:aws:s3:::other/x", "implicitDeny"),
    ]


def test_without_a_resource_all_are_meant(iam):
    ask = {"ActionNames": ["s3:GetObject"]}
    assert decisions(iam.SimulateCustomPolicy(PolicyInputList=[READ], **ask))[0][1:] == ("*", "implicitDeny")
    assert decisions(iam.SimulateCustomPolicy(PolicyInputList=[EVERYTHING], **ask))[0][1:] == ("*", "allowed")


def test_the_statement_that_decided_is_shown_with_its_place(iam):
    text = (
        '{\n "Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}\n ]\n}'
    )
    (result,) = custom(iam, EVERYTHING, text)["EvaluationResults"]
    assert result["EvalDecision"] == "explicitDeny"
    assert result["MatchedStatements"] == [
        {
            "SourcePolicyId": "PolicyInputList.2",
            "SourcePolicyType": "none",
            "StartPosition": {"Line": 4, "Column": 3},
            "EndPosition": {"Line": 4, "Column": 56},
        }
    ]


def test_missing_keys_are_told_and_given_ones_count(iam):
    home = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    policy = document("s3:GetObject", "arn:aws:s3:::bills/*", Condition=home)
    (without,) = custom(iam, policy)["EvaluationResults"]
    assert (without["EvalDecision"], without["MissingContextValues"]) == ("implicitDeny", ["aws:SourceIp"])
    entry = {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["203.0.113.7"], "ContextKeyType": "ip"}
    (given,) = custom(iam, policy, ContextEntries=[entry])["EvaluationResults"]
    assert (given["EvalDecision"], given["MissingContextValues"]) == ("allowed", [])


def test_a_boundary_limits(iam):
    (result,) = custom(iam, EVERYTHING, PermissionsBoundaryPolicyInputList=[document("iam:*")])["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_an_organizations_levels_must_all_allow(iam):
    levels = [
        {"ServiceControlPolicyInputList": [EVERYTHING]},
        {"ServiceControlPolicyInputList": [document("iam:*")]},
    ]
    (result,) = custom(iam, EVERYTHING, OrderedOrganizationPolicyInputList=levels)["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}


def test_a_resources_policy_may_let_its_user_in(iam):
    bucket = document("s3:GetObject", "arn:aws:s3:::bills/*", Principal={"AWS": MARIO})
    nothing = document("iam:GetUser")
    (result,) = custom(iam, nothing, ResourcePolicy=bucket, CallerArn=MARIO)["EvaluationResults"]
    assert (result["EvalDecision"], result["MatchedStatements"][0]["SourcePolicyType"]) == ("allowed", "resource")
    ask = {"PolicyInputList": [nothing], "ActionNames": ["s3:GetObject"], "ResourceArns": [BILL]}
    assert iam.refused("SimulateCustomPolicy", **ask, ResourcePolicy=bucket)[0] == "InvalidInput"


@pytest.mark.parametrize(
    "more",
    [
        {"PolicyInputList": ["{"]},
        {"ActionNames": ["GetObject"]},
        {"CallerArn": f"arn:aws:iam::{ACCOUNT}:role/R"},
        {"ContextEntries": [{"ContextKeyName": "aws:SourceIp"}]},
        {"ResourceOwner": "nobody"},
    ],
)
def test_questions_that_make_no_sense(iam, more):
    ask = {"PolicyInputList": [EVERYTHING], "ActionNames": ["s3:GetObject"], **more}
    assert iam.refused("SimulateCustomPolicy", **ask)[0] == "InvalidInput"


@pytest.fixture
def mario(iam):
    iam.user("mario", READ)
    iam.CreateGroup(GroupName="G")
    iam.AddUserToGroup(GroupName="G", UserName="mario")
    home = "arn:aws:s3:::homes/${aws:username}/*"
    iam.PutGroupPolicy(GroupName="G", PolicyName="home", PolicyDocument=document("s3:PutObject", home))


def principal(iam, **more):
    ask = {"PolicySourceArn": MARIO, "ActionNames": ["s3:GetObject"], "ResourceArns": [BILL], **more}
    return iam.SimulatePrincipalPolicy(**ask)["EvaluationResults"]


def test_a_users_policies_and_those_of_the_groups_apply(iam, mario):
    (own,) = principal(iam)
    assert (own["EvalDecision"], own["MatchedStatements"][0]["SourcePolicyType"]) == ("allowed", "user")
    (by_group,) = principal(iam, ActionNames=["s3:PutObject"], ResourceArns=["arn:aws:s3:::homes/mario/x"])
    assert (by_group["EvalDecision"], by_group["MatchedStatements"][0]["SourcePolicyId"]) == ("allowed", "home")
    (other,) = principal(iam, ActionNames=["s3:PutObject"], ResourceArns=["arn:aws:s3:::homes/luigi/x"])
    assert other["EvalDecision"] == "implicitDeny"


def test_policies_on_top_and_left_out(iam, mario):
    (denied,) = principal(iam, PolicyInputList=[document("s3:*", effect="Deny")])
    assert denied["EvalDecision"] == "explicitDeny"
    (without,) = principal(iam, PolicyExclusionList=[{"PolicyType": "inline"}])
    assert without["EvalDecision"] == "implicitDeny"
    named = {"PolicyName": "own", "AttachmentType": "user", "AttachmentName": "mario"}
    (without,) = principal(iam, PolicyExclusionList=[{"InlinePolicyIdentifier": named}])
    assert without["EvalDecision"] == "implicitDeny"


def test_the_boundary_that_a_user_has_counts(iam, mario):
    iam.CreatePolicy(PolicyName="B", PolicyDocument=document("iam:*"))
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/B"
    iam.PutUserPermissionsBoundary(UserName="mario", PermissionsBoundary=boundary)
    (limited,) = principal(iam)
    assert limited["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    (free,) = principal(iam, PermissionsBoundaryPolicyInputList=[EVERYTHING])
    assert free["EvalDecision"] == "allowed"


def test_groups_and_roles_are_asked_too(iam, mario):
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    iam.PutRolePolicy(RoleName="R", PolicyName="own", PolicyDocument=READ)
    (role,) = principal(iam, PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:role/R")
    (group,) = principal(iam, PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:group/G")
    assert (role["EvalDecision"], group["EvalDecision"]) == ("allowed", "implicitDeny")
    ask = {"ActionNames": ["s3:GetObject"]}
    missing = iam.refused("SimulatePrincipalPolicy", PolicySourceArn=MARIO + "2", **ask)
    assert missing == ("NoSuchEntity", "The user with name mario2 cannot be found.")


def test_results_are_paged(iam):
    ask = {"PolicyInputList": [EVERYTHING], "ActionNames": ["s3:GetObject", "s3:PutObject"]}
    first = iam.SimulateCustomPolicy(**ask, MaxItems=1)
    second = iam.SimulateCustomPolicy(**ask, MaxItems=1, Marker=first["Marker"])
    assert [len(first["EvaluationResults"]), first["IsTruncated"], second["IsTruncated"]] == [1, True, False]
    assert decisions(second)[0][0] == "s3:PutObject"


def test_context_keys_of_policies(iam, mario):
    condition = {
        "StringEquals": {"aws:PrincipalTag/team": "${aws:RequestedRegion}"},
        "Bool": {"AWS:SecureTransport": "true"},
    }
    text = document("s3:*", "arn:aws:s3:::${s3:prefix}", Condition=condition)
    keys = iam.GetContextKeysForCustomPolicy(PolicyInputList=[text])["ContextKeyNames"]
    assert keys == ["AWS:SecureTransport", "aws:PrincipalTag/team", "aws:RequestedRegion", "s3:prefix"]
    held = iam.GetContextKeysForPrincipalPolicy(PolicySourceArn=MARIO)["ContextKeyNames"]
    assert held == ["aws:username"]
    assert iam.refused("GetContextKeysForCustomPolicy", PolicyInputList=["{"])[0] == "InvalidInput"
