"""Code, templates and tests of the console mirror each other by name: who knows one path knows the other two."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def folders(*parts: str) -> set[str]:
    """Names of the folders below, those that hold only what Python or Django leaves behind aside."""
    here = ROOT.joinpath(*parts)
    return {path.name for path in here.glob("[!_]*/") if path.is_dir() and any(path.glob("[!_.]*.*"))}


def pages() -> set[str]:
    """The console's folders that have views."""
    return {path.parent.name for path in (ROOT / "iamlab" / "console").glob("*/views.py")}


def test_every_folder_of_templates_belongs_to_one_of_the_console():
    assert folders("templates", "console") - folders("iamlab", "console") == set()


def test_every_folder_of_tests_belongs_to_one_of_the_console():
    assert folders("tests", "console") - folders("iamlab", "console") == set()


def test_every_page_has_templates_and_tests_of_its_name():
    assert pages() - folders("templates", "console") == set()
    assert pages() - folders("tests", "console") == set()


def test_templates_and_tests_lie_under_the_names_of_packages():
    packages = {path.parent.name for path in (ROOT / "iamlab").glob("*/__init__.py")}
    assert folders("templates") - packages - {"console", "cloudscape", "admin"} == set()
    assert folders("tests") - packages - {"browser", "cli", "tools"} == set()
