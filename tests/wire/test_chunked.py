"""aws-chunked bodies: AWS's two published examples, and bodies that were cut or changed."""

import base64
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from iamlab.services.operations import AwsError
from iamlab.wire import checksums, chunked, sigv4
from iamlab.wire.facts import Facts

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DATA = b"a" * 66560
AT = datetime(2013, 5, 24, tzinfo=UTC)


def request(kind, signature, **more):
    """PUT of chunkObject.txt, as in the S3 API Reference."""
    headers = {
        "host": "s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": kind,
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": "66560",
        "content-length": "66824",
        **more,
    }
    names = sorted(name for name in headers if more == {} or name != "content-length")
    headers["authorization"] = (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return Facts("PUT", "/examplebucket/chunkObject.txt", "", headers)


SIGNED = request(
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
)
CHUNKS = (
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
)
TRAILED = request(
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    **{"x-amz-trailer": "x-amz-checksum-crc32c"},
)
TRAILED_CHUNKS = (
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
)
SUM = b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
TRAILER = SUM + b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"


def body_of(signatures, data=DATA, trailer=b"\r\n"):
    parts = (data[:65536], data[65536:], b"")
    framed = [
        b"%x;chunk-signature=%s\r\n%s\r\n" % (len(part), signature.encode(), part)
        for part, signature in zip(parts, signatures, strict=True)
    ]
    return b"".join(framed)[:-2] + trailer


def decode(http, body):
    return chunked.decode(body, http.headers["x-amz-content-sha256"], sigv4.claimed(http), SECRET)


def refusal(http, body):
    with pytest.raises(AwsError) as error:
        decode(http, body)
    return error.value.code


def test_the_published_example_is_accepted():
    sigv4.verify(SIGNED, sigv4.claimed(SIGNED), SECRET, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    assert decode(SIGNED, body_of(CHUNKS)) == (DATA, {})


def test_the_published_example_with_a_trailer_is_accepted():
    sigv4.verify(TRAILED, sigv4.claimed(TRAILED), SECRET, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
    data, headers = decode(TRAILED, body_of(TRAILED_CHUNKS, trailer=TRAILER))
    assert (data, headers) == (DATA, {"x-amz-checksum-crc32c": "sOO8/Q=="})
    checksums.verify(headers, data)


def test_a_changed_chunk_is_refused():
    assert refusal(SIGNED, body_of(CHUNKS, b"b" + DATA[1:])) == "SignatureDoesNotMatch"
    assert refusal(SIGNED, body_of((CHUNKS[1], CHUNKS[0], CHUNKS[2]))) == "SignatureDoesNotMatch"
    assert refusal(SIGNED, body_of(CHUNKS).replace(b";chunk-signature=" + CHUNKS[0].encode(), b"")) == (
        "SignatureDoesNotMatch"
    )


def test_a_changed_trailer_is_refused():
    changed = TRAILER.replace(b"sOO8/Q==", b"AAAAAA==")
    assert refusal(TRAILED, body_of(TRAILED_CHUNKS, trailer=changed)) == "SignatureDoesNotMatch"
    assert refusal(TRAILED, body_of(TRAILED_CHUNKS, trailer=SUM + b"\r\n")) == "SignatureDoesNotMatch"


def test_nothing_follows_the_last_chunk_where_no_trailer_was_announced():
    assert refusal(SIGNED, body_of(CHUNKS, trailer=b"\r\nx-amz-meta-a: b\r\n")) == "MalformedTrailerError"


@pytest.mark.parametrize("length", [0, 10, 90, 65536, 66000, 66700])
def test_a_body_that_was_cut_is_refused(length):
    assert refusal(SIGNED, body_of(CHUNKS)[:length]) == "IncompleteBody"


UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def trailing(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def test_an_unsigned_body_is_held_by_its_trailing_checksum():
    """As boto3 and the CLI send it over https: RFC 9112's chunks, one checksum behind them."""
    body = b"5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:" + trailing(b"hello!").encode() + b"\r\n\r\n"
    data, headers = chunked.decode(body, UNSIGNED, None, "")
    assert data == b"hello!"
    checksums.verify(headers, data)
    with pytest.raises(AwsError, match="BadDigest: The CRC32 you specified did not match the calculated checksum"):
        checksums.verify(headers, b"hallo!")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "IncompleteBody"),
        (b"5\r\nhell", "IncompleteBody"),
        (b"5\r\nhello0\r\n\r\n", "IncompleteBody"),
        (b"5\r\nhello!!0\r\n\r\n", "IncompleteBody"),
        (b"5\r\nhello\r\n", "IncompleteBody"),
        (b"zz\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (b"-5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "IncompleteBody"),
        (b"5\r\nhello\r\n0\r\nwhat is this\r\n\r\n", "MalformedTrailerError"),
    ],
)
def test_a_broken_unsigned_body_is_refused(body, code):
    with pytest.raises(AwsError) as error:
        chunked.decode(body, UNSIGNED, None, "")
    assert error.value.code == code


def test_signed_chunks_need_a_signed_request():
    with pytest.raises(AwsError, match="AccessDenied"):
        chunked.decode(body_of(CHUNKS), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", None, "")


def test_the_chain_hangs_on_the_requests_signature():
    other = replace(sigv4.claimed(SIGNED), signature="0" * 64)
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        chunked.decode(body_of(CHUNKS), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", other, SECRET)


# The check values of the catalogue of parametrised CRC algorithms, RFC 3174 and FIPS 180-4, of "123456789" and "abc".
@pytest.mark.parametrize(
    ("algorithm", "data", "value"),
    [
        ("crc32", b"123456789", "cbf43926"),
        ("crc32c", b"123456789", "e3069283"),
        ("crc64nvme", b"123456789", "ae8b14860a799888"),
        ("sha1", b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha256", b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ],
)
def test_sums_are_those_of_their_standards(algorithm, data, value):
    good = base64.b64encode(bytes.fromhex(value)).decode()
    checksums.verify({f"x-amz-checksum-{algorithm}": good}, data)
    with pytest.raises(AwsError, match="BadDigest"):
        checksums.verify({f"x-amz-checksum-{algorithm}": good}, data + b"x")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-amz-checksum-crc32": "not base64"}, "InvalidRequest"),
        ({"x-amz-checksum-crc32": "AAAA"}, "InvalidRequest"),
        ({"x-amz-checksum-crc32": "y/Q5Jg==", "x-amz-checksum-sha1": "x"}, "InvalidRequest"),
        ({"x-amz-checksum-xxhash64": "AAAAAAAAAAA="}, "NotImplemented"),
        ({"content-md5": "short"}, "InvalidDigest"),
        ({"content-md5": "rL0Y20zC+Fzt72VPzMSk2A=="}, "BadDigest"),
    ],
)
def test_sums_that_are_none_are_refused(headers, code):
    with pytest.raises(AwsError) as error:
        checksums.verify(headers, b"123456789")
    assert error.value.code == code


def test_what_names_an_algorithm_is_no_sum():
    checksums.verify({"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-mode": "ENABLED"}, b"123456789")


def test_one_sum_is_sent_and_no_second():
    """S3 User Guide: "Checking object integrity": "you can provide a single checksum at a time"."""
    two = {"x-amz-checksum-crc32": trailing(b"a"), "x-amz-checksum-sha1": "hvfkN/qlp/zhXR3cuerq6jd2Z7g="}
    for name, value in two.items():
        checksums.verify({name: value}, b"a")
    with pytest.raises(AwsError, match="Expecting a single x-amz-checksum- header"):
        checksums.verify(two, b"a")
