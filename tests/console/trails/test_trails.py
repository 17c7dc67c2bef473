"""CloudTrail's trails in the console: made with their bucket, switched, edited, deleted."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
LOGS = "umbrella-logs"
EVENTS = {"management": "on", "management_kind": "All", "objects": "none", "objects_kind": "All"}
ATTRIBUTES = {"Name": "audit", "storage": "new", "S3BucketName": LOGS, "EnableLogFileValidation": "on"}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*", "Resource": arn}
        for arn in (f"arn:aws:s3:::{LOGS}", f"arn:aws:s3:::{LOGS}/*")
    ],
}


class Walk:
    """One run of the wizard through Django's client."""

    def __init__(self, browser, session):
        self.browser = browser
        self.base = browser.get(session.url("trail-create-start")).url.removesuffix("attributes/")

    def send(self, step, **data):
        return self.browser.post(f"{self.base}{step}/", data)

    def see(self, step):
        return self.browser.get(f"{self.base}{step}/").content.decode()


@pytest.fixture
def walk(browser_of, root):
    return Walk(browser_of, root)


@pytest.fixture
def logs(root):
    """A bucket that CloudTrail may write to."""
    root.call("s3:CreateBucket", {"Bucket": LOGS})
    root.call("s3:PutBucketPolicy", {"Bucket": LOGS, "Policy": json.dumps(POLICY)})


def make(root, name="audit"):
    root.call("cloudtrail:CreateTrail", {"Name": name, "S3BucketName": LOGS})


def selectors_of(root, name="audit"):
    found = root.call("cloudtrail:GetEventSelectors", {"TrailName": name})["EventSelectors"]
    return [
        (one["ReadWriteType"], one["IncludeManagementEvents"], [r["Values"] for r in one["DataResources"]])
        for one in found
    ]


def test_a_trail_is_made_with_its_bucket_and_logs_at_once(walk, root):
    assert walk.send("attributes", **ATTRIBUTES).status_code == 302
    data = {**EVENTS, "objects": "some", "objects_buckets": "customer-bills", "objects_kind": "WriteOnly"}
    assert walk.send("events", **data).status_code == 302
    review = walk.see("review")
    assert "Write only, customer-bills" in review and "aws cloudtrail put-event-selectors" in review
    assert walk.send("review").url == root.url("trails")
    trail = root.call("cloudtrail:GetTrail", {"Name": "audit"})["Trail"]
    assert trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"]
    status = root.call("cloudtrail:GetTrailStatus", {"Name": "audit"})
    assert status["IsLogging"] and not status.get("LatestDeliveryError")
    assert selectors_of(root) == [
        ("All", True, []),
        ("WriteOnly", False, [["arn:aws:s3:::customer-bills/"]]),
    ]


def test_the_new_buckets_policy_lets_this_trail_write_and_nobody_else(walk, root):
    """User Guide: "Amazon S3 bucket policy for CloudTrail"."""
    walk.send("attributes", **ATTRIBUTES, S3KeyPrefix="2026")
    walk.send("events", **EVENTS)
    walk.send("review")
    policy = json.loads(root.call("s3:GetBucketPolicy", {"Bucket": LOGS})["Policy"])
    acl, write = policy["Statement"]
    assert (acl["Action"], write["Action"]) == ("s3:GetBucketAcl", "s3:PutObject")
    assert write["Resource"] == f"arn:aws:s3:::{LOGS}/2026/AWSLogs/{root.account.pk}/*"
    arn = f"arn:aws:cloudtrail:us-east-1:{root.account.pk}:trail/audit"
    assert write["Condition"]["StringEquals"]["aws:SourceArn"] == arn


def test_an_existing_bucket_is_used(walk, root, logs):
    walk.send("attributes", **{**ATTRIBUTES, "storage": "existing"})
    walk.send("events", **EVENTS)
    assert "s3:CreateBucket" not in walk.see("review")
    walk.send("review")
    assert root.call("cloudtrail:GetTrail", {"Name": "audit"})["Trail"]["S3BucketName"] == LOGS


