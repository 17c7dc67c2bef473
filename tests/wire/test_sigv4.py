"""Signatures that botocore's own signers made are accepted as they stand and refused when anything was changed."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from iamlab.services.operations import AwsError
from iamlab.wire import sigv4
from iamlab.wire.facts import Facts

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
NOW = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
FORM = "Action=GetUser&UserName=mario&Version=2010-05-08"
QUERY = "https://iamlab.example/aws"
OBJECT = "https://iamlab.example/aws/customer-bills/2024/bill%20%C3%A9%2B%3D%28x%29//~.txt"


def signed(signer, service, url, *, at=NOW, method="POST", body="", headers=None, token=None, **more):
    """What botocore sends after signing, as facts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "get_current_datetime", lambda *_: at.replace(tzinfo=None))
        request = AWSRequest(method, url, headers or {}, body)
        signer(Credentials("AKIAIOSFODNN7EXAMPLE", SECRET, token), service, "eu-south-1", **more).add_auth(request)
        prepared = request.prepare()
    parts = urlsplit(prepared.url)
    names = {k.lower(): v.decode() if isinstance(v, bytes) else v for k, v in prepared.headers.items()}
    return Facts(prepared.method, parts.path, parts.query, {"host": parts.netloc, **names})


def header_of_query(**more):
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "aws-cli"}
    return signed(auth.SigV4Auth, "iam", QUERY, body=FORM, headers=headers, **more)


def header_of_s3(**more):
    headers = {"x-amz-meta-note": "  two  spaces ", "Content-MD5": "abc"}
    return signed(
        auth.S3SigV4Auth, "s3", OBJECT + "?tagging&versionId=a%2Bb%20c", method="PUT", headers=headers, **more
    )


def url_of_query(**more):
    return signed(auth.SigV4QueryAuth, "sts", QUERY + "?Action=GetCallerIdentity", method="GET", expires=60, **more)


def url_of_s3(**more):
    return signed(auth.S3SigV4QueryAuth, "s3", OBJECT + "?versionId=7", method="GET", expires=3600, **more)


def payload_of(http):
    if "x-amz-content-sha256" in http.headers:
        return http.headers["x-amz-content-sha256"]
    claim = sigv4.claimed(http)
    if claim.service == "s3":
        return sigv4.UNSIGNED
    return hashlib.sha256(FORM.encode() if http.method == "POST" else b"").hexdigest()


def check(http, secret=SECRET, now=NOW):
    claim = sigv4.claimed(http)
    sigv4.check_time(claim, now)
    sigv4.verify(http, claim, secret, payload_of(http))
    return claim


def refusal(http, **more):
    with pytest.raises(AwsError) as error:
        check(http, **more)
    return error.value


VARIANTS = [header_of_query, header_of_s3, url_of_query, url_of_s3]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("token", [None, "IAMLAB1/a+token==.with+signs/"])
def test_what_botocore_signs_is_accepted(variant, token):
    claim = check(variant(token=token))
    assert claim.access_key_id == "AKIAIOSFODNN7EXAMPLE"
    assert claim.region == "eu-south-1"
    assert claim.token == (token or "")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(
    "change",
    [
        lambda http: replace(http, method="DELETE"),
        lambda http: replace(http, path=http.path + "x"),
        lambda http: replace(http, query=http.query + "&more=1"),
        lambda http: replace(http, headers={**http.headers, "host": "elsewhere.example"}),
        lambda http: replace(http, headers={k: v for k, v in http.headers.items() if k != "host"}),
    ],
    ids=["method", "path", "query", "host", "no host"],
)
def test_what_was_changed_on_the_way_is_refused(variant, change):
    error = refusal(change(variant()))
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_wrong_secret_is_refused(variant):
    assert refusal(variant(), secret=SECRET[::-1]).code == "SignatureDoesNotMatch"


def test_another_body_is_refused():
    http = header_of_query()
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        sigv4.verify(http, sigv4.claimed(http), SECRET, hashlib.sha256(b"Action=DeleteUser").hexdigest())


def test_a_header_that_aws_would_obey_must_be_signed():
    http = header_of_s3()
    loose = replace(http, headers={**http.headers, "x-amz-acl": "public-read"})
    error = refusal(loose)
    assert (error.code, error.extra["HeadersNotSigned"]) == ("AccessDenied", "x-amz-acl")
    http = header_of_query()
    assert refusal(replace(http, headers={**http.headers, "x-amz-target": "x"})).code == "SignatureDoesNotMatch"


def test_a_raw_path_that_the_server_decoded_means_the_same():
    """Without the path as sent, it is written anew from the decoded one."""
    http = header_of_s3()
    check(replace(http, path=http.path.replace("%28", "(").replace("%C3%A9", "%c3%a9").replace("%2B", "+")))


@pytest.mark.parametrize("minutes", [-14, 14])
@pytest.mark.parametrize("variant", [header_of_query, header_of_s3])
def test_a_clock_that_is_a_little_off_is_accepted(variant, minutes):
    check(variant(at=NOW + timedelta(minutes=minutes)))


