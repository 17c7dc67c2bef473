"""Who is calling: an access key, a session token or a console session becomes a Caller. One statement each."""

import hmac
import json
from dataclasses import dataclass
from typing import Any

from iamlab.services import callers, clock, statements
from iamlab.services.callers import Caller, World
from iamlab.services.iam.names import secret_of
from iamlab.services.operations import AwsError
from iamlab.services.signin.models import ConsoleSession
from iamlab.services.sts import tokens

ACCOUNT = "a.id, a.sandbox_id, s.revision, s.clock_offset, s.throttled, a.root_sessions_valid_from"
BY_KEY = f"""
    select {ACCOUNT}, k.active, u.name, u.path, u.unique_id, u.tags, u.boundary, a.alias
    from iam_accesskey k join accounts_account a on a.id = k.account_id join accounts_sandbox s on s.id = a.sandbox_id
    left join iam_user u on u.id = k.user_id where k.key_id = %s and a.closed is null"""
BY_USER = f"""
    select {ACCOUNT}, u.name, u.path, u.unique_id, u.tags, u.boundary, u.sessions_valid_from, a.alias
    from accounts_account a join accounts_sandbox s on s.id = a.sandbox_id
    left join iam_user u on u.account_id = a.id and u.unique_id = %s where a.id = %s and a.closed is null"""
BY_ROLE = BY_USER.replace("iam_user", "iam_role")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key's secret, for checking the signature, and the caller that it stands for."""

    secret: str
    caller: Caller


def _row(statement: str, *values: str) -> Row | None:
    found = statements.rows(statement, values)
    return found[0] if found else None


def _world(row: Row) -> World:
    return World(sandbox_id=row[1], revision=row[2], clock_offset=row[3], throttled=bool(row[4]))


def _invalid() -> AwsError:
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.")


def credentials(access_key_id: str, session_token: str = "") -> Credentials:
    """The secret and caller of a key. Raises InvalidClientTokenId or ExpiredToken."""
    if access_key_id.startswith("ASIA"):
        return Credentials(secret_of(access_key_id), temporary(access_key_id, session_token))
    row = None if session_token else _row(BY_KEY, access_key_id)
    if row is None or not row[6]:
        raise _invalid()
    return Credentials(secret_of(access_key_id), _long_term(access_key_id, row))


def is_inactive(access_key_id: str, secret: str) -> bool:
    """Whether a key is only switched off; told to who has its secret."""
    row = _row(BY_KEY, access_key_id)
    return row is not None and not row[6] and hmac.compare_digest(secret_of(access_key_id).encode(), secret.encode())


def _long_term(access_key_id: str, row: Row) -> Caller:
    account_id, name, path, unique_id = row[0], *row[7:10]
    if unique_id is None:
        return _root(account_id, _world(row), alias=row[12], access_key_id=access_key_id)
    return _user(account_id, _world(row), name, path, unique_id, row[10], row[11], access_key_id=access_key_id)


def _root(account_id: str, world: World, **more: Any) -> Caller:
    arn = f"arn:aws:iam::{account_id}:root"
    return Caller(
        callers.ROOT, account_id, world, arn=arn, principal_arn=arn, unique_id=account_id, name="root", **more
    )


def _user(
    account_id: str, world: World, name: str, path: str, unique_id: str, tags: Any, boundary: str, **more: Any
) -> Caller:
    arn = f"arn:aws:iam::{account_id}:user{path}{name}"
    return Caller(
        callers.USER,
        account_id,
        world,
        arn=arn,
        principal_arn=arn,
        unique_id=unique_id,
        name=name,
        tags=statements.document(tags),
        boundary=boundary,
        **more,
    )


def temporary(access_key_id: str, session_token: str, read: Row | None = None) -> Caller:
    """The caller of temporary credentials; `read` is what BY_USER or BY_ROLE gives of it, where that was read already.
    Raises InvalidClientTokenId, ExpiredToken.
    """
    claims = tokens.read(access_key_id, session_token)
    kind, row = claims["kind"], read
    if row is None or (row[8] or row[0], row[0]) != (claims["principal"], claims["account"]):
        row = _row(BY_ROLE if kind == callers.ROLE else BY_USER, claims["principal"], claims["account"])
    if row is None or (kind != callers.ROOT and claims["principal"] != claims["account"] and row[8] is None):
        raise _invalid()
    world = _world(row)
    if claims["expires"] <= clock.now(world).timestamp():
        raise AwsError("ExpiredToken", "The security token included in the request is expired")
    valid_from = statements.moment(row[5] if row[8] is None else row[11])
    if valid_from is not None and claims["issued"] + claims.get("part", 0) < valid_from.timestamp():
        raise AwsError("ExpiredToken", "The security token included in the request is expired")
    return _session(kind, claims, world, access_key_id, row)


