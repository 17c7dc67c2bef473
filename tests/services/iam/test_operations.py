"""IAM is whole: every operation of the service model is performed, or refused for a stated reason."""

import pytest

from iamlab.services.iam.refused import REFUSED
from iamlab.services.operations import REGISTRY, model

MODEL = model("iam")
PERFORMED = {name.partition(":")[2] for name in REGISTRY if name.startswith("iam:")}


def test_every_operation_is_performed_or_refused():
    assert PERFORMED | set(REFUSED) == set(MODEL.operation_names)
    assert not PERFORMED & set(REFUSED)


@pytest.mark.parametrize("name", sorted(PERFORMED))
def test_every_parameter_is_taken(name):
    shape = MODEL.operation_model(name).input_shape
    assert REGISTRY[f"iam:{name}"].parameters == frozenset(shape.members if shape else ())


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_refused_says_so_and_why(iam, name):
    assert REFUSED[name].endswith(".")
    assert iam.refused(name)[0] == "InvalidAction"
