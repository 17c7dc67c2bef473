"""Requests made beforehand and sent again by eight connections: their rate, and the processor time that each took."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
CONNECTIONS = 8


@dataclass(frozen=True)
class Server:
    """A running server, asked at `base`; `pid` is of the process that it was started as, whose children count too."""

    name: str
    base: str
    pid: int


@dataclass(frozen=True)
class Round:
    """What a round measured: requests a second, and milliseconds of the server's processor time for each."""

    rate: float
    cpu: float


@dataclass(frozen=True)
class Load:
    """Which requests a server gets; made anew for each round where none may be sent twice."""

    server: Server
    make: Callable[[], list[bytes]]


def medians(loads: list[Load], rounds: int, seconds: float) -> list[Round]:
    """Each load's median round. All take turns, so that noise meets all alike."""
    for load in loads:
        with_threads(load.server, load.make(), seconds)  # until each process has answered and filled its caches
    found: list[list[Round]] = [[] for _ in loads]
    for _ in range(rounds):
        for load, kept in zip(loads, found, strict=True):
            kept.append(measured(load.server, load.make(), seconds))
    return [
        Round(statistics.median(one.rate for one in kept), statistics.median(one.cpu for one in kept)) for kept in found
    ]


def measured(server: Server, requests: list[bytes], seconds: float) -> Round:
    """One round. Raises RuntimeError where an answer was not a success."""
    before = cpu_seconds(server.pid)
    replay = with_wrk if shutil.which("wrk") else with_threads
    done, rate = replay(server, requests, seconds)
    return Round(rate, (cpu_seconds(server.pid) - before) * 1000 / done)


def with_wrk(server: Server, requests: list[bytes], seconds: float) -> tuple[int, float]:
    """How many requests were answered, and how many a second."""
    with tempfile.NamedTemporaryFile(suffix=".requests") as file:
        file.writelines(b"%d\n%b" % (len(one), one) for one in requests)
        file.flush()
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--timeout=30s", "-s", str(HERE / "replay.lua")]
        command = ["wrk", *options, server.base, "--", file.name]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+) requests in.*Requests/sec: +([\d.]+)", printed, re.DOTALL)
    if found is None or "Non-2xx" in printed or "Socket errors" in printed:
        raise RuntimeError(f"{server.name}: {printed}")
    return int(found.group(1)), float(found.group(2))


def with_threads(server: Server, requests: list[bytes], seconds: float) -> tuple[int, float]:
    """The same in Python, which takes more of the machine for itself than wrk does: for where there is no wrk."""
    began = time.monotonic()
    until = began + seconds
    counts, failures = [0] * CONNECTIONS, []

    def send(number: int) -> None:
        at = number
        try:
            with contextlib.closing(Connection(server.base)) as connection:
                while time.monotonic() < until:
                    connection.ask(requests[at % len(requests)])
                    at += CONNECTIONS
                    counts[number] += 1
        except (OSError, RuntimeError) as error:  # raised again below, in the thread that waits
            failures.append(error)

    threads = [threading.Thread(target=send, args=[number]) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{server.name}: {failures[0]}") from failures[0]
    return sum(counts), sum(counts) / (time.monotonic() - began)


class Connection:
    """A connection over which requests go as they are, opened again where the server closes it."""

    def __init__(self, base: str) -> None:
        self.address = (urlsplit(base).hostname, urlsplit(base).port)
        self.socket: socket.socket | None = None

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def ask(self, request: bytes) -> bytes:
        """The answer's body. Raises RuntimeError on an answer that is no success."""
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=30)
        self.socket.sendall(request)
        file = self.socket.makefile("rb")
        head = b"".join(iter(file.readline, b"\r\n"))
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        body = file.read(int(length.group(1)) if length else -1)
        if length is None or head.startswith(b"HTTP/1.0") or re.search(rb"(?im)^connection: *close", head):
            self.close()
        if not re.match(rb"HTTP/1\.\d 2", head):
            raise RuntimeError((head + body)[:600].decode(errors="replace"))
        return body


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children so far; not a number where the system has no /proc."""
    if not Path("/proc/self/stat").exists():
        return float("nan")
    return sum(map(_own_seconds, family(pid)))


def family(pid: int) -> Iterator[int]:
    yield pid
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in tasks.read_text().split():
            yield from family(int(child))


def _own_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # user and system
