"""The browser that the walks drive."""

import pytest

from tools import chromium


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_browser_reaches_the_live_server(page, live_server):
    answer = page.goto(f"{live_server}/no-such-page/")
    assert answer.status == 404


def test_a_chromium_that_is_not_there_is_said_to_be_missing(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(SystemExit, match="/nowhere/chromium"):
        chromium.find()
