"""A load of requests: the processor time and the latency of some, in turn."""

from __future__ import annotations

import http.client
import statistics
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """What is sent again and again; `status` is the only answer that counts."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 200


def processor(browser: Any, *paths: str, rounds: int = 8, each: int = 3) -> list[float]:
    """Median milliseconds of processor time of pages in this process, in turns: a busy machine sways it least."""
    taken: list[list[float]] = [[] for _ in paths]
    for turn in range(rounds + 1):
        for path, times in zip(paths, taken, strict=True):
            for _ in range(each):
                began = time.process_time()
                answer = browser.get(path)
                if turn:  # the first turn warms
                    times.append(time.process_time() - began)
                if answer.status_code not in (200, 204):
                    raise RuntimeError(f"{path}: {answer.status_code}")
    return [statistics.median(times) * 1000 for times in taken]


def medians(base: str, *requests: Request, rounds: int = 8, each: int = 8) -> list[float]:
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


def latency(base: str, ours: Request, bare: Request) -> str:
    """Our median beside the bare view's, as a line."""
    mine, ceiling = medians(base, ours, bare)
    return f"p50 {mine:.2f} ms, {mine / ceiling:.1f} x bare ({ceiling:.2f} ms)"
