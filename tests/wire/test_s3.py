"""S3 as boto3, browsers and hand-written requests meet it."""

import base64
import hashlib
import io
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.exceptions import ClientError

from iamlab.services.cloudtrail.models import Event
from iamlab.services.operations import AwsError
from iamlab.wire import errors, rest_xml
from tests import boto
from tests.wire.conftest import element, request

BUCKET = "customer-bills"
SAID = "X-Amz-Content-Sha256"
KEYS = [
    "bill.txt",
    "2024/février & co/+ 1%.txt",
    "a//b/../c",
    "line\nbreak",
    "return\rhere",
    "<tag>",
    "trailing/",
    "~'()*!",
]


def refused(call, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("key", KEYS)
def test_what_is_put_is_got_whatever_its_key(s3, key):
    data = bytes(range(256))
    s3.put_object(Bucket=BUCKET, Key=key, Body=data)
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == data
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == [key]
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": key})
    gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key}]})
    assert [item["Key"] for item in gone["Deleted"]] == [key]
    assert [item["Key"] for item in s3.list_objects(Bucket=BUCKET)["Contents"]] == ["copy"]


def test_the_headers_of_an_object_come_back(s3):
    given = {
        "ContentType": "text/plain; charset=utf-8",
        "CacheControl": "no-cache",
        "ContentDisposition": 'attachment; filename="bill.txt"',
        "ContentLanguage": "it",
        "ContentEncoding": "gzip",
        "Metadata": {"owner": "mario", "two-words": "a  b"},
    }
    put = s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"12 EUR", **given)
    got = s3.get_object(Bucket=BUCKET, Key="bill.txt")
    assert {name: got[name] for name in given} == given
    assert got["ETag"] == put["ETag"] == f'"{hashlib.md5(b"12 EUR").hexdigest()}"'
    assert got["LastModified"].tzinfo is not None
    head = s3.head_object(Bucket=BUCKET, Key="bill.txt")
    assert (head["ContentLength"], head["ETag"], head["Metadata"]) == (6, put["ETag"], given["Metadata"])


def test_a_range_is_a_part_of_the_object(s3):
    s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"0123456789")
    got = s3.get_object(Bucket=BUCKET, Key="bill.txt", Range="bytes=2-4")
    assert (got["Body"].read(), got["ContentRange"]) == (b"234", "bytes 2-4/10")
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert refused(s3.get_object, Bucket=BUCKET, Key="bill.txt", Range="bytes=99-") == ("InvalidRange", 416)


def test_an_answer_without_news_has_no_body():
    """RFC 9110, 15.4.5. Django's test client and http.client hide a body that a server would send."""
    answer = errors.response(AwsError("NotModified", "Not Modified", 304), errors.REST, "s3", "0123456789ABCDEF")
    assert (answer.status, answer.body) == (304, b"")


def test_a_refusal_names_the_key_whatever_it_holds(s3):
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=BUCKET, Key="a&b<Code>OK</Code>")
    told = error.value.response["Error"]
    assert (told["Code"], told["Key"]) == ("NoSuchKey", "a&b<Code>OK</Code>")


def test_conditions_are_judged(s3):
    etag = s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"x")["ETag"]
    assert refused(s3.get_object, Bucket=BUCKET, Key="bill.txt", IfNoneMatch=etag) == ("304", 304)
    now = datetime.now(UTC)
    assert refused(s3.get_object, Bucket=BUCKET, Key="bill.txt", IfModifiedSince=now) == ("304", 304)
    assert s3.get_object(Bucket=BUCKET, Key="bill.txt", IfModifiedSince=now + timedelta(hours=1))["ContentLength"] == 1
    assert refused(s3.get_object, Bucket=BUCKET, Key="bill.txt", IfMatch='"no"') == ("PreconditionFailed", 412)
    assert refused(s3.put_object, Bucket=BUCKET, Key="bill.txt", IfNoneMatch="*") == ("PreconditionFailed", 412)


def test_a_condition_whose_date_is_none_is_ignored(root, s3):
    s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"x")
    headers = {"If-Modified-Since": "yesterday"}
    assert request("s3", root, method="GET", path=f"/aws/{BUCKET}/bill.txt", headers=headers).status_code == 200


