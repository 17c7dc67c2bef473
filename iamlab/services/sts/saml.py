"""Taking a role with a SAML assertion. STS API Reference: "AssumeRoleWithSAML"."""

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from iamlab.services import callers
from iamlab.services.iam import saml_providers
from iamlab.services.iam.models import SamlProvider
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.sts import federated, roles, saml_assertions, session_policies
from iamlab.services.sts.saml_assertions import Assertion, NotSaml
from iamlab.services.sts.saml_encryption import NotReadable, NotTried
from iamlab.services.sts.saml_identity_provider import ATTRIBUTES, AUDIENCE

GOOD_FOR = timedelta(minutes=5)  # from the assertion's issue, at the most
RECIPIENT = re.compile(r"https://(?:[a-z0-9-]+\.)?signin\.aws\.amazon\.com/(?:platform/)?saml(?:/.*)?")
NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
TAG = f"{ATTRIBUTES}PrincipalTag:"
INVALID_RESPONSE = "Your request included an invalid SAML response."


@dataclass(frozen=True, slots=True)
class Identity:
    """What a verified assertion says of its subject."""

    assertion: Assertion
    provider: SamlProvider
    qualifier: str  # stands for issuer, account and provider together
    session_name: str

    @property
    def tags(self) -> dict[str, str]:
        found = self.assertion.attributes
        return {name.removeprefix(TAG): (found[name] or [""])[0] for name in found if name.startswith(TAG)}

    @property
    def transitive(self) -> list[str]:
        return self.assertion.attributes.get(f"{ATTRIBUTES}TransitiveTagKeys", [])

    @property
    def source_identity(self) -> str:
        return self.assertion.first(f"{ATTRIBUTES}SourceIdentity")


def invalid(message: str) -> AwsError:
    return AwsError("InvalidIdentityToken", message, 400)


def verified(account_id: str, PrincipalArn: str, RoleArn: str, SAMLAssertion: str, now: datetime) -> Identity:
    """The identity that an assertion proves, by a provider of the role's account.

    Raises InvalidIdentityToken, IDPRejectedClaim, ExpiredTokenException.
    """
    try:
        root = saml_assertions.response(SAMLAssertion)
        if not saml_assertions.is_success(root):
            message = "The identity provider (IdP) reported that authentication failed."
            raise AwsError("IDPRejectedClaim", message, 403)
        name = PrincipalArn.removeprefix(saml_providers.arn(account_id, ""))
        row = SamlProvider.objects.filter(account_id=account_id, name=name).first()
        if row is None:
            raise invalid("Specified provider doesn't exist")
        assertion = saml_assertions.read(_signed(root, row))
    except NotTried as error:
        raise invalid(f"{INVALID_RESPONSE} iamlab reads no key that is encrypted with RSA 1.5.") from error
    except (NotSaml, NotReadable) as error:
        raise invalid(INVALID_RESPONSE) from error
    if assertion.issuer != saml_assertions.entity_id(row.metadata):
        raise invalid("Issuer not present in specified provider")
    _check_time(assertion, row, now)
    _check_audience(assertion)
    _check_role(assertion, RoleArn, PrincipalArn)
    text = f"{assertion.issuer}{account_id}/{row.name}".encode()
    qualifier = base64.b64encode(hashlib.sha1(text, usedforsecurity=False).digest()).decode()
    return Identity(assertion, row, qualifier, _session_name(assertion))


def _signed(root: Any, row: SamlProvider) -> Any:
    if row.encryption_mode == "Required" and not saml_assertions.is_encrypted(root):
        raise invalid(INVALID_RESPONSE)
    trusted = saml_assertions.certificates(row.metadata)
    try:
        return saml_assertions.signed_by(root, trusted, saml_providers.decryption_keys(row))
    except NotSaml as error:
        raise invalid("Response signature invalid") from error


def _check_time(assertion: Assertion, row: SamlProvider, now: datetime) -> None:
    ends = assertion.issued + GOOD_FOR
    if now >= min(ends, assertion.ends or ends):
        raise AwsError("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance", 400)
    if max(assertion.issued, assertion.starts or assertion.issued) > now + GOOD_FOR or row.valid_until <= now:
        raise invalid(INVALID_RESPONSE)


def _check_audience(assertion: Assertion) -> None:
    named = [one for one in assertion.audiences if one == AUDIENCE or RECIPIENT.fullmatch(one)]
    if not RECIPIENT.fullmatch(assertion.recipient) or (assertion.audiences and not named):
        raise invalid("Response does not contain the required audience")


