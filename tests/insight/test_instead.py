"""Wrong identity: a user is refused who would be allowed as a role. What is said is held against taking it."""

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iamlab.door import sessions
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.sandbox import controls
from iamlab.services import applicable
from iamlab.services.iam import documents
from iamlab.services.operations import AwsError
from tests.insight.test_insight import BILL, BILL_WRITE, PASSWORD, Story, ask, refused

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
CODE = {"StringEquals": {"sts:ExternalId": "green-plumber"}}
TAKE = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}
BILLS = "arn:aws:s3:::customer-bills/*"


@pytest.fixture
def story(client):
    return Story(client)


def trust(story, who="user/mario", **more):
    principal = {"AWS": f"arn:aws:iam::{story.account}:{who}"}
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": allow})


def role(story, name="BillUploader", who="user/mario", policy=BILL_WRITE, path="/", tags=(), **more):
    tagged = [{"Key": key, "Value": value} for key, value in tags]
    given = {"AssumeRolePolicyDocument": trust(story, who, **more), "Path": path, "Tags": tagged}
    story.do("root", "iam:CreateRole", RoleName=name, **given)
    if policy:
        story.do("root", "iam:PutRolePolicy", RoleName=name, PolicyName="own", PolicyDocument=policy)


def let(story, document):
    document = document if isinstance(document, str) else json.dumps(document)
    story.do("root", "iam:PutUserPolicy", UserName="mario", PolicyName="own", PolicyDocument=document)


def bound(story, document):
    made = story.do("root", "iam:CreatePolicy", PolicyName="Bound", PolicyDocument=document)
    story.do(
        "root", "iam:PutRolePermissionsBoundary", RoleName="BillUploader", PermissionsBoundary=made["Policy"]["Arn"]
    )


def bucket(story, effect, who):
    one = {"Effect": effect, "Action": "s3:PutObject", "Resource": BILLS}
    who = who.replace("ID", story.account)
    policy = {"Version": "2012-10-17", "Statement": [{**one, "Principal": {"AWS": who}}]}
    story.do("root", "s3:PutBucketPolicy", Bucket="customer-bills", Policy=json.dumps(policy))


def account_root(story):
    role(story, who="root")


def account_root_and_allowed(story):
    role(story, who="root")
    let(story, TAKE)


def forbidden_to_take(story):
    role(story)
    let(story, {**TAKE, "Statement": {**TAKE["Statement"], "Effect": "Deny"}})


def forbidden_himself(story):
    role(story)
    let(story, BILL_WRITE.replace("Allow", "Deny"))


def role_forbids(story):
    role(story)
    story.do(
        "root",
        "iam:PutRolePolicy",
        RoleName="BillUploader",
        PolicyName="no",
        PolicyDocument=BILL_WRITE.replace("Allow", "Deny"),
    )


def bounded(story):
    role(story)
    bound(story, BILL_WRITE.replace("PutObject", "GetObject"))


def bounded_widely(story):
    role(story)
    bound(story, BILL_WRITE)


def bucket_forbids_the_role(story):
    role(story)
    bucket(story, "Deny", "arn:aws:iam::ID:role/BillUploader")


def bucket_names_the_role(story):
    role(story, policy="")
    bucket(story, "Allow", "arn:aws:iam::ID:role/BillUploader")


def bucket_names_the_session(story):
    role(story, policy="")
    bucket(story, "Allow", "arn:aws:sts::ID:assumed-role/BillUploader/mario")


def bucket_names_the_session_of_luigi(story):
    role(story, policy="")
    bucket(story, "Allow", "arn:aws:sts::ID:assumed-role/BillUploader/luigi")


def tagged(story, value="billing"):
    wanted = {"StringEquals": {"aws:PrincipalTag/team": "billing"}}
    document = json.loads(BILL_WRITE)
    document["Statement"][0]["Condition"] = wanted
    role(story, policy=json.dumps(document), tags=[("team", value)])


