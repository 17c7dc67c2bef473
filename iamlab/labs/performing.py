"""Lines of a lab performed through the door: start states, solutions, faults, show me, actors."""

import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import jmespath
import pyotp

from iamlab.door import record
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.labs.commandline import State, run
from iamlab.labs.vocabulary import fill
from iamlab.sandbox import controls, history
from iamlab.sandbox.controls import Sandbox
from iamlab.services.callers import Source
from iamlab.services.operations import AwsError

LAB = Source(ip="198.51.100.20", user_agent="aws-cli/2.31 iamlab-lab", entrance="lab", secure=True)
CONSOLE = Source(ip="198.51.100.20", user_agent="Mozilla/5.0 iamlab-lab", entrance="lab", secure=True)
Line = Mapping[str, Any]
PASSWORD_OF = re.compile(r"\{\{password of (?P<user>[\w+=,.@-]+)\}\}")


class LineFailed(Exception):
    """A line that a lab gives did not do what it should; the message names the line."""


def perform(
    sandbox: Sandbox, lines: Iterable[Line], bound: Mapping[str, str], files: Mapping[str, str]
) -> dict[str, str]:
    """Perform lines in order and return the names bound, with what lines saved under `save`.

    A line has `as` (an identity) and `run` (a command line) or `call` with `params`; `error` names the code that it is
    meant to be refused with; `wait` moves the sandbox's clock by so many seconds first; `save` keeps what was printed,
    or of a call's answer what `take` (JMESPath) finds; `codes` is the seed of an MFA device, whose codes around
    now the line may name as code1, code2 and code3; `message` keeps the encoded message of a refusal.

    Raises LineFailed.
    """
    names = dict(bound)
    state = State(files={name: text.encode() for name, text in files.items()})
    try:
        for line in lines:
            if "wait" in line:
                controls.move_clock(sandbox, int(line["wait"]))
            if "answer" in line or not ({"run", "call"} & set(line)):
                continue
            accounts = controls.open_accounts(sandbox)
            if accounts:
                names.setdefault("account", accounts[0].pk)
            state = _one(sandbox, line, names, state, accounts)
    finally:
        record.flush()  # within a request reads and refusals are held: who performs wants them seen
    return names


def _one(sandbox: Sandbox, line: Line, names: dict[str, str], state: State, accounts: list[Any]) -> State:
    if "codes" in line:
        names |= codes(fill(line["codes"], names))
    line = filled(line, names)
    wanted = line.get("error")
    account_id = _account(line, accounts)
    try:
        world = controls.world_of(accounts[0].sandbox) if accounts else controls.world(sandbox)
        caller = caller_as(world, account_id, line["as"])
    except AwsError as error:
        raise LineFailed(f"{line.get('run') or line.get('call')} as {line['as']}: {error}") from error
    source = replace(CONSOLE if "call" in line else LAB, ip=line.get("from", LAB.ip))
    try:
        if "call" in line:
            answer: Any = call(caller, line["call"], _told(account_id, line.get("params") or {}), source)
            failed = ""
        else:
            output = run(line["run"], lambda name, params: call(caller, name, params, source), state)
            state, answer, failed = output.state, output.stdout, output.stderr.strip() if output.exit_code else ""
    except AwsError as error:
        failed, answer = f"({error.code}) {error.message}", None
    if bool(failed) != bool(wanted) or (wanted and f"({wanted})" not in failed):
        raise LineFailed(f"{line.get('run') or line.get('call')} as {line['as']}: {failed or 'was not refused'}")
    if "message" in line:
        names[line["message"]] = last_refusal(sandbox)
    if "save" in line and answer is not None:
        found = answer if isinstance(answer, str) else jmespath.search(line["take"], answer)
        names[line["save"]] = found.decode() if isinstance(found, bytes) else str(found).strip()
    return state


def _told(account_id: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with the passwords that somebody was told in place of their names. Raises LineFailed."""
    told = dict(params)
    for key, value in params.items():
        if isinstance(value, str) and (asked := PASSWORD_OF.fullmatch(value)):
            told[key] = controls.password_of(account_id, asked["user"])
            if told[key] is None:
                raise LineFailed(f"{asked['user']} has no password.")
    return told


def last_refusal(sandbox: Sandbox) -> str:
    """The encoded message in the record of the newest refusal, "" without any."""
    rows = history.events(sandbox).exclude(error="").order_by("-id").values_list("record", flat=True)
    messages = (json.loads(row).get("additionalEventData", {}).get("iamlabEncodedMessage") for row in rows[:20])
    return next(filter(None, messages), "")


def codes(seed: str) -> dict[str, str]:
    """Three codes in a row, as an authenticator app shows them: one ago, now, and the next."""
    totp, now = pyotp.TOTP(seed), int(time.time())
    steps = {"code1": now - totp.interval, "code2": now, "code3": now + totp.interval}
    return {name: totp.at(step) for name, step in steps.items()}


def _account(line: Line, accounts: list[Any]) -> str:
    """The first account, or the one whose name the line gives under `in`."""
    wanted = line.get("in")
    found = [account.pk for account in accounts if wanted is None or account.name == wanted]
    return found[0] if found else ""


def filled(line: Line, names: Mapping[str, str]) -> dict[str, Any]:
    """`{{names}}` in a line replaced."""
    return fill(dict(line), names)