def test_a_head_has_no_body(root, s3):
    s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"12 EUR")
    there = request("s3", root, method="HEAD", path=f"/aws/{BUCKET}/bill.txt")
    assert (there.status_code, there.headers["Content-Length"], there.content) == (200, "6", b"")
    missing = request("s3", root, method="HEAD", path=f"/aws/{BUCKET}/none.txt")
    assert (missing.status_code, missing.content) == (404, b"")
    assert refused(s3.head_object, Bucket=BUCKET, Key="none.txt") == ("404", 404)
    assert s3.head_bucket(Bucket=BUCKET)["BucketRegion"] == "us-east-1"


def test_an_object_in_parts_is_put_together(s3):
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="big")["UploadId"]
    parts = [b"a" * 5 * 2**20, b"b"]
    etags = [
        s3.upload_part(Bucket=BUCKET, Key="big", UploadId=upload, PartNumber=number, Body=part)["ETag"]
        for number, part in enumerate(parts, 1)
    ]
    assert len(s3.list_parts(Bucket=BUCKET, Key="big", UploadId=upload)["Parts"]) == 2
    listed = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
    made = s3.complete_multipart_upload(Bucket=BUCKET, Key="big", UploadId=upload, MultipartUpload={"Parts": listed})
    assert made["ETag"].endswith('-2"')
    assert s3.get_object(Bucket=BUCKET, Key="big")["Body"].read() == b"".join(parts)


def test_the_place_of_a_bucket(root, s3):
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None
    s3.create_bucket(Bucket="in-milan", CreateBucketConfiguration={"LocationConstraint": "eu-south-1"})
    assert s3.get_bucket_location(Bucket="in-milan")["LocationConstraint"] == "eu-south-1"


def test_a_policy_is_what_was_put(s3):
    text = '{ "Version": "2012-10-17", "Statement": [] }'
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", %s}]}'
    policy %= f'"Resource": "arn:aws:s3:::{BUCKET}/*"'
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    assert s3.get_bucket_policy(Bucket=BUCKET)["Policy"] == policy
    assert refused(s3.put_bucket_policy, Bucket=BUCKET, Policy=text)[1] == 400
    s3.delete_bucket_policy(Bucket=BUCKET)
    assert refused(s3.get_bucket_policy, Bucket=BUCKET) == ("NoSuchBucketPolicy", 404)


def test_settings_travel_as_xml(s3):
    tags = [{"Key": "team", "Value": "a+b"}]
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == tags
    pages = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "a<b>&c"}}
    s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration=pages)
    assert s3.get_bucket_website(Bucket=BUCKET)["ErrorDocument"] == pages["ErrorDocument"]
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    owner = s3.get_bucket_acl(Bucket=BUCKET)["Grants"][0]["Grantee"]
    assert owner["Type"] == "CanonicalUser"


def test_errors_are_in_s3s_shape(root, s3):
    answer = request("s3", root, method="GET", path="/aws/no-such-bucket/bill.txt")
    assert answer.status_code == 404
    assert answer.text == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchBucket</Code>'
        "<Message>The specified bucket does not exist</Message><BucketName>no-such-bucket</BucketName>"
        f"<RequestId>{answer.headers['x-amz-request-id']}</RequestId><HostId>{answer.headers['x-amz-id-2']}</HostId>"
        "</Error>"
    )


def test_lists_have_awss_root_elements(root, s3):
    space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
    assert f"<ListAllMyBucketsResult {space}>" in request("s3", root, method="GET", path="/aws").text
    assert f"<ListBucketResult {space}>" in request("s3", root, method="GET", path=f"/aws/{BUCKET}?list-type=2").text
    assert f"<ListVersionsResult {space}>" in request("s3", root, method="GET", path=f"/aws/{BUCKET}?versions").text


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("PUT", f"/aws/{BUCKET}?metadataJournalTable", "UpdateBucketMetadataJournalTableConfiguration"),
        ("PUT", f"/aws/{BUCKET}/bill.txt?encryption", "UpdateObjectEncryption"),
        ("GET", f"/aws/{BUCKET}/bill.txt?torrent", "GetObjectTorrent"),
        ("DELETE", f"/aws/{BUCKET}?metadataTable", "DeleteBucketMetadataTableConfiguration"),
    ],
)
def test_what_is_not_simulated_is_refused_and_not_taken_for_something_else(root, s3, method, path, operation):
    answer = request("s3", root, method=method, path=path, body=b"<x/>" if method == "PUT" else b"")
    assert (answer.status_code, element(answer, "Code")) == (501, "NotImplemented")
    assert element(answer, "Message") == f"s3:{operation} is not simulated by iamlab."
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_a_verb_that_means_nothing_there_is_refused(root):
    answer = request("s3", root, method="PATCH", path=f"/aws/{BUCKET}")
    assert (answer.status_code, element(answer, "Code")) == (405, "MethodNotAllowed")
    assert element(answer, "ResourceType") == "BUCKET"


