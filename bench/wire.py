"""The wire, signed requests replayed: beside ministack with AUTH=true, moto_server and a bare JSON view of Django.

iamlab verifies each signature, judges by the caller's policies, records the call and keeps all on disk. It and the bare
view run in two processes, as `make run` starts them; the peers run as they ship, in one. Processor time for each
request is the second measure, which a busy machine sways less.
"""

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench import _peers
from bench._replay import Connection, Load, Round, Server, medians
from tools import scratch

USERS = 100
ROUNDS, SECONDS = 5, 1
NEW = 4800  # users for a round of CreateUser: no connection runs out of its part, and an account may have them
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}'
# Call -> server -> the least that is asked for.
GOALS = {
    "GetUser": {"ministack": 1.0, "moto_server": 4.0, "bare": 0.4},
    f"ListUsers ({USERS})": {"ministack": 0.7, "moto_server": 15.0},
    "CreateUser": {"ministack": 0.5, "moto_server": 1.5},
}


def run() -> list[tuple[str, str]]:
    with scratch.site("bench.bare.settings"), contextlib.ExitStack() as stack:
        world = scratch.world()
        own = world.call("iam:CreateAccessKey")["AccessKey"]
        root = Credentials(own["AccessKeyId"], own["SecretAccessKey"])
        iamlab = stack.enter_context(_peers.iamlab())
        peers = [stack.enter_context(peer) for peer in (_peers.ministack(), _peers.moto()) if peer]
        bare = stack.enter_context(_peers.bare())
        marios = [
            (one, furnished(one, root if one is iamlab else Credentials("test", "test"))) for one in (iamlab, *peers)
        ]
        loads = {call: [Load(server, make(server, mario)) for server, mario in marios] for call, make in CALLS.items()}
        loads["GetUser"].append(Load(bare, lambda: [b"GET /bare/json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"]))
        found = {call: medians(many, ROUNDS, SECONDS) for call, many in loads.items()}
        missing = [] if len(peers) == 2 else [("peers", "ministack or moto_server is not installed in var/bench")]
        return [*rows(loads, found), *missing]


def furnished(server: Server, root: Credentials) -> Credentials:
    """A hundred users, Mario among them, who may do everything in IAM: his key."""
    with contextlib.closing(Connection(server.base)) as connection:

        def ask(action: str, **parameters: str) -> str:
            return connection.ask(signed(server, root, action, **parameters)).decode()

        for number in range(USERS - 1):
            ask("CreateUser", UserName=f"user-{number:03}")
        ask("CreateUser", UserName="mario")
        ask("PutUserPolicy", UserName="mario", PolicyName="all", PolicyDocument=POLICY)
        key = ask("CreateAccessKey", UserName="mario")
    (key_id,), (secret,) = (re.findall(f"<{tag}>(.*?)</{tag}>", key) for tag in ("AccessKeyId", "SecretAccessKey"))
    return Credentials(key_id, secret)


def signed(server: Server, key: Credentials, action: str, **parameters: str) -> bytes:
    """A request of the query protocol as it goes over the line."""
    body = urlencode({"Action": action, "Version": "2010-05-08", **parameters})
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = AWSRequest("POST", server.base, form, body)
    SigV4Auth(key, "iam", "us-east-1").add_auth(request)
    where = urlsplit(server.base)
    headers = {"Host": where.netloc, "Content-Length": str(len(body)), **request.headers}
    lines = [f"POST {where.path or '/'} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", body]).encode()


def get_users(server: Server, key: Credentials) -> Callable[[], list[bytes]]:
    names = [f"user-{number:03}" for number in range(USERS - 1)]
    requests = [signed(server, key, "GetUser", UserName=name) for name in names]
    return lambda: requests


def list_users(server: Server, key: Credentials) -> Callable[[], list[bytes]]:
    requests = [signed(server, key, "ListUsers", MaxItems=str(USERS))]
    return lambda: requests


def create_users(server: Server, key: Credentials) -> Callable[[], list[bytes]]:
    """New names for each round, those of the round before gone from iamlab: an account has 5,000 users at most."""
    from iamlab.services.iam.models import User

    numbers = itertools.count()

    def make() -> list[bytes]:
        User.objects.filter(name__startswith="new-").delete()
        turn = next(numbers)
        return [signed(server, key, "CreateUser", UserName=f"new-{turn}-{number}") for number in range(NEW)]

    return make


CALLS = {"GetUser": get_users, f"ListUsers ({USERS})": list_users, "CreateUser": create_users}


def rows(loads: dict[str, list[Load]], found: dict[str, list[Round]]) -> Iterator[tuple[str, str]]:
    for call, rounds in found.items():
        ours = rounds[0]
        yield call, f"{ours.rate:.0f} requests/s, {ours.cpu:.2f} ms of processor time each"
        for load, other in list(zip(loads[call], rounds, strict=True))[1:]:
            goal, name = GOALS[call][load.server.name], load.server.name
            rate = f"{ours.rate / other.rate:.2f} x {name} (at least {goal}; {other.rate:.0f} requests/s)"
            yield f"{call}: {name}", f"{rate}; by processor time {other.cpu / ours.cpu:.2f} x ({other.cpu:.2f} ms)"
