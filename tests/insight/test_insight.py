"""Why?, can they?, who can?: the verdict first, then the reasons, for the owner of the account only."""

import gzip
import json
import re
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iamlab.door import authenticate, sessions
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.door.reasons import reasons
from iamlab.labs.performing import LAB
from iamlab.labs.selftest import undone
from iamlab.people.models import create_guest
from iamlab.sandbox import controls
from iamlab.services.cloudtrail.models import Event, PolicySet
from iamlab.services.operations import AwsError
from iamlab.services.sts.messages import encoded

pytestmark = pytest.mark.django_db
PASSWORD = "Long-and-good-1"
BILL = "arn:aws:s3:::customer-bills/bill.txt"
BILL_WRITE = (
    '{"Version": "2012-10-17", "Statement": [{"Sid": "WriteBills", "Effect": "Allow", "Action": "s3:PutObject", '
    '"Resource": "arn:aws:s3:::customer-bills/*"}]}'
)
EC2 = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "ec2.amazonaws.com"}}}'
)
READ_BY_ALL = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "ID"}, "Action": "s3:GetObject", '
    '"Resource": "arn:aws:s3:::customer-bills/*"}}'
)


class Story:
    """An account with mario, a bucket, and root's console session."""

    def __init__(self, client):
        self.person, _ = create_guest()
        client.force_login(self.person)
        self.sandbox = controls.create(self.person, "story")
        visitor = caller_as(controls.world(self.sandbox), "", "visitor")
        params = {"Email": "boss@bills.example", "AccountName": "Bills", "Password": PASSWORD}
        self.account = call(visitor, "accounts:RegisterAccount", params)["AccountId"]
        login = call(visitor, "signin:ConsoleLogin", {"Email": params["Email"], "Password": PASSWORD})
        self.session = sessions.open_session(self.person, login)
        self.do("root", "iam:CreateUser", UserName="mario")
        self.do("root", "s3:CreateBucket", Bucket="customer-bills")

    def do(self, who, operation, **params):
        return call(caller_as(controls.world(self.sandbox), self.account, who), operation, params)

    def grant(self, document=BILL_WRITE):
        self.do("root", "iam:PutUserPolicy", UserName="mario", PolicyName="BillWrite", PolicyDocument=document)

    def url(self, name, *args):
        return reverse(name, args=[self.session.pk, *args])


@pytest.fixture
def story(client):
    return Story(client)


def refused(story):
    with pytest.raises(AwsError) as error:
        story.do("user/mario", "s3:PutObject", Bucket="customer-bills", Key="bill.txt", Body=b"42")
    return error.value.event_id


def test_a_refusal_is_explained_as_it_was_then(client, story):
    event_id = refused(story)
    story.grant()
    page = client.get(story.url("why", event_id)).content.decode()
    assert "No. Nothing that applies to mario allows this." in page
    assert "Implicit deny" in page
    assert "s3:PutObject" in page and BILL in page


def test_a_call_is_explained_though_a_like_one_before_it_was_undone(client, story):
    story.grant()
    write = {"Bucket": "customer-bills", "Key": "bill.txt", "Body": b"42"}
    with undone():
        story.do("user/mario", "s3:PutObject", **write)
    story.do("user/mario", "s3:PutObject", **write)
    page = client.get(story.url("why", newest(story, "PutObject"))).content.decode()
    assert "Yes. Statement WriteBills of BillWrite" in page


def test_where_the_policies_of_a_call_are_lost_nothing_is_said_of_them(client, story):
    """No policies at all would be another story: what refused it may have been an explicit deny."""
    event_id = refused(story)
    PolicySet.objects.all().delete()
    page = client.get(story.url("why", event_id)).content.decode()
    assert "Why is not known any more" in page and "AccessDenied" not in page
    assert "Nothing that applies" not in page and "not authorized to perform: s3:PutObject" in page
    row = Event.objects.get(event_id=event_id)
    assert reasons([row.pk])[row.pk] == (json.loads(row.record)["errorMessage"], False)
    with pytest.raises(AwsError, match="not kept any more"):
        story.do("root", "sts:DecodeAuthorizationMessage", EncodedMessage=encoded(event_id))


def asked_again(client, story, event_id):
    page = client.get(story.url("why", event_id)).content.decode()
    address = unescape(re.search(r'href="([^"]+)">Ask again with today', page)[1])
    return client.get(address).content.decode()


