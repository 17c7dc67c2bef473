"""Long answers: how much of one is in memory, and what becomes of readers that do not read."""

import contextlib
import http.client
import json
import socket
import subprocess
import time

import pytest

from iamlab.outbox import HELD
from tests.cli.streaming import PIECE
from tools.scratch import free_port, wait_for
from tools.serve import ROOT, gunicorn

pytestmark = [pytest.mark.cli, pytest.mark.slow]
MANY = 80  # more than the server has threads
LONG = 256 * 2**20
PATIENCE = 2  # seconds, as the application has it
SOON = 20  # what waited for all who do not read would take twice as long


@pytest.fixture(scope="module")
def port():
    port = free_port()
    command = gunicorn(f"127.0.0.1:{port}", "--workers=1", application="tests.cli.streaming")
    running = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(port, running)
        yield port
    finally:
        running.kill()
        running.wait()


@pytest.fixture
def asked(port):
    """Connections on which that was asked, and nothing is read by itself."""
    with contextlib.ExitStack() as stack:

        def asking(path, many=1):
            wires = [stack.enter_context(socket.socket()) for _ in range(many)]
            for wire in wires:
                wire.settimeout(120)
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)  # what the line holds is no more
                wire.connect(("127.0.0.1", port))
                wire.sendall(f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return wires

        yield asking


def state(port):
    """What a page says, which is answered soon: the most memory that the server has used, and what it has open."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/state")
    found = json.loads(connection.getresponse().read())
    connection.close()
    assert time.monotonic() - began < SOON
    return found


def ended(port, still_open):
    """Wait until the server has closed what it had opened since; nothing is read meanwhile."""
    until = time.monotonic() + 30 * PATIENCE
    while state(port)["open"] > still_open:
        assert time.monotonic() < until
        time.sleep(0.1)


def taken(wire):
    """All that comes until the server ends the connection."""
    total = 0
    with contextlib.suppress(ConnectionResetError):
        while piece := wire.recv(2**20):
            total += len(piece)
    return total


def test_a_stream_comes_whole_and_little_of_it_is_held(port):
    before = state(port)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/stream/{LONG}")
    answer = connection.getresponse()
    first, rest = answer.read(len(PIECE)), 0
    while piece := answer.read(2**20):
        rest += len(piece)
    connection.request("GET", "/state")  # the connection goes on
    assert connection.getresponse().status == 200
    connection.close()
    assert first == PIECE and len(first) + rest == LONG
    assert state(port)["memory"] - before["memory"] < 16 * 2**20


def test_streams_that_nobody_reads_hold_nobody_up_and_end(port, asked):
    before = state(port)
    wires = asked(f"stream/{LONG}", MANY)
    for _ in range(5):
        held = state(port)["memory"]
    assert held - before["memory"] < MANY * 3 * HELD
    ended(port, before["open"])
    for wire in wires[:3] + wires[-3:]:
        assert taken(wire) < LONG / 4  # what the line had held already, and no end


def test_a_stream_that_is_read_slowly_goes_on(asked):
    (wire,) = asked(f"stream/{8 * 2**20}")
    total, until = 0, time.monotonic() + 2 * PATIENCE
    while total < 8 * 2**20:
        total += len(wire.recv(2**17))
        if time.monotonic() < until:
            time.sleep(0.1)
    assert time.monotonic() > until


def test_whole_answers_that_nobody_reads_hold_nobody_up_and_end(port, asked):
    size = 32 * 2**20
    before = state(port)
    wires = asked(f"whole/{size}", 40)
    for _ in range(5):
        held = state(port)["memory"]
    assert held - before["memory"] < 14 * size  # eight wait, and four are being made, for a moment twice
    ended(port, before["open"])
    for wire in wires[:2] + wires[-2:]:
        assert taken(wire) < size
