"""The servers that the wire is measured beside, each as it ships, on a free port; the peers live in var/bench."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench._replay import Server
from tools import scratch
from tools.serve import ROOT, gunicorn

BIN = ROOT / "var" / "bench" / "bin"


@contextlib.contextmanager
def running(name: str, command: list[str], port: int, path: str = "", **environment: str) -> Iterator[Server]:
    """A server of that command, asked at `path`; its database, logs and process files in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="iamlab-bench-") as folder, (Path(folder) / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": folder, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            scratch.wait_for(port, process)
            yield Server(name, f"http://127.0.0.1:{port}{path}", process.pid)
        finally:
            process.terminate()
            process.wait(timeout=30)


def iamlab() -> contextlib.AbstractContextManager[Server]:
    """As `make run` serves it, on the scratch site's database."""
    port = scratch.free_port()
    return running("iamlab", gunicorn(f"127.0.0.1:{port}"), port, "/aws")


def bare() -> contextlib.AbstractContextManager[Server]:
    """A project of one view, served by the same command as iamlab; as a page it is answered by a thread."""
    port = scratch.free_port()
    return running("bare", gunicorn(f"127.0.0.1:{port}", application="bench.bare.wsgi"), port)


def ministack() -> contextlib.AbstractContextManager[Server] | None:
    """One process, all in memory; AUTH=true verifies signatures and enforces policies."""
    port = scratch.free_port()
    return peer("ministack", [], port, GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", AUTH="true")


def moto() -> contextlib.AbstractContextManager[Server] | None:
    """One process, all in memory; nothing is verified or enforced."""
    port = scratch.free_port()
    return peer("moto_server", ["--host=127.0.0.1", f"--port={port}"], port)


def peer(
    name: str, options: list[str], port: int, **environment: str
) -> contextlib.AbstractContextManager[Server] | None:
    return running(name, [str(BIN / name), *options], port, **environment) if (BIN / name).exists() else None