def tagged_otherwise(story):
    tagged(story, "plumbing")


def user_names_only(story):
    """A statement that asks for a user's name: a session has none."""
    document = json.loads(BILL_WRITE)
    document["Statement"][0]["Condition"] = {"StringLike": {"aws:username": "*"}}
    role(story, policy=json.dumps(document))


def own_session_name(story):
    role(story, Condition={"StringEquals": {"sts:RoleSessionName": "${aws:username}"}})


def another_tag_of_the_user(story):
    role(story, Condition={"StringEquals": {"aws:PrincipalTag/team": "billing"}})


def trusts_another(story):
    story.do("root", "iam:CreateUser", UserName="luigi")
    role(story, who="user/luigi")


def trust_forbids(story):
    role(story)
    document = json.loads(trust(story))
    document["Statement"] = [document["Statement"], {**document["Statement"], "Effect": "Deny"}]
    given = {"RoleName": "BillUploader", "PolicyDocument": json.dumps(document)}
    story.do("root", "iam:UpdateAssumeRolePolicy", **given)


def nothing_of_use(story):
    role(story, policy=BILL_WRITE.replace("PutObject", "GetObject"))


def in_a_path(story):
    role(story, path="/teams/billing/")


WOULD = [
    role,
    account_root_and_allowed,
    forbidden_himself,
    bounded_widely,
    bucket_names_the_role,
    bucket_names_the_session,
    tagged,
    own_session_name,
    in_a_path,
]
WOULD_NOT = [
    account_root,
    forbidden_to_take,
    role_forbids,
    bounded,
    bucket_forbids_the_role,
    bucket_names_the_session_of_luigi,
    tagged_otherwise,
    user_names_only,
    another_tag_of_the_user,
    trusts_another,
    trust_forbids,
    nothing_of_use,
]
YES = "No, not as user mario. As role BillUploader, which mario may take, yes."


def verdict(page):
    return unescape(re.sub(r"<[^>]+>", "", re.search(r'<h2 id="verdict">(.*?)</h2>', page)[1]))


def really(story):
    """Take the role and write the bill, as the console would."""
    arn = story.do("root", "iam:GetRole", RoleName="BillUploader")["Role"]["Arn"]
    try:
        story.do("user/mario", "sts:AssumeRole", RoleArn=arn, RoleSessionName="mario")
        story.do("role/BillUploader:mario", "s3:PutObject", Bucket="customer-bills", Key="bill.txt", Body=b"42")
    except AwsError as error:
        assert error.refuses
        return False
    return True


@pytest.mark.parametrize(
    ("make", "would"),
    [(make, True) for make in WOULD] + [(make, False) for make in WOULD_NOT],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_the_role_is_named_where_taking_it_would_do(client, story, make, would):
    make(story)
    event = refused(story)
    for address in (ask(story), story.url("why", event)):
        first = verdict(client.get(address).content.decode())
        assert (first == YES) == would, first
        assert first.startswith("No")
    assert really(story) == would


def test_why_not_as_the_user_is_said_after_it(client, story):
    forbidden_himself(story)
    page = client.get(ask(story)).content.decode()
    assert verdict(page) == YES
    assert "As user: No. Statement WriteBills of own forbids it" in page


NEEDS_MFA = (
    "No, not as user mario. As role BillUploader, yes, once mario has signed in with a second factor, which taking it "
    "asks for."
)
NEEDS_ID = (
    "No, not as user mario. As role BillUploader, yes, once mario gives the external ID that taking it asks for, as "
    "only API and command line can."
)
NEEDS_BOTH = (
    "No, not as user mario. As role BillUploader, yes, once mario has signed in with a second factor and gives the "
    "external ID, as taking it asks."
)
SECOND = "aws:MultiFactorAuthPresent = true"


@pytest.mark.parametrize(
    ("condition", "context", "said"),
    [
        (MFA, "", NEEDS_MFA),
        (MFA, SECOND, YES),
        (MFA, SECOND.lower().replace("= true", "= false"), NEEDS_MFA),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}, "", NEEDS_MFA),
        (CODE, "", NEEDS_ID),
        (CODE, "sts:ExternalId = green-plumber", YES),
        (CODE, "sts:ExternalId = red-plumber", NEEDS_ID),
        ({**CODE, **MFA}, "", NEEDS_BOTH),
        ({**CODE, **MFA}, SECOND, NEEDS_ID),
        ({**MFA, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "aws:SourceIp = 203.0.113.7", NEEDS_MFA),
    ],
)
def test_what_is_missing_for_taking_it_is_said(client, story, condition, context, said):
    role(story, Condition=condition)
    page = client.get(ask(story, context=context)).content.decode()
    assert verdict(page) == said
    assert ("switch-role" in page[page.index("As a role") :]) == (said == YES)


