"""What the environment may say. What makes no sense is refused at the start, in a sentence that names the setting."""

import os
import subprocess
import sys

import pytest


def read(**environ: str) -> str:
    """What Python says last when the settings are read, by a process of its own: these have been read long ago."""
    command = [sys.executable, "-c", "import iamlab.settings"]
    done = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60)
    return done.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OBJECT_BYTES", "32 MiB", "must be a whole number"),
        ("SANDBOX_BYTES", "0", "must be 1 or more"),
        ("REQUESTS_PER_SECOND", "-1", "must be 0 or more"),
        ("DEBUG", "maybe", "must be true or false"),
        ("SECRET_KEY", "", "must not be empty"),
        ("DATABASE_URL", "mysql://db.example.org/iamlab", "must be the address of a PostgreSQL or SQLite database"),
        ("DATABASE_URL", "iamlab", "must be the address of a PostgreSQL or SQLite database"),
    ],
)
def test_what_makes_no_sense_is_refused(name, value, said):
    assert f"ImproperlyConfigured: {name} {said}" in read(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("REQUESTS_PER_SECOND", "0"), ("DATABASE_URL", "postgres://a:b@db.example.org/iamlab")]
)
def test_what_makes_sense_is_taken(name, value):
    assert read(**{name: value}) == ""
