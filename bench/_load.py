"""A load of requests: the median latency of some in turn, and, where wrk is there, their rate."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """What is sent again and again; `status` is the only answer that counts."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 200


def medians(base: str, *requests: Request, rounds: int = 12, each: int = 25) -> list[float]:
    """Median milliseconds of each request over one kept connection, measured in turns so that noise meets all alike."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    taken: list[list[float]] = [[] for _ in requests]
    for turn in range(rounds + 1):
        for request, times in zip(requests, taken, strict=True):
            found = [one(connection, request) for _ in range(each)]
            if turn:  # the first turn warms
                times += found
    connection.close()
    return [statistics.median(times) * 1000 for times in taken]


def one(connection: http.client.HTTPConnection, request: Request) -> float:
    """Seconds until the whole answer is read. Raises RuntimeError on an answer that is not the expected one."""
    began = time.perf_counter()
    connection.request(request.method, request.path, request.body or None, request.headers)
    response = connection.getresponse()
    body = response.read()
    taken = time.perf_counter() - began
    if response.status != request.status:
        raise RuntimeError(f"{request.method} {request.path}: {response.status}\n{body[:500].decode(errors='replace')}")
    return taken


def rate(base: str, request: Request, seconds: int = 4) -> float | None:
    """Requests a second from eight connections of wrk, None without it. Raises RuntimeError on any failed request."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return None
    headers = "\n".join(f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}" for k, v in request.headers.items())
    script = f"wrk.method = {json.dumps(request.method)}\nwrk.body = {json.dumps(request.body)}\n{headers}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = [wrk, "-t1", "-c8", f"-d{seconds}s", "--timeout=30s", "-s", file.name, base + request.path]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise RuntimeError(printed)
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    assert found, printed
    return float(found.group(1))


def latency(base: str, ours: Request, bare: Request) -> str:
    """Our median beside the bare view's, as a line."""
    mine, ceiling = medians(base, ours, bare)
    return f"p50 {mine:.2f} ms, {mine / ceiling:.1f} x bare ({ceiling:.2f} ms)"


def compare(base: str, ours: Request, bare: Request) -> str:
    """Latency and rate beside the bare view's, as a line."""
    text = latency(base, ours, bare)
    mine, ceiling = rate(base, ours), rate(base, bare)
    if mine and ceiling:
        text += f"; {mine:.0f} requests/s, {mine / ceiling:.2f} x bare ({ceiling:.0f})"
    return text
