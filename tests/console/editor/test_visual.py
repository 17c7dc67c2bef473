"""The visual editor without JavaScript: each button is a form sent, and the document stands in the form."""

import html
import json
import re

import pytest

pytestmark = pytest.mark.django_db
NAME = "PolicyDocument"
OBJECTS = "arn:aws:s3:::customer-bills/*"
MIXED = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Odd", "Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
        {
            "Sid": "Bills",
            "Effect": "Allow",
            "Action": ["s3:PutObject", "iam:ListUsers", "s3:Get*"],
            "Resource": [OBJECTS],
            "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}},
        },
    ],
}


class Form:
    """The wizard's first step as a browser without scripts has it: fields as the last answer showed them."""

    def __init__(self, browser, url):
        self.browser, self.url = browser, url
        self.read(browser.get(url))

    def read(self, response):
        self.page = html.unescape(response.content.decode())
        main = response.content.decode().partition('<form method="post" class="stack"')[2].partition("</form>")[0]
        self.fields = {}
        for tag in re.findall(r"<input\b[^>]*>", main):
            found = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
            boxed = found.get("type") in ("checkbox", "radio")
            if "name" in found and (not boxed or " checked" in tag):
                self.fields.setdefault(found["name"], []).append(found.get("value", "on" if boxed else ""))
        for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
            chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r"<option>([^<]*)", options)
            self.fields[name] = [chosen[1] if chosen else ""]
        for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', main, re.DOTALL):
            self.fields[name] = [html.unescape(text).removeprefix("\n")]
        return response

    def send(self, look=None, **changed):
        """Press a button; `changed` names fields without the document's name, with - written as _."""
        sent = {**self.fields, **{f"{NAME}-{name.replace('_', '-')}": value for name, value in changed.items()}}
        return self.read(self.browser.post(self.url, {**sent, **({"look": look} if look else {})}))

    @property
    def text(self):
        return self.fields[NAME][0]

    @property
    def statements(self):
        return json.loads(self.text)["Statement"]


@pytest.fixture
def form(browser_of, root):
    """As its text, in which the tests write what they begin with."""
    found = Form(browser_of, browser_of.get(root.url("policy-create-start")).url)
    found.send("json")
    return found


@pytest.fixture
def mixed(form):
    form.fields[NAME] = [json.dumps(MIXED, indent=2)]
    form.send("visual")
    return form


def test_a_new_policy_opens_in_the_visual_editor_and_then_as_it_was_left(browser_of, root):
    """AWS's policy editor opens on Visual."""
    new = root.url("policy-create-start")
    form = Form(browser_of, browser_of.get(new).url)
    assert mode(form) == "visual" and "Service" in form.page
    form.send("json")
    assert mode(Form(browser_of, browser_of.get(new).url)) == "json"
    form.send("visual")
    root.call("iam:CreateUser", {"UserName": "mario"})
    inline = f"/console/{root.id}/iam/users/details/mario/inline/"
    assert mode(Form(browser_of, inline)) == "visual"


def test_a_policy_that_is_there_opens_as_its_text_until_the_visual_editor_was_chosen(browser_of, root):
    root.call("iam:CreateUser", {"UserName": "mario"})
    which = {"UserName": "mario", "PolicyName": "Own"}
    root.call("iam:PutUserPolicy", {**which, "PolicyDocument": json.dumps(MIXED)})
    here = f"/console/{root.id}/iam/users/details/mario/inline/Own/"
    opened = Form(browser_of, here)
    assert mode(opened) == "json"
    opened.send("visual")
    again = Form(browser_of, here)
    assert mode(again) == "visual" and json.loads(again.text) == MIXED


def mode(form) -> str:
    """The button that is pressed in."""
    return re.search(r'value="(visual|json)" formnovalidate aria-pressed="true"', form.page)[1]


def test_bill_write_is_built_step_by_step(form, browser_of):
    form.send("visual")
    form.send("service", service="s3")
    form.send("find", find="putobject")
    form.send("type", action=["s3:PutObject"], type="object")
    form.send("arn", part_BucketName="customer-bills")
    assert form.statements == [
        {"Sid": "Statement1", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [OBJECTS]}
    ]
    form.send("json")
    assert f"{NAME}-editor" not in form.fields
    built = form.text
    form.send("visual")
    assert "s3:PutObject" in form.fields[f"{NAME}-action"]
    form.send("json")
    assert form.text == built
    assert form.send().status_code == 302


def test_there_and_back_nothing_changes(mixed):
    assert mixed.text == json.dumps(MIXED, indent=2)
    mixed.send("check")
    mixed.send("find", find="bucket")
    mixed.send("service", service="ec2")
    mixed.send("json")
    assert mixed.text == json.dumps(MIXED, indent=2)


def test_what_is_not_shown_is_said_and_kept(mixed):
    assert "It has NotAction, which the visual editor does not show. It stays as it is" in mixed.page
    mixed.send("none:Write")
    assert mixed.statements[0] == MIXED["Statement"][0]
    assert mixed.statements[1]["Action"] == ["iam:ListUsers", "s3:Get*"]