def test_nothing_else_is_made_up_for_taking_it(client, story):
    role(story, Condition={**MFA, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    assert verdict(client.get(ask(story)).content.decode()).startswith("No. Nothing that applies to mario")


def test_a_second_factor_goes_along_into_the_role(client, story):
    document = json.loads(BILL_WRITE)
    document["Statement"][0]["Condition"] = MFA
    role(story, policy=json.dumps(document))
    assert verdict(client.get(ask(story)).content.decode()) != YES
    assert verdict(client.get(ask(story, context=SECOND.lower())).content.decode()) == YES


def test_of_several_roles_the_first_is_named_and_the_others_are_counted(client, story):
    for name in ("Beta", "Alpha", "Gamma"):
        role(story, name)
    role(story, "Able", Condition=MFA)  # is taken less easily
    page = client.get(ask(story)).content.decode()
    assert verdict(page) == "No, not as user mario. As role Alpha, which mario may take, yes; as 2 other roles too."
    assert re.findall(r"switch to (\w+)</a>", page) == ["Alpha", "Beta", "Gamma"]
    assert "Able, yes, once mario has signed in with a second factor" in page


def test_several_actions_are_each_answered_so(client, story):
    role(story)
    page = client.get(ask(story, actions="s3:PutObject, s3:DeleteObject")).content.decode()
    assert YES in page and "No. Nothing that applies to mario allows this." in page
    address = unescape(re.search(r'href="([^"]*)">Why\?<span class="visually-hidden"> s3:PutObject<', page)[1])
    assert verdict(client.get(address).content.decode()) == YES


def test_nobody_but_a_user_takes_a_role_so(client, story):
    role(story)
    role(story, "Other", who="role/BillUploader", policy=BILL_WRITE.replace("Put", "Get"))
    arn = f"arn:aws:iam::{story.account}:role/BillUploader"
    page = client.get(ask(story, principal=arn, actions="s3:GetObject")).content.decode()
    assert "not as user" not in page and "As a role" not in page


def test_taking_a_role_is_not_answered_with_another(client, story):
    role(story)
    taking = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}}'
    role(story, "Taker", policy=taking)
    question = ask(story, actions="sts:AssumeRole", resource=f"arn:aws:iam::{story.account}:role/Unknown")
    assert "not as user" not in client.get(question).content.decode()


def signed_in(story, name):
    story.do("root", "iam:CreateLoginProfile", UserName=name, Password=PASSWORD)
    visitor = caller_as(controls.world(story.sandbox), "", "visitor")
    params = {"Account": story.account, "UserName": name, "Password": PASSWORD}
    return sessions.open_session(story.person, call(visitor, "signin:ConsoleLogin", params))


def test_a_link_leads_to_taking_it_in_the_users_own_session(client, story):
    in_a_path(story)
    mario = signed_in(story, "mario")
    for session in (mario, story.session):
        page = client.get(ask(story).replace(story.session.pk, session.pk)).content.decode()
        address = unescape(re.search(r'href="([^"]*/switch-role/[^"]*)"', page[page.index("As a role") :])[1])
        assert address.startswith(reverse("switch-role", args=[mario.pk]))
    form = client.get(address).context["form"]
    answer = client.post(address.partition("?")[0], {name: form[name].value() or "" for name in form.fields})
    assert answer.status_code == 302
    assert client.get(answer.url).status_code == 200


