"""What S3's console does with objects and a bucket's settings: by mouse, by the keyboard alone, without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_buckets import confirm
from tests.browser.test_groups_by_keyboard import enter, tab_to, type_into
from tests.browser.walking import follow, heading, press
from tools import scratch

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BUCKET, OTHER = "customer-bills", "old-bills"
WHERE = {"Bucket": BUCKET}
INVALID = "status of 422"  # what the browser writes of a form that is shown again
PHONE = {"width": 380, "height": 800}
MAY, LINES, MARKED = "2026/may.txt", "2026/two\nlines.txt", "2026/<b> & 'quoted' 100%25.txt"


@pytest.fixture
def world(db) -> scratch.World:
    """Ada's, with two buckets; keys are not all what one expects."""
    made = scratch.world()
    for bucket in (BUCKET, OTHER):
        made.call("s3:CreateBucket", Bucket=bucket)
    for key in (MAY, LINES, MARKED):
        made.call("s3:PutObject", **WHERE, Key=key, Body=b"12 umbrellas", ContentType="text/plain")
    return made


@pytest.fixture
def look(world, live_server, new_context) -> Callable[..., Page]:
    """A page of Ada's browser, at her bucket; `page.failed` collects what scripts complain of."""

    def open_(path: str, **context) -> Page:
        made = new_context(base_url=live_server.url, **context)
        made.add_cookies([{"name": "sessionid", "value": world.cookie, "url": live_server.url}])
        page = made.new_page()
        page.failed = []
        page.on(
            "console",
            lambda message: (
                page.failed.append(message.text) if message.type == "error" and INVALID not in message.text else None
            ),
        )
        page.on("pageerror", lambda error: page.failed.append(str(error)))
        page.goto(f"/console/{world.session}/s3/{path}")
        return page

    return open_


def keys_in(world: scratch.World, bucket: str) -> list[str]:
    return [one["Key"] for one in world.call("s3:ListObjectsV2", Bucket=bucket)["Contents"]]


def tick(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()


def act(page: Page, name: str, title: str) -> None:
    """An item of the list's menu, and the page that it leads to."""
    page.locator("main summary").filter(has_text="Actions").click()
    page.locator("main").get_by_role("button", name=name, exact=True).click()
    heading(page, title)


def send(page: Page, name: str, done: str) -> None:
    """The form's last button, and what is said of it."""
    page.locator("main .form-footer").get_by_role("button", name=name, exact=True).click()
    expect(page.locator("#flashes")).to_contain_text(done)


def fits(page: Page, violations) -> list[str]:
    """What axe finds, and how far a page sticks out at 380 pixels."""
    found = violations(page)
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 720})
    return found + ([f"{width} pixels wide"] if width > 380 else [])


def test_objects_are_counted_copied_moved_renamed_and_shared(world, look, violations):
    page = look(f"buckets/{BUCKET}/objects/?prefix=2026/", color_scheme="dark")
    tick(page, "may.txt", "two lines.txt", MARKED.removeprefix("2026/"))
    act(page, "Calculate total size", "Calculate total size")
    expect(page.locator("main")).to_contain_text("36.0 B")
    found = fits(page, violations)
    follow(page, "Close", BUCKET)
    tick(page, "two lines.txt", MARKED.removeprefix("2026/"))
    act(page, "Copy", "Copy")
    expect(page.locator("main")).to_contain_text("Specified objects (2)")
    page.fill("[name=destination]", f"s3://{OTHER}/copies")
    page.check("[name=which][value=given]")
    page.locator("select[name=StorageClass]").select_option("STANDARD_IA")
    found += fits(page, violations)
    send(page, "Copy", "Successfully copied 2 objects.")
    assert keys_in(world, OTHER) == [key.replace("2026", "copies") for key in (MARKED, LINES)]
    tick(page, "two lines.txt")
    act(page, "Move", "Move")
    page.fill("[name=destination]", "no bucket")
    page.locator("main .form-footer").get_by_role("button", name="Move").click()
    expect(page.locator("[name=destination]")).to_be_focused()
    found += fits(page, violations)
    page.fill("[name=destination]", f"s3://{OTHER}/moved/")
    send(page, "Move", "Successfully moved 1 object.")
    assert keys_in(world, BUCKET) == [MARKED, MAY] and "moved/two\nlines.txt" in keys_in(world, OTHER)
    tick(page, "may.txt")
    act(page, "Rename object", "Rename object")
    page.fill("[name=name]", "june.txt")
    send(page, "Save changes", "Successfully renamed the object to “2026/june.txt”.")
    tick(page, "june.txt")
    act(page, "Share with a presigned URL", "Share")
    page.fill("[name=number]", "5")
    press(page, "Create presigned URL")
    expect(page.locator("main")).to_contain_text("The presigned URL was created")
    found += fits(page, violations)
    shared = re.search(r"http\S+X-Amz-Signature=\w+", page.locator("main").inner_text())[0]
    assert page.request.get(shared).body() == b"12 umbrellas"
    assert (found, page.failed) == ([], [])