@pytest.mark.parametrize(
    "body",
    [
        b"<VersioningConfiguration><Status>Enabled",
        b"<Wrong><Status>Enabled</Status></Wrong>",
        b"not xml",
        b'<!DOCTYPE x [<!ENTITY e "Enabled">]><VersioningConfiguration><Status>&e;</Status></VersioningConfiguration>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><VersioningConfiguration/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="martian"?><VersioningConfiguration/>',
        b"<VersioningConfiguration><Status>Perhaps</Status></VersioningConfiguration>",
    ],
)
def test_xml_that_is_none_is_refused(root, s3, body):
    answer = request("s3", root, method="PUT", path=f"/aws/{BUCKET}?versioning", body=body)
    assert (answer.status_code, element(answer, "Code")) == (400, "MalformedXML")
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


def test_a_document_that_is_missing_or_vast_is_refused(root, s3):
    answer = request("s3", root, method="PUT", path=f"/aws/{BUCKET}?versioning")
    assert (answer.status_code, element(answer, "Code")) == (400, "MissingRequestBodyError")
    answer = request("s3", root, method="PUT", path=f"/aws/{BUCKET}?versioning", body=b" " * (4 * 2**20 + 1))
    assert (answer.status_code, element(answer, "Code")) == (400, "MaxMessageLengthExceeded")


def test_a_number_in_the_address_that_is_none_is_refused(root, s3):
    answer = request("s3", root, method="GET", path=f"/aws/{BUCKET}?max-keys=many")
    assert (answer.status_code, element(answer, "Code")) == (400, "InvalidArgument")
    assert element(answer, "ArgumentName") == "max-keys"


@pytest.mark.parametrize("path", ["/aws/customer-bills/%FF", "/aws/customer-bills/a%00b"])
def test_an_address_that_is_no_text_is_refused(root, path):
    answer = request("s3", root, method="PUT", path=path, body=b"x")
    assert (answer.status_code, element(answer, "Code")) == (400, "InvalidURI")


def test_an_upload_over_the_limit_is_refused(root, s3, settings):
    settings.OBJECT_BYTES = 100
    assert refused(s3.put_object, Bucket=BUCKET, Key="big", Body=b"x" * 101) == ("EntityTooLarge", 400)
    streaming = boto.client("s3", root, base=f"https://{boto.HOST}/aws")
    assert refused(streaming.put_object, Bucket=BUCKET, Key="big", Body=b"x" * 101) == ("EntityTooLarge", 400)
    s3.put_object(Bucket=BUCKET, Key="big", Body=b"x" * 100)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_uploads_with_checksums_arrive_plainly_and_in_chunks(root, s3, algorithm, scheme):
    """Over https botocore sends aws-chunked bodies with the checksum behind them, over http a header."""
    client = boto.client("s3", root, base=f"{scheme}://{boto.HOST}/aws")
    body = io.BytesIO(b"12 EUR" * 30_000)
    put = client.put_object(Bucket=BUCKET, Key="bill.txt", Body=body, ChecksumAlgorithm=algorithm)
    got = client.get_object(Bucket=BUCKET, Key="bill.txt", ChecksumMode="ENABLED")
    assert got["Body"].read() == body.getvalue()
    assert got[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]
    assert "ContentEncoding" not in got


def chunked(root, body, **more):
    headers = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "X-Amz-Decoded-Content-Length": "6",
        "X-Amz-Trailer": "x-amz-checksum-crc32",
        **more,
    }
    return request("s3", root, method="PUT", path=f"/aws/{BUCKET}/bill.txt", body=body, headers=headers)


CRC = base64.b64encode(zlib.crc32(b"12 EUR").to_bytes(4, "big"))
WHOLE = b"6\r\n12 EUR\r\n0\r\nx-amz-checksum-crc32:" + CRC + b"\r\n\r\n"


