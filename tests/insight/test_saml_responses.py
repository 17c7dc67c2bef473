"""The test SAML identity provider: metadata for a new provider, and responses that roles are taken with."""

import html
import json
import re

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError
from django.urls import reverse

from iamlab.people.models import create_guest
from iamlab.services.sts import saml_identity_provider
from tests import boto
from tests.insight.test_insight import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(client):
    made = Story(client)
    made.at = reverse("saml-response", args=[made.session.pk])

    return made


def provider(client, story):
    """A provider made with the metadata that the page shows."""
    text = html.unescape(re.sub(r"</?(span|mark)[^>]*>", "", client.get(story.at).content.decode()))
    document = re.search(r"<EntityDescriptor.*?</EntityDescriptor>", text, re.DOTALL)[0]
    return story.do("root", "iam:CreateSAMLProvider", Name="Bills", SAMLMetadataDocument=document)["SAMLProviderArn"]


def role(story, arn):
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithSAML",
        "Principal": {"Federated": arn},
        "Condition": {"StringEquals": {"saml:sub": "mario"}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    return story.do("root", "iam:CreateRole", RoleName="web", AssumeRolePolicyDocument=trust)["Role"]["Arn"]


def test_a_role_is_taken_with_a_response_of_the_page(client, story):
    arn = provider(client, story)
    taken = role(story, arn)
    sts = boto.client("sts", signature_version=UNSIGNED)
    for subject, works in (("mario", True), ("luigi", False)):
        text = client.post(story.at, {"provider": "Bills", "role": taken, "subject": subject}).content.decode()
        response = re.search(r"PHA6[A-Za-z0-9+/=]{500,}", text)[0]
        asked = {"RoleArn": taken, "PrincipalArn": arn, "SAMLAssertion": response}
        if works:
            assert sts.assume_role_with_saml(**asked)["Subject"] == "mario"
        else:
            with pytest.raises(ClientError, match="Not authorized"):
                sts.assume_role_with_saml(**asked)


def test_what_is_not_there_is_refused_at_its_field(client, story):
    taken = role(story, provider(client, story))
    for field, wrong in (("provider", "Other"), ("role", "web"), ("role", ""), ("subject", "m"), ("subject", "a b")):
        given = {"provider": "Bills", "role": taken, "subject": "mario", field: wrong}
        answer = client.post(story.at, given)
        assert answer.status_code == 422 and field in answer.context["form"].errors
        assert "PHA6" not in answer.content.decode()


def test_a_strangers_provider_is_told_apart(client, story):
    theirs = saml_identity_provider.metadata("999988887777", "https://idp.example")
    story.do("root", "iam:CreateSAMLProvider", Name="Theirs", SAMLMetadataDocument=theirs)
    given = {"provider": "Theirs", "role": "arn:aws:iam::111122223333:role/web", "subject": "mario"}
    answer = client.post(story.at, given)
    assert answer.status_code == 422 and "only its own identity provider" in str(answer.context["form"].errors)


def test_without_a_provider_there_is_the_metadata_alone(client, story):
    text = client.get(story.at).content.decode()
    assert "No SAML provider" in text and "EntityDescriptor" in text
    assert story.at in client.get(reverse("identity-token", args=[story.session.pk])).content.decode()


def test_few_queries_whatever_the_number_of_providers(client, story, django_assert_max_num_queries):
    provider(client, story)
    for number in range(3):
        theirs = saml_identity_provider.metadata("999988887777", f"https://{number}.example")
        story.do("root", "iam:CreateSAMLProvider", Name=f"P{number}", SAMLMetadataDocument=theirs)
    with django_assert_max_num_queries(15):
        client.get(story.at)


def test_nobody_else_comes_in(client, story):
    other, _ = create_guest()
    client.force_login(other)
    assert client.get(story.at).status_code == 404
