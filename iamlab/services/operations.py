"""What an operation may import from outside the services: @operation, Call, Target and AwsError."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, StructureShape

from iamlab.services.callers import Caller, Source

HERE = Path(__file__).parent
# Our service names, which are IAM's action prefixes, beside the names of botocore's models.
MODEL_NAMES = {"iam": "iam", "sts": "sts", "s3": "s3", "cloudtrail": "cloudtrail", "organizations": "organizations"}


# Values that AWS documents and takes, and botocore's models lack.
LEFT_OUT = {"s3": {"BucketCannedACL": ["log-delivery-write"]}}


@cache
def model(service: str) -> ServiceModel:
    """The service model that names, limits and shapes come from: botocore's, or ours in the same format."""
    ours = HERE / service / "model.json"
    loader = Loader()
    if ours.exists():
        return ServiceModel(loader.file_loader.load_file(str(ours.with_suffix(""))), service)
    found = loader.load_service_model(MODEL_NAMES.get(service, service), "service-2")
    for shape, values in LEFT_OUT.get(service, {}).items():
        found["shapes"][shape]["enum"].extend(values)
    return ServiceModel(found, service)


# Codes that are common to all services; those of one service are in its model.
COMMON_STATUS = {
    "AccessDenied": 403,
    "AccessDeniedException": 400,
    "ValidationError": 400,
    "ValidationException": 400,
    "MalformedPolicyDocument": 400,
    "Throttling": 400,
    "ThrottlingException": 400,
    "SlowDown": 503,
    "InvalidAction": 400,
    "InvalidClientTokenId": 403,
    "InvalidAccessKeyId": 403,
    "SignatureDoesNotMatch": 403,
    "MissingAuthenticationToken": 403,
    "IncompleteSignature": 400,
    "ExpiredToken": 403,
    "RequestExpired": 400,
    "NoSuchEntity": 404,
    "EntityAlreadyExists": 409,
    "DeleteConflict": 409,
    "LimitExceeded": 409,
    "ConcurrentModification": 409,
    "InternalFailure": 500,
    "UnauthorizedOperation": 403,  # EC2's
    "DryRunOperation": 412,
}


@cache
def status_of(service: str, code: str) -> int:
    """The HTTP status of an error code, from the service's model, else from the codes common to all."""
    if service and model(service).metadata["protocol"] == "ec2":
        return COMMON_STATUS.get(code, 400)  # its model has thousands of shapes and no error among them
    for name in model(service).shape_names if service else ():
        shape = model(service).shape_for(name)
        if isinstance(shape, StructureShape) and shape.metadata.get("exception") and shape.error_code == code:
            return int(shape.metadata.get("error", {}).get("httpStatusCode", 400))
    return COMMON_STATUS.get(code, 400)


class AwsError(Exception):
    """A refusal or failure in AWS's words. `status` 0 means: as the service's model says for the code.

    `extra` holds further elements of the answer (S3's BucketName, Key). `decision` is set on an access-denied.
    """

    def __init__(self, code: str, message: str, status: int = 0, **extra: str) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.extra = code, message, status, extra
        self.headers: dict[str, str] = {}  # what an answer of S3's tells beside its body
        self.decision: Any = None
        self.event_id = ""
        self.unread = ""  # what kept the caller from being known, where more may be said than the code says

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @property
    def refuses(self) -> bool:
        """Whether it is a refusal for want of permission, whatever its service calls that."""
        return self.code.startswith("AccessDenied") or self.code == "UnauthorizedOperation"


@dataclass(slots=True)
class Target:
    """What a call acts on: loaded once, used to authorise and to perform.

    `arn` is an ARN or "*". `row` is None when the thing does not exist; the call is authorised all the same, so that a
    stranger cannot tell what exists. `action` replaces the operation's own where one call needs several.
    `policy` is the digest of the resource's own policy, `account_id` its owner (the caller's when empty).
    """

    arn: str = "*"
    row: Any = None
    tags: Mapping[str, str] = field(default_factory=dict)
    account_id: str = ""
    policy: str = ""
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    action: str = ""
    restrict_public: bool = False
    granted: tuple[dict[str, Any], ...] = ()  # statements beside the resource's policy: what S3's ACLs grant
    shown: str = ""  # what a refusal names, where it is not the ARN
    loaded: Any = None  # what else a bulk load found, so that performing asks no more