@pytest.fixture
def as_said(monkeypatch):
    """Sign with what the header says of the body, as clients do over https."""
    monkeypatch.setattr(S3SigV4Auth, "payload", lambda _, request: request.headers.get(SAID, "UNSIGNED-PAYLOAD"))
    monkeypatch.setattr(S3SigV4Auth, "_modify_request_before_signing", stamp)


def stamp(signer, request):
    said = signer.payload(request)
    SigV4Auth._modify_request_before_signing(signer, request)
    del request.headers[SAID]
    request.headers[SAID] = said


@pytest.mark.parametrize(
    ("body", "more", "code"),
    [
        (WHOLE[:12], {}, "IncompleteBody"),
        (WHOLE.replace(b"12 EUR", b"13 EUR"), {}, "BadDigest"),
        (WHOLE.replace(b"x-amz-checksum-crc32", b"x-amz-checksum-sha1"), {}, "MalformedTrailerError"),
        (WHOLE.replace(b"checksum-crc32", b"bill"), {"X-Amz-Trailer": "x-amz-bill"}, "InvalidRequest"),
        (WHOLE, {"X-Amz-Decoded-Content-Length": "7"}, "IncompleteBody"),
        (WHOLE, {"X-Amz-Decoded-Content-Length": ""}, "MissingContentLength"),
        (WHOLE, {"X-Amz-Content-Sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}, "SignatureDoesNotMatch"),
        (WHOLE, {"X-Amz-Content-Sha256": "STREAMING-SOMETHING"}, "InvalidArgument"),
        (b"12 EUR", {"X-Amz-Content-Sha256": "0" * 64}, "XAmzContentSHA256Mismatch"),
        (b"12 EUR", {"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD", "Content-MD5": "AAAA"}, "InvalidDigest"),
    ],
)
def test_a_body_that_is_not_what_was_said_is_refused(root, s3, as_said, body, more, code):
    answer = chunked(root, body, **more)
    assert (answer.status_code // 100, element(answer, "Code")) == (4, code)
    found = request("s3", root, method="GET", path=f"/aws/{BUCKET}?list-type=2")
    assert element(found, "KeyCount") == "0"


def test_a_chunked_body_that_is_what_was_said_is_kept(root, s3, as_said):
    assert chunked(root, WHOLE).status_code == 200
    assert request("s3", root, method="GET", path=f"/aws/{BUCKET}/bill.txt").content == b"12 EUR"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "?delete", b"<Delete><Object><Key>bill.txt</Key></Object></Delete>"),
        ("PUT", "?tagging", b"<Tagging><TagSet/></Tagging>"),
        (
            "PUT",
            "?cors",
            b"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>"
            b"</CORSConfiguration>",
        ),
    ],
)
def test_what_replaces_or_deletes_much_needs_a_sum(root, s3, method, path, body):
    """S3 API Reference: "DeleteObjects", "PutBucketTagging", "PutBucketCors": Content-MD5 is required."""
    path = f"/aws/{BUCKET}{path}"
    answer = request("s3", root, method=method, path=path, body=body)
    assert (answer.status_code, element(answer, "Code")) == (400, "InvalidRequest")
    assert "Content-MD5" in element(answer, "Message")
    told = {"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()}
    assert request("s3", root, method=method, path=path, body=body, headers=told).status_code in (200, 204)


MISSING = "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, MISSING),
        ({"x-amz-object-attributes": ""}, MISSING),
        ({"x-amz-object-attributes": "ETag,LastModified"}, "Invalid attribute name specified."),
    ],
)
def test_attributes_are_asked_for_by_their_names(root, s3, headers, message):
    """S3 API Reference: "GetObjectAttributes": x-amz-object-attributes is required, with five valid values."""
    s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"x")
    answer = request("s3", root, method="GET", path=f"/aws/{BUCKET}/bill.txt?attributes", headers=headers)
    assert (answer.status_code, element(answer, "Message")) == (400, message)


def test_a_plus_in_a_copys_source_is_a_space(root, s3):
    """As LocalStack's recorded copies show: the header is encoded as a query is."""
    s3.put_object(Bucket=BUCKET, Key="a b", Body=b"x")
    source = {"x-amz-copy-source": f"{BUCKET}/a+b"}
    assert request("s3", root, method="PUT", path=f"/aws/{BUCKET}/copy", headers=source).status_code == 200


def browse(url):
    """A browser that opens a link: no headers of AWS's."""
    return request("s3", None, method="GET", path=url.partition(boto.HOST)[2])