def test_a_clock_that_is_far_off_is_refused_in_each_services_words():
    late = NOW - timedelta(minutes=16)
    error = refusal(header_of_query(at=late))
    assert error.code == "SignatureDoesNotMatch"
    assert error.message == (
        "Signature expired: 20240229T114400Z is now earlier than 20240229T114500Z (20240229T120000Z - 15 min.)"
    )
    early = refusal(header_of_query(at=NOW + timedelta(minutes=16)))
    assert early.message == (
        "Signature not yet current: 20240229T121600Z is still later than 20240229T121500Z (20240229T120000Z + 15 min.)"
    )
    error = refusal(header_of_s3(at=late))
    assert (error.code, error.status) == ("RequestTimeTooSkewed", 403)
    assert error.extra["MaxAllowedSkewMilliseconds"] == "900000"


def test_a_presigned_url_lives_as_long_as_it_says():
    http = url_of_s3()
    check(http, now=NOW + timedelta(minutes=59))
    error = refusal(http, now=NOW + timedelta(minutes=61))
    assert (error.code, error.message, error.status) == ("AccessDenied", "Request has expired", 403)
    assert error.extra["Expires"] == "2024-02-29T13:00:00Z"
    assert refusal(http, now=NOW - timedelta(minutes=16)).message == "Request is not yet valid"
    assert refusal(url_of_query(), now=NOW + timedelta(seconds=61)).code == "RequestExpired"


@pytest.mark.parametrize("seconds", ["604801", "-1", "soon", "٣"])
def test_a_presigned_url_lives_a_week_at_most(seconds):
    http = url_of_s3()
    error = refusal(replace(http, query=http.query.replace("X-Amz-Expires=3600", f"X-Amz-Expires={seconds}")))
    assert (error.code, error.status) == ("IncompleteSignature", 400)
    assert error.message.startswith("X-Amz-Expires")


def headers(authorization, **more):
    return Facts("POST", "/aws", "", {"host": "x", "authorization": authorization, **more})


SCOPE = "AKIA/20240229/us-east-1/iam/aws4_request"
STAMPED = {"x-amz-date": "20240229T120000Z"}


@pytest.mark.parametrize(
    ("authorization", "code", "says"),
    [
        ("AWS AKIA:c2lnbmF0dXJl", "InvalidRequest", "Please use AWS4-HMAC-SHA256"),
        ("Bearer abc", "IncompleteSignature", "Unsupported AWS 'algorithm': 'Bearer'"),
        ("AWS4-HMAC-SHA256", "IncompleteSignature", "requires 'Credential' parameter. Authorization header requires"),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host", "IncompleteSignature", "requires 'Signature'"),
        (
            "AWS4-HMAC-SHA256 Credential=AKIA/20240229, SignedHeaders=host, Signature=" + "0" * 64,
            "IncompleteSignature",
            "exactly 5 slash-delimited elements",
        ),
        (
            f"AWS4-HMAC-SHA256 Credential={SCOPE}x, SignedHeaders=host, Signature=" + "0" * 64,
            "SignatureDoesNotMatch",
            "valid terminator: 'aws4_request', not 'aws4_requestx'",
        ),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=no", "SignatureDoesNotMatch", "we calc"),
        (
            f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=x-amz-date, Signature=" + "0" * 64,
            "SignatureDoesNotMatch",
            "must be a 'SignedHeader'",
        ),
    ],
)
def test_a_header_that_is_none_says_what_is_wrong(authorization, code, says):
    error = refusal(headers(authorization, **STAMPED))
    assert error.code == code
    assert says in error.message


@pytest.mark.parametrize(
    ("stamp", "code", "says"),
    [
        ({}, "IncompleteSignature", "existence of either a 'X-Amz-Date' or a 'Date' header"),
        ({"x-amz-date": "2024-02-29"}, "IncompleteSignature", "existence of either"),
        ({"x-amz-date": "20240229T996000Z"}, "IncompleteSignature", "ISO-8601 'basic format'"),
        ({"x-amz-date": "20240301T000000Z"}, "SignatureDoesNotMatch", "'20240229' != '20240301'"),
    ],
)
def test_a_date_that_is_none_says_what_is_wrong(stamp, code, says):
    error = refusal(headers(f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature={'0' * 64}", **stamp))
    assert error.code == code
    assert says in error.message


def test_a_date_header_will_do():
    """IAM User Guide: "Create a signed AWS API request": x-amz-date or date."""
    http = headers(
        f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=date;host, Signature={'0' * 64}",
        date="Thu, 29 Feb 2024 12:00:00 GMT",
    )
    assert sigv4.claimed(http).stamp == "20240229T120000Z"


def test_two_signatures_and_old_ones_are_refused():
    http = url_of_s3()
    assert refusal(replace(http, headers={**http.headers, "authorization": "x"})).code == "InvalidArgument"
    missing = Facts("GET", "/aws/b/k", "X-Amz-Signature=x&X-Amz-Date=20240229T120000Z", {"host": "x"})
    assert "must include 'X-Amz-Credential'" in refusal(missing).message


def test_a_request_without_a_signature_claims_nothing():
    assert sigv4.claimed(Facts("GET", "/aws/b/k", "versionId=3", {"host": "x"})) is None
