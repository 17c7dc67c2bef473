"""A bucket from its making to its end, by the keyboard where it is made, with the dialogs that ask for a word."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_groups_by_keyboard import tab_to
from tests.browser.walking import heading, press
from tools import scratch
from tools.screenshots import furnish

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
EACH = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@pytest.fixture
def console(db, live_server, page: Page) -> str:
    """Where the console of Ada's furnished account begins; the browser is hers."""
    world = scratch.world()
    names = furnish(world)
    page.context.add_cookies([{"name": "sessionid", "value": world.cookie, "url": live_server.url}])
    page.failed = []
    page.on("pageerror", lambda error: page.failed.append(str(error)))
    return f"{live_server.url}/console/{names['session']}"


def boxes(page: Page) -> list[bool]:
    return [page.is_checked(f"[name={name}]") for name in ("BlockAll", *EACH)]


def confirm(page: Page, word: str, button: str) -> None:
    """The dialog's button waits for its word."""
    dialog = page.locator("#modal")
    field = dialog.locator("#confirm-typed")
    expect(field).to_be_focused()
    expect(dialog.get_by_role("button", name=button)).to_be_disabled()
    page.keyboard.insert_text(word)
    dialog.get_by_role("button", name=button).click()


def make_bucket(page: Page) -> None:
    """By the keyboard alone; the page's warnings come and go with what is chosen."""
    heading(page, "Create bucket")
    tab_to(page, "Bucket name")
    page.keyboard.insert_text("keyboard-bills")
    warning = page.get_by_text("I acknowledge that the current settings might result")
    expect(warning).to_be_hidden()
    tab_to(page, "Block all public access", "checkbox")
    page.keyboard.press("Space")
    assert boxes(page) == [False] * 5
    expect(warning).to_be_visible()
    tab_to(page, "Block public access to buckets and objects granted through new access", "checkbox")
    page.keyboard.press("Space")
    tab_to(page, "I acknowledge that the current", "checkbox")
    page.keyboard.press("Space")
    tab_to(page, "Disable", "radio")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("AWS KMS key ARN")).to_be_hidden()
    tab_to(page, "Show the API calls", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("#planned .calls > li")).to_have_count(3)
    expect(page.locator("#planned")).to_contain_text("aws s3api put-bucket-versioning --bucket keyboard-bills")
    tab_to(page, "Create bucket", "submit")
    page.keyboard.press("Enter")
    heading(page, "Buckets")
    expect(page.locator("#flashes")).to_contain_text("Successfully created bucket “keyboard-bills”")


def block_again(page: Page) -> None:
    page.locator("#flashes").get_by_role("link", name="View details").click()
    heading(page, "keyboard-bills")
    page.locator("main .tabs").get_by_role("link", name="Permissions").click()
    page.locator("main").get_by_role("link", name="Edit Block public access").click()
    heading(page, "Edit Block public access")
    assert boxes(page) == [False, True, False, False, False]
    for name in EACH[1:]:
        page.check(f"[name={name}]")
    assert boxes(page) == [True] * 5
    press(page, "Save changes")
    confirm(page, "confirm", "Confirm")
    expect(page.locator("#flashes")).to_contain_text("Successfully edited Block Public Access settings")
    expect(page.locator("main")).to_contain_text("Block all public access: on")


def upload(page: Page, data: bytes) -> None:
    page.locator("main").get_by_role("link", name="Upload").click()
    heading(page, "Upload")
    page.set_input_files("input[type=file]", {"name": "bill.txt", "mimeType": "text/plain", "buffer": data})
    expect(page.locator("[data-files] li")).to_have_count(1)
    press(page, "Upload")
    expect(page.locator("main")).to_contain_text("Upload succeeded")
    page.locator("nav.breadcrumbs, [aria-label=Breadcrumbs]").first.get_by_role("link", name="keyboard-bills").click()
    heading(page, "keyboard-bills")


def test_a_bucket_is_made_filled_and_emptied(page: Page, console):
    page.goto(f"{console}/s3/bucket/create/")
    make_bucket(page)
    block_again(page)
    page.locator("main .tabs").get_by_role("link", name="Objects").click()
    upload(page, b"1")
    upload(page, b"22")
    page.get_by_label("Select bill.txt").check()
    page.locator("main").get_by_role("button", name="Delete", exact=True).click()
    confirm(page, "delete", "Delete objects")
    expect(page.locator("#flashes")).to_contain_text("Successfully deleted 1 object")
    page.locator("#show-versions").click()
    expect(page.locator("#objects-rows tbody tr, [data-table] tbody tr")).to_have_count(3)
    page.locator("[data-select-all]").check()
    page.locator("main").get_by_role("button", name="Delete", exact=True).click()
    confirm(page, "permanently delete", "Delete objects")
    expect(page.locator("#flashes")).to_contain_text("Successfully deleted 3 objects")
    page.goto(f"{console}/s3/buckets/")
    page.get_by_label("Select keyboard-bills").check()
    page.locator("main").get_by_role("button", name="Delete", exact=True).click()
    confirm(page, "keyboard-bills", "Delete bucket")
    expect(page.locator("#flashes")).to_contain_text("Successfully deleted bucket “keyboard-bills”")
    assert page.failed == []


