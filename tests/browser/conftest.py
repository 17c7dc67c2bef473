"""What browser tests share: axe, read from its package because the page's policy refuses a foreign script tag."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import expect

expect.set_options(timeout=20_000)  # no test is about time, and a machine may be busy


@pytest.fixture(scope="session")
def axe_source() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


@pytest.fixture
def violations(axe_source):
    """What axe finds on a page, one line for each element; of some rules only where they are named."""

    def find(page, *rules: str) -> list[str]:
        page.evaluate(axe_source)
        options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]

    return find
