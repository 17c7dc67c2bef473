"""Pages of other origins: what a browser is told beforehand and with an answer.

The answers are those that AWS gave to LocalStack's recordings, but where the API Reference tells them.
"""

import json
from urllib.parse import urlsplit

import pytest

from iamlab.services.accounts.models import Account
from tests.wire.conftest import ACCOUNT, element, request

ORIGIN = "https://localhost:4200"
RULE = {"AllowedOrigins": [ORIGIN], "AllowedMethods": ["GET", "PUT"], "MaxAgeSeconds": 3000, "AllowedHeaders": ["*"]}
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::customer-bills/*"}
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
)
CODE, MESSAGE = "Code", "Message"


@pytest.fixture
def public(s3):
    """The sandbox's address; in its bucket is an object that is open to everybody."""
    s3.put_object(Bucket="customer-bills", Key="a", Body=b"test-cors")
    s3.delete_public_access_block(Bucket="customer-bills")
    s3.put_bucket_policy(Bucket="customer-bills", Policy=json.dumps({"Version": "2012-10-17", "Statement": [OPEN]}))
    return f"/public/{Account.objects.get(pk=ACCOUNT).sandbox.public_id}"


@pytest.fixture
def rule(s3):
    def put(*rules):
        s3.put_bucket_cors(Bucket="customer-bills", CORSConfiguration={"CORSRules": list(rules)})

    put(RULE)
    return put


def ask(path, method="OPTIONS", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request("s3", None, method=method, path=path, headers=named)


def beforehand(path, origin=ORIGIN, method="GET", asked=""):
    more = {"Access_Control_Request_Headers": asked} if asked else {}
    return ask(path, Origin=origin, Access_Control_Request_Method=method, **more)


def cors_of(answer):
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


def refused(answer):
    return (answer.status_code, *(element(answer, tag) for tag in (CODE, MESSAGE, "Method", "ResourceType")))


GRANTED = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Allow-Methods": "GET, PUT",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Max-Age": "3000",
}


def test_a_rule_allows_a_page_what_it_names(public, rule):
    answer = beforehand(f"{public}/customer-bills/a", method="PUT")
    assert (answer.status_code, answer.content, cors_of(answer), answer.headers["Vary"]) == (200, b"", GRANTED, VARY)
    answer = ask(f"{public}/customer-bills/a", "GET", Origin=ORIGIN)
    assert (answer.content, cors_of(answer), answer.headers["Vary"]) == (b"test-cors", GRANTED, VARY)


def test_any_origin_is_told_as_any_and_without_credentials(public, rule):
    rule({"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "ExposeHeaders": ["x-amz-id-2", "x-amz-request-id"]})
    expected = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Expose-Headers": "x-amz-id-2, x-amz-request-id",
    }
    assert cors_of(beforehand(f"{public}/customer-bills/a", "http://random:1234")) == expected


def test_a_part_of_an_origin_may_be_anything(public, rule):
    rule({**RULE, "AllowedOrigins": ["http://*.origin.com"]})
    answer = beforehand(f"{public}/customer-bills/a", "http://test.origin.com")
    assert answer.headers["Access-Control-Allow-Origin"] == "http://test.origin.com"
    assert beforehand(f"{public}/customer-bills/a", "http://origin.com.evil").status_code == 403


def test_headers_are_allowed_whatever_their_case(public, rule):
    rule({**RULE, "AllowedHeaders": ["x-amz-expected-bucket-owner", "x-AMZ-server-SIDE-encryption"]})
    asked = "X-Amz-Expected-Bucket-Owner, x-amz-server-side-encryption"
    answer = beforehand(f"{public}/customer-bills/a", asked=asked)
    assert answer.headers["Access-Control-Allow-Headers"] == asked.lower()
    answer = beforehand(f"{public}/customer-bills/a", asked=f"{asked}, x-amz-request-payer")
    assert refused(answer) == (403, "AccessForbidden", NOT_ALLOWED, "GET", "OBJECT")


def test_a_rule_without_headers_allows_none(public, rule):
    rule({"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]})
    assert beforehand(f"{public}/customer-bills/a").status_code == 200
    assert beforehand(f"{public}/customer-bills/a", asked="x-amz-request-payer").status_code == 403


def test_the_first_rule_that_fits_counts(public, rule):
    rule({**RULE, "AllowedMethods": ["DELETE"]}, {**RULE, "MaxAgeSeconds": 1}, RULE)
    assert beforehand(f"{public}/customer-bills/a").headers["Access-Control-Max-Age"] == "1"


@pytest.mark.parametrize(("origin", "method"), [("http://localhost:4200", "PUT"), (ORIGIN, "DELETE")])
def test_what_no_rule_allows_is_refused_beforehand_and_not_told(public, rule, origin, method):
    answer = beforehand(f"{public}/customer-bills/a", origin, method)
    assert refused(answer) == (403, "AccessForbidden", NOT_ALLOWED, method, "OBJECT")
    assert cors_of(answer) == {}
    assert refused(beforehand(f"{public}/customer-bills", origin, method))[-1] == "BUCKET"
    answer = ask(f"{public}/customer-bills/a", "GET", Origin=origin, Access_Control_Request_Method=method)
    assert (answer.status_code, cors_of(answer)) == (200, {})


def test_a_bucket_without_rules_allows_nothing(public):
    not_enabled = "CORSResponse: CORS is not enabled for this bucket."
    assert refused(beforehand(f"{public}/customer-bills/a", method="PUT")) == (
        403, "AccessForbidden", not_enabled, "PUT", "BUCKET",
    )  # fmt: skip
    assert refused(ask(f"{public}/customer-bills/a", Origin=ORIGIN))[3] == "OPTIONS"
    assert cors_of(ask(f"{public}/customer-bills/a", "GET", Origin=ORIGIN)) == {}


def test_a_bucket_that_there_is_not(public):
    expected = (403, "AccessForbidden", "CORSResponse: Bucket not found", "OPTIONS", "BUCKET")
    assert refused(ask(f"{public}/nobodys-bills/a", Origin=ORIGIN)) == expected
    assert refused(ask("/public/nobody/customer-bills/a", Origin=ORIGIN)) == expected


def test_who_names_no_origin_is_told_so(public, rule):
    answer = ask(f"{public}/customer-bills/a", Referer=ORIGIN, Access_Control_Request_Method="PUT")
    assert refused(answer)[:3] == (400, "BadRequest", "Insufficient information. Origin request header needed.")
    assert cors_of(ask(f"{public}/customer-bills/a", "GET", Referer=ORIGIN)) == {}


def test_who_names_no_method_is_refused(public, rule):
    assert ask(f"{public}/customer-bills/a", Origin=ORIGIN).status_code == 400


def test_the_question_for_a_presigned_url_is_answered_by_its_key(s3, rule):
    url = urlsplit(s3.generate_presigned_url("put_object", {"Bucket": "customer-bills", "Key": "new"}))
    assert cors_of(beforehand(f"{url.path}?{url.query}", method="PUT")) == GRANTED
    assert element(beforehand(url.path, method="PUT"), MESSAGE) == "CORSResponse: Bucket not found"


def test_a_signed_answer_and_a_refusal_tell_it_too(root, rule):
    headers = {"Origin": ORIGIN}
    answer = request("s3", root, method="GET", path="/aws/customer-bills/nothing", headers=headers)
    assert (answer.status_code, cors_of(answer)) == (404, GRANTED)
    answer = request("s3", root, method="GET", path="/aws/customer-bills", headers=headers)
    assert (answer.status_code, cors_of(answer)) == (200, GRANTED)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"AllowedHeaders": ["x-*-a-*"]}, 'AllowedHeader "x-*-a-*" can not have more than one wildcard.'),
        (
            {"ExposeHeaders": ["*"]},
            'ExposeHeader "*" contains wildcard. We currently do not support wildcard for ExposeHeader.',
        ),
    ],
)
def test_headers_that_no_rule_may_have(s3, rule, more, text):
    with pytest.raises(s3.exceptions.ClientError) as refused:
        rule({**RULE, **more})
    assert refused.value.response["Error"] == {"Code": "InvalidRequest", "Message": text}
