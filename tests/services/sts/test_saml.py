"""A role is taken with a SAML response of the sandbox's own test provider, as the role's trust policy says."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from botocore import UNSIGNED
from django.core.management import CommandError, call_command

from iamlab.services.accounts.models import Sandbox
from iamlab.services.sts import saml_identity_provider
from tests import boto
from tests.services.cloud import ACCOUNT, allow, refusal

ENTITY = "https://idp.bills.example/saml"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/Bills"
SIGN_IN = "https://signin.aws.amazon.com/saml"
READER = f"arn:aws:iam::{ACCOUNT}:role/reader"
QUALIFIER = base64.b64encode(hashlib.sha1(f"{ENTITY}{ACCOUNT}/Bills".encode()).digest()).decode()


def trust(*actions, **conditions):
    found = {"Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": ["sts:AssumeRoleWithSAML", *actions]}
    return {**found, "Condition": {"StringEquals": conditions}} if conditions else found


@pytest.fixture
def saml(cloud, capsys):
    """The account with a provider; `saml.response()` is what its sign-in page would post to AWS."""

    def printed(command, **options):
        call_command(command, account_id=ACCOUNT, **options)
        return capsys.readouterr().out.strip()

    def response(subject="mario", role=READER, **options):
        attributes = json.dumps(options.pop("attributes", {}))
        return printed(
            "lab_saml_assertion", provider="Bills", role=role, subject=subject, attributes=attributes, **options
        )

    cloud.metadata = printed("lab_saml_metadata", entity_id=ENTITY)
    cloud.client("iam").create_saml_provider(Name="Bills", SAMLMetadataDocument=cloud.metadata)
    cloud.response = response
    cloud.sts = boto.client("sts", signature_version=UNSIGNED)
    return cloud


def take(saml, response=None, **params):
    params = {"RoleArn": READER, "PrincipalArn": PROVIDER, **params}
    return saml.sts.assume_role_with_saml(SAMLAssertion=response or saml.response(), **params)


def fails(saml, response=None, **params):
    params = {"RoleArn": READER, "PrincipalArn": PROVIDER, **params}
    found = refusal(saml.sts.assume_role_with_saml, SAMLAssertion=response or saml.response(), **params)
    return found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"], found["Error"]["Message"]


def changed(response, old, new):
    """The response with some of its XML replaced; the signature stays as it was."""
    text = base64.b64decode(response).decode()
    assert old in text
    return base64.b64encode(text.replace(old, new).encode()).decode()


def test_the_session_does_what_the_role_may(saml):
    keys = {
        "SAML:aud": SIGN_IN,
        "saml:iss": ENTITY,
        "saml:sub": "mario",
        "saml:sub_type": "persistent",
        "saml:namequalifier": QUALIFIER,
        "saml:doc": f"{ACCOUNT}/Bills",
    }
    saml.role("reader", trust(**keys), allow("s3:ListAllMyBuckets"))
    answer = take(saml)
    assert (answer["Subject"], answer["SubjectType"]) == ("mario", "persistent")
    assert (answer["Issuer"], answer["Audience"], answer["NameQualifier"]) == (ENTITY, SIGN_IN, QUALIFIER)
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/mario"
    assert answer["AssumedRoleUser"]["Arn"] == arn
    assert saml.client("sts", answer["Credentials"]).get_caller_identity()["Arn"] == arn
    assert saml.client("s3", answer["Credentials"]).list_buckets()["Buckets"] == []
    assert refusal(saml.client("iam", answer["Credentials"]).list_users)["Error"]["Code"] == "AccessDenied"


def test_another_process_prints_the_same_metadata(saml):
    """Keys are derived and certificates signed alike each time, so that a server started anew is the same provider."""
    saml_identity_provider._certificate.cache_clear()
    assert saml_identity_provider.metadata(ACCOUNT, ENTITY) == saml.metadata


def test_metadata_may_be_written_anew(saml):
    spaced = saml.metadata.replace("><", ">\n  <")
    saml.client("iam").update_saml_provider(SAMLProviderArn=PROVIDER, SAMLMetadataDocument=spaced)
    saml.role("reader", trust())
    assert take(saml)["Subject"] == "mario"


def test_a_strangers_provider_has_no_responses_here(saml, capsys):
    theirs = saml_identity_provider.metadata("999988887777", ENTITY)
    saml.client("iam").update_saml_provider(SAMLProviderArn=PROVIDER, SAMLMetadataDocument=theirs)
    with pytest.raises(CommandError, match="not made with the test provider's metadata"):
        saml.response()


@pytest.mark.parametrize("key", ["SAML:aud", "saml:iss", "saml:sub", "saml:sub_type", "saml:namequalifier"])
def test_what_the_trust_policy_does_not_say_is_refused(saml, key):
    saml.role("reader", trust(**{key: "another"}))
    assert fails(saml) == ("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithSAML")


def test_a_role_that_trusts_no_provider_is_refused(saml):
    plain = {**trust(), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    saml.role("reader", plain)
    refused = ("AccessDenied", 403, "Not authorized to perform sts:AssumeRoleWithSAML")
    assert fails(saml) == refused
    missing = f"arn:aws:iam::{ACCOUNT}:role/missing"
    assert fails(saml, saml.response(role=missing), RoleArn=missing) == refused


def test_a_response_that_was_changed_is_refused(saml):
    saml.role("reader", trust())
    invalid = ("InvalidIdentityToken", 400, "Response signature invalid")
    good = saml.response()
    assert fails(saml, changed(good, ">mario<", ">luigi<")) == invalid
    assert fails(saml, changed(good, "SignatureValue>", "Signature>")) == invalid
    text = base64.b64decode(good).decode()
    unsigned = re.sub(r"<ds:Signature.*</ds:Signature>", "", text, flags=re.DOTALL)
    assert fails(saml, base64.b64encode(unsigned.encode()).decode()) == invalid


def test_an_assertion_beside_the_signed_one_counts_for_nothing(saml):
    """XML signature wrapping: the signature holds, of something that is not what is read."""
    saml.role("reader", trust())
    text = base64.b64decode(saml.response()).decode()
    start, end = text.index("<Assertion"), text.index("</p:Response>")
    signed = text[start:end]
    forged = re.sub(r"<ds:Signature.*</ds:Signature>", "", signed, flags=re.DOTALL).replace(">mario<", ">admin<")
    for wrapped in (
        text[:start] + forged + signed + text[end:],
        text[:start] + forged.replace("</Assertion>", f"<Advice>{signed}</Advice></Assertion>") + text[end:],
        text[:start] + f"<p:Extensions>{signed}</p:Extensions>" + forged + text[end:],
    ):
        assert fails(saml, base64.b64encode(wrapped.encode()).decode())[:2] == ("InvalidIdentityToken", 400)


def test_another_providers_signature_is_refused(saml):
    saml.role("reader", trust())
    attributes = {"Role": [f"{READER},{PROVIDER}"], "RoleSessionName": ["mario"]}
    now = datetime.now(UTC)
    theirs = saml_identity_provider.response("999988887777", ENTITY, "mario", attributes, now)
    assert fails(saml, theirs) == ("InvalidIdentityToken", 400, "Response signature invalid")
    other = saml_identity_provider.metadata(ACCOUNT, "https://other.example")
    saml.client("iam").create_saml_provider(Name="Other", SAMLMetadataDocument=other)
    named = saml.response(attributes={"Role": f"{READER},{PROVIDER.replace('Bills', 'Other')}"})
    assert fails(saml, named, PrincipalArn=PROVIDER.replace("Bills", "Other"))[0] == "InvalidIdentityToken"


@pytest.mark.parametrize("response", ["not base64!", "bm90IFhNTA==", base64.b64encode(b"<a/>").decode()])
def test_what_is_no_response_is_refused(saml, response):
    saml.role("reader", trust())
    said = ("InvalidIdentityToken", 400, "Your request included an invalid SAML response.")
    assert fails(saml, response) == said


def test_entities_are_not_read(saml):
    saml.role("reader", trust())
    text = b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + base64.b64decode(saml.response())
    assert fails(saml, base64.b64encode(text).decode())[0] == "InvalidIdentityToken"


def test_a_response_is_good_for_five_minutes(saml):
    saml.role("reader", trust())
    late = ("ExpiredTokenException", 400, "Token must be redeemed within 5 minutes of issuance")
    response, short = saml.response(minutes=60), saml.response(minutes=1)
    Sandbox.objects.update(clock_offset=90)
    assert fails(saml, short) == late
    assert take(saml, response)
    Sandbox.objects.update(clock_offset=301)
    assert fails(saml, response) == late


def test_a_failed_sign_in_is_a_rejected_claim(saml):
    saml.role("reader", trust())
    status = "urn:oasis:names:tc:SAML:2.0:status:Responder"
    response = saml_identity_provider.response(ACCOUNT, ENTITY, "mario", {}, datetime.now(UTC), status=status)
    assert fails(saml, response)[:2] == ("IDPRejectedClaim", 403)


def test_the_assertion_names_role_provider_and_session(saml):
    saml.role("reader", trust())
    elsewhere = saml.response(role=f"arn:aws:iam::{ACCOUNT}:role/other")
    said = "SAML Assertion doesn't contain the requested Role and Metadata in the attributes"
    assert fails(saml, elsewhere) == ("InvalidIdentityToken", 400, said)
    turned = saml.response(attributes={"Role": f"{PROVIDER},{READER}"})
    assert take(saml, turned)
    assert fails(saml, saml.response(attributes={"RoleSessionName": []}))[2] == (
        "RoleSessionName is required in AuthnResponse"
    )
    assert fails(saml, saml.response(session_name="a b"))[0] == "InvalidIdentityToken"
    assert fails(saml, PrincipalArn=PROVIDER + "s")[2] == "Specified provider doesn't exist"


def test_tags_and_source_identity_need_their_permissions(saml):
    stated = {"PrincipalTag:team": "bills", "SourceIdentity": "mario-rossi", "TransitiveTagKeys": ["team"]}
    saml.role("reader", trust())
    assert fails(saml, saml.response(attributes=stated))[0] == "AccessDenied"
    saml.client("iam").delete_role(RoleName="reader")
    team = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "bills"}}}
    saml.role("reader", trust("sts:TagSession", "sts:SetSourceIdentity"), allow("s3:ListAllMyBuckets", **team))
    answer = take(saml, saml.response(attributes=stated))
    assert answer["SourceIdentity"] == "mario-rossi"
    assert saml.client("s3", answer["Credentials"]).list_buckets()["Buckets"] == []
    del stated["PrincipalTag:team"], stated["TransitiveTagKeys"]
    plain = take(saml, saml.response(attributes=stated))
    assert refusal(saml.client("s3", plain["Credentials"]).list_buckets)["Error"]["Code"] == "AccessDenied"


def test_how_long_the_session_lasts(saml):
    saml.role("reader", trust())
    now = datetime.now(UTC)

    def minutes(answer):
        return round((answer["Credentials"]["Expiration"] - now) / timedelta(minutes=1))

    assert minutes(take(saml)) == 60
    assert minutes(take(saml, DurationSeconds=900)) == 15
    assert minutes(take(saml, saml.response(attributes={"SessionDuration": "1800"}))) == 30
    too_long = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert fails(saml, DurationSeconds=7200) == ("ValidationError", 400, too_long)


def test_the_event_names_the_identity_and_hides_the_assertion(saml):
    saml.role("reader", trust())
    take(saml)
    (event,) = saml.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRoleWithSAML"}]
    )["Events"]
    record = json.loads(event["CloudTrailEvent"])
    assert record["userIdentity"] == {
        "type": "SAMLUser",
        "principalId": f"{QUALIFIER}:mario",
        "userName": "mario",
        "identityProvider": QUALIFIER,
    }
    assertion = record["requestParameters"].pop("sAMLAssertionID")
    assert re.fullmatch("_[0-9a-f]{32}", assertion)
    assert record["requestParameters"] == {"roleSessionName": "mario", "roleArn": READER, "principalArn": PROVIDER}
    assert record["responseElements"]["subject"] == "mario"
