"""What is done to many objects at once, whatever their keys are: they are asked about by POST."""

import re
from html import unescape

import pytest

from iamlab.services.s3.models import Object

pytestmark = pytest.mark.django_db
BUCKET, OTHER = "customer-bills", "old-bills"
WHERE = {"Bucket": BUCKET}
SOURCE = {"which": "source", "StorageClass": "STANDARD", "destination": f"s3://{OTHER}/"}
HOSTILE = [
    "a\"b'c.txt", "line\nbreak.txt", "line\r\nbreak.txt", "line\rbreak.txt", "../up.txt", "a/../b.txt", "/root.txt",
    "grüße-☂.txt", "<script>alert(1)</script>", "100%25.txt", "a&key=b+c.txt", " spaces ", "folder/", "?versionId=1",
]  # fmt: skip
LINE = re.compile(r'<input type="hidden" name="(key|quoted)" value="([^"]*)"')


@pytest.fixture
def boss(root):
    for bucket in (BUCKET, OTHER):
        root.call("s3:CreateBucket", {"Bucket": bucket})
    return root


def put(session, keys):
    for key in keys:
        session.call("s3:PutObject", {**WHERE, "Key": key, "Body": b"42"})


def keys_in(session, bucket=BUCKET):
    listed = session.call("s3:ListObjectsV2", {"Bucket": bucket})
    return [one["Key"] for one in listed["Contents"]]


def text_of(response):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def browser_sends(value):
    """HTML Standard, "Constructing the form data set": every line break of a field is sent as CR LF."""
    return re.sub(r"\r\n|\r|\n", "\r\n", value)


def ticked(browser, session):
    """The fields of a list's rows, as a browser sends them once all are ticked."""
    page = browser.get(session.url("bucket", BUCKET, "objects"))
    body = page.context["table"]["body"]
    fields = re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]*)"', body)
    return by_name((name, browser_sends(unescape(value))) for name, value in fields)


def hidden(page):
    fields = LINE.findall(page.content.decode())
    return by_name((name, browser_sends(unescape(value))) for name, value in fields)


def by_name(fields):
    found = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def many(boss):
    """Two hundred keys of nine hundred letters, as one row each: 180,000 bytes."""
    keys = [f"{number:03}-{'x' * 896}" for number in range(200)]
    put(boss, keys[:1])
    row = Object.objects.get(bucket__name=BUCKET)
    same = {name: getattr(row, name) for name in ("account_id", "bucket_id", "size", "body", "modified", "etag")}
    Object.objects.bulk_create([Object(key=key, headers=row.headers, **same) for key in keys[1:]])
    return keys


def asked(browser, session, page, sent):
    """The page that the list's button leads to, and the form that it shows, filled in."""
    shown = browser.post(f"{session.url(page, BUCKET)}?asks=1", sent)
    assert shown.status_code == 200 and "asks" not in shown.context["request"].get_full_path()
    return shown


def test_two_hundred_long_keys_are_counted(browser_of, boss, many):
    shown = text_of(asked(browser_of, boss, "objects-size", {"key": many}))
    assert "Total number of objects 200" in shown and "Total size 400.0 B" in shown


@pytest.mark.parametrize(
    ("page", "data"),
    [("objects-copy", SOURCE), ("objects-move", SOURCE), ("objects-storage", {"StorageClass": "GLACIER_IR"})],
)  # fmt: skip
def test_two_hundred_long_keys_are_asked_about_and_sent_on(browser_of, boss, many, page, data):
    shown = asked(browser_of, boss, page, {"key": many})
    address = shown.context["request"].get_full_path()
    assert len(address) < 200 and f'action="{address}"' in shown.content.decode()
    assert "Specified objects (200)" in text_of(shown) and "and 180 more" in text_of(shown)
    assert hidden(shown) == {"key": many}
    done = browser_of.post(address, {**hidden(shown), **data}, follow=True)
    assert "200 objects." in text_of(done)
    if page == "objects-storage":
        assert {one["StorageClass"] for one in boss.call("s3:ListObjectsV2", WHERE)["Contents"]} == {"GLACIER_IR"}
    else:
        assert keys_in(boss, OTHER) == many and keys_in(boss) == ([] if page == "objects-move" else many)


