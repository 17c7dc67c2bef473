"""EC2's instances in the console: launched with a role, shown, given another role, terminated."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
IMAGE = "ami-0abcdef1234567890"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
LAUNCH = {"name": "web", "image": IMAGE, "kind": "t3.micro", "count": "1", "profile": "", "user_data": ""}


def profile(root, name="AppServer"):
    root.call("iam:CreateRole", {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(TRUST)})
    root.call("iam:CreateInstanceProfile", {"InstanceProfileName": name})
    root.call("iam:AddRoleToInstanceProfile", {"InstanceProfileName": name, "RoleName": name})
    return f"arn:aws:iam::{root.account.pk}:instance-profile/{name}"


def run(root, **more):
    launch = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **more}
    return root.call("ec2:RunInstances", launch)["Instances"][0]["InstanceId"]


def listed(root):
    found = root.call("ec2:DescribeInstances")["Reservations"]
    return [one for launch in found for one in launch["Instances"]]


class Walk:
    """One run of the wizard through Django's client."""

    def __init__(self, browser, session):
        self.browser = browser
        self.base = browser.get(session.url("instance-launch-start")).url.removesuffix("launch/")

    def send(self, step, **data):
        return self.browser.post(f"{self.base}{step}/", data)

    def see(self, step):
        return self.browser.get(f"{self.base}{step}/").content.decode()


@pytest.fixture
def walk(browser_of, root):
    return Walk(browser_of, root)


def test_an_instance_is_launched_with_a_role_and_user_data(browser_of, walk, root):
    arn = profile(root)
    data = {**LAUNCH, "profile": arn, "user_data": "echo hello"}
    assert "AppServer (role AppServer)" in walk.see("launch")
    assert walk.send("launch", **data).status_code == 302
    review = walk.see("review")
    assert "aws ec2 run-instances" in review and "--user-data &#x27;echo hello&#x27;" in review
    assert walk.send("review").url == root.url("instances")
    (one,) = listed(root)
    assert one["IamInstanceProfile"]["Arn"] == arn and one["Tags"] == [{"Key": "Name", "Value": "web"}]
    html = browser_of.get(root.url("instance", one["InstanceId"])).content.decode()
    assert "echo hello" in html and "/iam/roles/details/AppServer/permissions/" in html


def test_sent_twice_one_launch_is_made(walk, root):
    walk.send("launch", **LAUNCH)
    for _ in range(2):
        walk.send("review")
    assert len(listed(root)) == 1


def test_who_may_not_pass_the_role_is_told_so_on_the_review(browser_of, root, user):
    arn = profile(root)
    anna = user("anna", "AmazonEC2FullAccess", "IAMReadOnlyAccess")
    walk = Walk(browser_of, anna)
    walk.send("launch", **{**LAUNCH, "profile": arn})
    response = browser_of.get(walk.send("review").url)
    html = response.content.decode()
    assert "iam:PassRole" in html and "Encoded authorization failure message" not in html
    assert "/why/" in html and listed(root) == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"image": "ami-1"}, "image"), ({"count": "0"}, "count"), ({"count": "21"}, "count"), ({"kind": "x"}, "kind")],
)
def test_what_is_wrong_with_a_launch(walk, sent, field):
    response = walk.send("launch", **{**LAUNCH, **sent})
    assert response.status_code == 422 and response.context["form"].errors[field]


def test_the_role_of_an_instance_is_given_changed_and_taken(browser_of, root):
    first, second = profile(root), profile(root, "Other")
    name = run(root)
    address = root.url("instance-role", name)
    for arn in (first, second, ""):
        assert browser_of.post(address, {"profile": arn}).url == root.url("instance", name)
        assert listed(root)[0].get("IamInstanceProfile", {}).get("Arn", "") == arn
    assert "No IAM role" in browser_of.get(address).content.decode()


def test_saving_as_it_stands_takes_no_role_away(browser_of, root, user):
    """Who may not list profiles sees the one that the instance has, chosen."""
    arn = profile(root)
    name = run(root, IamInstanceProfile={"Arn": arn})
    address = user("helper", "AmazonEC2FullAccess").url("instance-role", name)
    shown = browser_of.get(address).content.decode()
    chosen = re.search(r'<option value="([^"]*)" selected', shown)[1]
    assert chosen == arn
    browser_of.post(address, {"profile": chosen})
    held = root.call("ec2:DescribeIamInstanceProfileAssociations")["IamInstanceProfileAssociations"]
    assert [one["IamInstanceProfile"]["Arn"] for one in held] == [arn]


def test_a_profile_without_a_role_is_told_at_the_field(browser_of, root):
    root.call("iam:CreateInstanceProfile", {"InstanceProfileName": "empty"})
    arn = f"arn:aws:iam::{root.account.pk}:instance-profile/empty"
    response = browser_of.post(root.url("instance-role", run(root)), {"profile": arn})
    assert response.status_code == 422 and "no associated IAM Roles" in str(response.context["form"].errors["profile"])


def test_instances_are_terminated_after_a_question(browser_of, root):
    name = run(root)
    address = root.url("instances-terminate")
    assert "does not come back" in browser_of.get(address, {"selected": name}).content.decode()
    browser_of.post(address, {"selected": name})
    assert listed(root)[0]["State"]["Name"] == "terminated"
    html = browser_of.get(root.url("instance", name)).content.decode()
    assert "Terminated" in html and "Modify IAM role" not in html


def test_hostile_text_is_shown_as_text(browser_of, root):
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "<script>x</script>"}]}]
    name = run(root, TagSpecifications=tags, UserData="PHNjcmlwdD55PC9zY3JpcHQ+")
    for address in (root.url("instances"), root.url("instance", name)):
        html = browser_of.get(address).content.decode()
        assert "<script>x" not in html and "<script>y" not in html


def test_who_may_nothing_sees_the_boxes(browser_of, root, user):
    name = run(root)
    nobody = user("nobody")
    for address in (nobody.url("instances"), nobody.url("instance", name), nobody.url("instance-role", name)):
        assert "Access denied" in browser_of.get(address).content.decode()


def test_an_instance_that_is_not_there(browser_of, root):
    assert browser_of.get(root.url("instance", "i-0123456789abcdef0")).status_code == 404
    assert browser_of.get(root.url("instance", "web")).status_code == 404


def test_strangers_find_nothing(client, stranger, root):
    client.force_login(stranger)
    for address in (root.url("instances"), root.url("instance", "i-1"), root.url("instance-launch-start")):
        assert client.get(address).status_code == 404


def test_more_instances_cost_no_more_queries(browser_of, root):
    def cost(address):
        browser_of.get(address)
        with CaptureQueriesContext(connection) as found:
            assert browser_of.get(address).status_code == 200
        return len(found)

    name = run(root, IamInstanceProfile={"Arn": profile(root)})
    few = cost(root.url("instances"))
    run(root, MinCount=15, MaxCount=15)
    assert cost(root.url("instances")) == few <= 15
    assert cost(root.url("instance", name)) <= 15
