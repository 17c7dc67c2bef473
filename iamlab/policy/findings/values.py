"""Condition values: addresses, Regions, networks, and wildcards where they give too much."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from ..catalog.regions import REGIONS
from ..globs import glob
from .model import Condition, Found, Leaf, Policy, Statement, shown
from .patterns import VARIABLE
from .principals import SERVICE

VPC, VPCE = re.compile(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})"), re.compile(r"vpce-([0-9a-f]{8}|[0-9a-f]{17})")
KMS_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
KMS_VALUE = "s3:x-amz-server-side-encryption-aws-kms-key-id"
VIA, SPELLED = re.compile(r"[a-z0-9-]+\.[a-z0-9-]+\.amazonaws\.com(\.cn)?"), "ec2.amazonaws.com"
COMPARED = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
SERVICES = (
    "iam:passedtoservice", "iam:awsservicename", "kms:viaservice", "aws:calledvia", "aws:calledviafirst",
    "aws:calledvialast", "aws:principalservicename", "aws:principalservicenameslist",
)  # fmt: skip
# Keys that draw the border of an account, an organization or a network.
ACCOUNTS = ("aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount", "aws:vpceaccount")
ORGANIZATIONS = ("aws:principalorgid", "aws:resourceorgid", "aws:sourceorgid", "aws:vpceorgid")
NETWORKS = ("aws:sourcevpc", "aws:sourcevpce")
OWN = tuple(f"${{aws:{whose}}}" for whose in ("principalaccount", "principalorgid", "resourceaccount", "resourceorgid"))
FIXED = 6  # characters before a wildcard that still say something
EXACT_STRINGS = ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
WILDCARD = re.compile(r"[*?]")


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        for condition in statement.conditions:
            yield from _wildcards(condition)
            yield from _stars(condition)
            yield from _formats(condition)
            yield from _services(condition)
            if condition.base in ("IpAddress", "NotIpAddress"):
                yield from _addresses(condition)
            yield from _too_permissive(policy, statement, condition)


def _literal(text: str) -> bool:
    return not WILDCARD.search(text) and "${" not in text


def _wildcards(condition: Condition) -> Iterator[Found]:
    for value in condition.values:
        bare = re.sub(r"\$\{[^{}]*\}", "", value.text)
        if condition.base in EXACT_STRINGS and WILDCARD.search(bare):
            message = (
                f"`{condition.base}` compares {shown(value.text)} letter by letter: its wildcard stands for itself."
            )
            like = condition.base.replace("EqualsIgnoreCase", "Like").replace("Equals", "Like")
            yield Found("WILDCARD_WITHOUT_LIKE_OPERATOR", value.place, message, f"Use `{like}`.")


def _stars(condition: Condition) -> Iterator[Found]:
    """What a `*` among the values leaves of a condition: whether the key is there, or nothing at all."""
    if condition.base not in ("StringLike", "StringNotLike") or not any(
        value.text == "*" for value in condition.values
    ):
        return
    key, negated, any_value = condition.key.text, condition.negated, condition.set_operator == "ForAnyValue"
    when_missing = condition.if_exists or condition.set_operator == "ForAllValues" or (negated and not any_value)
    if when_missing and not negated:
        message = f"This is always true, whatever {shown(key)} is and whether it is there."
        yield Found("REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION", condition.place, message, "Delete the key.")
    elif negated and not when_missing:
        message = f"This is never true: no value of {shown(key)} escapes the `*`."
        mend = "Delete the key, or write the values that are meant."
        yield Found("REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION", condition.place, message, mend)
    elif not condition.set_operator and not condition.if_exists:
        code = "EQUIVALENT_TO_NULL_TRUE" if negated else "EQUIVALENT_TO_NULL_FALSE"
        message = f"This asks only whether {shown(key)} is {'absent' if negated else 'present'}."
        mend = f'Say so: "Null": {{"{key[:80]}": "{"true" if negated else "false"}"}}.'
        yield Found(code, condition.place, message, mend)


def _services(condition: Condition) -> Iterator[Found]:
    """The names of services, as in a `Principal`; where a request came through a service, with the Region."""
    if condition.name not in SERVICES or condition.base not in COMPARED:
        return
    form, example = (VIA, "s3.eu-west-1.amazonaws.com") if condition.name == "kms:viaservice" else (SERVICE, SPELLED)
    for value in condition.values:
        if _literal(value.text) and not form.fullmatch(value.text):
            message = f"{shown(value.text)} is no service's full name, as {shown(condition.key.text)} holds it."
            yield Found("INVALID_SERVICE_PRINCIPAL_FORMAT", value.place, message, f'Write it as in "{example}".')


def _formats(condition: Condition) -> Iterator[Found]:
    if condition.base == "Null":
        return
    for value in condition.values:
        text, name = value.text, condition.name
        if name in ("aws:requestedregion", "ec2:region") and "${" not in text and not any(map(glob(text), REGIONS)):
            yield Found(
                "INVALID_REGION", value.place, f"There is no Region {shown(text)}.", 'Write one, say "eu-west-1".'
            )
        elif name == "aws:sourcevpc" and _literal(text) and not VPC.fullmatch(text):
            message = f"{shown(text)} is no VPC ID."
            yield Found("INVALID_VPC_FORMAT", value.place, message, "Write `vpc-` and 8 or 17 of 0 to 9 and a to f.")
        elif name == "aws:sourcevpce" and _literal(text) and not VPCE.fullmatch(text):
            message = f"{shown(text)} is no VPC endpoint ID."
            yield Found("INVALID_VPCE_FORMAT", value.place, message, "Write `vpce-` and 8 or 17 of 0 to 9 and a to f.")
        elif name == KMS_VALUE and _literal(text) and not KMS_KEY.fullmatch(text):
            message = f"{shown(text)} is no key ARN; this condition key always holds the whole ARN."
            mend = "Write arn:aws:kms:REGION:ACCOUNT:key/KEY-ID."
            yield Found("INVALID_KMS_KEY_VALUE", value.place, message, mend)


def _addresses(condition: Condition) -> Iterator[Found]:
    networks = [(value, _network(value.text)) for value in condition.values]
    for value, network in networks:
        if network is not None and _has_host_bits(value.text):
            message = f"{shown(value.text)} has bits set behind its prefix; they are ignored."
            yield Found("IMPROVE_IP_RANGE", value.place, message, f"Write {network}.")
    if condition.name == "aws:sourceip":
        yield from _private(condition, networks)


def _private(condition: Condition, networks: list) -> Iterator[Found]:
    private = [value for value, network in networks if network is not None and _is_private(network)]
    if not private:
        return
    negated = condition.base == "NotIpAddress"
    name = "PRIVATE_NOT_IP_ADDRESS" if negated else "PRIVATE_IP_ADDRESS"
    mend = "Write public addresses, or use `aws:VpcSourceIp` for calls through a VPC endpoint."
    if len(private) == len(condition.values):
        effect = "is always true" if negated else "is never true"
        message = f"Calls reach AWS from public addresses, so that this condition on private ones {effect}."
        yield Found(name, condition.place, message, mend)
    else:
        for value in private:
            message = f"{shown(value.text)} is a private range: no call reaches AWS from there."
            yield Found(f"{name}_SUBSET", value.place, message, mend)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _has_host_bits(text: str) -> bool:
    try:
        ip_network(text, strict=True)
    except ValueError:
        return True
    return False


PRIVATE = [ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7")]


def _is_private(network: IPv4Network | IPv6Network) -> bool:
    return any(network.version == wide.version and network.subnet_of(wide) for wide in PRIVATE)  # type: ignore[arg-type]


def _too_permissive(policy: Policy, statement: Statement, condition: Condition) -> Iterator[Found]:
    """A border drawn with a wildcard or a variable, in an Allow."""
    if not statement.allows or condition.negated or condition.base not in ("StringLike", "StringEquals"):
        return
    for value in condition.values:
        if policy.type not in ("resource", "trust") and value.text.lower() in OWN:
            continue  # that caller and resource have one owner is a border, too, where the caller is a given
        if condition.name in (*ACCOUNTS, *ORGANIZATIONS, *NETWORKS):
            yield from _border(condition, value)
        elif condition.name == "aws:userid":
            yield from _user_id(condition, value)


def _border(condition: Condition, value: Leaf) -> Iterator[Found]:
    text = value.text
    variable = "${" in text
    wild = WILDCARD.search(text) if condition.base == "StringLike" else None
    starts = [text.find("${")] if variable else []
    starts += [wild.start()] if wild else []
    if not starts or (condition.name in NETWORKS and min(starts) >= FIXED + len("vpc-")):
        return
    code = "VARIABLE_USAGE_TOO_PERMISSIVE" if variable else "WILDCARD_USAGE_TOO_PERMISSIVE"
    message = f"{shown(text)} leaves open what {shown(condition.key.text)} should pin down."
    yield Found(code, value.place, message, "Write the exact value.")


def _user_id(condition: Condition, value: Leaf) -> Iterator[Found]:
    """A wildcard or variable may stand behind the colon, or alone before it."""
    identity, colon, _ = VARIABLE.sub("$", value.text).partition(":")  # a variable has a colon of its own
    wild = condition.base == "StringLike" and WILDCARD.search(identity)
    if not ("$" in identity or wild) or (colon and identity in ("$", "*")):
        return
    code = "VARIABLE_USAGE_TOO_PERMISSIVE" if "$" in identity else "WILDCARD_USAGE_TOO_PERMISSIVE"
    message = f"{shown(value.text)} leaves open what the ID itself is, which covers strangers."
    yield Found(code, value.place, message, "Write the whole ID, such as AROAEXAMPLEID:*.")