def test_a_bucket_that_is_not_there_is_told_at_its_field(walk):
    walk.send("attributes", **{**ATTRIBUTES, "storage": "existing"})
    walk.send("events", **EVENTS)
    response = walk.browser.get(walk.send("review").url)
    assert response.status_code == 422 and "does not exist" in response.context["form"].errors["S3BucketName"][0]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"Name": "ab"}, "Name"),
        ({"Name": ""}, "Name"),
        ({"S3BucketName": ""}, "S3BucketName"),
        ({"S3BucketName": "a" * 64}, "S3BucketName"),
        ({"storage": "elsewhere"}, "storage"),
    ],
)
def test_what_is_wrong_with_the_attributes(walk, sent, field):
    response = walk.send("attributes", **{**ATTRIBUTES, **sent})
    assert response.status_code == 422 and response.context["form"].errors[field]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"management": ""}, "__all__"),
        ({"objects": "some", "objects_buckets": " , "}, "objects_buckets"),
        ({"management_kind": "Some"}, "management_kind"),
    ],
)
def test_what_is_wrong_with_the_events(browser_of, walk, root, logs, sent, field):
    make(root)
    walk.send("attributes", **ATTRIBUTES)
    for response in (
        walk.send("events", **{**EVENTS, **sent}),
        browser_of.post(root.url("trail-events", "audit"), {**EVENTS, **sent}),
    ):
        assert response.status_code == 422 and response.context["form"].errors[field]


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({}, [("All", True, [])]),
        ({"objects": "all"}, [("All", True, [["arn:aws:s3"]])]),
        ({"management": "", "objects": "all", "objects_kind": "ReadOnly"}, [("ReadOnly", False, [["arn:aws:s3"]])]),
        (
            {"management_kind": "WriteOnly", "objects": "some", "objects_buckets": "b"},
            [("WriteOnly", True, []), ("All", False, [["arn:aws:s3:::b/"]])],
        ),
        (
            {"objects": "some", "objects_buckets": "bills, offers"},
            [("All", True, [["arn:aws:s3:::bills/", "arn:aws:s3:::offers/"]])],
        ),
    ],
)
def test_events_are_edited_and_shown_as_they_were_saved(browser_of, root, logs, sent, found):
    make(root)
    assert browser_of.post(root.url("trail-events", "audit"), {**EVENTS, **sent}).url == root.url("trail", "audit")
    assert selectors_of(root) == found
    initial = browser_of.get(root.url("trail-events", "audit")).context["form"].initial
    wanted = {**EVENTS, "objects_buckets": "", **sent}
    assert {**initial, "management": "on" if initial["management"] else ""} == wanted


def test_selectors_beyond_the_form_are_shown_as_json(browser_of, root, logs):
    make(root)
    fields = [{"Field": "eventCategory", "Equals": ["Management"]}]
    advanced = [{"Name": "Only management", "FieldSelectors": fields}]
    root.call("cloudtrail:PutEventSelectors", {"TrailName": "audit", "AdvancedEventSelectors": advanced})
    html = browser_of.get(root.url("trail", "audit")).content.decode()
    assert "Only management" in html and "say more than the form" in html
    assert browser_of.get(root.url("trail-events", "audit")).status_code == 200


def test_logging_is_stopped_and_started(browser_of, root, logs):
    make(root)
    for do, on, words in (("start", True, "Stop logging"), ("stop", False, "Start logging")):
        browser_of.post(root.url("trail-switch", "audit"), {"do": do})
        assert root.call("cloudtrail:GetTrailStatus", {"Name": "audit"})["IsLogging"] is on
        assert words in browser_of.get(root.url("trail", "audit")).content.decode()


def test_stopping_is_asked_first_and_starting_is_not(browser_of, root, logs):
    """User Guide: "Turning off logging for a trail"."""
    make(root)
    root.call("cloudtrail:StartLogging", {"Name": "audit"})
    address = root.url("trail-switch", "audit")
    assert f'href="{address}"' in browser_of.get(root.url("trail", "audit")).content.decode()
    question = browser_of.get(address).content.decode()
    assert "Stop logging?" in question and 'name="do" value="stop"' in question
    assert root.call("cloudtrail:GetTrailStatus", {"Name": "audit"})["IsLogging"]


def test_general_details_are_changed(browser_of, root, logs):
    """User Guide: "Updating a trail": bucket, prefix and validation; what stays is not sent."""
    make(root)
    address = root.url("trail-edit", "audit")
    form = browser_of.get(address).context["form"]
    assert (form["S3BucketName"].value(), form["storage"].value()) == (LOGS, "existing")
    sent = {"storage": "existing", "S3BucketName": LOGS, "S3KeyPrefix": "2026", "EnableLogFileValidation": "on"}
    assert browser_of.post(address, {**sent, "seen": form["seen"].value()}).url == root.url("trail", "audit")
    trail = root.call("cloudtrail:GetTrail", {"Name": "audit"})["Trail"]
    assert (trail["S3BucketName"], trail["S3KeyPrefix"], trail["LogFileValidationEnabled"]) == (LOGS, "2026", True)
    page = browser_of.get(root.url("trail", "audit")).content.decode()
    assert "--enable-log-file-validation" in page and "--s3-bucket-name" not in page
    browser_of.post(address, {**sent, "S3KeyPrefix": "", "EnableLogFileValidation": ""})
    trail = root.call("cloudtrail:GetTrail", {"Name": "audit"})["Trail"]
    assert not trail.get("S3KeyPrefix") and not trail["LogFileValidationEnabled"]


