"""An application for the server's worker: long answers, what they take of memory, and a short one."""

import json
from pathlib import Path

import iamlab.serving

PROCESS = Path("/proc/self")
PIECE = b"0123456789abcdef" * 4096
iamlab.serving.PATIENCE = 2  # seconds: the tests see its end


def application(environ, start_response):
    name, _, size = environ["PATH_INFO"].strip("/").partition("/")
    if name == "stream":  # of a length that nobody knows beforehand
        start_response("200 OK", [])
        return (PIECE for _ in range(int(size) // len(PIECE)))
    body = bytes(int(size)) if name == "whole" else state()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def state():
    """The most bytes that the process has had in memory so far, as Linux tells them, and how much it has open."""
    lines = (PROCESS / "status").read_text().splitlines()
    most = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    return json.dumps({"memory": most, "open": len([*(PROCESS / "fd").iterdir()])}).encode()
