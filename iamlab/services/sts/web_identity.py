"""Taking a role with an identity token. STS API Reference: "AssumeRoleWithWebIdentity"."""

from dataclasses import dataclass, replace
from typing import Any

from iamlab.services import callers
from iamlab.services.iam.models import OidcProvider
from iamlab.services.iam.oidc_providers import arn
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.sts import federated, identity_provider, roles, session_policies

CLAIMS = "https://aws.amazon.com/"  # AWS's own claims begin so


@dataclass(frozen=True, slots=True)
class Identity:
    """What a verified token says. `audience` is its azp claim where it has one."""

    provider: str  # ARN
    url: str  # without scheme, as condition keys begin
    issuer: str
    subject: str
    audience: str
    claims: dict[str, Any]

    @property
    def tags(self) -> dict[str, str]:
        given = self._tags().get("principal_tags", {})
        pairs = given.items() if isinstance(given, dict) else ()
        return {key: str(value[0] if isinstance(value, list) and value else value) for key, value in pairs}

    @property
    def transitive(self) -> list[str]:
        keys = self._tags().get("transitive_tag_keys", [])
        return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []

    @property
    def source_identity(self) -> str:
        return str(self.claims.get(f"{CLAIMS}source_identity") or "")

    def _tags(self) -> dict[str, Any]:
        found = self.claims.get(f"{CLAIMS}tags")
        return found if isinstance(found, dict) else {}


def invalid(message: str) -> AwsError:
    return AwsError("InvalidIdentityToken", message, 400)


def verified(account_id: str, token: str, now: int) -> Identity:
    """The identity that a token proves, by a provider of the account. `now` in epoch seconds.

    Raises InvalidIdentityToken, ExpiredTokenException.
    """
    try:
        header, claims = identity_provider.read(token)
    except identity_provider.NotAToken as error:
        message = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        raise invalid(message) from error
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or not subject:
        raise invalid("Missing a required claim: " + ("sub" if isinstance(issuer, str) else "iss"))
    url = issuer.removeprefix("https://").rstrip("/")
    row = OidcProvider.objects.filter(account_id=account_id, url=url).first()
    if row is None or not issuer.startswith("https://"):
        raise invalid(f"No OpenIDConnect provider found in your account for {issuer}")
    if header.get("alg") != "ES256" or not identity_provider.is_signed(account_id, url, token):
        raise invalid("Couldn't retrieve verification key from your identity provider")
    expires = claims.get("exp")
    if not isinstance(expires, int):
        raise invalid("Missing a required claim: exp")
    if expires <= now:
        message = f"Token expired: current date/time {now} must be before the expiration date/time {expires}"
        raise AwsError("ExpiredTokenException", message, 400)
    return Identity(arn(account_id, url), url, issuer, subject, _audience(claims, row.client_ids), claims)


def _audience(claims: dict[str, Any], client_ids: list[str]) -> str:
    """The client that the token was made for. Raises InvalidIdentityToken."""
    given = claims.get("aud")
    audiences = given if isinstance(given, list) else [given]
    found = next((one for one in audiences if isinstance(one, str) and one in client_ids), None)
    if found is None:
        raise invalid("Incorrect token audience")
    azp = claims.get("azp")
    return azp if isinstance(azp, str) else found


def proved(call: Call, RoleArn: str, WebIdentityToken: str, **_: Any) -> list[Target]:
    """The role, asked for by whom the token proves: from here on the caller is that identity."""
    row = roles.find(call, RoleArn)
    account_id = RoleArn.split(":")[4]
    identity = verified(account_id, WebIdentityToken, int(call.now.timestamp()))
    call.caller = replace(
        call.caller,
        kind=callers.WEB,
        account_id=account_id,
        unique_id=f"{identity.provider}:{identity.audience}:{identity.subject}",
        name=identity.subject,
        provider=identity.provider,
        access_key_id="",
    )
    return federated.targets(RoleArn, row, "sts:AssumeRoleWithWebIdentity", identity)


def context(call: Call, RoleSessionName: str, **_: Any) -> dict[str, Any]:
    """Keys that trust policies ask for, named after the provider. User Guide: "Available keys for OIDC federation"."""
    identity: Identity = call.target.loaded
    found: dict[str, Any] = {
        "sts:RoleSessionName": RoleSessionName,
        f"{identity.url}:aud": identity.audience,
        f"{identity.url}:sub": identity.subject,
    }
    amr = identity.claims.get("amr")
    if isinstance(amr, list):
        found[f"{identity.url}:amr"] = [str(one) for one in amr]
    return found | federated.keys(identity)


@operation("sts:AssumeRoleWithWebIdentity", target=proved, context=context, writes=False)
def assume_role_with_web_identity(
    call: Call,
    RoleArn: str,
    RoleSessionName: str,
    WebIdentityToken: str,
    PolicyArns: list[dict[str, str]] | None = None,
    Policy: str | None = None,
    DurationSeconds: int | None = None,
) -> dict[str, Any]:
    """Nobody signs it: the token is the proof."""
    row, identity = call.target.row, call.target.loaded
    answer = roles.session(
        call,
        row,
        RoleSessionName,
        roles.duration(call, row, DurationSeconds),
        tags=identity.tags,
        transitive=identity.transitive,
        source_identity=identity.source_identity,
        provider=identity.provider,
        **session_policies.kept(row.account_id, Policy, PolicyArns),
    )
    return answer | {
        "SubjectFromWebIdentityToken": identity.subject,
        "Provider": identity.issuer,
        "Audience": identity.audience,
    }