def test_a_presigned_url_opens_in_a_browser(s3, root):
    s3.put_object(Bucket=BUCKET, Key="a b/bill.html", Body=b"<script>alert(1)</script>", ContentType="text/html")
    named = {"Bucket": BUCKET, "Key": "a b/bill.html"}
    signing = boto.client("s3", root, signature_version="s3v4")
    answer = browse(signing.generate_presigned_url("get_object", named, ExpiresIn=60))
    assert (answer.status_code, answer.content) == (200, b"<script>alert(1)</script>")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    other = signing.generate_presigned_url("get_object", {**named, "ResponseContentType": "text/plain"})
    assert browse(other).headers["Content-Type"] == "text/plain"
    assert element(browse(other.replace("text%2Fplain", "text%2Fhtml")), "Code") == "SignatureDoesNotMatch"


def test_a_presigned_url_of_a_session_carries_its_token(s3, root):
    s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"12 EUR")
    temporary = boto.client("sts", root).get_session_token()["Credentials"]
    signing = boto.client("s3", temporary, signature_version="s3v4")
    url = signing.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "bill.txt"})
    assert browse(url).content == b"12 EUR"
    put = signing.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "new.txt"})
    assert request("s3", None, method="PUT", path=put.partition(boto.HOST)[2], body=b"new").status_code == 200


def test_a_broken_presigned_url_is_refused_in_s3s_words(s3, root):
    answer = browse(f"http://{boto.HOST}/aws/{BUCKET}/bill.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=x")
    assert (answer.status_code, element(answer, "Code")) == (400, "AuthorizationQueryParametersError")
    assert element(answer, "Message").startswith("Query-string authentication version 4 requires the X-Amz-Algorithm,")
    signing = boto.client("s3", root, signature_version="s3v4")
    url = signing.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "bill.txt"})
    answer = browse(url.replace("%2Faws4_request", "%252Faws4_request"))
    assert element(answer, "Code") == "AuthorizationQueryParametersError"
    assert element(answer, "Message").startswith("Error parsing the X-Amz-Credential parameter; the Credential is mal-")
    headers = {"Authorization": "AWS4-HMAC-SHA256 nonsense"}
    answer = request("s3", None, method="GET", path=f"/aws/{BUCKET}/bill.txt", headers=headers)
    assert (answer.status_code, element(answer, "Code")) == (400, "AuthorizationHeaderMalformed")


def test_metadata_beyond_ascii_come_back_in_the_words_of_rfc_2047():
    """The example of the S3 User Guide: "Working with object metadata"."""
    assert rest_xml.answer("HeadObject", {"Metadata": {"nonascii": "ÄMÄZÕÑ S3", "ascii": "AMAZONS3"}}).headers == {
        "x-amz-meta-nonascii": "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=",
        "x-amz-meta-ascii": "AMAZONS3",
    }


def test_a_header_cannot_be_broken_by_a_parameter(s3):
    s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"x")
    got = s3.get_object(Bucket=BUCKET, Key="bill.txt", ResponseContentDisposition="a\r\nSet-Cookie: b=c")
    assert got["ContentDisposition"] == "a  Set-Cookie: b=c"
    assert "set-cookie" not in got["ResponseMetadata"]["HTTPHeaders"]


def test_a_signature_shows_what_was_signed(root, s3):
    answer = request("s3", {**root, "SecretAccessKey": "wrong"}, method="GET", path=f"/aws/{BUCKET}")
    assert element(answer, "StringToSign").startswith("AWS4-HMAC-SHA256\n")
    assert element(answer, "CanonicalRequest").startswith(f"GET\n/aws/{BUCKET}\n")


def test_the_age_and_kind_of_a_signature_can_be_conditions(root, s3):
    s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"x")
    condition = '{"StringEquals": {"s3:authType": "REST-QUERY-STRING"}}'
    deny = f'"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{BUCKET}/*"'
    policy = f'{{"Version": "2012-10-17", "Statement": [{{{deny}, "Condition": {condition}}}]}}'
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    signing = boto.client("s3", root, signature_version="s3v4")
    url = signing.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "bill.txt"})
    assert browse(url).status_code == 403
    assert s3.get_object(Bucket=BUCKET, Key="bill.txt")["Body"].read() == b"x"


def test_objects_are_recorded_as_data_events(s3):
    s3.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"x")
    assert Event.objects.get(name="PutObject").data
    assert not Event.objects.get(name="CreateBucket").data