CONDITIONS = {
    "without a second factor's key": ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, {}),
    "from its address": ({"IpAddress": {"aws:SourceIp": "198.51.100.20"}}, {}),
    "with the tags that it sent": (
        {"StringEquals": {"aws:RequestTag/team": "null"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
        {"Tags": [{"Key": "team", "Value": "null"}]},
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_asked_again_a_request_has_the_keys_that_it_had(client, story, name):
    """What a key of long standing asks: no session, so that the key of a second factor is missing."""
    condition, given = CONDITIONS[name]
    statement = {"Effect": "Allow", "Action": "iam:*User", "Resource": "*", "Condition": condition}
    story.grant(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    story.do("root", "iam:CreateAccessKey", UserName="mario")
    mario = caller_as(controls.world(story.sandbox), story.account, "key/mario")
    call(mario, "iam:CreateUser", {"UserName": "luigi", **given}, replace(LAB, entrance="wire"))
    assert 'id="verdict">Yes' in asked_again(client, story, newest(story, "CreateUser"))


def test_asked_again_the_caller_is_as_today(client, story):
    condition = {"StringEquals": {"aws:PrincipalTag/team": "bills"}}
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", "Condition": condition}
    story.grant(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    event_id = refused(story)
    assert 'id="verdict">No' in asked_again(client, story, event_id)
    story.do("root", "iam:TagUser", UserName="mario", Tags=[{"Key": "team", "Value": "bills"}])
    assert 'id="verdict">Yes' in asked_again(client, story, event_id)


def many_statements(story):
    """Five policies of 34 statements each, the last of which allows."""
    for number in range(5):
        statements = [
            {
                "Sid": f"P{number}S{place}",
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::b{place}",
            }
            for place in range(33)
        ]
        statements.append(
            {"Sid": "WriteBills", "Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{BILL}{number}"}
        )
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        made = story.do("root", "iam:CreatePolicy", PolicyName=f"Many{number}", PolicyDocument=document)
        story.do("root", "iam:AttachUserPolicy", UserName="mario", PolicyArn=made["Policy"]["Arn"])


def every_statement(page):
    return re.findall(r"</strong> ([A-Za-z0-9]+)", page[page.index("Every statement") :])


@pytest.mark.parametrize("which", ["evaluator", "why"])
def test_of_many_statements_a_page_shows_some_and_those_first_that_decide(client, story, which):
    many_statements(story)
    story.do("user/mario", "s3:PutObject", Bucket="customer-bills", Key="bill.txt4", Body=b"42")
    asked = {"principal": f"arn:aws:iam::{story.account}:user/mario", "actions": "s3:PutObject", "resource": f"{BILL}4"}
    address = story.url("why", newest(story, "PutObject"))
    address = f"{story.url('evaluator')}?{urlencode(asked)}" if which == "evaluator" else address
    pages = [client.get(address)]
    text = pages[0].content.decode()
    nav = text.partition('aria-label="Statements by pages"')[2].partition("</nav>")[0]
    links = [unescape(link) for link in re.findall(r'href="([^"#]+)', nav)]
    assert len(links) == 5 and "of 170 statements" in nav
    pages += [client.get(link) for link in links]
    found = [every_statement(page.content.decode()) for page in pages]
    assert found[0][0] == "WriteBills" and [len(one) for one in found] == [30, 30, 30, 30, 30, 20]
    assert len({sid for one in found for sid in one if sid != "WriteBills"}) == 165
    assert max(len(gzip.compress(page.content)) for page in pages) < 30_000
    whole = client.get(unescape(re.search(r'href="([^"]+)"[^>]*>All of it as JSON', text)[1]))
    assert whole["Content-Type"] == "application/json"
    statements = [
        one for layer in whole.json()["layers"] for policy in layer["policies"] for one in policy["statements"]
    ]
    assert len(statements) == 170


@pytest.mark.parametrize("number", ["0", "-1", "99999", "x", "²", "1" * 400])
def test_a_page_of_statements_that_there_is_not(client, story, number):
    many_statements(story)
    asked = {"principal": f"arn:aws:iam::{story.account}:user/mario", "actions": "s3:PutObject", "resource": BILL}
    page = client.get(f"{story.url('evaluator')}?{urlencode({**asked, 'statements': number})}")
    assert page.status_code == 200 and len(every_statement(page.content.decode())) in (20, 30)


def test_an_allowed_call_names_the_statement(client, story):
    story.grant()
    story.do("user/mario", "s3:PutObject", Bucket="customer-bills", Key="bill.txt", Body=b"42")
    events = story.do("root", "cloudtrail:LookupEvents")["Events"]
    event_id = next(event["EventId"] for event in events if event["EventName"] == "PutObject")
    page = client.get(story.url("why", event_id)).content.decode()
    assert "Yes. Statement WriteBills of BillWrite" in page


def newest(story, name):
    events = story.do("root", "cloudtrail:LookupEvents")["Events"]
    return next(event["EventId"] for event in events if event["EventName"] == name)


def test_a_failed_sign_in_was_refused_before_any_policy(client, story):
    story.do("root", "iam:CreateLoginProfile", UserName="mario", Password=PASSWORD)
    wrong = {"Account": story.account, "UserName": "mario", "Password": "Wrong-password-1"}
    with pytest.raises(AwsError):
        call(caller_as(controls.world(story.sandbox), "", "visitor"), "signin:ConsoleLogin", wrong)
    page = client.get(story.url("why", newest(story, "ConsoleLogin"))).content.decode()
    assert "The request was refused before any policy was read: the sign-in failed" in page


def test_temporary_credentials_that_a_service_does_not_take_were_refused_before_any_policy(client, story):
    """Those of GetSessionToken call IAM with MFA only (STS API Reference, "GetSessionToken")."""
    story.do("root", "iam:CreateAccessKey", UserName="mario")
    given = call(caller_as(controls.world(story.sandbox), story.account, "key/mario"), "sts:GetSessionToken")
    given = given["Credentials"]
    caller = authenticate.credentials(given["AccessKeyId"], given["SessionToken"]).caller
    with pytest.raises(AwsError):
        call(caller, "iam:ListUsers")
    page = client.get(story.url("why", newest(story, "ListUsers"))).content.decode()
    assert "refused before any policy was read: temporary credentials of this kind cannot call this service" in page


def test_an_event_of_another_account_is_not_found(client, story):
    assert client.get(story.url("why", "00000000-0000-0000-0000-000000000000")).status_code == 404


def test_a_strangers_session_is_not_found(client, story):
    stranger, _ = create_guest()
    client.force_login(stranger)
    for name, args in (("why", [refused(story)]), ("evaluator", []), ("who-can", [])):
        assert client.get(story.url(name, *args)).status_code == 404


def test_the_evaluator_answers_by_address(client, story):
    story.grant()
    question = {"principal": f"arn:aws:iam::{story.account}:user/mario", "actions": "s3:putobject", "resource": BILL}
    page = client.get(story.url("evaluator"), question).content.decode()
    assert "Yes. Statement WriteBills of BillWrite" in page


def test_several_actions_are_answered_at_once(client, story):
    story.grant()
    question = {
        "principal": f"arn:aws:iam::{story.account}:user/mario",
        "actions": "s3:PutObject, s3:DeleteObject",
        "resource": BILL,
    }
    page = client.get(story.url("evaluator"), question).content.decode()
    assert "Allowed" in page and "Implicit deny" in page


def test_context_keys_decide_conditions(client, story):
    story.grant(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", '
        '"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}}'
    )
    question = {"principal": f"arn:aws:iam::{story.account}:user/mario", "actions": "s3:PutObject", "resource": BILL}
    assert "No." in client.get(story.url("evaluator"), question).content.decode()
    question["context"] = "aws:MultiFactorAuthPresent = true"
    assert "Yes." in client.get(story.url("evaluator"), question).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("actions", "s3:PutObjects", "Did you mean s3:PutObject"),
        ("actions", "PutObject", "is not an action"),
        ("resource", "customer-bills", "A resource is an ARN"),
        ("context", "nonsense", "Line 1"),
    ],
)
def test_a_bad_question_is_told_in_its_field(client, story, field, value, said):
    question = {"principal": f"arn:aws:iam::{story.account}:user/mario", "actions": "s3:PutObject", "resource": BILL}
    response = client.get(story.url("evaluator"), {**question, field: value})
    assert response.status_code == 422
    assert said in response.content.decode()


def test_who_can_names_everybody_and_through_what(client, story):
    story.grant()
    story.do("root", "iam:CreateUser", UserName="luigi")
    page = client.get(story.url("who-can"), {"action": "s3:PutObject", "resource": BILL}).content.decode()
    assert page.index("mario (user)") < page.index("luigi (user)")
    assert "BillWrite" in page


def test_who_can_looks_for_the_resource_and_everybody_once(client, story, django_assert_max_num_queries):
    for number in range(12):
        story.do("root", "iam:CreateUser", UserName=f"user-{number}")
    question = {"action": "s3:PutObject", "resource": BILL}
    client.get(story.url("who-can"), question)
    with django_assert_max_num_queries(12):
        page = client.get(story.url("who-can"), question).content.decode()
    assert page.count("(user)") == 13


def people(story, numbers):
    """Users and roles, each with a group or a boundary, and policies of every kind of their own."""
    for number in numbers:
        names = {"UserName": f"user-{number}"}, {"RoleName": f"role-{number}"}
        made = story.do("root", "iam:CreatePolicy", PolicyName=f"p-{number}", PolicyDocument=BILL_WRITE)["Policy"]
        story.do("root", "iam:CreateUser", **names[0], PermissionsBoundary=made["Arn"])
        story.do("root", "iam:CreateRole", **names[1], AssumeRolePolicyDocument=EC2)
        story.do("root", "iam:CreateGroup", GroupName=f"group-{number}")
        story.do("root", "iam:AddUserToGroup", GroupName=f"group-{number}", **names[0])
        own = {"PolicyName": "own", "PolicyDocument": BILL_WRITE.replace("WriteBills", f"Write{number}")}
        story.do("root", "iam:PutGroupPolicy", GroupName=f"group-{number}", **own)
        for kind, who in zip(("User", "Role"), names, strict=True):
            story.do("root", f"iam:Put{kind}Policy", **who, **own)
            story.do("root", f"iam:Attach{kind}Policy", **who, PolicyArn=made["Arn"])


def test_who_can_gathers_policies_for_all_at_once(client, story):
    """After a change of policies nothing is ready: what applies is gathered anew, in queries that nobody adds to."""
    question = {"action": "s3:PutObject", "resource": BILL}
    story.do("root", "s3:PutBucketPolicy", Bucket="customer-bills", Policy=READ_BY_ALL.replace("ID", story.account))
    counts = []
    for numbers in (range(2), range(2, 12)):
        people(story, numbers)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(story.url("who-can"), question).content.decode()
        counts.append(len(captured))
    assert counts[1] <= counts[0] <= 20
    assert (page.count("(user)"), page.count("(role)")) == (13, 12)


def test_a_hostile_policy_name_is_escaped(client, story):
    story.do(
        "root",
        "iam:PutUserPolicy",
        UserName="mario",
        PolicyName="x",
        PolicyDocument=BILL_WRITE.replace("WriteBills", "a"),
    )
    question = {
        "principal": f"arn:aws:iam::{story.account}:user/mario",
        "actions": "s3:PutObject",
        "resource": "arn:aws:s3:::customer-bills/<script>alert(1)</script>",
    }
    page = client.get(story.url("evaluator"), question).content.decode()
    assert "<script>alert(1)" not in page


def test_what_would_change_a_refusal_is_told_and_holds(client, story):
    story.grant(BILL_WRITE.replace("customer-bills/*", "customer-bills"))
    question = {"principal": f"arn:aws:iam::{story.account}:user/mario", "actions": "s3:PutObject", "resource": BILL}
    page = client.get(story.url("evaluator"), question).content.decode()
    assert "What would allow it" in page
    assert "Add the resource" in page and f"<code>{BILL}</code>" in page


def test_a_policy_that_could_be_attached_is_offered(client, story):
    story.do("root", "iam:CreatePolicy", PolicyName="BillWrite", PolicyDocument=BILL_WRITE)
    question = {"principal": f"arn:aws:iam::{story.account}:user/mario", "actions": "s3:PutObject", "resource": BILL}
    page = client.get(story.url("evaluator"), question).content.decode()
    assert "BillWrite" in page and "Attach" in page


def draft_of(page, number=0, field="PolicyDocument"):
    """(address, document) of an editor that a change offers to open with its draft."""
    forms = re.findall(rf'<form method="post" action="([^"]+)">[^\n]*?name="{field}" value="([^"]+)"', page)
    address, document = forms[number]
    return address, json.loads(unescape(document))


def test_a_change_opens_the_editor_with_its_draft_and_saving_it_allows_the_call(client, story):
    story.grant(BILL_WRITE.replace("customer-bills/*", "customer-bills"))
    page = client.get(story.url("why", refused(story))).content.decode()
    address, document = draft_of(page)
    assert document["Statement"][0]["Resource"] == ["arn:aws:s3:::customer-bills", BILL]
    shown = client.post(address, {"PolicyDocument": json.dumps(document), "look": "draft"}).content.decode()
    assert BILL in unescape(shown)
    assert "bill.txt" not in json.dumps(
        story.do("root", "iam:GetUserPolicy", UserName="mario", PolicyName="BillWrite")["PolicyDocument"]
    )
    seen = re.search(r'name="seen" value="([^"]*)"', shown)[1]
    client.post(address, {"PolicyDocument": json.dumps(document), "seen": seen})
    story.do("user/mario", "s3:PutObject", Bucket="customer-bills", Key="bill.txt", Body=b"42")


def test_a_managed_policy_and_a_groups_inline_policy_are_edited_where_they_stand(client, story):
    narrow = BILL_WRITE.replace("customer-bills/*", "customer-bills")
    arn = story.do("root", "iam:CreatePolicy", PolicyName="Own", PolicyDocument=narrow)["Policy"]["Arn"]
    story.do("root", "iam:AttachUserPolicy", UserName="mario", PolicyArn=arn)
    story.do("root", "iam:CreateGroup", GroupName="billing")
    story.do("root", "iam:AddUserToGroup", GroupName="billing", UserName="mario")
    story.do("root", "iam:PutGroupPolicy", GroupName="billing", PolicyName="Theirs", PolicyDocument=narrow)
    page = client.get(story.url("why", refused(story))).content.decode()
    addresses = {draft_of(page, number)[0] for number in range(2)}
    assert addresses == {story.url("policy-edit", arn), story.url("group-inline", "billing", "Theirs")}


def both_named_own(story, theirs):
    """An inline policy of mario's and one of his group's, by one name."""
    story.do("root", "iam:CreateGroup", GroupName="billing")
    story.do("root", "iam:AddUserToGroup", GroupName="billing", UserName="mario")
    own = BILL_WRITE.replace("customer-bills/*", "customer-bills")
    story.do("root", "iam:PutUserPolicy", UserName="mario", PolicyName="Own", PolicyDocument=own)
    story.do("root", "iam:PutGroupPolicy", GroupName="billing", PolicyName="Own", PolicyDocument=theirs)


def test_of_two_policies_of_one_name_each_is_edited_where_it_stands(client, story):
    theirs = BILL_WRITE.replace("WriteBills", "Theirs").replace("customer-bills/*", "customer-bills")
    both_named_own(story, theirs)
    page = client.get(story.url("why", refused(story))).content.decode()
    drafts = [draft_of(page, number) for number in range(2)]
    assert {(address, document["Statement"][0]["Sid"]) for address, document in drafts} == {
        (story.url("user-inline", "mario", "Own"), "WriteBills"),
        (story.url("group-inline", "billing", "Own"), "Theirs"),
    }


def test_a_draft_stands_instead_of_one_policy_and_not_of_its_namesake(client, story):
    both_named_own(story, BILL_WRITE.replace("Allow", "Deny"))
    form = {"place": "instead:Own inline", "PolicyDocument": BILL_WRITE}
    page = client.post(ask(story), form).content.decode()
    compared = page[page.index('id="compared"') : page.index("</table>")]
    assert compared.count("Explicit deny") == 2 and "Allowed" not in compared


def test_an_old_refusal_offers_no_draft_once_the_policies_have_changed(client, story):
    story.grant(BILL_WRITE.replace("customer-bills/*", "customer-bills"))
    event_id = refused(story)
    story.grant(BILL_WRITE.replace("WriteBills", "Write"))
    page = client.get(story.url("why", event_id)).content.decode()
    assert "Add the resource" in page
    assert 'name="PolicyDocument"' not in page


def test_an_old_refusal_offers_no_draft_once_the_buckets_policy_has_changed(client, story):
    story.grant(BILL_WRITE.replace("customer-bills/*", "customer-bills"))
    event_id = refused(story)
    assert 'name="PolicyDocument"' in client.get(story.url("why", event_id)).content.decode()
    policy = READ_BY_ALL.replace("ID", story.account)
    story.do("root", "s3:PutBucketPolicy", Bucket="customer-bills", Policy=policy)
    page = client.get(story.url("why", event_id)).content.decode()
    assert "Add the resource" in page
    assert 'name="PolicyDocument"' not in page


def test_a_change_is_offered_to_sessions_of_its_account_only(client, story):
    story.grant(BILL_WRITE.replace("customer-bills/*", "customer-bills"))
    visitor = caller_as(controls.world(story.sandbox), "", "visitor")
    params = {"Email": "other@bills.example", "AccountName": "Other", "Password": PASSWORD}
    call(visitor, "accounts:RegisterAccount", params)
    login = call(visitor, "signin:ConsoleLogin", {"Email": params["Email"], "Password": PASSWORD})
    other = sessions.open_session(story.person, login)
    page = client.get(story.url("why", refused(story))).content.decode()
    assert f'action="/console/{story.session.pk}/iam/' in page
    assert f'action="/console/{other.pk}/iam/' not in page


def test_what_aws_keeps_is_nobodys_to_edit(client, story):
    arn = "arn:aws:iam::aws:policy/AWSDenyAll"
    story.do("root", "iam:AttachUserPolicy", UserName="mario", PolicyArn=arn)
    page = client.get(story.url("why", refused(story))).content.decode()
    assert "AWSDenyAll" in page
    assert story.url("policy-edit", arn) not in page


def test_the_layers_are_all_there_and_the_deciding_one_is_told(client, story):
    page = client.get(story.url("why", refused(story))).content.decode()
    boxes = re.findall(r'<li class="flow-(\w+)"([^>]*)>.*?<strong>([^<]+)</strong>', page)
    assert [title for _, _, title in boxes] == [
        "Service control policies",
        "Resource control policies",
        "Resource policy",
        "Identity policies",
        "Permissions boundary",
        "Session policy",
        "Refused",
    ]
    assert [title for _, current, title in boxes if "aria-current" in current] == ["Identity policies"]


def ask(story, **more):
    mario = f"arn:aws:iam::{story.account}:user/mario"
    question = {"principal": mario, "actions": "s3:PutObject", "resource": BILL, **more}
    return f"{story.url('evaluator')}?{urlencode(question)}"


@pytest.mark.parametrize(
    ("place", "document", "before", "after"),
    [
        ("identity", BILL_WRITE, "Implicit deny", "Allowed"),
        ("identity", BILL_WRITE.replace("Allow", "Deny"), "Implicit deny", "Explicit deny"),
        ("instead:BillRead inline", BILL_WRITE, "Implicit deny", "Allowed"),
        ("boundary", BILL_WRITE, "Implicit deny", "Implicit deny"),
        (
            "resource",
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", '
            '"Resource": "arn:aws:s3:::customer-bills/*"}]}',
            "Implicit deny",
            "Allowed",
        ),
    ],
)
def test_a_draft_is_compared_with_today_and_not_saved(client, story, place, document, before, after):
    read = BILL_WRITE.replace("PutObject", "GetObject")
    story.do("root", "iam:PutUserPolicy", UserName="mario", PolicyName="BillRead", PolicyDocument=read)
    page = client.post(ask(story), {"place": place, "PolicyDocument": document}).content.decode()
    compared = page[page.index('id="compared"') : page.index("</table>")]
    words = re.findall(r"Implicit deny|Explicit deny|Allowed", compared)
    assert words == [before, after]
    assert story.do("root", "iam:ListUserPolicies", UserName="mario")["PolicyNames"] == ["BillRead"]
    refused(story)


def test_what_a_draft_stands_instead_of_counts_no_more(client, story):
    story.grant(BILL_WRITE.replace("Allow", "Deny"))
    form = {"place": "instead:BillWrite inline", "PolicyDocument": BILL_WRITE}
    page = client.post(ask(story), form).content.decode()
    compared = page[page.index('id="compared"') : page.index("</table>")]
    assert re.findall(r"Explicit deny|Allowed", compared) == ["Explicit deny", "Allowed"]


def test_so_many_actions_are_asked_about_at_once_and_no_more(client, story):
    for count, status in ((20, 200), (21, 422)):
        actions = ", ".join(["s3:PutObject"] * count)
        assert client.get(ask(story, actions=actions)).status_code == status


def test_a_malformed_draft_is_told_in_its_field_and_kept(client, story):
    response = client.post(ask(story), {"place": "identity", "PolicyDocument": '{"Version": <b>'})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Line 1, column 13" in page
    assert '{"Version": <b>' not in page and "&lt;b&gt;" in page


def test_a_draft_nested_without_end_is_told_in_its_field(client, story):
    """However deep: reading it may not end in a fault of ours."""
    for document in ("[" * 5_000, "[" * 100_000, '{"a":' * 5_000):
        response = client.post(ask(story), {"place": "identity", "PolicyDocument": document})
        assert response.status_code == 422
        assert "Syntax errors in policy." in response.content.decode()


BUCKET_READ = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::customer-bills/*",
        }
    ],
}


NO_WRITES = {**BUCKET_READ["Statement"][0], "Sid": "NoWrites", "Effect": "Deny", "Action": "s3:PutObject"}


@pytest.mark.parametrize("acl", ["", "public-read-write"])
def test_a_bucket_policys_draft_is_the_policy_after_the_edit_and_saving_it_allows_the_call(client, story, acl):
    """What the bucket's ACL grants is judged beside the policy, and is no part of the draft."""
    story.grant()
    story.do("root", "s3:DeletePublicAccessBlock", Bucket="customer-bills")
    if acl:
        rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        story.do("root", "s3:PutBucketOwnershipControls", Bucket="customer-bills", OwnershipControls=rules)
        story.do("root", "s3:PutBucketAcl", Bucket="customer-bills", ACL=acl)
    policy = {**BUCKET_READ, "Statement": [*BUCKET_READ["Statement"], NO_WRITES]}
    story.do("root", "s3:PutBucketPolicy", Bucket="customer-bills", Policy=json.dumps(policy))
    page = client.get(story.url("why", refused(story))).content.decode()
    address, document = draft_of(page, field="Policy")
    assert address == story.url("bucket-policy", "customer-bills")
    assert document == BUCKET_READ
    shown = client.post(address, {"Policy": json.dumps(document), "look": "draft"})
    assert shown.status_code == 200
    assert json.loads(shown.context["form"]["Policy"].value()) == document
    assert "NoWrites" in story.do("root", "s3:GetBucketPolicy", Bucket="customer-bills")["Policy"]
    seen = shown.context["form"]["seen"].value()
    assert client.post(address, {"Policy": json.dumps(document), "seen": seen}).status_code == 302
    story.do("user/mario", "s3:PutObject", Bucket="customer-bills", Key="bill.txt", Body=b"42")


def test_removing_a_bucket_policys_only_statement_is_deleting_it(client, story):
    story.grant()
    policy = json.dumps({**BUCKET_READ, "Statement": [NO_WRITES]})
    story.do("root", "s3:PutBucketPolicy", Bucket="customer-bills", Policy=policy)
    page = client.get(story.url("why", refused(story))).content.decode()
    assert f'href="{story.url("bucket-policy-delete", "customer-bills")}"' in page


def test_the_drafts_editor_tells_findings_without_judging(client, story):
    sent = {"place": "identity", "PolicyDocument": BILL_WRITE.replace("s3:PutObject", "s3:PutObjekt"), "look": "check"}
    response = client.post(ask(story), sent)
    page = response.content.decode()
    assert response.status_code == 200
    assert "s3:PutObjekt" in page[page.index('id="findings"') :]
    assert 'id="compared"' not in page


@pytest.mark.parametrize(("place", "said"), [("resource", "of 20480 bytes"), ("identity", "of 6144 characters")])
def test_the_editor_is_that_of_the_place(client, story, place, said):
    page = client.post(ask(story), {"place": place, "PolicyDocument": BILL_WRITE, "look": "place"}).content.decode()
    assert said in page
    assert ("Add a statement" in page or 'aria-label="Policy editor"' in page) == (place == "identity")


def test_a_bucket_policys_draft_needs_a_principal(client, story):
    response = client.post(ask(story), {"place": "resource", "PolicyDocument": BILL_WRITE})
    assert response.status_code == 422
    assert response.context["draft_form"].errors["PolicyDocument"]
