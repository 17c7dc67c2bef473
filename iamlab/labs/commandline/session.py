"""The calls of one command line: with whose credentials, and which was the last."""

from collections.abc import Callable, Mapping
from typing import Any

from iamlab.labs.commandline.errors import plain_error
from iamlab.labs.commandline.profiles import MAX_ROLE_CHAIN, Credentials, Profiles, RoleProfile, credentials_of

# ("iam:GetUser", params) -> the response. Raises AwsError.
Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]
# Given credentials (None: unsigned) and a region, the Call that they make. Raises AwsError for credentials of nobody.
Connect = Callable[[Credentials | None, str], Call]


class Session:
    """Makes calls with the profile's credentials; `last` is the operation that a refusal names."""

    def __init__(self, connect: Connect, profiles: Profiles, profile: str | None, region: str, signed: bool) -> None:
        self.connect, self.profiles, self.profile = connect, profiles, profile
        self.region, self.signed, self.last = region, signed, ""
        self.made: Call | None = None

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if self.made is None:
            found = self.credentials(self.profile, 0) if self.signed else None
            self.last = operation
            self.made = self.connect(found, self.region)
        self.last = operation
        return self.made(operation, params)

    def credentials(self, profile: str | None, depth: int) -> Credentials:
        """The keys of a profile; for one with a role, those that AssumeRole gives to its source profile."""
        found = credentials_of(self.profiles, profile)
        if isinstance(found, Credentials):
            return found
        if depth >= MAX_ROLE_CHAIN:
            raise plain_error(f"Infinite loop in credential configuration detected in profile {profile}.")
        return self.assume(found, depth)

    def assume(self, role: RoleProfile, depth: int) -> Credentials:
        source = self.credentials(role.source, depth + 1)
        self.last = "sts:AssumeRole"
        answer = self.connect(source, self.region)("sts:AssumeRole", role.params)["Credentials"]
        return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


class Given:
    """A session whose identity somebody else chose: a lab's runner, a test."""

    def __init__(self, call: Call) -> None:
        self.call, self.last = call, ""

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.last = operation
        return self.call(operation, params)
