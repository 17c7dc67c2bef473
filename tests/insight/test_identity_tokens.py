"""The test identity provider's page hands out tokens that the account's roles are taken with."""

import json
import re

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iamlab.people.models import create_guest
from tests import boto
from tests.insight.test_insight import Story

pytestmark = pytest.mark.django_db
URL = "id.bills.example"


@pytest.fixture
def story(client):
    made = Story(client)
    made.at = reverse("identity-token", args=[made.session.pk])
    return made


def provider(story):
    made = story.do("root", "iam:CreateOpenIDConnectProvider", Url=f"https://{URL}", ClientIDList=["bills-app"])
    return made["OpenIDConnectProviderArn"]


def test_a_role_is_taken_with_a_token_of_the_page(client, story):
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider(story)},
        "Condition": {"StringEquals": {f"{URL}:sub": "mario"}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    role = story.do("root", "iam:CreateRole", RoleName="web", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    sts = boto.client("sts", signature_version=UNSIGNED)
    for subject, works in (("mario", True), ("luigi", False)):
        form = {"provider": URL, "audience": "bills-app", "subject": subject}
        text = client.post(story.at, form).content.decode()
        token = re.search(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", text)[0]
        asked = {"RoleArn": role, "RoleSessionName": "web", "WebIdentityToken": token}
        if works:
            assert sts.assume_role_with_web_identity(**asked)["SubjectFromWebIdentityToken"] == "mario"
        else:
            with pytest.raises(ClientError, match="Not authorized"):
                sts.assume_role_with_web_identity(**asked)


def test_a_provider_or_client_that_is_not_there_is_refused(client, story):
    provider(story)
    for wrong in ({"provider": "elsewhere.example"}, {"audience": "other-app"}, {"subject": ""}):
        answer = client.post(story.at, {"provider": URL, "audience": "bills-app", "subject": "mario", **wrong})
        assert answer.status_code == 422
        assert "eyJ" not in answer.content.decode()


def test_more_providers_cost_no_more_queries(client, story, django_assert_max_num_queries):
    provider(story)
    with CaptureQueriesContext(connection) as one:
        client.get(story.at)
    for number in range(4):
        story.do("root", "iam:CreateOpenIDConnectProvider", Url=f"https://{number}.example", ClientIDList=["a"])
    with django_assert_max_num_queries(len(one)):
        assert "3.example" in client.get(story.at).content.decode()


def test_without_a_provider_there_is_no_form(client, story):
    assert "No OpenID Connect provider" in client.get(story.at).content.decode()


def test_nobody_else_comes_in(client, story):
    provider(story)
    other, _ = create_guest()
    client.force_login(other)
    form = {"provider": URL, "audience": "bills-app", "subject": "mario"}
    assert client.post(story.at, form).status_code == 404