def test_where_the_user_is_not_signed_in_it_leads_through_the_sign_in(client, story):
    role(story)
    page = client.get(ask(story)).content.decode()
    address = unescape(re.search(r'href="([^"]*)">Sign in as mario and switch to BillUploader', page)[1])
    assert address.startswith(reverse("sign-in-user", args=[story.sandbox.public_id]))
    assert client.get(address).status_code == 200


def test_an_old_refusal_names_no_role_once_the_policies_have_changed(client, story):
    role(story)
    event = refused(story)
    assert verdict(client.get(story.url("why", event)).content.decode()) == YES
    let(story, BILL_WRITE.replace("PutObject", "GetObject"))
    assert verdict(client.get(story.url("why", event)).content.decode()).startswith("No. Nothing that applies to mario")


def test_an_organizations_policy_over_the_account_holds_for_the_role_too(client, story):
    story.do("root", "organizations:CreateOrganization")
    made = story.do("root", "organizations:CreateAccount", Email="dev@bills.example", AccountName="Dev")
    boss, story.account = story.account, made["CreateAccountStatus"]["AccountId"]
    for name in ("mario", "admin"):
        story.do("root", "iam:CreateUser", UserName=name)
    story.do("root", "s3:CreateBucket", Bucket="dev-bills")
    role(story, policy=BILL_WRITE.replace("customer-bills", "dev-bills"))
    question = ask(story, resource=BILL.replace("customer-bills", "dev-bills"))
    question = question.replace(story.session.pk, signed_in(story, "admin").pk)
    assert verdict(client.get(question).content.decode()) == YES
    deny = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}})
    kind = {"Name": "NoWrites", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": deny}
    member, story.account = story.account, boss
    policy = story.do("root", "organizations:CreatePolicy", **kind)["Policy"]["PolicySummary"]["Id"]
    story.do("root", "organizations:AttachPolicy", PolicyId=policy, TargetId=member)
    assert verdict(client.get(question).content.decode()).startswith("No. Statement")


def test_it_takes_no_query_more_for_many_roles_and_many_actions(client, story):
    """Whatever is kept in the process is forgotten first: roles, policies, documents are all read anew."""
    story.do("root", "iam:CreatePolicy", PolicyName="BillRead", PolicyDocument=BILL_WRITE.replace("Put", "Get"))
    role(story, "R1")
    bucket(story, "Deny", "arn:aws:iam::ID:role/R1")
    event, counts = refused(story), []
    for number in range(2, 45):
        role(story, f"R{number}", policy=BILL_WRITE.replace("WriteBills", f"Write{number}"))
        if number not in (3, 44):
            continue
        for address in (
            ask(story, actions=",".join(["s3:PutObject", "s3:DeleteObject"] * 10)),
            story.url("why", event),
        ):
            applicable._kept.clear()
            documents._texts.clear()
            with CaptureQueriesContext(connection) as captured:
                page = client.get(address).content.decode()
            assert f"yes; as {number - 2} other role" in page
            counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 14  # one is left for a lab that is open beside it


def test_so_many_roles_are_looked_at_and_no_more_which_is_said(client, story, monkeypatch):
    monkeypatch.setattr("iamlab.door.instead.MOST", 3)
    monkeypatch.setattr("iamlab.insight.instead.MOST", 3)
    for number in range(4):
        role(story, f"A{number}", who="root", policy="")
    page = client.get(ask(story)).content.decode()
    assert "Only 3 of the account's roles were looked at" in unescape(page)
    role(story, "Zeta")  # names mario, so that it is among the first
    page = client.get(ask(story)).content.decode()
    assert verdict(page) == YES.replace("BillUploader", "Zeta")
    assert "Only 3 of the account's roles were looked at" in unescape(page)