def _session(kind: str, claims: dict[str, Any], world: World, key_id: str, row: Row) -> Caller:
    account_id = claims["account"]
    more: dict[str, Any] = {
        "access_key_id": key_id,
        "issued": clock.moment(claims["issued"]),
        "expires": clock.moment(claims["expires"]),
        "mfa_at": clock.moment(claims.get("mfa_at")),
        "console": claims.get("console", False),
        "get_session_token": claims.get("get_session_token", False),
        "session_policies": tuple(claims.get("policies", ())),
        "session_policy_arns": tuple(claims.get("policy_arns", ())),
        "session_tags": claims.get("tags", {}),
        "source_identity": claims.get("source_identity", ""),
        "provider": claims.get("provider", ""),
    }
    if kind == callers.ROOT:
        return _root(account_id, world, alias=row[12], **more)
    name, path, unique_id, tags, boundary = row[6:11]
    if kind == callers.USER:
        return _user(account_id, world, name, path, unique_id, tags, boundary, **more)
    session = claims["session_name"]
    if kind == callers.FEDERATED:
        issuer = f"arn:aws:iam::{account_id}:" + (f"user{path}{name}" if unique_id else "root")
        arn = f"arn:aws:sts::{account_id}:federated-user/{session}"
        return Caller(
            callers.FEDERATED,
            account_id,
            world,
            arn=arn,
            principal_arn=issuer,
            unique_id=unique_id or account_id,
            name=session,
            session_name=session,
            boundary=boundary or "",
            **more,
        )
    return Caller(
        callers.ROLE,
        account_id,
        world,
        arn=f"arn:aws:sts::{account_id}:assumed-role/{name}/{session}",
        principal_arn=f"arn:aws:iam::{account_id}:role{path}{name}",
        unique_id=unique_id,
        name=name,
        session_name=session,
        # A session tag of the same key, whatever its case, comes before the role's.
        tags=statements.document(tags),
        boundary=boundary,
        transitive_tags=tuple(claims.get("transitive", ())),
        chained=claims.get("chained", False),
        **more,
    )


def console_session(session: ConsoleSession) -> Caller:
    """The caller behind a console session. Raises ExpiredToken once it ended."""
    if session.ended is not None:
        raise AwsError("ExpiredToken", "The security token included in the request is expired")
    key_id = tokens.peek(session.token)
    return temporary(key_id, session.token, _read_with(session))


def identity_of_session() -> str:
    """An expression over console sessions: the columns of the user or role whose session it is, as a JSON list."""
    array = "json_array" if statements.on_sqlite() else "json_build_array"
    told = f"select cast({array}(u.name, u.path, u.unique_id, u.tags, u.boundary, u.sessions_valid_from) as text)"
    own, table = "u.account_id = {0}.account_id and u.unique_id = {0}.principal", ConsoleSession._meta.db_table
    of = {kind: f"({told} from {kind} u where {own.format(table)})" for kind in ("iam_user", "iam_role")}
    return f"case when {table}.kind = '{callers.ROLE}' then {of['iam_role']} else {of['iam_user']} end"


def _read_with(session: ConsoleSession) -> Row | None:
    """What the statement that found a session has read of who it is of; None where there is more to ask."""
    if "identity" not in session.__dict__ or session.account.closed is not None:
        return None
    account, sandbox = session.account, session.account.sandbox
    found = json.loads(session.__dict__["identity"] or "[null, null, null, null, null, null]")
    world = (sandbox.pk, sandbox.revision, sandbox.clock_offset, sandbox.throttled)
    return (account.pk, *world, account.root_sessions_valid_from, *found, account.alias)


def anonymous(world: World) -> Caller:
    """An unsigned request through a sandbox's public address."""
    return Caller(callers.ANONYMOUS, "anonymous", world, unique_id="anonymous", name="anonymous")


def world_at(public_id: str) -> World | None:
    """The world behind a sandbox's public address."""
    row = _row("select 0, id, revision, clock_offset, throttled from accounts_sandbox where public_id = %s", public_id)
    return None if row is None else _world(row)


def world_of(account_id: str) -> World | None:
    """The world of an account, for calls that nobody signs: AssumeRoleWithWebIdentity, AssumeRoleWithSAML."""
    row = _row(BY_USER, "", account_id)
    return None if row is None else _world(row)
