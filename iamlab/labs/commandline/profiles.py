"""`~/.aws` of the virtual machine: profiles with keys, region and output, and which of them a command uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamlab.labs.commandline.errors import BAD_CONFIGURATION, CommandError, plain_error

DEFAULT_PROFILE = "default"
DEFAULT_REGION = "us-east-1"
SECRET_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
MAX_ROLE_CHAIN = 5
Profiles = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Credentials:
    """What signs a call: an access key, its secret, and the session token of temporary credentials."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id!r})"


@dataclass(frozen=True)
class RoleProfile:
    """A profile whose credentials come from AssumeRole, called with those of another profile."""

    params: Mapping[str, Any]
    source: str


def settings_of(profiles: Profiles, name: str | None) -> Mapping[str, str]:
    """The settings of a profile, by default `default`. Raises CommandError for one that was named but is not there."""
    if name is not None and name != DEFAULT_PROFILE and name not in profiles:
        raise plain_error(f"The config profile ({name}) could not be found")
    return profiles.get(name or DEFAULT_PROFILE, {})


def credentials_of(profiles: Profiles, name: str | None) -> Credentials | RoleProfile:
    """The keys of a profile, or how to get them. Raises CommandError where there are none."""
    settings = settings_of(profiles, name)
    if settings.get("role_arn"):
        return _role(settings, name or DEFAULT_PROFILE)
    access_key_id, secret = settings.get("aws_access_key_id", ""), settings.get("aws_secret_access_key", "")
    if not access_key_id and not secret:
        text = 'Unable to locate credentials. You can configure credentials by running "aws configure".'
        raise plain_error(text, BAD_CONFIGURATION)
    for key in SECRET_KEYS[:2]:
        if not settings.get(key):
            raise plain_error(f"Partial credentials found in shared-credentials-file, missing: {key}")
    return Credentials(access_key_id, secret, settings.get("aws_session_token", ""))


def _role(settings: Mapping[str, str], name: str) -> RoleProfile:
    if not settings.get("source_profile"):
        reason = "Missing required configuration: source_profile or credential_source"
        raise CommandError(f"\nPartial credentials found in assume-role, missing: {reason}\n", 255)
    params: dict[str, Any] = {
        "RoleArn": settings["role_arn"],
        "RoleSessionName": settings.get("role_session_name", f"aws-cli-{name}"),
    }
    if settings.get("external_id"):
        params["ExternalId"] = settings["external_id"]
    if settings.get("duration_seconds", "").isdigit():
        params["DurationSeconds"] = int(settings["duration_seconds"])
    return RoleProfile(params, settings["source_profile"])


def masked(value: str | None) -> str:
    """A key as the CLI shows it: all but the last four characters as stars."""
    return f"{'*' * 16}{value[-4:]}" if value else "None"
