"""Holds the place of the evaluator, which is being written: enough for the door to be built on."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass
class Policy:
    document: Any
    name: str = ""
    arn: str = ""
    via: str = ""


@dataclass
class Request:
    principal: Any
    action: str
    resource: str
    context: Any
    resource_account: Any = None
    session_issuer: Any = None
    restrict_public_buckets: bool = False


@dataclass
class Policies:
    identity: Any = ()
    resource: Any = None
    boundaries: Any = None
    session: Any = None
    scps: Any = None


@dataclass
class Decision:
    outcome: str
    layer: str = "identity"

    @property
    def allowed(self):
        return self.outcome == "allowed"


def evaluate(r, p):
    if isinstance(r.principal, str) and r.principal.endswith(":root"):
        return Decision("allowed", "root")
    hit = set()
    for pol in p.identity:
        st = pol.document["Statement"]
        st = st if isinstance(st, list) else [st]
        for s in st:
            L = lambda x: x if isinstance(x, list) else [x]
            if any(fnmatchcase(r.action.lower(), a.lower()) for a in L(s.get("Action", []))) and any(
                fnmatchcase(r.resource, a) for a in L(s.get("Resource", []))
            ):
                hit.add(s["Effect"])
    return Decision("explicitDeny" if "Deny" in hit else "allowed" if "Allow" in hit else "implicitDeny")
