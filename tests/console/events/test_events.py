"""Event history: what happened, in words and as CloudTrail's record."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamlab.console.events.words import sentence
from iamlab.services.cloudtrail.models import Event


def history(browser, session, **query):
    return browser.get(session.url("events", **query)).content.decode()


@pytest.fixture
def happened(root):
    root.call("iam:CreateUser", {"UserName": "mario"})
    root.call("s3:CreateBucket", {"Bucket": "customer-bills"})
    root.call("s3:PutObject", {"Bucket": "customer-bills", "Key": "bill.txt", "Body": b"1"})
    root.call("iam:ListUsers")


def test_changes_are_shown_and_reads_left_out(browser_of, root, happened):
    text = history(browser_of, root)
    assert "CreateUser" in text and "The root user created the user mario." in text
    assert "ListUsers" not in text


def test_data_events_are_marked(browser_of, root, happened):
    text = history(browser_of, root, attribute="EventName", value="PutObject")
    assert "data event" in text
    assert "CreateUser" not in text


def test_one_event_shows_its_record(browser_of, root, happened):
    events = root.call(
        "cloudtrail:LookupEvents",
        {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "PutObject"}]},
    )["Events"]
    text = browser_of.get(root.url("event", events[0]["EventId"])).content.decode()
    assert "customer-bills/bill.txt" in text
    assert "AWS would show this only in a trail" in text


def test_a_wrong_event_id_is_told_and_an_unknown_one_not_found(browser_of, root):
    assert "EventId must be a valid UUID." in browser_of.get(root.url("event", "nonsense")).content.decode()
    assert browser_of.get(root.url("event", "00000000-0000-4000-8000-000000000000")).status_code == 404


def test_who_may_not_look_sees_the_box(browser_of, user):
    mario = user("mario")
    assert "cloudtrail:LookupEvents" in history(browser_of, mario)


def test_downloads_hold_the_same_events(browser_of, root, happened):
    records = json.loads(browser_of.get(root.url("events-download", "json")).content)["Records"]
    lines = browser_of.get(root.url("events-download", "csv")).content.decode().splitlines()
    assert lines[0].startswith("Event name,Event time,User name")
    assert len(records) == len(lines) - 1
    assert {record["eventName"] for record in records} >= {"CreateUser", "CreateBucket", "PutObject"}


def test_a_formula_in_a_name_is_text_in_the_csv(browser_of, root):
    root.call("iam:CreateUser", {"UserName": "=cmd"})
    lines = browser_of.get(root.url("events-download", "csv")).content.decode()
    assert ",'=cmd," in lines


def test_older_events_are_a_page_away(browser_of, root):
    for number in range(55):
        root.call("iam:CreateGroup", {"GroupName": f"g{number}"})
    text = history(browser_of, root)
    assert "Older events" in text and "group g0." not in text


def test_both_sides_of_a_change_are_named(browser_of, root):
    root.call("iam:CreateUser", {"UserName": "mario"})
    root.call("iam:CreateGroup", {"GroupName": "billing"})
    root.call("iam:AddUserToGroup", {"GroupName": "billing", "UserName": "mario"})
    root.call("iam:AttachGroupPolicy", {"GroupName": "billing", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
    text = history(browser_of, root)
    assert "The root user added mario to the group billing." in text
    assert "The root user attached ReadOnlyAccess to the group billing." in text


def test_who_signs_in_is_named_once():
    record = {"userIdentity": {"type": "IAMUser", "userName": "mario"}, "eventName": "ConsoleLogin"}
    assert sentence(record, ["mario"]) == "mario signed in to the console."


def test_the_filter_that_the_page_opens_with_is_shown(browser_of, root, happened):
    form = browser_of.get(root.url("events")).context["form"]
    assert (form["attribute"].value(), form["value"].value()) == ("ReadOnly", "false")
    assert "ListUsers" in history(browser_of, root, attribute="", value="")


def minute(moment):
    return f"{moment:%Y-%m-%dT%H:%M}"


def test_a_time_range_of_ones_own_has_a_beginning_and_an_end(browser_of, root, happened):
    asked = {"attribute": "EventName", "value": "CreateUser", "range": "custom"}
    before, after = minute(root.now - timedelta(minutes=10)), minute(root.now + timedelta(minutes=10))
    assert "user mario" in history(browser_of, root, **asked, start=before, end=after)
    assert "user mario" in history(browser_of, root, **asked, start=before)
    assert "user mario" not in history(browser_of, root, **asked, end=before)
    assert "user mario" not in history(browser_of, root, **asked, start=after)
    download = browser_of.get(root.url("events-download", "csv") + f"?range=custom&end={before}").content.decode()
    assert len(download.splitlines()) == 1


def test_a_custom_range_without_an_end_or_one_turned_round_is_told(browser_of, root, happened):
    assert "beginning or an end" in history(browser_of, root, attribute="", value="", range="custom")
    turned = {"start": minute(root.now), "end": minute(root.now - timedelta(hours=1))}
    assert "alert-error" in history(browser_of, root, attribute="", value="", range="custom", **turned)


def test_a_new_filter_keeps_the_chosen_columns(browser_of, root, happened):
    text = browser_of.get(root.url("events") + "?columns=address").content.decode()
    lookup = text.partition("Custom time range")[0]
    assert 'type="hidden" name="columns" value="address"' in lookup


def test_columns_are_chosen_and_the_filter_stays(browser_of, root, happened):
    usual = browser_of.get(root.url("events")).context["table"]
    assert [column["label"] for column in usual["columns"]][:3] == ["Event name", "In plain words", "Event time"]
    address = root.url("events", attribute="EventName", value="CreateUser")
    found = browser_of.get(f"{address}&columns=address&columns=error")
    assert [column["label"] for column in found.context["table"]["columns"]] == [
        "Event name",
        "Error code",
        "Source IP address",
    ]
    text = found.content.decode()
    assert "127.0.0.1" in text and "The root user created" not in text
    gear = text.partition("Preferences of Event history")[2].partition("</form>")[0]
    assert 'name="value" value="CreateUser"' in gear and 'value="address" checked' in gear


def newest(root, *names):
    """Ids of the newest events of these names."""
    found = root.call("cloudtrail:LookupEvents", {"MaxResults": 50})["Events"]
    return [next(one["EventId"] for one in found if one["EventName"] == name) for name in names]


def test_events_are_compared_property_by_property(browser_of, root, happened):
    page = browser_of.get(root.url("events-compare") + f"?{selection(newest(root, 'CreateUser', 'CreateBucket'))}")
    rows = {row["label"]: row for row in page.context["rows"]}
    assert set(rows["Event source"]["cells"]) == {"iam.amazonaws.com", "s3.amazonaws.com"}
    assert rows["Event source"]["differs"] and not rows["Read-only"]["differs"]
    assert "The root user created the user mario." in page.content.decode()


def selection(ids):
    return "&".join(f"selected={one}" for one in ids)


def test_comparing_five_costs_no_more_than_comparing_two(browser_of, root, happened):
    for name in ("anna", "bob", "carla"):
        root.call("iam:CreateUser", {"UserName": name})
    events = root.call("cloudtrail:LookupEvents", {"MaxResults": 50})["Events"]
    ids = [one["EventId"] for one in events if one["EventName"].startswith("Create")]
    address = root.url("events-compare")
    browser_of.get(f"{address}?{selection(ids[:2])}")
    with CaptureQueriesContext(connection) as two:
        assert len(browser_of.get(f"{address}?{selection(ids[:2])}").context["heads"]) == 2
    with CaptureQueriesContext(connection) as five:
        assert len(browser_of.get(f"{address}?{selection(ids[:5])}").context["heads"]) == 5
    assert len(two) == len(five) <= 15


def test_an_event_that_has_left_the_list_is_still_compared(browser_of, root, happened):
    ids = newest(root, "CreateUser", "ListUsers")  # reads are not in the list as it opens
    page = browser_of.get(f"{root.url('events-compare')}?{selection(ids)}")
    assert len(page.context["heads"]) == 2


@pytest.mark.parametrize("number", [0, 1, 6])
def test_two_to_five_events_can_be_compared(browser_of, root, happened, number):
    ids = [f"00000000-0000-4000-8000-00000000000{one}" for one in range(number)]
    page = browser_of.get(f"{root.url('events-compare')}?{selection(ids)}", follow=True)
    assert page.redirect_chain and "Select two to five events" in page.content.decode()


def test_ids_that_are_none_are_told(browser_of, root, happened):
    ids = [*newest(root, "CreateUser"), "nonsense"]
    page = browser_of.get(f"{root.url('events-compare')}?{selection(ids)}")
    assert page.status_code == 200 and "1 of the selected events cannot be found" in page.content.decode()


def test_who_may_not_look_compares_nothing(browser_of, root, happened, user):
    ids = newest(root, "CreateUser", "CreateBucket")
    page = browser_of.get(f"{user('anna').url('events-compare')}?{selection(ids)}").content.decode()
    assert "cloudtrail:LookupEvents" in page and "mario" not in page


def test_the_consoles_calls_are_its_own_and_a_sign_in_tells_the_browser(browser_of, root, account):
    agent = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11) Firefox/140.0"}
    browser_of.get(root.url("users"), **agent)
    browser_of.get(root.url("buckets"), **agent)
    sign_in = f"/sandbox/{account.sandbox.public_id}/root-sign-in/"
    browser_of.post(sign_in, {"Email": account.email, "Password": "x"}, **agent)
    found = dict(Event.objects.values_list("name", "record"))
    agents = {name: json.loads(found[name])["userAgent"] for name in ("ListUsers", "ListBuckets", "ConsoleLogin")}
    assert agents == {
        "ListUsers": "AWS Internal",
        "ListBuckets": "[S3Console/0.4]",
        "ConsoleLogin": agent["HTTP_USER_AGENT"],
    }