def test_an_object_gets_a_class_metadata_and_the_public(world, look, violations):
    rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    world.call("s3:PutBucketOwnershipControls", **WHERE, OwnershipControls=rules)
    page = look(f"buckets/{BUCKET}/objects/?prefix=2026/", color_scheme="dark")
    tick(page, "may.txt", "two lines.txt")
    act(page, "Edit storage class", "Edit storage class")
    page.get_by_role("radio", name="Glacier Instant Retrieval").check()
    found = fits(page, violations)
    send(page, "Save changes", "Successfully edited 2 objects.")
    classes = {one["Key"]: one["StorageClass"] for one in world.call("s3:ListObjectsV2", **WHERE)["Contents"]}
    assert classes == {MAY: "GLACIER_IR", LINES: "GLACIER_IR", MARKED: "STANDARD"}
    tick(page, "two lines.txt")
    act(page, "Edit metadata", "Edit metadata")
    page.fill("[name=CacheControl]", "no-store")
    press(page, "Add metadata")
    page.locator("[name=metadata-key]").fill("clerk")
    page.locator("[name=metadata-value]").fill("mario")
    found += fits(page, violations)
    page.locator("main").get_by_role("button", name="Save changes").last.click()
    expect(page.locator("#flashes")).to_contain_text("The metadata was saved.")
    head = world.call("s3:HeadObject", **WHERE, Key=LINES)
    assert head["Metadata"] == {"clerk": "mario"} and head["CacheControl"] == "no-store"
    page.goto(f"/console/{world.session}/s3/buckets/{BUCKET}/objects/?prefix=2026/")
    tick(page, "may.txt")
    act(page, "Make public using ACL", "Make public")
    expect(page.locator("main")).to_contain_text("Block Public Access refuses new public ACLs")
    expect(page.locator("main").get_by_role("button", name="Make public")).to_be_disabled()
    found += fits(page, violations)
    world.call("s3:DeletePublicAccessBlock", **WHERE)
    page.goto(f"/console/{world.session}/s3/buckets/{BUCKET}/objects/?prefix=2026/")
    tick(page, "may.txt")
    act(page, "Make public using ACL", "Make public")
    found += fits(page, violations)
    send(page, "Make public", "Successfully edited public access of 1 object.")
    assert page.request.get(f"/public/{world.sandbox}/{BUCKET}/{MAY}").body() == b"12 umbrellas"
    assert (found, page.failed) == ([], [])


def test_files_are_uploaded_with_settings_of_their_own(world, look, violations):
    page = look(f"upload/{BUCKET}/?prefix=2026/", color_scheme="dark")
    files = [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in (("may.txt", b"7"), ("0", b""))]
    page.set_input_files("[data-dropzone] input[type=file] >> nth=0", files)
    expect(page.locator("[data-files] li")).to_have_count(2)
    page.locator("main summary").filter(has_text="Properties").click()
    page.locator("select[name=StorageClass]").select_option("ONEZONE_IA")
    page.fill("[name=tags]", "department = billing")
    page.locator("main summary").filter(has_text="Permissions").click()
    found = fits(page, violations)
    press(page, "Upload")
    expect(page.locator("main")).to_contain_text("Upload succeeded")
    found += fits(page, violations)
    head = world.call("s3:HeadObject", **WHERE, Key="2026/0")
    assert (head["ContentLength"], head["StorageClass"]) == (0, "ONEZONE_IA")
    tags = world.call("s3:GetObjectTagging", **WHERE, Key=MAY)["TagSet"]
    assert tags == [{"Key": "department", "Value": "billing"}]
    assert (found, page.failed) == ([], [])