def test_each_part_of_a_statement_changes(mixed):
    mixed.send("condition", key="aws:TagKeys", quantifier="all", operator="StringEquals", values="a\r\nb\r\n")
    mixed.send("condition", key="aws:username", operator="StringLike", exists="on", values="mario")
    mixed.send("more", more="sts:Get*", effect="Deny", arn="arn:aws:s3:::other/*")
    assert mixed.statements[1] == {
        "Sid": "Bills",
        "Effect": "Deny",
        "Action": ["s3:PutObject", "iam:ListUsers", "s3:Get*", "sts:Get*"],
        "Resource": [OBJECTS, "arn:aws:s3:::other/*"],
        "Condition": {
            "NumericLessThan": {"aws:MultiFactorAuthAge": 3600},
            "ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]},
            "StringLikeIfExists": {"aws:username": ["mario"]},
        },
    }
    mixed.send("json", condition=[], resource=["1"], action=["s3:PutObject"])
    assert mixed.statements[1] == {
        "Sid": "Bills",
        "Effect": "Deny",
        "Action": ["s3:PutObject"],
        "Resource": ["arn:aws:s3:::other/*"],
    }


def test_actions_of_a_level_are_taken_and_cleared_together(form):
    form.send("visual")
    form.send("service", service="sts")
    form.send("every:Tagging")
    assert "sts:TagSession" in form.statements[0]["Action"]
    assert "sts:AssumeRole" not in form.statements[0]["Action"]
    form.send("none:Tagging")
    assert form.statements[0]["Action"] == []


def test_the_filter_hides_boxes_and_leaves_what_they_said(form):
    form.send("visual")
    form.send("service", service="s3")
    form.send("find", action=["s3:PutObject", "s3:*"], find="listbucket")
    assert "s3:PutObject" not in form.fields.get(f"{NAME}-action", [])
    form.send("find", find="")
    assert set(form.statements[0]["Action"]) == {"s3:*", "s3:PutObject"}


def test_all_resources_and_back(form):
    form.send("visual")
    form.send("written", scope="all")
    assert form.statements[0]["Resource"] == ["*"]
    form.send("written", scope="specific", arn=OBJECTS)
    assert form.statements[0]["Resource"] == [OBJECTS]


def test_statements_come_and_go(mixed):
    mixed.send("add")
    assert len(mixed.statements) == 3
    assert mixed.fields[f"{NAME}-block"] == ["2"]
    mixed.send("open:1")
    assert mixed.fields[f"{NAME}-service"] == ["s3"]
    mixed.send("remove:0")
    assert [one.get("Sid") for one in mixed.statements] == ["Bills", None]


def test_findings_stand_beside_the_form(form):
    form.send("visual")
    form.send("more", more="s3:PutObjekt")
    assert "INVALID_ACTION" in form.page and "Statement[0].Action[0]" in form.page


def test_a_document_that_is_no_json_stays_text_and_says_why(form):
    form.fields[NAME] = ['{"Version"']
    form.send("visual")
    assert "The document is not JSON yet" in form.page
    assert form.text == '{"Version"'
    assert f"{NAME}-editor" not in form.fields


def test_what_aws_refuses_comes_back_in_the_visual_editor(form):
    form.send("visual")
    response = form.send(action=["nonsense"], more="nonsense", scope="all")
    assert response.status_code == 422
    assert f"{NAME}-editor" in form.fields
    assert "Actions/Conditions must be prefaced by a vendor" in form.page


@pytest.mark.parametrize(
    "hostile",
    [
        {"block": "99"},
        {"block": "²"},
        {"shown": "nonsense", "service": "nonsense"},
        {"shown_type": "nonsense", "type": "nonsense"},
        {"action": ["<script>alert(1)</script>"], "more": "<script>alert(1)</script>"},
        {"resource": ["99", "x"], "arn": "<script>alert(1)</script>"},
        {"condition": ["99"], "key": "<script>alert(1)</script>", "operator": "<b>", "values": "<b>"},
        {"editor": "nonsense"},
    ],
)
@pytest.mark.parametrize("look", ["check", "remove:99", "open:x", "every:Nonsense", "nonsense", "arn"])
@pytest.mark.slow
def test_anything_may_be_sent(mixed, hostile, look):
    response = mixed.send(look, **hostile)
    assert response.status_code == 200
    assert b"<script>alert" not in response.content
    assert mixed.statements[0] == MIXED["Statement"][0]


def test_a_trust_policy_has_no_visual_editor(browser_of, root):
    trust = {**MIXED, "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    root.call("iam:CreateRole", {"RoleName": "Reader", "AssumeRolePolicyDocument": json.dumps(trust)})
    assert f'id="{NAME}-visual"' not in browser_of.get(root.url("role-trust", "Reader")).content.decode()


@pytest.mark.parametrize("look", ["check", "visual", "imported"])
def test_each_look_takes_few_queries(form, browser_of, look, django_assert_max_num_queries):
    form.fields[NAME] = [json.dumps(MIXED)]
    with django_assert_max_num_queries(15):
        assert form.send(look).status_code == 200
