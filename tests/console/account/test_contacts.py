"""The account's alternate contacts."""

import json

import pytest

from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
SECURITY = {"AlternateContactType": "SECURITY"}
CONTACT = {
    "Name": "Albert <Vesker>",
    "Title": "Head of security",
    "EmailAddress": "albert@umbrella.example",
    "PhoneNumber": "+1 (555) 0100",
}


def text(response) -> str:
    return response.content.decode()


def policy(**more) -> str:
    statement = {"Effect": "Allow", "Action": "account:*AlternateContact", "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def kept(root):
    return root.call("account:GetAlternateContact", SECURITY)["AlternateContact"]


def missing(root) -> str:
    with pytest.raises(AwsError) as error:
        kept(root)
    return error.value.code


def test_a_contact_is_set_shown_changed_and_deleted(browser_of, root):
    assert missing(root) == "ResourceNotFoundException"  # Account Management API Reference: "GetAlternateContact"
    assert text(browser_of.get(root.url("account"))).count("<p>None</p>") == 3
    address = root.url("contact", "security")
    assert browser_of.post(address, CONTACT).url == root.url("account")
    assert kept(root) == {**CONTACT, **SECURITY}
    page = text(browser_of.get(root.url("account")))
    assert "Albert &lt;Vesker&gt;" in page and page.count("<p>None</p>") == 2
    assert browser_of.get(address).context["form"]["Title"].value() == "Head of security"
    browser_of.post(address, {**CONTACT, "Title": "Captain"})
    assert kept(root)["Title"] == "Captain"
    browser_of.post(root.url("contact-delete", "security"))
    assert missing(root) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("EmailAddress", "nobody"),
        ("EmailAddress", "ada@gmail.com"),
        ("PhoneNumber", "abc"),
        ("Title", "x" * 51),
        ("Name", ""),
    ],
)
def test_what_the_api_would_refuse_is_told_at_its_field(browser_of, root, field, value):
    response = browser_of.post(root.url("contact", "security"), {**CONTACT, field: value})
    assert response.status_code == 422 and response.context["form"].errors[field]
    assert missing(root) == "ResourceNotFoundException"


def test_policies_decide_by_the_type_of_contact(browser_of, root, user):
    """Service Authorization Reference: account:AlternateContactTypes."""
    only = {"ForAnyValue:StringEquals": {"account:AlternateContactTypes": "SECURITY"}}
    clerk = user("clerk", contacts=policy(Condition=only))
    assert browser_of.post(clerk.url("contact", "security"), CONTACT).status_code == 302
    assert browser_of.post(clerk.url("contact", "billing"), CONTACT).status_code == 403
    here = policy(Resource=f"arn:aws:account::{root.account.pk}:account")
    assert browser_of.post(user("second", contacts=here).url("contact", "billing"), CONTACT).status_code == 302
    page = text(browser_of.get(user("nobody").url("account")))
    assert "account:GetAlternateContact" in page and "<p>None</p>" not in page


def test_the_event_keeps_who_it_is_to_itself(browser_of, root):
    browser_of.post(root.url("contact", "security"), CONTACT)
    asked = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "PutAlternateContact"}]}
    [event] = root.call("cloudtrail:LookupEvents", asked)["Events"]
    record = json.loads(event["CloudTrailEvent"])
    assert event["EventSource"] == record["eventSource"] == "account.amazonaws.com"
    assert record["requestParameters"]["alternateContactType"] == "SECURITY"
    assert "umbrella.example" not in event["CloudTrailEvent"] and "Vesker" not in event["CloudTrailEvent"]


def test_every_refused_contact_says_why(browser_of, root, user):
    """The three are one event; those that it does not tell of are put to the evaluator."""
    page = browser_of.get(user("nobody").url("account"))
    why = [one["found"].denial["why_url"] for one in page.context["contacts"]]
    assert len(why) == 3 and all(why)
    for address in why:
        answer = browser_of.get(address)
        assert answer.status_code == 200 and "account:GetAlternateContact" in text(answer)


def test_three_refusals_show_one_box_and_each_its_why(browser_of, user, root):
    html = text(browser_of.get(user("nobody").url("account")))
    alternate = html.partition("Alternate contacts")[2]
    assert alternate.count("denied-facts") == 1
    assert alternate.count("Why?<") == 3
