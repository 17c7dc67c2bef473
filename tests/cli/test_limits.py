"""What the server refuses before or behind its own limits, asked over a socket as no SDK would ask."""

import http.client
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.slow  # the server takes some seconds to start


def asked(endpoint, path, **headers):
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=120)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read().decode()
    connection.close()
    return found


def test_headers_that_are_too_long_are_refused_as_s3_does(server):
    status, headers, text = asked(server[0], "/aws/customer-bills", **{"x-amz-meta-note": "a" * 17_000})
    assert status == 400
    assert headers["Content-Type"] == "application/xml"
    assert "<Code>RequestHeaderSectionTooLarge</Code>" in text


def test_a_header_within_the_limit_is_read(server):
    status, _, text = asked(server[0], "/aws/customer-bills", **{"x-amz-meta-note": "a" * 12_000})
    assert status == 403
    assert "<Code>AccessDenied</Code>" in text


def test_a_request_line_that_is_too_long_is_refused_before_any_of_it_is_read(server):
    """On a page's address; on the wire's see what is told of malformed requests."""
    status, _, text = asked(server[0], "/" + "a" * 9_000)
    assert status == 414
    assert "Traceback" not in text