def rules_of(world: scratch.World) -> list[tuple[str, str, int]]:
    rules = world.call("s3:GetBucketLifecycleConfiguration", **WHERE)["Rules"]
    return [(one["ID"], one["Status"], one["Expiration"]["Days"]) for one in rules]


def pressed(page: Page, name: str, done: str) -> None:
    tab_to(page, name, "submit")
    page.keyboard.press("Enter")
    expect(page.locator("#flashes")).to_contain_text(done)


def test_rules_logs_and_a_web_site_are_set_by_the_keyboard_alone(world, look, violations):
    page = look(f"buckets/{BUCKET}/management/")
    enter(page, "Create lifecycle rule", "a", "Create lifecycle rule")
    type_into(page, "Lifecycle rule name", "old bills")
    type_into(page, "Prefix", "2019/")
    type_into(page, "Expire current versions of objects", "365")
    found = fits(page, violations)
    pressed(page, "Create rule", "The lifecycle rule “old bills” was created.")
    tab_to(page, "Select old bills", "checkbox")
    page.keyboard.press("Space")
    enter(page, "Edit", "submit", "Edit lifecycle rule")
    tab_to(page, "Expire current versions of objects")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("30")
    found += fits(page, violations)
    pressed(page, "Save changes", "The lifecycle rule “old bills” was saved.")
    assert rules_of(world) == [("old bills", "Enabled", 30)]
    for verb in ("Disable", "Delete"):
        tab_to(page, "Select old bills", "checkbox")
        page.keyboard.press("Space")
        tab_to(page, verb, "submit")
        page.keyboard.press("Enter")
        expect(page.locator("#modal")).to_contain_text(f"{verb} lifecycle rule?")
        pressed(page, verb, f"{verb}d: old bills.")
        if verb == "Disable":
            assert rules_of(world) == [("old bills", "Disabled", 30)]
    expect(page.locator("main")).to_contain_text("There are no lifecycle rules for this bucket.")
    tab_to(page, "Properties", "a")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Static website hosting")
    enter(page, "Edit Server access logging", "a", "Edit server access logging")
    switch_on(page)
    type_into(page, "Destination", f"s3://{OTHER}/logs/")
    found += fits(page, violations)
    pressed(page, "Save changes", "server access logging was saved.")
    enter(page, "Edit Static website hosting", "a", "Edit static website hosting")
    switch_on(page)
    type_into(page, "Index document", "index.html")
    type_into(page, "Error document", "error.html")
    found += fits(page, violations)
    pressed(page, "Save changes", "static website hosting was saved.")
    logs = world.call("s3:GetBucketLogging", **WHERE)["LoggingEnabled"]
    assert logs == {"TargetBucket": OTHER, "TargetPrefix": "logs/"}
    site = world.call("s3:GetBucketWebsite", **WHERE)
    assert site == {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
    assert (found, page.failed) == ([], [])


def switch_on(page: Page) -> None:
    """The first pair of the form: Disable has the mark."""
    tab_to(page, "Disable", "radio")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Enable", exact=True)).to_be_checked()


def test_all_of_it_works_without_javascript(world, look):
    page = look(f"buckets/{BUCKET}/objects/?prefix=2026/", java_script_enabled=False, viewport=PHONE)
    tick(page, "may.txt", "two lines.txt", MARKED.removeprefix("2026/"))
    act(page, "Calculate total size", "Calculate total size")
    expect(page.locator("main")).to_contain_text("36.0 B")
    follow(page, "Close", BUCKET)
    tick(page, "two lines.txt", MARKED.removeprefix("2026/"))
    act(page, "Move", "Move")
    page.fill("[name=destination]", "no bucket")
    page.locator("main .form-footer").get_by_role("button", name="Move").click()
    expect(page.locator("main")).to_contain_text("Write a bucket, or a folder in one")
    page.fill("[name=destination]", f"s3://{OTHER}/")
    send(page, "Move", "Successfully moved 2 objects.")
    assert keys_in(world, OTHER) == [key.removeprefix("2026/") for key in (MARKED, LINES)]
    tick(page, "may.txt")
    act(page, "Share with a presigned URL", "Share")
    page.fill("[name=number]", "5")
    press(page, "Create presigned URL")
    expect(page.locator("main")).to_contain_text("The presigned URL was created")
    page.goto(f"/console/{world.session}/s3/buckets/{OTHER}/objects/")
    tick(page, "two lines.txt")
    page.locator("main").get_by_role("button", name="Delete", exact=True).click()
    page.fill("#confirm-typed", "permanently delete")
    press(page, "Delete objects")
    expect(page.locator("#flashes")).to_contain_text("Successfully deleted 1 object")
    assert keys_in(world, OTHER) == [MARKED.removeprefix("2026/")]
    page.goto(f"/console/{world.session}/s3/bucket/{BUCKET}/lifecycle/create/")
    page.fill("[name=name]", "old bills")
    page.check("[name=everything]")
    page.fill("[name=expire_after]", "365")
    send(page, "Create rule", "The lifecycle rule “old bills” was created.")
    tick(page, "old bills")
    press(page, "Edit")
    page.fill("[name=expire_after]", "30")
    send(page, "Save changes", "The lifecycle rule “old bills” was saved.")
    assert rules_of(world) == [("old bills", "Enabled", 30)]
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_deleted_object_is_had_back_and_its_versions_go_one_by_one(world, look, violations):
    versioned = {"VersioningConfiguration": {"Status": "Enabled"}}
    world.call("s3:PutBucketVersioning", **WHERE, **versioned)
    world.call("s3:PutObject", **WHERE, Key=MAY, Body=b"13 umbrellas", ContentType="text/plain")
    page = look(f"buckets/{BUCKET}/objects/?prefix=2026/", color_scheme="dark")
    delete = page.locator("main").get_by_role("button", name="Delete", exact=True)
    tick(page, "may.txt", "two lines.txt")
    delete.click()
    confirm(page, "delete", "Delete objects")
    expect(page.locator("#flashes")).to_contain_text("Successfully deleted 2 objects")
    expect(page.get_by_role("checkbox", name="Select may.txt")).to_have_count(0)
    page.locator("#show-versions").click()
    markers = page.locator("main tbody tr").filter(has_text="Delete marker")
    expect(markers).to_have_count(2)
    found = fits(page, violations)
    markers.filter(has_text="may.txt").get_by_role("checkbox").check()
    delete.click()
    confirm(page, "permanently delete", "Delete objects")
    expect(page.locator("#flashes")).to_contain_text("Successfully deleted 1 object")
    expect(markers).to_have_count(1)
    assert world.call("s3:GetObject", **WHERE, Key=MAY)["Body"] == b"13 umbrellas"
    old = page.locator("main tbody tr").filter(has_text="may.txt").filter(has_text="null")
    old.get_by_role("link").click()
    heading(page, MAY)
    with page.expect_download() as download:
        page.locator("main").get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == b"12 umbrellas"
    with page.context.expect_page() as opened:
        page.locator("main").get_by_role("link", name="Open (opens a new tab)", exact=True).click()
    expect(opened.value.locator("body")).to_have_text("12 umbrellas")
    found += fits(page, violations)
    delete.or_(page.locator("main").get_by_role("link", name="Delete", exact=True)).click()
    confirm(page, "permanently delete", "Delete objects")
    expect(page.locator("#flashes")).to_contain_text("Successfully deleted 1 object")
    left = world.call("s3:ListObjectVersions", **WHERE, Prefix=MAY)["Versions"]
    assert [one["IsLatest"] for one in left] == [True]
    assert (found, page.failed) == ([], [])
