"""The worker that serves iamlab: gunicorn's with threads, arranged so that nobody waits for those who are slow.

- A request is waited for without a thread. However many connections say nothing, or half of something, all others are
  answered.
- A signed API call takes less than a millisecond, and handing it to a thread and back a good part of that: once it is
  there whole, the main thread answers it.
- Pages, and calls with a password to hash, are answered by `--threads`, as gunicorn does, so that a long one holds up
  neither calls nor other pages.
- What takes its time on the line (long bodies, bodies in pieces, the end of a connection) has threads of its own.
- An answer that its reader does not take at once goes on without a thread. One that is longer than is held of it, such
  as an export, is made no faster than it is read, and the page meanwhile counts as none.
"""

import errno
import re
import selectors
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import responses
from threading import BoundedSemaphore, local
from typing import Any, NamedTuple

from gunicorn.workers.gthread import TConn, ThreadWorker

from iamlab.outbox import HELD, Outbox, sent_at_once

MOST = 64 * 1024  # bytes of a request that are waited for without a thread
PATIENCE = 60  # seconds between two signs of life
TOGETHER = 20  # requests over one connection, which then ends: the next goes to the process that has time for it
SLOW = 32  # threads for what takes its time on the line
DRAINED = 64 * 1024  # bytes of a body left unread that gunicorn reads away; with more to come the connection ends
HELD_OF_ALL = 256 * 2**20  # bytes of all answers that wait to be read
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})")
PART, LONG, CALL, PAGE = range(4)


def arrived(request: bytes) -> tuple[int, int]:
    """What a request is, by what is there of it, and where it ends, if that is there. LONG is one that has to be read
    while it is answered.

    gunicorn judges requests: this only sees to it that reading a CALL or a PAGE waits for nothing.
    """
    end = request.find(b"\r\n\r\n")
    if end < 0:
        return PART if len(request) < MOST else LONG, 0
    head = request[:end].lower()
    if b"\r\ntransfer-encoding:" in head or b"\r\nexpect:" in head:
        return LONG, 0
    found = LENGTH.search(head)
    length = end + 4 + (int(found[1]) if found else 0)
    if length > len(request):
        return PART if length <= MOST else LONG, 0
    # Hashing a password takes as long as some hundred calls.
    short = b"\r\nauthorization: aws4-" in head and b"Password=" not in request[end:length]
    return CALL if short and head.startswith(b" /aws", head.find(b" ")) else PAGE, length


def refusal(request: bytes, status: int, reason: str) -> bytes:
    """The whole answer to a request that gunicorn could not read."""
    from iamlab.wire import malformed  # reads settings, which are the application's

    answer = malformed.answer(request, status)
    if answer is None:
        plain = {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}
        answer = malformed.Answer(status, plain, f"{status} {reason}\n".encode())
    headers = {"Connection": "close", "Content-Length": str(len(answer.body)), **answer.headers}
    reason = reason if answer.status == status else responses[answer.status]
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + answer.body


def ends(req: Any, usual: Callable[[], bool]) -> bool:
    """Whether an answer is the connection's last, so that it says so: also when a body was refused by its length."""
    return usual() or getattr(req.body.reader, "length", 0) >= DRAINED


class Ends(NamedTuple):
    """Of a connection, what gunicorn asks for while it answers."""

    sock: Outbox
    client: Any
    server: Any


