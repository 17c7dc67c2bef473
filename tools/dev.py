#!/usr/bin/env python3
"""The everyday commands, from a bare checkout to a running server and a tested tree; standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import chromium, environment, network  # noqa: E402
from tools.environment import PYTHON, say  # noqa: E402


def run(args: list[str]) -> int:
    """Start iamlab on http://127.0.0.1:8000 (HOST=0.0.0.0 for a class on your network, PORT=, DEMO=0)."""
    postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    environment.install("requirements.txt", *(["requirements-postgres.txt"] if postgres else []))
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    network.require_free(host, port)
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("ALLOWED_HOSTS", ",".join(network.allowed_hosts(host)))
    # The same process becomes the server: one Ctrl-C or SIGTERM ends all of it.
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "tools" / "serve.py"), host, port, *args])


def test(args: list[str]) -> int:
    """Run the whole suite, browser tests included; ARGS go to pytest."""
    environment.install("requirements-dev.txt")
    found = chromium.find() or chromium.install()
    if found:
        os.environ["CHROMIUM"] = found
    elif os.environ.get("CI"):
        raise SystemExit("The browser tests need Chromium, and it could not be installed here.")
    else:
        say("No Chromium here and it could not be installed: the browser tests are LEFT OUT (name one with CHROMIUM=).")
        args = ["-m", "not browser", *args]
    return pytest(args)


def test_postgres(args: list[str]) -> int:
    """Run the suite without browser tests on a PostgreSQL server started for it."""
    from tools import postgres

    environment.install("requirements-dev.txt")
    with postgres.scratch_server() as url:
        os.environ["DATABASE_URL"] = url
        return pytest(["-m", "not browser", *args])


def check(args: list[str]) -> int:
    """Check format, lint, types, templates and migrations, then run the suite."""
    environment.install("requirements-dev.txt")
    steps = {
        "format": ["ruff", "format", "--check", "."],
        "lint": ["ruff", "check", "."],
        "types": ["mypy"],
        "templates": ["djlint", "--lint", "--quiet", "templates"],
    }
    failed = [name for name, command in steps.items() if not step(name, [PYTHON, "-m", *command])]
    if not step("migrations", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]):
        failed.append("migrations")
    say("suite")
    if test(args) != 0:
        failed.append("suite")
    say(f"Failed: {', '.join(failed)}" if failed else "Everything passes.")
    return 1 if failed else 0


def bench(args: list[str]) -> int:
    """Run the benchmarks (or those named in ARGS); each prints a ratio."""
    environment.install("requirements-dev.txt")
    if not shutil.which("wrk"):
        environment.apt_install("wrk")  # without it threads of Python send the requests, at a lower rate
    if not environment.install_peers():
        say("The benchmarks' peers could not be installed: the rows beside them are left out.")
    return call([PYTHON, "-m", "bench", *args])


def pictures(args: list[str]) -> int:
    """Take the screenshots of docs/pictures/ anew from this version."""
    environment.install("requirements-dev.txt")
    found = chromium.find() or chromium.install()
    if not found:
        raise SystemExit("Pictures need Chromium: install it, or name one with CHROMIUM=.")
    os.environ["CHROMIUM"] = found
    return call([PYTHON, "-m", "tools.screenshots", *args])


def help(args: list[str]) -> int:
    """List these commands."""
    for name, command in COMMANDS.items():
        print(f"  make {name:14} {command.__doc__}")
    return 0


def pytest(args: list[str]) -> int:
    workers = [] if any(arg.startswith(("-n", "--numprocesses")) for arg in args) else ["-n", "auto"]
    return call([PYTHON, "-m", "pytest", *workers, "--dist", "loadfile", *args])


def step(name: str, command: list) -> bool:
    say(name)
    return call(command) == 0


def call(command: list) -> int:
    """Run in the project's folder, output passed through; the exit code."""
    try:
        return subprocess.run([str(part) for part in command], cwd=ROOT).returncode
    except KeyboardInterrupt:
        return 130


COMMANDS = {
    "help": help,
    "run": run,
    "test": test,
    "test-postgres": test_postgres,
    "check": check,
    "bench": bench,
    "pictures": pictures,
}


def use_a_newer_python() -> None:
    """Start again under a Python that is new enough, or say what to install."""
    if sys.version_info >= (3, 11):  # noqa: UP036 - this script is the one that an old Python may meet
        return
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        newer = shutil.which(name)
        if newer:
            os.execv(newer, [newer, *sys.argv])
    have = ".".join(map(str, sys.version_info[:2]))
    raise SystemExit(f"iamlab needs Python 3.11 or later; this is {have}. On macOS: brew install python@3.12")


if __name__ == "__main__":
    use_a_newer_python()
    name = sys.argv[1] if len(sys.argv) > 1 else "help"
    if name not in COMMANDS:
        raise SystemExit(f"No command {name!r}. There are: {', '.join(COMMANDS)}.")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(COMMANDS[name](sys.argv[2:]))
