"""The import arrows of docs/architecture.md, held by reading the source."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "iamlab"

# What each package may import of iamlab, itself aside. Arrows point downwards only.
BELOW = {
    "people": [],
    "policy": [],
    "components": [],
    "services": ["people", "policy"],
    "door": ["people", "services", "policy"],
    "sandbox": ["people", "services", "policy"],
    "console": ["people", "components", "door", "services", "policy"],
    "wire": ["people", "door", "services", "policy"],
    "insight": ["people", "components", "console", "door", "services", "policy"],
    "labs": ["people", "components", "door", "sandbox", "services", "policy"],
    "classroom": ["people", "components", "insight", "labs", "door", "sandbox", "services", "policy"],
}
# A service may import those before it.
SERVICES = ["accounts", "budgets", "cloudtrail", "iam", "organizations", "sts", "signin", "s3", "ec2"]
# These reach what the services keep through the door only.
ENTRANCES = ["console", "wire", "insight", "labs"]
# The `aws` command line is a library over service models, which the console uses too. Of iamlab it knows AwsError only.
COMMAND_LINE = "iamlab.labs.commandline"
# An operation takes names and returns a dictionary; a request, a form or a page is an entrance's business.
PAGES = (
    "django.http",
    "django.shortcuts",
    "django.template",
    "django.forms",
    "django.urls",
    "django.views",
    "crispy_forms",
)


def imports(path: Path) -> set[str]:
    """Full dotted names of all that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = path.relative_to(ROOT).parts[: -node.level]
                base = ".".join([*parents, *([base] if base else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def under(name: str, *modules: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def wrong(module: str, imported: str) -> str:
    """Why the module may not import that name, or an empty string."""
    _, package, *rest = module.split(".")
    target = imported.split(".")
    if package == "policy" and target[0] not in {*sys.stdlib_module_names, "iamlab"}:
        return "policy imports the standard library only"
    if package in ("policy", "services") and under(imported, *PAGES):
        return f"{package} knows no pages"
    if under(module, COMMAND_LINE) and target[0] in ("iamlab", "django"):
        allowed = under(imported, COMMAND_LINE, "iamlab.services.operations")
        return "" if allowed else "the command line knows only service models and AwsError"
    if under(imported, COMMAND_LINE) and package in ENTRANCES:
        return ""
    if target[0] != "iamlab" or len(target) < 2 or package not in BELOW or target[1] == package != "services":
        return ""
    if target[1] not in [package, *BELOW[package]]:
        return f"{package} may not import {target[1]}"
    if target[1] == "services" and package in ENTRANCES and "models" in target[2:]:
        return f"{package} reaches what is stored through the door"
    if package == "services" == target[1] and rest and rest[0] in SERVICES:
        other = target[2] if len(target) > 2 else ""
        if other in SERVICES and SERVICES.index(other) > SERVICES.index(rest[0]):
            return f"{rest[0]} comes before {other}"
    return ""


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def test_imports_point_downwards():
    broken = []
    for path in sources():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if path.parent == PACKAGE:
            continue  # settings, urls and wsgi put everything together
        for imported in imports(path):
            reason = wrong(module, imported)
            if reason:
                broken.append(f"{path.relative_to(ROOT)} imports {imported}: {reason}")
    assert broken == []


def test_every_package_and_service_has_a_place_in_the_order():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    services = {path.parent.name for path in PACKAGE.glob("services/*/__init__.py")}
    assert folders <= set(BELOW)
    assert services <= set(SERVICES)


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("iamlab.policy.evaluate", "django.db"),
        ("iamlab.policy.evaluate", "iamlab.services.operations"),
        ("iamlab.policy.evaluate", "iamlab.people.models.Person"),
        ("iamlab.services.iam.users", "iamlab.door.call"),
        ("iamlab.services.iam.users", "iamlab.services.sts.tokens"),
        ("iamlab.services.iam.users", "django.shortcuts.render"),
        ("iamlab.services.callers", "iamlab.sandbox.models"),
        ("iamlab.door.calls", "iamlab.console.urls"),
        ("iamlab.sandbox.controls", "iamlab.door"),
        ("iamlab.console.users.views", "iamlab.services.iam.models.User"),
        ("iamlab.console.users.views", "iamlab.services.iam.models"),
        ("iamlab.console.users.views", "iamlab.labs.panel"),
        ("iamlab.wire.views", "iamlab.console.forms"),
        ("iamlab.labs.runner", "iamlab.classroom.models"),
        ("iamlab.labs.commandline.run", "iamlab.door.calls.call"),
        ("iamlab.labs.commandline.run", "django.conf.settings"),
        ("iamlab.services.iam.users", "iamlab.labs.commandline.line_for"),
        ("iamlab.people.views", "iamlab.door.call"),
    ],
)
def test_an_import_that_points_up_or_past_the_door_is_refused(module, imported):
    assert wrong(module, imported)


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("iamlab.policy.evaluate", "iamlab.policy.match.matches"),
        ("iamlab.policy.evaluate", "json"),
        ("iamlab.services.sts.roles", "iamlab.services.iam.models.Role"),
        ("iamlab.services.iam.users", "iamlab.services.operations.AwsError"),
        ("iamlab.console.users.views", "iamlab.door.call"),
        ("iamlab.classroom.views", "iamlab.people.models.Person"),
        ("iamlab.console.users.views", "iamlab.labs.commandline.line_for"),
    ],
)
def test_an_import_that_points_down_is_not(module, imported):
    assert wrong(module, imported) == ""


def test_names_of_the_same_folder_are_followed(tmp_path, monkeypatch):
    """A relative import counts like one by its full name."""
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    folder = tmp_path / "iamlab" / "services" / "iam"
    folder.mkdir(parents=True)
    (folder / "users.py").write_text("from ...door import call\nfrom . import names\n")
    assert imports(folder / "users.py") == {"iamlab.door.call", "iamlab.services.iam.names"}
