"""A fault of our own is AWS's InternalFailure to a client; what iamlab lacks is no fault."""

import json
import logging

import pytest

from iamlab.services.operations import REGISTRY
from tests.wire.conftest import element, form, request, target


@pytest.fixture
def broken(monkeypatch):
    """Makes an operation fail in a way that nobody thought of."""

    def break_it(name):
        def perform(call, **params):
            raise ZeroDivisionError("a secret of the server")

        monkeypatch.setattr(REGISTRY[name], "perform", perform)

    return break_it


@pytest.fixture
def lines(caplog):
    """What the terminal would show, Django's own lines among them."""
    logger = logging.getLogger("django.request")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def test_the_query_protocol_says_internal_failure(root, broken, lines):
    broken("iam:ListUsers")
    answer = form(root, Action="ListUsers", Version="2010-05-08")
    assert (answer.status_code, element(answer, "Code")) == (500, "InternalFailure")
    assert element(answer, "Type") == "Receiver"
    said = "The request processing has failed because of an unknown error, exception or failure."
    assert element(answer, "Message") == said
    assert "secret" not in answer.text
    (line,) = lines.records
    assert answer.headers["x-amzn-RequestId"] in line.getMessage()
    assert line.exc_info[0] is ZeroDivisionError


def test_the_json_protocol_says_internal_failure(root, broken):
    broken("cloudtrail:DescribeTrails")
    answer = target(root, "DescribeTrails")
    assert answer.status_code == 500
    assert json.loads(answer.text)["__type"] == answer.headers["x-amzn-ErrorType"] == "InternalFailure"


def test_s3_says_internal_error(root, broken):
    broken("s3:ListBuckets")
    answer = request("s3", root, method="GET", path="/aws/")
    assert (answer.status_code, element(answer, "Code")) == (500, "InternalError")
    assert element(answer, "RequestId") == answer.headers["x-amz-request-id"]


def test_a_change_that_fails_is_undone(root, iam, broken, monkeypatch):
    made = REGISTRY["iam:CreateUser"].perform

    def perform(call, **params):
        made(call, **params)
        raise ZeroDivisionError

    monkeypatch.setattr(REGISTRY["iam:CreateUser"], "perform", perform)
    assert form(root, Action="CreateUser", Version="2010-05-08", UserName="mario").status_code == 500
    assert iam.list_users()["Users"] == []


def test_what_is_not_simulated_is_no_error_of_the_server(root, lines):
    answer = request("s3", root, method="GET", path="/aws/customer-bills?metadataTable")
    assert (answer.status_code, element(answer, "Code")) == (501, "NotImplemented")
    assert lines.records == []
