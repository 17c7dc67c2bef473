"""Policies on resources: what fits the kind of resource, and whom a service principal acts for."""

from collections.abc import Iterator

from .. import catalog
from .model import Found, Leaf, Policy, Statement, listed, shown
from .patterns import actions_of, all_stars, expand, fits, without_variables

# What a policy is attached to: its service, and the names of the resource types that the policy may speak of.
RESOURCE_TYPES = {
    "AWS::S3::Bucket": ("s3", ("bucket", "object")),
    "AWS::S3::AccessPoint": ("s3", ("accesspoint", "accesspointobject", "object")),
    "AWS::SQS::Queue": ("sqs", ("queue",)),
    "AWS::SNS::Topic": ("sns", ("topic",)),
    "AWS::KMS::Key": ("kms", ("key",)),
    "AWS::DynamoDB::Table": ("dynamodb", ("table", "index", "stream")),
    "AWS::Lambda::Function": ("lambda", ("function", "function alias", "function version")),
    "AWS::SecretsManager::Secret": ("secretsmanager", ("Secret",)),
    "AWS::ECR::Repository": ("ecr", ("repository",)),
}
SOURCE_KEYS = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
# Keys that narrow what a service does for somebody, though not as well as the four above.
LESSER_SOURCE_KEYS = ("aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip", "sts:externalid")
RESOURCE_OWNER_KEYS = ("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths")


def check(policy: Policy) -> Iterator[Found]:
    if policy.type not in ("resource", "trust"):
        return
    for statement in policy.statements:
        if policy.type == "resource":
            yield from _kind(policy, statement)
            yield from _irrelevant(policy, statement)
            yield from _service_principals(statement)
        yield from _principal_keys(statement)


def _kind(policy: Policy, statement: Statement) -> Iterator[Found]:
    kind = RESOURCE_TYPES.get(policy.resource_type or "")
    if kind is None:
        return
    service, names = kind
    types = catalog.resource_types(service)
    forms = [types[name].arn for name in names if name in types]
    for leaf in (*statement.actions, *statement.not_actions):
        yield from _action(policy, leaf, service, forms)
    for leaf in (*statement.resources, *statement.not_resources):
        arn = without_variables(leaf.text)
        if not all_stars(arn) and len(arn.split(":", 5)) == 6 and not any(fits(arn, form) for form in forms):
            message = f"{shown(leaf.text)} is not the kind of resource that this policy is attached to."
            mend = f"Name the resource itself: {listed(forms, 2)}."
            yield Found("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", leaf.place, message, mend)


def _action(policy: Policy, leaf: Leaf, service: str, forms: list[str]) -> Iterator[Found]:
    if leaf.text.startswith("*") or not expand(leaf.text):
        return
    own = actions_of(leaf.text) if leaf.text.lower().startswith(f"{service}:") else []
    if not any(target.type.arn in forms for action in own for target in action.resource_types):
        message = f"{shown(leaf.text)} is never asked of the kind of resource that this policy is attached to."
        mend = f"Use actions of `{service}` that act on it; the others belong in a policy of the user or role."
        yield Found("UNSUPPORTED_ACTION_IN_POLICY", leaf.place, message, mend)


def _irrelevant(policy: Policy, statement: Statement) -> Iterator[Found]:
    for condition in statement.conditions:
        if condition.name in RESOURCE_OWNER_KEYS:
            message = f"{shown(condition.key.text)} is always that of the resource on which this policy stands."
            mend = "Delete it here; it is of use in policies of users and roles."
            yield Found("IRRELEVANT_CONDITION_KEY_IN_POLICY", condition.key.place, message, mend)


def _service_principals(statement: Statement) -> Iterator[Found]:
    if not statement.allows:
        return
    services = [leaf for key, leaf in statement.principals if key == "Service"]
    names = {condition.name for condition in statement.conditions}
    if not services or names.intersection(SOURCE_KEYS):
        return
    lesser = [condition for condition in statement.conditions if condition.name in LESSER_SOURCE_KEYS]
    if lesser:
        message = f"{shown(lesser[0].key.text)} narrows little what the service does on behalf of others."
        mend = "Use `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`."
        yield Found("RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", lesser[0].key.place, message, mend)
        return
    for leaf in services:
        message = f"{shown(leaf.text)} may do this on behalf of anybody's resources, in any account."
        mend = "Add a condition on `aws:SourceArn` or `aws:SourceAccount` that names your own."
        yield Found("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", leaf.place, message, mend)


# Keys that describe a user or role, which a service calling as itself is not.
CALLER_KEYS = (
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
    "aws:username",
    "aws:userid",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
)


def _principal_keys(statement: Statement) -> Iterator[Found]:
    kinds = {key for key, _ in statement.principals}
    if kinds != {"Service"} or not statement.allows:
        return
    for condition in statement.conditions:
        plain = not condition.if_exists and condition.base != "Null" and not condition.negated
        if plain and condition.name.startswith(CALLER_KEYS):
            message = f"A service that calls as itself has no {shown(condition.key.text)}, so this never allows it."
            mend = "Use `aws:SourceArn` or `aws:SourceAccount`, or name users or roles as the principal."
            yield Found("UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", condition.key.place, message, mend)
