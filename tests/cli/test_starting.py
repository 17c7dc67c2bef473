"""What a server does before it serves."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tools.serve import ROOT

pytestmark = pytest.mark.slow
PREPARED = "import os; from tools import serve; serve.prepare(); "
WRITTEN = "from iamlab.people.models import Person; Person.objects.create(username='ada'); "


def test_the_database_file_alone_has_what_was_there_when_the_server_started(tmp_path):
    """However the one before it ended. Preparing ends as where the server takes its place: without any leave."""
    database, copy = tmp_path / "iamlab.sqlite3", tmp_path / "copy.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "DEMO": "0"}
    for served in (WRITTEN, ""):
        code = f"{PREPARED}{served}os._exit(0)"
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    shutil.copy(database, copy)
    with closing(sqlite3.connect(copy)) as found:
        assert found.execute("select username from people_person").fetchall() == [("ada",)]