@dataclass(slots=True)
class Operation:
    """A registered operation: name, the IAM action that it needs, how its target is found, what performs it."""

    name: str
    action: str
    perform: Callable[..., dict[str, Any] | None]
    target: Callable[..., "Target | list[Target]"] | None
    context: Callable[..., Mapping[str, str | list[str]]] | None
    prepare: Callable[..., Any] | None
    writes: bool
    unauthorised: bool
    data_event: bool
    bulk: Callable[[list[dict[str, Any]], "Call"], list["Target"]] | None
    renews: bool
    parameters: frozenset[str]

    @property
    def service(self) -> str:
        return self.name.partition(":")[0]

    @property
    def api_name(self) -> str:
        return self.name.partition(":")[2]


REGISTRY: dict[str, Operation] = {}
READS = ("Get", "List", "Head", "Describe", "Lookup", "Simulate", "Decode", "Generate")


def operation(
    name: str,
    *,
    action: str = "",
    target: Callable[..., Target | list[Target]] | None = None,
    context: Callable[..., Mapping[str, str | list[str]]] | None = None,
    prepare: Callable[..., Any] | None = None,
    writes: bool | None = None,
    unauthorised: bool = False,
    data_event: bool = False,
    bulk: Callable[[list[dict[str, Any]], "Call"], list[Target]] | None = None,
    renews: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as the operation `name`, such as "iam:GetUser".

    The function takes the Call and, as keywords, the parameters by their API names. `action` is the IAM action where
    the name differs. `target(call, **parameters)` finds what is acted on ("*" without one); `context` adds condition
    keys; `prepare` does slow work outside the transaction and its result is `call.prepared`. `writes` follows from the
    name unless given. `unauthorised` operations are ones that no policy controls, or that ask for each of their parts
    themselves. `data_event` marks what CloudTrail counts as data. `bulk(params_list, call)` loads the targets of
    many calls at once, rows included, for call_many. `renews=False` marks a change after which every principal may do
    what it could before, so that what is compiled for them is kept: it makes something new that nobody refers to yet.
    """

    def register(perform: Callable[..., Any]) -> Callable[..., Any]:
        short = name.partition(":")[2]
        REGISTRY[name] = Operation(
            name=name,
            action=action or name,
            perform=perform,
            target=target,
            context=context,
            prepare=prepare,
            writes=not short.startswith(READS) if writes is None else writes,
            unauthorised=unauthorised,
            data_event=data_event,
            bulk=bulk,
            renews=renews,
            parameters=frozenset(list(inspect.signature(perform).parameters)[1:]),
        )
        return perform

    return register


@dataclass(frozen=True, slots=True)
class View:
    """How the console looks at a list. AWS's console loads a list whole and filters, sorts and cuts it in the browser;
    here the list operation does, so that a page costs the same whatever the list's length. `sort` is name or created.
    `only` names the rows of a kind, where the operation knows kinds. The answer then holds Total (all), Found
    (those that match) and More (whether there are more than were counted) beside AWS's own members. Behind what was
    counted a list goes on by marks instead of numbers: Next and Previous are what `at` takes to go there. Without
    `total`, Total counts no more than Found: a query less where all that match are shown."""

    find: str = ""
    exact: bool = False  # found is what has this name, not what has it in its name
    sort: str = "name"
    descending: bool = False
    start: int = 0
    size: int = 50
    only: str = ""
    at: str = ""
    total: bool = True


@dataclass(slots=True)
class Call:
    """One call on its way through the door. `now` is the sandbox's time, whole seconds, UTC."""

    operation: Operation
    caller: Caller
    params: dict[str, Any]
    source: Source
    now: datetime
    request_id: str
    authorise: Callable[["Call", Target, str], None]
    judge: Callable[..., Any]
    given: Mapping[str, Any] = field(default_factory=dict)  # as they came, with those that the operation does not take
    targets: list[Target] = field(default_factory=list)
    context: dict[str, str | list[str]] = field(default_factory=dict)
    prepared: Any = None
    decision: Any = None
    record: dict[str, Any] = field(default_factory=dict)  # what an operation adds to or replaces in its event
    view: View | None = None  # how a console page wants a list cut; None for AWS's own paging

    @property
    def target(self) -> Target:
        return self.targets[0]

    @property
    def account_id(self) -> str:
        return self.caller.account_id

    def kept_rows(self, model: Any) -> dict[str, Any]:
        """What the page's reads have loaded of a table at this revision (see World.kept); for a change an empty one."""
        world = self.caller.world
        if world.kept is None or self.operation.writes:
            return {}
        return world.kept.setdefault((world.revision, model.__name__), {})

    def require(self, action: str, target: Target) -> None:
        """Ask for a second permission of the same call, such as iam:PassRole. Raises AccessDenied."""
        self.authorise(self, target, action)
