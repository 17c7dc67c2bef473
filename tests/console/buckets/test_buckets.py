"""S3's pages: buckets and objects, each panel refused by itself, nothing of another person's."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import escape

from iamlab.console import documents
from iamlab.services.cloudtrail.models import Event
from iamlab.services.operations import AwsError
from iamlab.services.s3 import listing

WRITE = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::customer-bills/*"},
    }
)


@pytest.fixture
def bucket(root):
    root.call("s3:CreateBucket", {"Bucket": "customer-bills"})
    return "customer-bills"


def page(browser, url):
    response = browser.get(url)
    return response.content.decode()


def upload(browser, session, bucket, name="bill.txt", data=b"42 EUR", query=""):
    file = SimpleUploadedFile(name, data, "text/plain")
    return browser.post(session.url("upload", bucket) + query, {"chosen": file, "StorageClass": "STANDARD"})


def test_the_list_is_cut_found_and_sorted_by_the_service(browser_of, root, django_assert_max_num_queries):
    for number in range(60):
        root.call("s3:CreateBucket", {"Bucket": f"bills-{number:02}"})

    def shown(query):
        html = page(browser_of, f"{root.url('buckets')}?{query}")
        return re.findall(r"/objects/\">([\w-]+)</a>", html), re.search(r"\((\d+)\)</span>", html)[1]

    assert shown("") == ([f"bills-{number:02}" for number in range(50)], "60")
    assert shown("page=2") == ([f"bills-{number:02}" for number in range(50, 60)], "60")
    assert shown("size=10&sort=-name") == ([f"bills-{number:02}" for number in range(59, 49, -1)], "60")
    assert shown("q=LLS-5")[0] == [f"bills-{number:02}" for number in range(50, 60)]
    with django_assert_max_num_queries(9):
        shown("")


def test_a_file_is_uploaded_and_comes_back_byte_for_byte(browser_of, root, bucket):
    data = bytes(range(256))
    assert "Upload succeeded" in upload(browser_of, root, bucket, data=data).content.decode()
    assert "bill.txt" in page(browser_of, root.url("bucket", bucket, "objects"))
    response = browser_of.get(root.url("object-download", bucket, key="bill.txt"))
    assert response.content == data
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("paths", "key"),
    [
        (["a/b/bill.txt"], "2026/a/b/bill.txt"),
        (["/bill.txt"], "2026/bill.txt"),
        (["a", "b"], "2026/plain.txt"),
        ([""], "2026/plain.txt"),
    ],
)
def test_a_file_of_a_folder_keeps_its_place_in_it(browser_of, root, paths, key):
    root.call("s3:CreateBucket", {"Bucket": "bills-of-boss"})
    sent = {"chosen": SimpleUploadedFile("plain.txt", b"42"), "StorageClass": "STANDARD", "path": paths}
    browser_of.post(root.url("upload", "bills-of-boss", prefix="2026/"), sent)
    assert [one["Key"] for one in root.call("s3:ListObjectsV2", {"Bucket": "bills-of-boss"})["Contents"]] == [key]


def test_an_upload_brings_a_storage_class_and_tags_along(browser_of, root, bucket):
    sent = {"StorageClass": "STANDARD_IA", "tags": "department = billing\n\nof=a + b"}
    file = SimpleUploadedFile("bill.txt", b"42 EUR", "text/plain")
    browser_of.post(root.url("upload", bucket), {"chosen": file, **sent})
    where = {"Bucket": bucket, "Key": "bill.txt"}
    assert root.call("s3:HeadObject", where)["StorageClass"] == "STANDARD_IA"
    tags = {tag["Key"]: tag["Value"] for tag in root.call("s3:GetObjectTagging", where)["TagSet"]}
    assert tags == {"department": "billing", "of": "a + b"}
    file = SimpleUploadedFile("bad.txt", b"", "text/plain")
    bad = browser_of.post(
        root.url("upload", bucket), {"chosen": file, "StorageClass": "STANDARD", "tags": "department"}
    )
    assert bad.status_code == 422 and "Line 1: write key = value." in bad.content.decode()


def test_a_tag_on_an_upload_takes_its_own_permission(browser_of, root, bucket, user):
    """S3 User Guide, "Object tagging": with tags PutObject needs s3:PutObjectTagging too."""
    mario = user("mario", own=WRITE)
    assert "Upload succeeded" in upload(browser_of, mario, bucket).content.decode()
    file = SimpleUploadedFile("bill.txt", b"42 EUR", "text/plain")
    refused = browser_of.post(
        mario.url("upload", bucket), {"chosen": file, "StorageClass": "STANDARD", "tags": "a=b"}
    ).content.decode()
    assert "Upload failed" in refused and "s3:PutObjectTagging" in refused


def test_mario_is_refused_and_told_why_then_allowed(browser_of, root, bucket, user):
    mario = user("mario")
    refused = upload(browser_of, mario, bucket).content.decode()
    assert "Upload failed" in refused
    assert "no identity-based policy allows the s3:PutObject action" in refused
    assert "/why/" in refused
    root.call("iam:PutUserPolicy", {"UserName": "mario", "PolicyName": "BillWrite", "PolicyDocument": WRITE})
    assert "Upload succeeded" in upload(browser_of, mario, bucket).content.decode()
    assert root.call("s3:GetObject", {"Bucket": bucket, "Key": "bill.txt"})["Body"] == b"42 EUR"


def test_who_may_not_delete_or_empty_a_bucket_is_told_why_in_the_dialog(browser_of, bucket, user):
    mario = user("mario")
    for name, typed in (("bucket-delete", bucket), ("bucket-empty", "permanently delete")):
        sent = {"bucket": bucket, "typed": typed}
        told = browser_of.post(mario.url(name), sent, headers={"HX-Request": "true", "HX-Target": "modal"})
        assert "Access denied" in told.content.decode(), name
        assert "/why/" in told.content.decode(), name


def test_who_may_not_list_buckets_sees_the_box_and_opens_one_by_name(browser_of, bucket, user):
    mario = user("mario")
    text = page(browser_of, mario.url("buckets"))
    assert "s3:ListAllMyBuckets" in text
    response = browser_of.get(mario.url("bucket-open"), {"name": bucket})
    assert response.url == mario.url("bucket", bucket, "objects")
    assert "s3:ListBucket" in page(browser_of, response.url)


@pytest.mark.parametrize("name", ["customer-bills/2026/", "s3://customer-bills", "../../etc", "..", "a b"])
def test_what_is_no_buckets_name_opens_none_and_is_told(browser_of, root, name):
    response = browser_of.get(root.url("bucket-open"), {"name": name}, follow=True)
    assert response.redirect_chain == [(root.url("buckets"), 302)]
    assert "Enter a bucket&#x27;s name alone" in response.content.decode()


def test_folders_are_beginnings_of_names(browser_of, root, bucket):
    browser_of.post(root.url("folder-create", bucket), {"name": "2026"})
    upload(browser_of, root, bucket, query="?prefix=2026/")
    top = page(browser_of, root.url("bucket", bucket, "objects"))
    assert "2026/" in top and "bill.txt" not in top
    assert "bill.txt" in page(browser_of, root.url("bucket", bucket, "objects", prefix="2026/"))


def test_objects_are_deleted_after_the_words_are_typed(browser_of, root, bucket):
    upload(browser_of, root, bucket)
    url = root.url("objects-delete", bucket)
    assert browser_of.post(url, {"key": "bill.txt", "typed": "delete"}).status_code == 422
    assert browser_of.post(url, {"key": "bill.txt", "typed": "permanently delete"}).status_code == 302
    assert root.call("s3:ListObjectsV2", {"Bucket": bucket})["KeyCount"] == 0


def test_a_bucket_with_objects_is_emptied_before_it_is_deleted(browser_of, root, bucket):
    upload(browser_of, root, bucket)
    refused = browser_of.post(root.url("bucket-delete"), {"bucket": bucket, "typed": bucket})
    assert f'Empty it first: <a href="{root.url("bucket-empty", selected=bucket)}">' in refused.content.decode()
    browser_of.post(root.url("bucket-empty"), {"bucket": bucket, "typed": "permanently delete"})
    browser_of.post(root.url("bucket-delete"), {"bucket": bucket, "typed": bucket})
    assert root.call("s3:ListBuckets")["Buckets"] == []


def test_a_malformed_bucket_policy_is_told_with_its_place_and_kept(browser_of, root, bucket):
    response = browser_of.post(root.url("bucket-policy", bucket), {"Policy": '{"Version": "2012-10-17",\n oops}'})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Line 2" in text and "oops" in text
    with pytest.raises(AwsError, match="does not exist"):
        root.call("s3:GetBucketPolicy", {"Bucket": bucket})


def test_a_public_policy_is_refused_while_it_is_blocked(browser_of, root, bucket):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    response = browser_of.post(root.url("bucket-policy", bucket), {"Policy": policy})
    assert "BlockPublicPolicy" in response.content.decode()
    browser_of.post(root.url("bucket-block", bucket), {"typed": "confirm"})
    assert browser_of.post(root.url("bucket-policy", bucket), {"Policy": policy}).status_code == 302
    assert "Publicly accessible" in page(browser_of, root.url("bucket", bucket, "permissions"))


def test_the_second_of_two_tabs_learns_of_the_firsts_bucket_policy_and_loses_nothing(browser_of, root, bucket):
    def policy(action):
        statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{bucket}/*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    url = root.url("bucket-policy", bucket)
    seen = browser_of.get(url).context["form"]["seen"].value()
    browser_of.post(url, {"Policy": policy("s3:DeleteObject"), "seen": seen})
    response = browser_of.post(url, {"Policy": policy("s3:PutObject"), "seen": seen})
    html = response.content.decode()
    assert response.status_code == 422
    assert "has changed since you opened it" in html and "s3:DeleteObject" in html and "s3:PutObject" in html
    assert "s3:DeleteObject" in root.call("s3:GetBucketPolicy", {"Bucket": bucket})["Policy"]
    seen = response.context["form"]["seen"].value()
    browser_of.post(url, {"Policy": policy("s3:PutObject"), "seen": seen})
    assert root.call("s3:GetBucketPolicy", {"Bucket": bucket})["Policy"] == policy("s3:PutObject")


def test_a_bucket_policy_is_checked_while_one_types_and_not_saved(browser_of, root, bucket):
    sent = {"Policy": '{"Version": "2012-10-17", "Statement": []}', "look": "check"}
    html = browser_of.post(root.url("bucket-policy", bucket), sent).content.decode()
    assert "of 20480 bytes" in html and 'class="finding"' in html
    with pytest.raises(AwsError, match="does not exist"):
        root.call("s3:GetBucketPolicy", {"Bucket": bucket})


def test_each_example_is_a_policy_that_can_be_saved(browser_of, root, bucket):
    root.call("iam:CreateUser", {"UserName": "mario"})
    root.call("s3:DeletePublicAccessBlock", {"Bucket": bucket})
    examples = browser_of.get(root.url("bucket-policy", bucket)).context["examples"]
    for title, text in examples:
        if "444455556666" in text:
            text = text.replace("444455556666", root.account.pk)
        response = browser_of.post(root.url("bucket-policy", bucket), {"Policy": text, "seen": seen_of(root, bucket)})
        assert response.status_code == 302, title
        found = browser_of.post(root.url("bucket-policy", bucket), {"Policy": text, "look": "check"}).content.decode()
        assert 'id="findings"' in found and 'data-severity="error"' not in found
    assert len(examples) == 4


def seen_of(session, bucket):
    try:
        return documents.mark(session.call("s3:GetBucketPolicy", {"Bucket": bucket})["Policy"])
    except AwsError:
        return ""


def test_settings_are_saved(browser_of, root, bucket):
    browser_of.post(root.url("bucket-versioning", bucket), {"Status": "Enabled"})
    browser_of.post(root.url("bucket-tags", bucket), {"tags-key": "department", "tags-value": "billing"})
    permissions = root.url("bucket", bucket, "permissions")
    assert "Bucket owner enforced: ACLs are disabled" in page(browser_of, permissions)
    browser_of.post(root.url("bucket-ownership", bucket), {"ObjectOwnership": "ObjectWriter", "restored": "on"})
    text = page(browser_of, root.url("bucket", bucket, "properties"))
    assert "Enabled" in text and "department" in text
    assert "Object writer: ACLs are enabled" in page(browser_of, permissions)


def test_hostile_keys_are_escaped(browser_of, root, bucket):
    root.call("s3:PutObject", {"Bucket": bucket, "Key": "<script>alert(1)</script>", "Body": b""})
    assert "<script>alert(1)" not in page(browser_of, root.url("bucket", bucket, "objects"))


def test_another_persons_session_is_not_found(client, stranger, root, bucket):
    client.force_login(stranger)
    for url in (root.url("buckets"), root.url("bucket", bucket, "objects"), root.url("upload", bucket)):
        assert client.get(url).status_code == 404


def test_a_page_of_objects_takes_as_many_queries_as_one(browser_of, root, bucket, django_assert_max_num_queries):
    for number in range(60):
        root.call("s3:PutObject", {"Bucket": bucket, "Key": f"bill-{number}.txt", "Body": b""})
    with django_assert_max_num_queries(15):
        browser_of.get(root.url("bucket", bucket, "objects"))


def test_a_file_over_the_limit_is_told_and_leaves_nothing(browser_of, root, bucket, settings):
    settings.OBJECT_BYTES = 10
    response = upload(browser_of, root, bucket, data=b"x" * 11)
    assert response.status_code == 413
    assert "exceeds the maximum allowed size" in response.content.decode()
    assert "At most 10.0 B a file." in response.content.decode()
    assert root.call("s3:ListObjectsV2", {"Bucket": bucket})["KeyCount"] == 0


def test_a_folder_of_many_pages_is_deleted_whole(browser_of, root, bucket, monkeypatch):
    monkeypatch.setattr(listing, "MOST", 2)
    for number in range(5):
        root.call("s3:PutObject", {"Bucket": bucket, "Key": f"2026/{number}", "Body": b""})
    browser_of.post(root.url("objects-delete", bucket), {"key": "2026/", "typed": "permanently delete"})
    monkeypatch.undo()
    assert root.call("s3:ListObjectsV2", {"Bucket": bucket})["KeyCount"] == 0


def test_who_may_only_write_finds_the_object_again_and_learns_that_it_stays(browser_of, root, user, bucket):
    """Neither the list nor the object may be read, yet what was written is a link, and deleting it can be tried."""
    mario = user("mario", Write=WRITE)
    written = upload(browser_of, mario, bucket, query="?prefix=bills/").content.decode()
    address = mario.url("object", bucket, key="bills/bill.txt")
    assert f'href="{escape(address)}"' in written
    listed = page(browser_of, mario.url("bucket", bucket, "objects", prefix="bills/"))
    assert "Open an object by its key" in listed and 'name="key" value="bills/"' in listed
    opened = browser_of.get(address)
    assert "s3:GetObject" in opened.content.decode()
    refused = browser_of.post(opened.context["delete_url"], {"key": "bills/bill.txt", "typed": "permanently delete"})
    assert "s3:DeleteObject" in refused.content.decode() and "Why?" in refused.content.decode()
    event = Event.objects.get(name="DeleteObject")
    assert (event.error, event.username) == ("AccessDenied", "mario")


def test_who_may_list_is_offered_no_field_for_a_key(browser_of, root, bucket):
    assert "Open an object by its key" not in page(browser_of, root.url("bucket", bucket, "objects"))


def test_an_object_is_deleted_from_its_own_page(browser_of, root, bucket):
    upload(browser_of, root, bucket)
    opened = browser_of.get(root.url("object", bucket, key="bill.txt"))
    sent = {"key": "bill.txt", "typed": "permanently delete"}
    assert browser_of.post(opened.context["delete_url"], sent).url == root.url("bucket", bucket, "objects")
    assert root.call("s3:ListObjectsV2", {"Bucket": bucket})["KeyCount"] == 0


KEEP = {"Effect": "Deny", "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"], "Resource": "arn:aws:s3:::*/keep*"}


@pytest.fixture
def keeper(user):
    """A user who may do all but delete what begins with keep."""
    statements = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, KEEP]
    return user("mario", own=json.dumps({"Version": "2012-10-17", "Statement": statements}))


@pytest.mark.parametrize(
    ("kept", "told"), [(["keep"], "1 object was not deleted."), (["keep-1", "keep-2"], "2 objects were not deleted.")]
)
def test_what_is_left_in_an_emptied_bucket_is_counted_and_explained(browser_of, root, bucket, keeper, kept, told):
    for key in [*kept, "other"]:
        root.call("s3:PutObject", {"Bucket": bucket, "Key": key, "Body": b"1"})
    sent = {"bucket": bucket, "typed": "permanently delete"}
    shown = browser_of.post(keeper.url("bucket-empty"), sent, follow=True).content.decode()
    assert told in shown
    why = re.search(r'keep[^"]*? <a href="([^"]+)">Why\?</a>', shown)[1].replace("&amp;", "&")
    assert "explicit" in page(browser_of, why).lower()
    assert [one["Key"] for one in root.call("s3:ListObjectsV2", {"Bucket": bucket})["Contents"]] == kept


def test_of_several_objects_each_that_is_not_deleted_leads_to_why(browser_of, root, bucket, keeper):
    for key in ("keep <b>", "other", "keep2"):
        root.call("s3:PutObject", {"Bucket": bucket, "Key": key, "Body": b"1"})
    sent = {"key": ["keep <b>", "other", "keep2"], "typed": "permanently delete"}
    refused = browser_of.post(keeper.url("objects-delete", bucket), sent)
    shown = refused.content.decode()
    assert refused.status_code == 422 and shown.count(">Why?</a>") == 2 and "keep &lt;b&gt;: " in shown