class Connection(TConn):
    def __init__(self, worker: "Worker", sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(worker.cfg, sock, client, server)
        self.slow = worker.slow
        self.unsent = memoryview(b"")  # of an answer
        self.kind = LONG  # of the request
        self.begins = b""  # what had come of the request when it was taken up
        self.answered = False
        self.turn = False  # whether it is one of the pages that are being made
        self.more = False  # whether another has come behind it
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", PATIENCE, 0))

    def receive(self) -> int:
        """Take in what has come, without waiting for more; what it is now."""
        self.init()
        came = b""
        try:
            came = self.sock.recv(MOST, socket.MSG_DONTWAIT)
            if not came:
                return PAGE  # the other side has closed: whoever reads sees it at once
        except BlockingIOError:
            pass
        except OSError:
            return PAGE  # broken, likewise
        request = self.parser.unreader.take_buffered() + came
        self.parser.unreader.unread(request)
        kind, length = arrived(request)
        self.begins, self.answered = request, False
        self.kind, self.more = kind, len(request) > length
        return kind

    def unsent_holds(self) -> int:
        """Bytes: what is sent of an answer is freed with the whole."""
        return len(self.unsent.obj)  # type: ignore[arg-type]

    def close(self, graceful: bool = False) -> None:
        """To close gracefully is to wait for the other side."""
        if graceful:
            self.slow.submit(super().close, graceful)
        else:
            super().close()


class Worker(ThreadWorker):
    def init_process(self) -> None:
        self.slow = ThreadPoolExecutor(SLOW)
        self.now = local()  # in each thread, what it is at
        self.pages: deque[Connection] = deque()  # that wait for their turn
        self.making = 0  # pages, at most `--threads`
        self.pauses = BoundedSemaphore(SLOW)
        self.unread: dict[Connection, Future[bool]] = {}  # answers that wait for their readers, by when they time out
        super().init_process()  # serves until the end

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """For pages, and for those whose readers keep them waiting."""
        return ThreadPoolExecutor(self.cfg.threads + SLOW)

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another process was first, or the client is gone
        self.nr_conns += 1
        self.enqueue_req(Connection(self, sock, client, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """A connection is new, or something has come."""
        kind = LONG if self.cfg.is_ssl else conn.receive()
        if kind == CALL:
            self.answer(conn)
        elif kind == PART:
            self.wait(conn)
        elif kind == LONG:
            self.lend(conn, self.handle, conn)
        else:
            self.pages.append(conn)
            self.make_pages()

    def make_pages(self) -> None:
        while self.pages and self.making < self.cfg.threads:
            conn = self.pages.popleft()
            self.making += 1
            conn.turn = True
            super().enqueue_req(conn)

    def end_turn(self, conn: Connection) -> None:
        """A page is made, or goes on no faster than it is read."""
        if conn.turn:
            conn.turn = False
            self.making -= 1
            self.make_pages()

    @contextmanager
    def pause(self, conn: Connection) -> Iterator[None]:
        """In a thread, for as long as a reader keeps it waiting."""
        if not self.pauses.acquire(blocking=False):
            raise BrokenPipeError(errno.EPIPE, "Too many do not read.")
        try:
            self.method_queue.defer(self.end_turn, conn)
            yield
        finally:
            self.pauses.release()

    def wait(self, conn: Connection) -> None:
        conn.timeout = time.monotonic() + PATIENCE
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def lend(self, conn: Connection, work: Any, *values: Any) -> None:
        """Leave a connection to a thread of the slow."""
        done = self.slow.submit(work, *values)
        done.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def answer(self, conn: Connection) -> None:
        self.notify()  # many calls may be answered before the loop comes round
        done: Future[bool] = Future()
        done.set_result(self.handle(conn))
        if conn.parser.unreader.buf.getvalue():  # the next request came with this one, and perhaps a thousand more
            self.method_queue.defer(self.finish_request, conn, done)
        else:
            self.finish_request(conn, done)

    def handle(self, conn: Connection) -> Any:
        self.now.conn = conn
        return super().handle(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """gunicorn judges what is wrong with a request, and writes it down; its page is not sent."""
        conn = self.now.conn
        page = Outbox(client, None)
        super().handle_error(req, page, addr, exc)
        if not conn.answered:
            status, reason = page.parts[0].partition(b"\r\n")[0].split(b" ", 2)[1:]
            sent_at_once(client, memoryview(refusal(conn.begins, int(status), reason.decode())))

    def handle_request(self, req: Any, conn: Connection) -> bool:
        if conn.parser.req_count >= TOGETHER and not conn.more:
            req.must_close = True
        if conn.kind == LONG:
            req.should_close = partial(ends, req, req.should_close)
        outbox = Outbox(conn.sock, None if conn.kind == CALL else partial(self.pause, conn))
        keep = bool(super().handle_request(req, Ends(outbox, conn.client, conn.server)))
        conn.answered = True
        conn.unsent = outbox.flush()
        return keep

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Whether the connection may have another request: of one that came whole it shows what was left unread."""
        if keepalive and conn.kind in (CALL, PAGE) and not conn.parser.unreader.buf.getvalue():
            return True
        return bool(super()._keepalive_after(conn, keepalive))

    def finish_request(self, conn: Connection, done: Future[bool]) -> None:
        self.end_turn(conn)
        if conn.unsent:
            self.leave_unread(conn, done)
            self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self.on_taken, conn))
        else:
            super().finish_request(conn, done)

    def leave_unread(self, conn: Connection, done: Future[bool]) -> None:
        conn.timeout = time.monotonic() + PATIENCE
        self.unread[conn] = done
        while sum(other.unsent_holds() for other in self.unread) > HELD_OF_ALL and len(self.unread) > 1:
            self.drop(next(iter(self.unread)))

    def on_taken(self, conn: Connection, _: Any) -> None:
        """A reader has taken something, so that more can be sent."""
        try:
            rest = sent_at_once(conn.sock, conn.unsent)
        except OSError:
            return self.drop(conn)
        if len(conn.unsent) // HELD != len(rest) // HELD:
            self.leave_unread(conn, self.unread.pop(conn))
        conn.unsent = rest
        if not rest:
            self.poller.unregister(conn.sock)
            super().finish_request(conn, self.unread.pop(conn))

    def drop(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        del self.unread[conn]
        conn.unsent = memoryview(b"")
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        super().murder_pending()
        while self.unread and (conn := next(iter(self.unread))).timeout < time.monotonic():
            self.drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """A worker that stops waits no longer for beginnings than for what is kept alive."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
