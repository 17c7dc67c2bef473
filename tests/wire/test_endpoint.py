"""IAM, STS and CloudTrail as boto3 and hand-written requests meet them: answers, refusals, bad input."""

import json
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from botocore import auth
from botocore.exceptions import ClientError

from iamlab.services.cloudtrail.models import Event
from tests import boto
from tests.wire.conftest import ALL, element, form, request, target

V = "2010-05-08"


def refused(call, **params):
    """Code, message and status of a call that must fail."""
    with pytest.raises(ClientError) as error:
        call(**params)
    response = error.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_user_is_made_and_got(iam):
    made = iam.create_user(UserName="mario", Path="/team/", Tags=[{"Key": "cost é", "Value": "a@b"}])["User"]
    assert made["Arn"] == "arn:aws:iam::111122223333:user/team/mario"
    assert iam.get_user(UserName="mario")["User"] == made
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["mario"]


def test_an_answer_is_in_awss_shape(root, iam):
    iam.create_user(UserName="mario")
    answer = form(root, Action="GetUser", Version=V, UserName="mario")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/xml"
    opening = '<GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetUserResult><User><Path>/</Path>'
    assert answer.text.startswith(opening)
    assert answer.headers["x-amzn-RequestId"] == element(answer, "RequestId")
    assert "Set-Cookie" not in answer.headers


def test_a_list_is_in_the_order_of_its_numbers(root):
    actions = {f"ActionNames.member.{number}": f"s3:{name}" for number, name in ((10, "GetObject"), (2, "PutObject"))}
    more = {"PolicyInputList.member.1": ALL, "Action": "SimulateCustomPolicy", "Version": V}
    text = form(root, **actions, **more).text
    assert text.index("s3:PutObject") < text.index("s3:GetObject")


def test_an_error_is_in_awss_shape(root):
    answer = form(root, Action="GetUser", Version=V, UserName="nobody")
    assert answer.status_code == 404
    assert answer.text == (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
        "<Code>NoSuchEntity</Code><Message>The user with name nobody cannot be found.</Message></Error>"
        f"<RequestId>{answer.headers['x-amzn-RequestId']}</RequestId></ErrorResponse>"
    )


def test_policy_documents_travel_url_encoded(root, iam):
    iam.create_user(UserName="mario")
    iam.put_user_policy(UserName="mario", PolicyName="all", PolicyDocument=ALL)
    assert iam.get_user_policy(UserName="mario", PolicyName="all")["PolicyDocument"] == json.loads(ALL)
    answer = form(root, Action="GetUserPolicy", Version=V, UserName="mario", PolicyName="all")
    assert element(answer, "PolicyDocument").startswith("%7B%22Version%22%3A%20%222012-10-17%22")


def test_what_is_asked_for_by_get_is_answered_too(root):
    answer = request("sts", root, method="GET", path="/aws?Action=GetCallerIdentity&Version=2011-06-15")
    assert element(answer, "Account") == "111122223333"


def test_a_presigned_url_of_sts_says_who_signed_it(root):
    url = boto.client("sts", root).generate_presigned_url("get_caller_identity", HttpMethod="GET", ExpiresIn=60)
    answer = request("sts", None, method="GET", path=url.partition(boto.HOST)[2])
    assert element(answer, "Arn") == "arn:aws:iam::111122223333:root"


