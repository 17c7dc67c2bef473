"""SQLite's tables for a test run, copied from those that an earlier run made by the same migrations.

A worker needs five seconds to migrate an empty database. PostgreSQL's is made anew by each run.
"""

import os
import shutil
from hashlib import sha256
from pathlib import Path

import django
from django.db import connection

from iamlab.settings import ROOT


def kept() -> Path:
    """Where the tables are kept that these migrations make with this version of Django."""
    migrations = sorted((ROOT / "iamlab").rglob("migrations/*.py"))
    made_of = [django.__version__.encode(), *(path.name.encode() + path.read_bytes() for path in migrations)]
    return ROOT / "var" / f"tables-{sha256(b''.join(made_of)).hexdigest()[:16]}.sqlite3"


def copy() -> bool:
    """Put the tables where this run's database is to be. Whether there were any."""
    if connection.vendor != "sqlite" or not kept().exists():
        return False
    own = connection.settings_dict["TEST"]["NAME"]
    for left in ("-wal", "-shm"):
        Path(f"{own}{left}").unlink(missing_ok=True)
    shutil.copyfile(kept(), own)
    return True


def keep() -> None:
    """Keep the tables of this run's database, which is still empty, for the next; those of other migrations go."""
    if connection.vendor != "sqlite" or kept().exists():
        return
    for old in kept().parent.glob("tables-*.sqlite3"):
        old.unlink(missing_ok=True)
    draft = kept().with_suffix(f".{os.getpid()}")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(draft)])
    draft.rename(kept())