def test_nothing_is_found_where_everything_is_opened(page: Page, console, violations):
    """Axe, and 380 pixels, on what the choices of the page open."""
    page.goto(f"{console}/s3/bucket/create/")
    page.fill("[name=Bucket]", "opened-bills")
    page.uncheck("[name=BlockAll]")
    page.check("[name=encryption][value='aws:kms']")
    page.locator("summary").filter(has_text="Advanced settings").click()
    page.check("[name=lock][value=on]")
    press(page, "Create bucket")
    expect(page.locator("main [aria-invalid=true]").first).to_be_focused()
    found = violations(page)
    page.set_viewport_size({"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    assert found == []


def test_a_chosen_object_is_copied_opened_downloaded_and_edited(page: Page, console):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{console}/s3/buckets/")
    page.get_by_label("Select customer-bills").check()
    page.get_by_role("button", name="Copy ARN").click()
    assert page.evaluate("navigator.clipboard.readText()") == "arn:aws:s3:::customer-bills"
    page.goto(f"{console}/s3/buckets/customer-bills/objects/?prefix=2026/")
    main = page.locator("main")
    expect(main.get_by_role("button", name="Download")).to_be_disabled()
    page.get_by_label("Select february.txt").check()
    main.get_by_role("button", name="Copy S3 URI").click()
    assert page.evaluate("navigator.clipboard.readText()") == "s3://customer-bills/2026/february.txt"
    with page.expect_download() as download:
        main.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "february.txt"
    main.locator("summary").filter(has_text="Actions").click()
    main.get_by_role("button", name="Edit metadata").click()
    heading(page, "Edit metadata")
    page.fill("[name=ContentType]", "text/plain")
    page.locator("main").get_by_role("button", name="Save changes").last.click()
    expect(page.locator("#flashes")).to_contain_text("The metadata was saved.")
    with page.context.expect_page() as opened:
        page.locator("main").get_by_role("link", name="Open (opens a new tab)", exact=True).click()
    expect(opened.value.locator("body")).to_have_text("12 umbrellas")
    page.goto(f"{console}/s3/object/customer-bills/tags/?key=2026/february.txt")
    press(page, "Add new tag")
    page.locator("[name=tags-key]").fill("department")
    page.locator("main").get_by_role("button", name="Save changes").last.click()
    expect(page.locator("#flashes")).to_contain_text("The tags were saved.")
    assert page.failed == []


def drop(page: Page, *paths: Path) -> None:
    """Files dragged out of a folder of the desktop, as Chromium itself reports it."""
    box = page.locator("[data-dropzone]").bounding_box()
    spot = {"x": box["x"] + 20, "y": box["y"] + 20}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    desktop = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        desktop.send("Input.dispatchDragEvent", {"type": kind, **spot, "data": data})


def test_files_and_folders_are_dragged_in_and_a_bar_tells_how_far_it_is(page: Page, console, tmp_path):
    (tmp_path / "bills" / "2026").mkdir(parents=True)
    (tmp_path / "bills" / "2026" / "may.txt").write_text("7 umbrellas")
    (tmp_path / "large.bin").write_bytes(bytes(2_000_000))
    page.goto(f"{console}/s3/upload/customer-bills/?prefix=in/")
    listed = page.locator("[data-files] li")
    drop(page, tmp_path / "large.bin")
    expect(listed).to_have_text(["large.bin (2,000,000 bytes)"])
    drop(page, tmp_path / "bills")
    expect(listed).to_have_text(["large.bin (2,000,000 bytes)", "bills/2026/may.txt (11 bytes)"])
    page.evaluate("""() => {
        const bar = document.querySelector("[data-upload]");
        window.told = [];
        new MutationObserver(() => window.told.push(bar.hidden ? -1 : bar.value)).observe(bar, {attributes: true});
    }""")
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 500_000}
    network.send("Network.emulateNetworkConditions", slow)
    press(page, "Upload")
    expect(page.locator("main")).to_contain_text("Upload succeeded")
    told = page.evaluate("window.told")
    assert told == sorted(told) and told[-1] == 100 and any(0 < value < 100 for value in told)
    names = page.locator("main table tbody tr td:first-child")
    expect(names).to_have_text(["in/large.bin", "in/bills/2026/may.txt"])
    assert page.failed == []


def test_a_folder_is_chosen_by_its_button(page: Page, console, tmp_path):
    (tmp_path / "bills").mkdir()
    (tmp_path / "bills" / "may.txt").write_text("7 umbrellas")
    page.goto(f"{console}/s3/upload/customer-bills/")
    expect(page.get_by_label("Add folder")).to_have_attribute("webkitdirectory", "")
    page.get_by_label("Add folder").set_input_files(tmp_path / "bills")
    expect(page.locator("[data-files] li")).to_have_text(["bills/may.txt (11 bytes)"])
    press(page, "Upload")
    expect(page.locator("main table tbody td").first).to_have_text("bills/may.txt")


def test_objects_are_found_while_one_types(page: Page, console):
    page.goto(f"{console}/s3/buckets/customer-bills/objects/?prefix=2026/")
    page.get_by_label("Find objects by prefix").press_sequentially("mar")
    expect(page.locator("#objects")).to_contain_text("No object's key begins so.")
    expect(page.get_by_label("Find objects by prefix")).to_be_focused()
    page.get_by_label("Find objects by prefix").fill("feb")
    expect(page.get_by_label("Select february.txt")).to_be_visible()