def test_the_request_id_is_the_events(iam):
    answer = iam.create_user(UserName="mario")
    record = json.loads(Event.objects.get(name="CreateUser").record)
    assert record["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert record["sourceIPAddress"] == "203.0.113.10"
    assert record["userAgent"].startswith("Boto3/")
    assert record["tlsDetails"]["clientProvidedHostHeader"] == "testserver"


def test_the_region_of_the_signature_is_the_requests(root):
    boto.client("cloudtrail", root, region="eu-south-1").lookup_events()
    assert json.loads(Event.objects.get().record)["awsRegion"] == "eu-south-1"


def user_key(iam, name="mario"):
    iam.create_user(UserName=name)
    return iam.create_access_key(UserName=name)["AccessKey"]


def test_a_users_key_is_judged_by_the_users_policies(iam):
    mario = boto.client("iam", user_key(iam))
    code, message, status = refused(mario.list_users)
    assert (code, status) == ("AccessDenied", 403)
    assert message.startswith("User: arn:aws:iam::111122223333:user/mario is not authorized to perform: iam:ListUsers")
    iam.put_user_policy(UserName="mario", PolicyName="all", PolicyDocument=ALL)
    assert mario.list_users()["Users"]


SERVICES = {
    "iam": ("get_user", {}),
    "sts": ("get_caller_identity", {}),
    "cloudtrail": ("lookup_events", {}),
    "s3": ("list_buckets", {}),
}


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("iam", "SignatureDoesNotMatch", 403),
        ("sts", "SignatureDoesNotMatch", 403),
        ("cloudtrail", "InvalidSignatureException", 400),
        ("s3", "SignatureDoesNotMatch", 403),
    ],
)
def test_a_wrong_secret_is_refused(root, service, code, status):
    operation, params = SERVICES[service]
    call = getattr(boto.client(service, {**root, "SecretAccessKey": "wrong"}), operation)
    found, message, its_status = refused(call, **params)
    assert (found, its_status) == (code, status)
    assert message.startswith("The request signature we calculated does not match the signature you provided.")
    assert not Event.objects.exists()


@pytest.mark.parametrize("service", SERVICES)
def test_what_was_refused_unread_says_so_in_a_header(iam, root, service):
    operation, params = SERVICES[service]
    key = user_key(iam)
    for given, told in (({**root, "SecretAccessKey": "wrong"}, True), (key, False), (root, False)):
        try:
            answer = getattr(boto.client(service, given), operation)(**params)
        except ClientError as error:
            answer = error.response
        said = answer["ResponseMetadata"]["HTTPHeaders"].get("x-iamlab-why", "")
        assert said.startswith("The request was refused before any policy was read: signature wrong") == told
        assert bool(said) == told


