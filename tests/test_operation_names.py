"""Operations and their parameters bear the names of the services' own models, and their actions exist."""

import ast
from pathlib import Path

from iamlab.policy import catalog
from iamlab.services.operations import REGISTRY, model

ROOT = Path(__file__).resolve().parent.parent


def in_source() -> dict[str, str]:
    """Operation name -> file, of every @operation("...") in the services; those named in a loop are left out."""
    found = {}
    for path in (ROOT / "iamlab" / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "operation":
                if not isinstance(node.args[0], ast.Constant):
                    continue
                name = node.args[0].value
                assert name not in found, f"{name} is registered in {found[name]} and in {path}"
                found[name] = str(path.relative_to(ROOT))
    return found


def test_every_operation_in_the_source_is_registered_once():
    found = in_source()
    assert len(found) > 20
    assert set(found) <= set(REGISTRY)


def test_every_operation_exists_in_its_service_model():
    missing = [name for name, one in REGISTRY.items() if one.api_name not in model(one.service).operation_names]
    assert missing == []


def test_every_parameter_exists_in_its_operation():
    wrong = {}
    for name, one in REGISTRY.items():
        shape = model(one.service).operation_model(one.api_name).input_shape
        unknown = one.parameters - set(shape.members if shape else ())
        if unknown:
            wrong[name] = sorted(unknown)
    assert wrong == {}


def test_every_required_parameter_is_taken():
    """What the model requires an operation uses; what it may leave out it may not know."""
    wrong = {}
    for name, one in REGISTRY.items():
        shape = model(one.service).operation_model(one.api_name).input_shape
        left = set(shape.required_members if shape else ()) - one.parameters
        if left:
            wrong[name] = sorted(left)
    assert wrong == {}


def test_every_action_that_is_asked_for_exists():
    """An operation that policies control asks for an action of the Service Authorization Reference."""
    unknown = [one.action for one in REGISTRY.values() if not one.unauthorised and not catalog.real_name(one.action)]
    assert unknown == []