def test_a_trail_moves_to_a_bucket_that_is_made_for_it(browser_of, root, logs):
    make(root)
    sent = {"storage": "new", "S3BucketName": "other-logs", "S3KeyPrefix": "2026"}
    assert browser_of.post(root.url("trail-edit", "audit"), sent).status_code == 302
    assert root.call("cloudtrail:GetTrail", {"Name": "audit"})["Trail"]["S3BucketName"] == "other-logs"
    policy = json.loads(root.call("s3:GetBucketPolicy", {"Bucket": "other-logs"})["Policy"])
    assert policy["Statement"][1]["Resource"] == f"arn:aws:s3:::other-logs/2026/AWSLogs/{root.account.pk}/*"
    root.call("cloudtrail:StartLogging", {"Name": "audit"})
    assert not root.call("cloudtrail:GetTrailStatus", {"Name": "audit"}).get("LatestDeliveryError")


def test_a_bucket_that_is_not_there_leaves_the_trail_as_it_is(browser_of, root, logs):
    make(root)
    response = browser_of.post(root.url("trail-edit", "audit"), {"storage": "existing", "S3BucketName": "no-such"})
    assert response.status_code == 422 and "does not exist" in response.context["form"].errors["S3BucketName"][0]
    assert root.call("cloudtrail:GetTrail", {"Name": "audit"})["Trail"]["S3BucketName"] == LOGS


def test_tags_are_shown_and_managed(browser_of, root, logs):
    make(root)
    address = root.url("trail-tags", "audit")
    browser_of.post(address, {"tags-key": ["team", "cost"], "tags-value": ["red", "7"]})
    page = browser_of.get(root.url("trail", "audit")).content.decode()
    assert "<td>team</td><td>red</td>" in page and "aws cloudtrail list-tags" in page
    browser_of.post(address, {"tags-key": ["cost"], "tags-value": ["8"]})
    arn = root.call("cloudtrail:GetTrail", {"Name": "audit"})["Trail"]["TrailARN"]
    [found] = root.call("cloudtrail:ListTags", {"ResourceIdList": [arn]})["ResourceTagList"]
    assert found["TagsList"] == [{"Key": "cost", "Value": "8"}]


def test_deleting_wants_the_name(browser_of, root, logs):
    make(root)
    address = root.url("trail-delete", "audit")
    assert browser_of.post(address, {"typed": "Audit"}).status_code == 422
    assert root.call("cloudtrail:ListTrails")["Trails"]
    browser_of.post(address, {"typed": "audit"})
    assert root.call("cloudtrail:ListTrails")["Trails"] == []
    assert "No trails" in browser_of.get(root.url("trails")).content.decode()


@pytest.mark.parametrize(
    "place", ["trails", "trail", "trail-edit", "trail-events", "trail-tags", "trail-switch", "trail-delete"]
)
def test_pages_open_for_who_may_and_stand_for_who_may_not(browser_of, root, user, logs, place):
    make(root)
    args = [] if place == "trails" else ["audit"]
    response = browser_of.get(root.url(place, *args))
    assert response.status_code == 200 and response.content.decode().count("<h1") == 1
    assert " | CloudTrail | US East (N. Virginia)</title>" in response.content.decode()
    refused = browser_of.get(user("nobody").url(place, *args))
    if place not in ("trail-switch", "trail-delete"):
        assert "Access denied" in refused.content.decode()


def test_who_may_look_and_not_stop_is_told(browser_of, root, user, logs):
    make(root)
    anna = user("anna", "AWSCloudTrail_ReadOnlyAccess")
    assert "General details" in browser_of.get(anna.url("trail", "audit")).content.decode()
    response = browser_of.post(anna.url("trail-switch", "audit"), {"do": "stop"})
    assert response.status_code in (400, 403) and "cloudtrail:StopLogging" in response.content.decode()


def test_a_trail_that_is_not_there(browser_of, root):
    assert browser_of.get(root.url("trail", "nothing")).status_code == 404


def test_strangers_find_nothing(client, stranger, root):
    client.force_login(stranger)
    for address in (root.url("trails"), root.url("trail", "audit"), root.url("trail-create-start")):
        assert client.get(address).status_code == 404


def test_more_trails_cost_no_more_queries(browser_of, root, logs):
    def cost():
        browser_of.get(root.url("trails"))
        with CaptureQueriesContext(connection) as found:
            assert browser_of.get(root.url("trails")).status_code == 200
        return len(found)

    make(root)
    root.call("cloudtrail:StartLogging", {"Name": "audit"})
    few = cost()
    for number in range(4):
        make(root, f"trail{number}")
        root.call("cloudtrail:StartLogging", {"Name": f"trail{number}"})
    assert cost() == few <= 15


def test_the_calls_of_a_trail_s_page_share_its_row(browser_of, root, logs):
    make(root)
    with CaptureQueriesContext(connection) as captured:
        assert browser_of.get(root.url("trail", "audit")).status_code == 200
    assert sum('FROM "cloudtrail_trail"' in query["sql"] for query in captured) == 1