@pytest.mark.parametrize(
    ("service", "code", "status", "message"),
    [
        ("iam", "InvalidClientTokenId", 403, "The security token included in the request is invalid."),
        ("sts", "InvalidClientTokenId", 403, "The security token included in the request is invalid."),
        ("cloudtrail", "UnrecognizedClientException", 400, "The security token included in the request is invalid."),
        ("s3", "InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."),
    ],
)
def test_a_key_that_was_deleted_or_deactivated_is_refused(iam, service, code, status, message):
    key = user_key(iam)
    operation, _ = SERVICES[service]
    iam.update_access_key(UserName="mario", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert refused(getattr(boto.client(service, key), operation)) == (code, message, status)
    iam.delete_access_key(UserName="mario", AccessKeyId=key["AccessKeyId"])
    assert refused(getattr(boto.client(service, key), operation)) == (code, message, status)


def test_temporary_credentials_work_with_their_token_only(root):
    temporary = boto.client("sts", root).get_session_token(DurationSeconds=900)["Credentials"]
    assert boto.client("sts", temporary).get_caller_identity()["Arn"].endswith(":root")
    assert boto.client("s3", temporary).list_buckets()["Buckets"] == []
    changed = {**temporary, "SessionToken": temporary["SessionToken"][:-2] + "xx"}
    bare = {"AccessKeyId": temporary["AccessKeyId"], "SecretAccessKey": temporary["SecretAccessKey"]}
    assert refused(boto.client("sts", changed).get_caller_identity)[0] == "InvalidClientTokenId"
    assert refused(boto.client("sts", bare).get_caller_identity)[0] == "InvalidClientTokenId"
    assert refused(boto.client("s3", changed).list_buckets)[::2] == ("InvalidToken", 400)
    assert refused(boto.client("s3", bare).list_buckets)[0] == "InvalidAccessKeyId"


def test_temporary_credentials_run_out(root):
    temporary = boto.client("sts", root).get_session_token(DurationSeconds=900)["Credentials"]
    later = temporary["Expiration"] + timedelta(seconds=1)
    with patch("iamlab.services.clock.now", return_value=later):
        assert refused(boto.client("sts", temporary).get_caller_identity) == (
            "ExpiredToken",
            "The security token included in the request is expired",
            403,
        )
        assert refused(boto.client("s3", temporary).list_buckets) == (
            "ExpiredToken",
            "The provided token has expired.",
            400,
        )
        assert refused(boto.client("cloudtrail", temporary).lookup_events)[::2] == ("ExpiredTokenException", 400)


def test_a_clients_clock_that_is_wrong_is_said_so(root, monkeypatch):
    monkeypatch.setattr(auth, "get_current_datetime", lambda *_: datetime(2020, 1, 1))
    code, message, status = refused(boto.client("iam", root).get_user)
    assert (code, status) == ("SignatureDoesNotMatch", 403)
    assert message.startswith("Signature expired: 20200101T000000Z is now earlier than")
    assert refused(boto.client("s3", root).list_buckets)[::2] == ("RequestTimeTooSkewed", 403)


def test_unsigned_requests_are_refused_in_each_protocols_shape(db):
    answer = form(None, Action="ListUsers", Version=V)
    assert (answer.status_code, element(answer, "Code")) == (403, "MissingAuthenticationToken")
    answer = target(None, "LookupEvents")
    assert answer.status_code == 400
    assert json.loads(answer.text)["__type"] == "MissingAuthenticationTokenException"
    answer = request("s3", None, method="GET", path="/aws/customer-bills/bill.txt")
    assert (answer.status_code, element(answer, "Code")) == (403, "AccessDenied")
    assert "/public/" in element(answer, "Hint")
    assert not Event.objects.exists()


def test_who_proves_themselves_by_a_token_needs_no_signature_but_an_account(root):
    fields = {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleSessionName": "mario"}
    answer = form(None, "sts", RoleArn="arn:aws:iam::999999999999:role/x", WebIdentityToken="token", **fields)
    assert (answer.status_code, element(answer, "Code")) == (403, "AccessDenied")
    for arn in ("nonsense", ""):
        answer = form(None, "sts", RoleArn=arn, WebIdentityToken="token", **fields)
        assert (answer.status_code, element(answer, "Code")) == (400, "ValidationError")
    answer = form(None, "sts", RoleArn="arn:aws:iam::111122223333:role/x", WebIdentityToken="token", **fields)
    assert element(answer, "Code") != "MissingAuthenticationToken"
    assert "AssumeRoleWithWebIdentityResult" not in answer.text


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        (
            {"Action": "FlyToTheMoon", "Version": V},
            "InvalidAction",
            "Could not find operation FlyToTheMoon for version",
        ),
        ({"Action": "GetUser", "Version": "2009-01-01"}, "InvalidAction", "operation GetUser for version 2009-01-01"),
        ({"Version": V}, "MissingAction", "must contain the parameter Action"),
        ({"Action": "EnableOrganizationsRootSessions", "Version": V}, "InvalidAction", "not simulated by iamlab"),
    ],
)
def test_an_action_that_is_not_there_is_refused(root, fields, code, message):
    answer = form(root, **fields)
    assert (answer.status_code, element(answer, "Code")) == (400, code)
    assert message in element(answer, "Message")


def test_an_operation_that_is_not_simulated_is_refused_in_json(root):
    answer = target(root, "CreateChannel")
    assert answer.status_code == 400
    assert answer.headers["x-amzn-ErrorType"] == "UnknownOperationException"
    assert "not simulated by iamlab" in json.loads(answer.text)["message"]
    assert json.loads(target(root, "FlyToTheMoon").text)["__type"] == "UnknownOperationException"


def test_a_service_that_is_not_simulated_is_refused_in_the_requests_protocol(root):
    assert "dynamodb is not simulated by iamlab" in refused(boto.client("dynamodb", root).list_tables)[1]
    assert "sns is not simulated by iamlab" in refused(boto.client("sns", root).list_topics)[1]
    not_there = ("UnknownOperationException", "The service lambda is not simulated by iamlab.", 400)
    assert refused(boto.client("lambda", root).list_functions) == not_there
    assert refused(boto.client("route53", root).list_hosted_zones)[0] == "NotImplemented"