def test_two_hundred_long_keys_are_deleted(browser_of, boss, many):
    shown = asked(browser_of, boss, "objects-delete", {"key": many})
    sent = {**hidden(shown), "typed": "permanently delete"}
    assert "Successfully deleted 200 objects" in text_of(
        browser_of.post(boss.url("objects-delete", BUCKET), sent, follow=True)
    )
    assert keys_in(boss) == []


def test_a_form_that_is_wrong_keeps_its_objects(browser_of, boss, many):
    url = boss.url("objects-move", BUCKET)
    wrong = browser_of.post(url, {**SOURCE, "key": many, "destination": "no bucket"})
    assert wrong.status_code == 422 and hidden(wrong) == {"key": many}


def test_whatever_a_key_is_each_object_is_copied_as_itself(browser_of, boss):
    put(boss, HOSTILE)
    shown = asked(browser_of, boss, "objects-copy", ticked(browser_of, boss))
    assert "<script>alert" not in shown.content.decode()
    browser_of.post(boss.url("objects-copy", BUCKET), {**hidden(shown), **SOURCE})
    assert set(keys_in(boss, OTHER)) == set(HOSTILE)


@pytest.mark.parametrize("key", [key for key in HOSTILE if "/" not in key])
def test_whatever_a_key_is_only_this_object_is_deleted(browser_of, boss, key):
    put(boss, HOSTILE)
    page = browser_of.get(boss.url("bucket", BUCKET, "objects"))
    row = next(row for row in page.context["table"]["rows"] if row["label"] == key)
    sent = {row["name"]: browser_sends(row["key"])}
    shown = asked(browser_of, boss, "objects-delete", sent)
    browser_of.post(boss.url("objects-delete", BUCKET), {**hidden(shown), "typed": "permanently delete"})
    assert set(keys_in(boss)) == {*HOSTILE} - {key}


def test_versions_of_such_keys_are_deleted_each_by_itself(browser_of, boss):
    boss.call("s3:PutBucketVersioning", {**WHERE, "VersioningConfiguration": {"Status": "Enabled"}})
    put(boss, ["line\nbreak.txt", "line\r\nbreak.txt", "100%25.txt"])
    page = browser_of.get(boss.url("bucket", BUCKET, "objects", versions="on"))
    rows = [row for row in page.context["table"]["rows"] if "\r" not in row["label"]]
    sent = {"version": [browser_sends(row["key"]) for row in rows], "typed": "permanently delete"}
    browser_of.post(boss.url("objects-delete", BUCKET), sent)
    left = boss.call("s3:ListObjectVersions", WHERE)
    assert [one["Key"] for one in left["Versions"]] == ["line\r\nbreak.txt"] and left["DeleteMarkers"] == []


def test_a_page_without_objects_leads_back(browser_of, boss):
    for page in ("objects-copy", "objects-move", "objects-size", "objects-storage", "objects-encryption"):
        assert browser_of.get(f"{boss.url(page, BUCKET)}?asks=1").url == boss.url("bucket", BUCKET, "objects")


@pytest.mark.parametrize("prefix", ["a&b/", "100%/", "q?=#/", "grüße/"])
def test_what_is_done_in_a_folder_leads_back_to_it(browser_of, boss, prefix):
    put(boss, [f"{prefix}a.txt"])
    here = browser_of.get(boss.url("bucket", BUCKET, "objects", prefix=prefix))
    made = browser_of.post(here.context["folder_url"], {"name": "new"})
    assert made.url == boss.url("bucket", BUCKET, "objects", prefix=prefix)
    assert sorted(keys_in(boss)) == [f"{prefix}a.txt", f"{prefix}new/"]
    sent = {"key": f"{prefix}a.txt", "typed": "permanently delete"}
    assert browser_of.post(here.context["delete_url"], sent).url == made.url
