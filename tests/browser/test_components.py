"""The component kit in a real browser: themes, narrow screens, keyboard, and what JavaScript adds."""

import gzip
import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tools.screenshots import PICTURES, save

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_page(live_server, new_context):
    def open_(path="/components/", **context):
        page = new_context(**context).new_page()
        page.refused = []
        page.on("console", lambda message: page.refused.append(message.text) if message.type == "error" else None)
        page.goto(live_server.url + path)
        return page

    return open_


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/components/", "/components/console/", "/components/console/?era=2021"])
def test_axe_finds_nothing_in_either_theme(open_page, violations, scheme, path):
    page = open_page(path, color_scheme=scheme)
    assert violations(page) == []
    assert page.refused == []


@pytest.mark.parametrize("picture", [one for one in PICTURES if one.path == "/components/"], ids=lambda one: one.name)
def test_its_pictures_are_taken_to_be_looked_at(open_page, picture):
    """Into test-results/pictures/, in each run: light, dark and narrow, the denied state among the rest."""
    viewport = {"width": picture.width, "height": picture.height}
    page = open_page(viewport=viewport, color_scheme="dark" if picture.dark else "light")
    expect(page.locator(".denied-box").first).to_be_visible()
    png = page.screenshot(full_page=True)
    save(png, picture.file)
    image = Image.open(io.BytesIO(png)).convert("L")
    assert image.width == picture.width and image.height > 2000
    dark = sum(image.histogram()[:128]) / (image.width * image.height)
    assert dark > 0.7 if picture.dark else dark < 0.3


def test_nothing_sticks_out_at_380_pixels(open_page, violations):
    page = open_page(viewport={"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 380
    expect(page.get_by_role("navigation", name="Components")).to_be_hidden()
    page.get_by_role("link", name="Side navigation", exact=True).click()
    expect(page.get_by_role("navigation", name="Components")).to_be_visible()
    assert violations(page) == []


def test_the_chosen_theme_survives_a_reload(open_page):
    page = open_page(color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.locator("summary", has_text="Theme").click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(background) == "rgb(22, 29, 38)"
    page.reload()
    assert page.evaluate(background) == "rgb(22, 29, 38)"


def test_a_modal_opens_waits_for_the_name_and_closes(open_page, violations):
    page = open_page()
    page.get_by_role("link", name="Delete mario").click()
    dialog = page.get_by_role("dialog", name="Delete mario?")
    delete = dialog.get_by_role("button", name="Delete")
    expect(delete).to_be_disabled()
    dialog.get_by_role("textbox").fill("Mario")
    expect(delete).to_be_disabled()
    dialog.get_by_role("textbox").fill("mario")
    expect(delete).to_be_enabled()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.locator("#modal").inner_html() == ""


def test_a_question_answered_wrongly_is_asked_again_in_its_dialog(open_page):
    page = open_page()
    page.get_by_role("link", name="Delete mario").click()
    dialog = page.get_by_role("dialog", name="Delete mario?")
    expect(dialog.get_by_role("textbox")).to_be_focused()
    dialog.get_by_role("textbox").fill("mario")
    page.evaluate("document.querySelector('#confirm-typed').value = 'luigi'")  # past the script's own check
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("The name does not match.")).to_be_visible()
    dialog.get_by_role("textbox").fill("mario")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator(".flashes").get_by_text('User "mario" deleted')).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(page.locator("#live")).to_contain_text("deleted")


def test_a_selection_enables_its_buttons_and_is_counted(open_page):
    page = open_page()
    delete = page.locator("#users").get_by_role("button", name="Delete")
    expect(delete).to_be_disabled()
    page.get_by_label("Select mario").check()
    expect(delete).to_be_enabled()
    expect(page.get_by_role("heading", name="Users (1/31)")).to_be_visible()
    page.get_by_label("Select all Users").check()
    expect(delete).to_be_disabled()  # it deletes one at a time


def test_filtering_keeps_the_focus_and_says_how_many(open_page):
    page = open_page()
    box = page.get_by_label("Find users")
    box.fill("intern-1")
    expect(page.locator("#users tbody tr")).to_have_count(10)
    expect(page.locator("#live")).to_have_text("10 matches")
    expect(box).to_be_focused()
    assert page.url.endswith("q=intern-1")


def test_a_boosted_page_takes_the_focus_and_the_title(open_page):
    page = open_page()
    page.get_by_role("link", name="Today's steps").click()
    expect(page).to_have_title("Create user | Components | iamlab")
    expect(page.locator("#main")).to_be_focused()


def test_each_frame_has_its_own_width_after_a_boosted_click(open_page):
    page = open_page(viewport={"width": 1600, "height": 900})
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="iamlab").click()
    expect(page.get_by_role("button", name="Start as a guest")).to_be_visible()
    assert page.locator("#main").bounding_box()["width"] == 1180


def test_back_leads_back_and_everything_still_works(open_page):
    page = open_page()
    page.get_by_role("link", name="Today's steps").click()
    expect(page).to_have_title("Create user | Components | iamlab")
    page.go_back()
    expect(page.get_by_role("heading", name="Components", exact=False, level=1)).to_be_visible()
    expect(page.locator("#users").get_by_role("button", name="Delete")).to_be_disabled()


