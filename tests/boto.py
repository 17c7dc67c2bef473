"""boto3 in process: botocore writes and signs each request, Django's test client answers it."""

import io

import boto3
from botocore.awsrequest import AWSResponse
from botocore.client import ClientCreator
from botocore.config import Config
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from urllib3 import HTTPResponse

HOST = "testserver"


def once(method):
    """What botocore makes anew for each client of a service, a class with all its operations, made once."""
    kept = {}

    def found(creator, service, *more):
        if service not in kept:
            kept[service] = method(creator, service, *more)
        return kept[service]

    return found


ClientCreator._load_service_model = once(ClientCreator._load_service_model)
ClientCreator._create_client_class = once(ClientCreator._create_client_class)
_session = boto3.Session(aws_access_key_id="AKIANOBODY", aws_secret_access_key="none", region_name="us-east-1")


def client(service, key=None, *, base=f"http://{HOST}/aws", region="us-east-1", ip="203.0.113.10", **config):
    """A boto3 client of a service, by AWS's own shape of a key.

    `key` holds AccessKeyId, SecretAccessKey and, for temporary credentials, SessionToken: what lab_account prints,
    CreateAccessKey's AccessKey, AssumeRole's Credentials. `config` is botocore's.
    """
    key = key or {}
    made = _session.client(
        service,
        endpoint_url=base,
        region_name=region,
        aws_access_key_id=key.get("AccessKeyId"),
        aws_secret_access_key=key.get("SecretAccessKey"),
        aws_session_token=key.get("SessionToken"),
        config=Config(retries={"total_max_attempts": 1}, **config),
    )
    made.meta.events.register("before-send", lambda request, **_: answered(request, ip))
    return made


def answered(request, ip="203.0.113.10"):
    """What the site answers to a prepared request of botocore."""
    headers = {k: v.decode() if isinstance(v, bytes) else str(v) for k, v in request.headers.items()}
    environ = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}
    environ.setdefault("HTTP_HOST", request.url.split("/")[2])
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if f"HTTP_{name}" in environ:
            environ[name] = environ.pop(f"HTTP_{name}")
    body = request.body or b""
    body = body.read() if hasattr(body, "read") else body.encode() if isinstance(body, str) else bytes(body)
    response = Client().generic(
        request.method,
        request.url,
        body,
        "",
        secure=request.url.startswith("https:"),
        REMOTE_ADDR=ip,
        RAW_URI="/" + request.url.split("/", 3)[3],
        **environ,
    )
    raw = HTTPResponse(
        io.BytesIO(response.content),
        dict(response.headers),
        response.status_code,
        preload_content=False,
        decode_content=False,  # as botocore reads: an object keeps its encoding
        request_method=request.method,
    )
    return AWSResponse(request.url, response.status_code, response.headers, raw)


def statements(call, **params):
    """The SQL of a call, but for what begins and ends a transaction: on PostgreSQL the lock of its sandbox too."""
    with CaptureQueriesContext(connection) as captured:
        call(**params)
    opening = ("BEGIN", "SAVEPOINT", "RELEASE", "select 1 from accounts_sandbox")
    return [query["sql"] for query in captured if not query["sql"].startswith(opening)]
