"""Requests of pages of other origins: the browser's question beforehand, and what it reads in an answer."""

from urllib.parse import parse_qs

from iamlab.door import authenticate
from iamlab.services.callers import World
from iamlab.services.operations import AwsError
from iamlab.services.s3 import cors
from iamlab.wire import errors, exchanges, routing
from iamlab.wire.answers import Answer
from iamlab.wire.facts import Facts

METHOD, HEADERS = "access-control-request-method", "access-control-request-headers"


def asks_beforehand(exchange: exchanges.Exchange) -> bool:
    return exchange.http.method == "OPTIONS" and exchange.protocol == errors.REST


def preflight(exchange: exchanges.Exchange, public_id: str | None) -> Answer:
    exchange.service = "s3"
    http = exchange.http
    world = world_of_query(http) if public_id is None else authenticate.world_at(public_id)
    where = _where(exchange)
    asked = [http.headers.get(name, "") for name in ("origin", METHOD, HEADERS)]
    found = cors.preflight(world.sandbox_id if world else None, where.bucket, where.key, *asked)
    return Answer(200, {**exchanges.ids(exchange), **found}, b"")


def world_of_query(http: Facts) -> World | None:
    """Nobody signs the question, but of a presigned URL it has the query, and that the key."""
    given = parse_qs(http.query)
    key, _, _ = given.get("X-Amz-Credential", given.get("AWSAccessKeyId", [""]))[0].partition("/")
    token = given.get("X-Amz-Security-Token", given.get("x-amz-security-token", [""]))[0]
    try:
        return authenticate.credentials(key, token).caller.world
    except AwsError:
        return None


def headers(exchange: exchanges.Exchange) -> dict[str, str]:
    """Of the answer to any request, once it is known whose world it is in."""
    sent = exchange.http.headers
    if exchange.world is None or "origin" not in sent:
        return {}
    where, method = _where(exchange), sent.get(METHOD, exchange.http.method)
    asked = cors.names_in(sent.get(HEADERS, ""))
    return cors.headers(exchange.world.sandbox_id, where.bucket, sent["origin"], method, asked)


def _where(exchange: exchanges.Exchange) -> routing.Address:
    return routing.address(exchange.http.decoded_path.decode("utf-8", "replace").removeprefix(exchange.prefix))
