"""Fixtures for every test, and the marker `fast`."""

import os

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread


def pytest_collection_modifyitems(items):
    for item in items:
        if not {"browser", "cli", "slow"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.fast)
