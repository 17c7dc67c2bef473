"""A PostgreSQL server of one's own for as long as a test run: empty, on a Unix socket, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from tools.environment import apt_install, say

INITDB = ["-A", "trust", "-U", "iamlab", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]  # S3 and IAM list in byte order


@contextlib.contextmanager
def scratch_server() -> Iterator[str]:
    """Start a server, yield its DATABASE_URL, stop and erase it."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="iamlab-pg-"))
    data = folder / "data"
    as_postgres: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
        folder.chmod(0o755)
        as_postgres = ["runuser", "-u", "postgres", "--"]

    def command(program: str, *args: str) -> None:
        subprocess.run(
            [*as_postgres, str(programs / program), *args],
            check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    say("Starting PostgreSQL")
    try:
        command("initdb", "-D", str(data), *INITDB)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        command("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            command("createdb", "-h", str(folder), "-U", "iamlab", "iamlab")
            yield f"postgres://iamlab@{quote(str(folder), safe='')}/iamlab"
        finally:
            command("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder of initdb and pg_ctl, which Debian keeps off the PATH; installed where that may be done."""
    found = installed_programs()
    if not found and apt_install("postgresql"):
        found = installed_programs()
    if not found:
        raise SystemExit("No PostgreSQL server here. On Debian and Ubuntu: sudo apt-get install postgresql")
    return found


def installed_programs() -> Path | None:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None