def _check_role(assertion: Assertion, RoleArn: str, PrincipalArn: str) -> None:
    """The assertion names the roles that its subject may take, each with the provider, in either order."""
    named = assertion.attributes.get(f"{ATTRIBUTES}Role", [])
    if not any({part.strip() for part in one.split(",")} == {RoleArn, PrincipalArn} for one in named):
        raise invalid("SAML Assertion doesn't contain the requested Role and Metadata in the attributes")


def _session_name(assertion: Assertion) -> str:
    name = assertion.first(f"{ATTRIBUTES}RoleSessionName")
    if not name:
        raise invalid("RoleSessionName is required in AuthnResponse")
    if not NAME.fullmatch(name):
        raise invalid("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
    source = assertion.first(f"{ATTRIBUTES}SourceIdentity")
    if source and (not NAME.fullmatch(source) or source.startswith("aws:")):
        raise invalid('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"')
    return name


def proved(call: Call, RoleArn: str, PrincipalArn: str, SAMLAssertion: str, **_: Any) -> list[Target]:
    """The role, asked for by whom the assertion proves: from here on the caller is that identity."""
    row = roles.find(call, RoleArn)
    account_id = RoleArn.split(":")[4]
    identity = verified(account_id, PrincipalArn, RoleArn, SAMLAssertion, call.now)
    call.caller = replace(
        call.caller,
        kind=callers.WEB,
        account_id=account_id,
        unique_id=f"{identity.qualifier}:{identity.assertion.subject}",
        name=identity.assertion.subject,
        provider=PrincipalArn,
        access_key_id="",
    )
    return federated.targets(RoleArn, row, "sts:AssumeRoleWithSAML", identity)


def context(call: Call, **_: Any) -> dict[str, Any]:
    """Keys that trust policies ask for. User Guide: "Available keys for SAML-based AWS STS federation"."""
    identity: Identity = call.target.loaded
    assertion = identity.assertion
    found: dict[str, Any] = {
        "sts:RoleSessionName": identity.session_name,
        "saml:aud": assertion.recipient,
        "saml:doc": f"{identity.provider.account_id}/{identity.provider.name}",
        "saml:iss": assertion.issuer,
        "saml:namequalifier": identity.qualifier,
        "saml:sub": assertion.subject,
        "saml:sub_type": assertion.subject_type,
    }
    return found | federated.keys(identity)


def seconds_of(call: Call, assertion: Assertion, DurationSeconds: int | None) -> int:
    """The request's duration, else the assertion's; never past the end that the assertion sets."""
    stated = assertion.first(f"{ATTRIBUTES}SessionDuration")
    if DurationSeconds is None and stated.isascii() and stated.isdecimal() and len(stated) < 6:
        DurationSeconds = max(900, int(stated))
    seconds = roles.duration(call, call.target.row, DurationSeconds)
    if assertion.session_ends is None:
        return seconds
    return max(1, min(seconds, int((assertion.session_ends - call.now).total_seconds())))


@operation("sts:AssumeRoleWithSAML", target=proved, context=context, writes=False)
def assume_role_with_saml(
    call: Call,
    RoleArn: str,
    PrincipalArn: str,
    SAMLAssertion: str,
    PolicyArns: list[dict[str, str]] | None = None,
    Policy: str | None = None,
    DurationSeconds: int | None = None,
) -> dict[str, Any]:
    """Nobody signs it: the assertion is the proof."""
    row, identity = call.target.row, call.target.loaded
    assertion: Assertion = identity.assertion
    answer = roles.session(
        call,
        row,
        identity.session_name,
        seconds_of(call, assertion, DurationSeconds),
        tags=identity.tags,
        transitive=identity.transitive,
        source_identity=identity.source_identity,
        provider=PrincipalArn,
        **session_policies.kept(row.account_id, Policy, PolicyArns),
    )
    said = {
        "Subject": assertion.subject,
        "SubjectType": assertion.subject_type,
        "Issuer": assertion.issuer,
        "Audience": assertion.recipient,
        "NameQualifier": identity.qualifier,
    }
    call.record["responseElements"] |= {name[0].lower() + name[1:]: value for name, value in said.items()}
    call.record["requestParameters"] = recorded(call, identity, DurationSeconds)
    return answer | said


def recorded(call: Call, identity: Identity, DurationSeconds: int | None) -> dict[str, Any]:
    """What CloudTrail tells of the request: of the assertion its id and what it asked for."""
    found = {
        "sAMLAssertionID": identity.assertion.identifier,
        "roleSessionName": identity.session_name,
        "sourceIdentity": identity.source_identity,
        "principalTags": identity.tags,
        "transitiveTagKeys": identity.transitive,
        "durationSeconds": DurationSeconds,
        "roleArn": call.target.arn,
        "principalArn": call.caller.provider,
    }
    return {name: value for name, value in found.items() if value}