def test_a_signature_for_one_service_opens_no_other(root):
    answer = request("iam", root, body=b"Action=GetCallerIdentity&Version=2011-06-15", scope="iam")
    assert element(answer, "Code") == "InvalidAction"


def test_our_own_services_are_not_on_the_wire(root):
    answer = request("signin", root, body=b"Action=ConsoleLogin&Version=2026-11-24")
    assert element(answer, "Code") == "InvalidAction"


def test_another_verb_is_refused(root):
    answer = request("iam", root, method="PUT", path="/aws?Action=ListUsers&Version=2010-05-08")
    assert answer.status_code == 405


@pytest.mark.parametrize("body", [b"Action=%ff", b"Action=ListUsers&PathPrefix=%c3%28", b"\xff\xfe"])
def test_text_that_is_none_is_refused(root, body):
    answer = request("iam", root, body=body)
    assert (answer.status_code, element(answer, "Code")) == (404, "MalformedQueryString")


def test_a_nul_character_is_refused(root):
    answer = form(root, Action="CreateUser", Version=V, UserName="ma\0rio")
    assert (answer.status_code, element(answer, "Code")) == (400, "ValidationError")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"UserName": "a b"}, "Value at 'userName' failed to satisfy constraint"),
        ({"UserName": "x" * 65}, "Member must have length less than or equal to 64"),
        ({"UserName": ""}, "Member must have length greater than or equal to 1"),
        ({}, "Value at 'userName' failed to satisfy constraint: Member must not be null"),
        ({"UserName": "mario", "Tags.member.1.Value": "x"}, "'tags.1.member.key'"),
    ],
)
def test_parameters_are_held_against_the_model(root, fields, says):
    answer = form(root, Action="CreateUser", Version=V, **fields)
    assert (answer.status_code, element(answer, "Code")) == (400, "ValidationError")
    assert says in element(answer, "Message")


def test_a_number_that_is_none_is_refused(root):
    answer = form(root, Action="ListUsers", Version=V, MaxItems="ten")
    assert (answer.status_code, element(answer, "Code")) == (400, "ValidationError")


def test_parameters_that_aws_does_not_know_are_ignored(root):
    answer = form(root, Action="CreateUser", Version=V, UserName="mario", Colour="red", **{"Tags.member.x.Key": "y"})
    assert answer.status_code == 200


def test_deeply_dotted_names_are_ignored(root):
    assert form(root, Action="ListUsers", Version=V, **{"a" + ".a" * 50_000: "x"}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b'{"MaxResults": "ten"}',
        b'{"MaxResults": true}',
        b'{"LookupAttributes": {}}',
        b'{"StartTime": "soon"}',
        b'{"NextToken": "\\ud800"}',
        b'{"NextToken": "\\u0000"}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_json_that_is_none_is_refused(root, body):
    answer = target(root, "LookupEvents", body)
    assert answer.status_code == 400
    assert json.loads(answer.text)["__type"] == "SerializationException"


def test_an_empty_json_body_asks_without_parameters(root):
    answer = target(root, "LookupEvents", b"")
    assert (answer.status_code, answer.text) == (200, '{"Events":[]}')


def test_headers_and_bodies_have_limits(root):
    answer = request("iam", root, headers={"X-Long": "x" * 17_000})
    assert (answer.status_code, element(answer, "Code")) == (400, "RequestHeaderSectionTooLarge")
    answer = request("iam", root, body=b"x" * (2**20 + 1))
    assert (answer.status_code, element(answer, "Code")) == (413, "RequestEntityTooLarge")


def test_a_host_that_is_not_ours_is_refused(root):
    answer = request("iam", root, headers={"Host": "evil.example"}, body=b"Action=ListUsers&Version=2010-05-08")
    assert answer.status_code == 400
    assert b"ListUsersResponse" not in answer.content


def test_a_page_beside_the_endpoint_is_the_sites(client):
    assert client.get("/awsome/").status_code == 404


def test_a_nul_character_in_an_address_is_refused(root):
    assert refused(boto.client("s3", root).get_object, Bucket="bills", Key="a\0b")[0] == "InvalidURI"
