"""An answer on its way out: in one piece where it can be, made no faster than it is read where it is long."""

import errno
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

HELD = 256 * 1024  # bytes of an answer that is being made that wait for its reader, who has a minute for as many
Pause = Callable[[], AbstractContextManager[None]]


def sent_at_once(sock: socket.socket, data: memoryview) -> memoryview:
    """The rest of it."""
    try:
        return data[sock.send(data, socket.MSG_DONTWAIT) :]
    except BlockingIOError:
        return data


class Outbox:
    """Stands in for the socket while an answer is made, which then goes out in one piece, as far as it can.

    Where there is a `pause` to wait in, in a thread, a long answer waits for its reader now and then.
    """

    def __init__(self, sock: socket.socket, pause: Pause | None) -> None:
        self.sock = sock
        self.pause = pause
        self.parts: list[bytes] = []
        self.held = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)

    def sendall(self, data: bytes) -> None:
        if self.held > HELD and self.pause:
            self.drain(self.pause)
        self.parts.append(data)
        self.held += len(data)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> None:
        file.seek(offset)
        self.sendall(file.read(count))

    def drain(self, pause: Pause) -> None:
        rest = self.flush()
        if rest:
            with pause():
                send_all(self.sock, rest)

    def flush(self) -> memoryview:
        """Send what goes at once; the rest."""
        data = b"".join(self.parts)
        self.parts.clear()
        self.held = 0
        return sent_at_once(self.sock, memoryview(data))


def send_all(sock: socket.socket, rest: memoryview) -> None:
    """Raises OSError of a reader who takes less than HELD in the time that the socket gives a call."""
    try:
        while rest:
            piece = rest[:HELD]
            if sock.send(piece) < len(piece):
                raise BlockingIOError
            rest = rest[HELD:]
    except BlockingIOError as error:
        raise BrokenPipeError(errno.EPIPE, "Nobody reads.") from error