def test_an_error_page_is_shown_to_a_boosted_click_too(open_page, live_server):
    page = open_page()
    page.route("**/components/console/", lambda route: route.continue_(url=f"{live_server.url}/no-such-page/"))
    page.get_by_role("link", name="Today's steps").click()
    expect(page.get_by_role("heading", name="There is nothing at this address")).to_be_visible()


def test_the_lab_panel_stays_closed_on_the_next_page(open_page):
    page = open_page()
    words = page.get_by_text("The lab's steps stand here")
    page.locator("#panel > details > summary").click()
    expect(words).to_be_hidden()
    page.reload()
    expect(words).to_be_hidden()
    page.locator("#panel > details > summary").click()
    expect(words).to_be_visible()


def test_help_opens_and_closes_by_its_links(open_page):
    page = open_page(java_script_enabled=False)
    page.get_by_role("link", name="Info on Components").click()
    panel = page.get_by_role("complementary", name="Help")
    expect(panel).to_be_visible()
    panel.get_by_role("link", name="Close help").click()
    expect(panel).to_be_hidden()


def test_a_dropped_file_lands_in_the_field(open_page):
    page = open_page()
    page.evaluate("""() => {
        const data = new DataTransfer();
        data.items.add(new File(["a,b"], "bills.csv"));
        const drop = new DragEvent("drop", {dataTransfer: data, bubbles: true});
        document.querySelector("[data-dropzone]").dispatchEvent(drop);
    }""")
    expect(page.locator("[data-files]")).to_have_text("bills.csv (3 bytes)")
    assert page.evaluate("document.querySelector('[data-dropzone] input').files.length") == 1


def test_a_password_is_shown_and_hidden_again(open_page):
    button = open_page().locator("[data-reveal]").first
    field = button.page.locator(f"#{button.get_attribute('data-reveal')}")
    for pressed, kind in (("false", "password"), ("true", "text"), ("false", "password")):
        expect(button).to_have_attribute("aria-pressed", pressed)
        expect(field).to_have_attribute("type", kind)
        button.click()


def test_copying_is_announced(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy ARN").first.click()
    expect(page.locator("#live")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "arn:aws:iam::111122223333:user/mario"


def test_search_and_menus_by_keyboard(open_page):
    page = open_page()
    page.keyboard.press("Alt+s")
    expect(page.get_by_role("searchbox", name="Search services")).to_be_focused()
    account = page.locator("details[data-menu=account]")
    account.locator("summary").press("Enter")
    expect(account.get_by_role("link", name="Switch role")).to_be_visible()
    account.get_by_role("link", name="Account", exact=True).focus()
    page.keyboard.press("Escape")
    expect(account.get_by_role("link", name="Switch role")).to_be_hidden()
    expect(account.locator("summary")).to_be_focused()


def test_everything_works_without_javascript(open_page):
    page = open_page(java_script_enabled=False)
    expect(page.get_by_role("button", name="Copy ARN")).to_have_count(0)
    page.locator("#users").get_by_label("Find users").fill("mario")
    page.keyboard.press("Enter")
    expect(page.locator("#users tbody").get_by_role("link", name="mario")).to_be_visible()
    expect(page.get_by_label("Select alice")).to_have_count(0)
    page.get_by_label("Select mario").check()
    page.locator("#users").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete mario?")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_be_enabled()
    assert page.url.endswith("/components/confirm/?asks=1")


OPACITY = "part => getComputedStyle(document.querySelector('#users-rows'), part).opacity"
# Done when what is laid over the rows has come.
SHOWN = """Promise.all(document.querySelector("#users-rows").getAnimations({ subtree: true })
    .filter((one) => one.animationName === "busy").map((one) => one.finished))"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_table_that_is_asked_for_anew_says_so_and_nothing_moves(open_page, motion):
    page = open_page(reduced_motion=motion)
    held = []
    page.route("**/components/?*", lambda route: held.append(route))
    table, rows = page.locator("#users"), page.locator("#users-rows")
    table.get_by_label("Find users").focus()
    before = table.bounding_box()
    table.get_by_label("Find users").fill("mario")
    expect(rows).to_have_attribute("aria-busy", "true")
    page.evaluate(SHOWN)
    for part in ("::before", "::after"):
        assert page.evaluate(OPACITY, part) == "1"
    spins = "getComputedStyle(document.querySelector('#users-rows'), '::before').animationName.includes('turn')"
    assert page.evaluate(spins) is (motion == "no-preference")
    assert table.bounding_box() == before
    held.pop().continue_()
    expect(table.get_by_role("link", name="mario")).to_be_visible()
    expect(table.get_by_role("link", name="alice")).to_have_count(0)
    expect(rows).not_to_have_attribute("aria-busy", "true")


def test_a_dialog_that_does_not_come_leaves_nothing_waiting(open_page):
    page = open_page()
    page.route("**/components/confirm/", lambda route: route.abort())
    page.locator("#dialogs").get_by_role("link", name="Delete mario").click()
    expect(page.locator("#flashes")).to_contain_text("The server cannot be reached")
    expect(page.locator("#modal")).not_to_have_attribute("aria-busy", "true")


def test_the_first_load_stays_small(open_page, live_server, new_context):
    """As it travels: the server compresses pages and all that they draw in, the one of the tests does not."""
    page = new_context().new_page()
    sizes = []
    page.on("response", lambda response: sizes.append(len(gzip.compress(response.body()))))
    page.goto(live_server.url + "/components/console/", wait_until="networkidle")
    assert len(sizes) >= 5
    assert sum(sizes) < 60_000
