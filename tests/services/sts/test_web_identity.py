"""A role is taken with a token of the sandbox's own test provider, as the role's trust policy says."""

import base64
import json

import pytest
from botocore import UNSIGNED
from django.core.management import call_command

from tests import boto
from tests.services.cloud import ACCOUNT, allow, refusal

URL = "id.bills.example/tenant"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{URL}"

ALL = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]
CLAIMS = {
    "https://aws.amazon.com/tags": {"principal_tags": {"team": ["bills"]}, "transitive_tag_keys": ["team"]},
    "https://aws.amazon.com/source_identity": "mario",
}


def trust(action="sts:AssumeRoleWithWebIdentity", **conditions):
    found = {"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": action}
    return {**found, "Condition": {"StringEquals": conditions}} if conditions else found


@pytest.fixture
def web(cloud, capsys):
    """The account with a provider; `web.token()` is what its sign-in page would hand out."""
    cloud.client("iam").create_open_id_connect_provider(Url=f"https://{URL}", ClientIDList=["bills-app"])

    def token(subject="mario", audience="bills-app", minutes=60, **claims):
        call_command(
            "lab_identity_token",
            account_id=ACCOUNT,
            provider=f"https://{URL}",
            audience=audience,
            subject=subject,
            minutes=minutes,
            claims=json.dumps(claims),
        )
        return capsys.readouterr().out.strip()

    cloud.token = token
    cloud.sts = boto.client("sts", signature_version=UNSIGNED)
    return cloud


def take(web, role, **params):
    params.setdefault("WebIdentityToken", web.token())
    return web.sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="phone", **params)


def fails(web, role, **params):
    params.setdefault("WebIdentityToken", web.token())
    error = refusal(web.sts.assume_role_with_web_identity, RoleArn=role, RoleSessionName="phone", **params)["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("arn", ["not-an-arn-but-long-enough", PROVIDER, "arn:aws:iam::nobody:role/reader"])
def test_what_is_no_roles_arn_is_refused_as_that(web, arn):
    """That AWS says so of the provider's ARN, given for the role's, is told wherever pipelines sign in with OIDC."""
    assert fails(web, arn) == ("ValidationError", "Request ARN is invalid")


def test_the_session_does_what_the_role_may(web):
    role = web.role("reader", trust(**{f"{URL}:aud": "bills-app", f"{URL}:sub": "mario"}), allow("s3:ListAllMyBuckets"))
    answer = take(web, role)
    assert answer["SubjectFromWebIdentityToken"] == "mario"
    assert (answer["Provider"], answer["Audience"]) == (f"https://{URL}", "bills-app")
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/phone"
    assert answer["AssumedRoleUser"]["Arn"] == arn
    assert web.client("sts", answer["Credentials"]).get_caller_identity()["Arn"] == arn
    assert web.client("s3", answer["Credentials"]).list_buckets()["Buckets"] == []
    assert refusal(web.client("iam", answer["Credentials"]).list_users)["Error"]["Code"] == "AccessDenied"


def test_what_the_trust_policy_does_not_say_is_refused(web):
    refused = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    luigi = web.role("luigis", trust(**{f"{URL}:sub": "luigi"}))
    assert fails(web, luigi) == refused
    assert take(web, luigi, WebIdentityToken=web.token("luigi"))
    other = web.role("plain", {**trust("sts:AssumeRole"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
    assert fails(web, other) == refused
    assert fails(web, f"arn:aws:iam::{ACCOUNT}:role/missing") == refused


def test_the_event_names_the_identity_and_hides_the_token(web):
    take(web, web.role("reader", trust()))
    (event,) = web.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRoleWithWebIdentity"}]
    )["Events"]
    record = json.loads(event["CloudTrailEvent"])
    assert record["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{PROVIDER}:bills-app:mario",
        "userName": "mario",
        "identityProvider": PROVIDER,
    }
    assert "webIdentityToken" not in record["requestParameters"]
    assert "eyJ" not in event["CloudTrailEvent"]


def test_tags_and_source_identity_of_the_token_need_their_own_trust(web):
    claims = CLAIMS
    tagged = allow("s3:ListAllMyBuckets", Condition={"StringEquals": {"aws:PrincipalTag/team": "bills"}})
    plain = web.role("plain", trust(), tagged)
    assert fails(web, plain, WebIdentityToken=web.token(**claims)) == (
        "AccessDenied",
        "Not authorized to perform sts:TagSession",
    )
    unnamed = web.role("unnamed", trust(ALL[:2]))
    assert fails(web, unnamed, WebIdentityToken=web.token(**claims)) == (
        "AccessDenied",
        "Not authorized to perform sts:SetSourceIdentity",
    )
    full = take(web, web.role("full", trust(ALL), tagged), WebIdentityToken=web.token(**claims))
    assert full["SourceIdentity"] == "mario"
    assert web.client("s3", full["Credentials"]).list_buckets()["Buckets"] == []
    without = take(web, plain)
    assert refusal(web.client("s3", without["Credentials"]).list_buckets)["Error"]["Code"] == "AccessDenied"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:TagKeys", "team"),
        ("aws:RequestTag/team", "bills"),
        ("sts:TransitiveTagKeys", "team"),
        ("sts:SourceIdentity", "mario"),
    ],
)
def test_what_a_trust_policy_may_ask_of_the_session(web, key, value):
    """User Guide: "IAM and AWS STS condition context keys"."""
    operator = "ForAnyValue:StringEquals" if key.endswith("Keys") else "StringEquals"
    right = web.role("right", {**trust(ALL), "Condition": {operator: {key: value}}})
    assert take(web, right, WebIdentityToken=web.token(**CLAIMS))["SourceIdentity"] == "mario"
    wrong = web.role("wrong", {**trust(ALL), "Condition": {operator: {key: "other"}}})
    assert fails(web, wrong, WebIdentityToken=web.token(**CLAIMS))[0] == "AccessDenied"


def resigned(token, **claims):
    """The same token with other claims and the old signature."""
    header, body, signature = token.split(".")
    found = json.loads(base64.urlsafe_b64decode(body + "==")) | claims
    changed = base64.urlsafe_b64encode(json.dumps(found).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


def unsigned(token):
    body = token.split(".")[1]
    return base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=") + f".{body}."


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda web: "no token", "not a valid JWT"),
        (lambda web: "é.é.é", "not a valid JWT"),
        (lambda web: resigned(web.token(), sub="luigi"), "verification key"),
        (lambda web: unsigned(web.token()), "verification key"),
        (lambda web: web.token(iss="https://elsewhere.example"), "No OpenIDConnect provider found"),
        (lambda web: web.token(iss=f"http://{URL}"), "No OpenIDConnect provider found"),
        (lambda web: web.token(audience="other-app"), "Incorrect token audience"),
        (lambda web: web.token(sub=""), "sub"),
    ],
)
def test_a_token_that_proves_nothing(web, change, text):
    code, message = fails(web, web.role("reader", trust()), WebIdentityToken=change(web))
    assert code == "InvalidIdentityToken"
    assert text in message


def test_an_expired_token(web):
    code, message = fails(web, web.role("reader", trust()), WebIdentityToken=web.token(minutes=-1))
    assert code == "ExpiredTokenException"
    assert message.startswith("Token expired: current date/time ")


def test_no_longer_than_the_role_allows(web):
    role = web.role("reader", trust())
    assert fails(web, role, DurationSeconds=7200)[0] == "ValidationError"
