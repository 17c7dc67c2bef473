"""The catalogue costs nothing until it is asked, and then only what is asked for."""

import subprocess
import sys


def run(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()


def test_importing_reads_no_data():
    code = """
import pathlib
read = pathlib.Path.read_bytes
pathlib.Path.read_bytes = lambda self: (print(self.name), read(self))[1]
from iamlab.policy import catalog
catalog.managed_policies()
"""
    assert run(code) == ["managed_policies.json.gz"]


def test_only_the_standard_library_is_imported():
    code = """
import sys
from iamlab.policy import catalog
catalog.action("s3:GetObject"), catalog.managed_policies(), catalog.nearest_action("s3:GetObjects")
print(*sorted({name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)))
"""
    assert set(run(code)) <= {"__main__", "iamlab", "sitecustomize", "usercustomize", "_distutils_hack"}


def test_one_action_reads_one_service():
    code = """
from iamlab.policy import catalog
from iamlab.policy.catalog import reference
catalog.action("s3:GetObject"), catalog.real_name("iam:CreateUser")
print(reference._known_service.cache_info().currsize)
"""
    assert run(code) == ["1"]
