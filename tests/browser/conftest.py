"""What browser tests share: axe, read from its package because the page's policy refuses a foreign script tag."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from iamlab.labs import content

PATIENCE = 60_000  # ms: no test is about time, and a machine may be busy
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session", autouse=True)
def labs_are_read():
    """Once a process, as for a server's first visitor: a second of work, and many on a busy machine."""
    content.catalogue()


@pytest.fixture
def context(context):
    context.set_default_timeout(PATIENCE)
    return context


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
