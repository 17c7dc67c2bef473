"""Random requests and policies over a small vocabulary, so that they meet often."""

from hypothesis import strategies as st

from iamlab.policy.compile import Policy, compile_document
from iamlab.policy.evaluate import Policies, Request

ACCOUNT, OTHER = "111122223333", "444455556666"
PRINCIPALS = [
    f"arn:aws:iam::{ACCOUNT}:user/mario",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1",
    f"arn:aws:iam::{ACCOUNT}:role/app",
    f"arn:aws:sts::{ACCOUNT}:federated-user/guest",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:iam::{OTHER}:user/eve",
    {"Service": "x.amazonaws.com"},
    "anonymous",
]
ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "sts:AssumeRole", "kms:Decrypt", "iam:GetUser"]
RESOURCES = [
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/x",
    "arn:aws:s3:::b/mario/y",
    f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k",
    f"arn:aws:iam::{ACCOUNT}:role/app",
]
PATTERNS = [
    *RESOURCES,
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::?",
    "arn:aws:k*:*:*:key/*",
]
CONTEXTS = [
    {},
    {"aws:username": "mario"},
    {"aws:username": "eve", "aws:TagKeys": ["a", "b"]},
    {"aws:SecureTransport": "true"},
]
CONDITIONS = [
    {},
    {"StringEquals": {"aws:username": "mario"}},
    {"StringNotEquals": {"aws:username": "mario"}},
    {"BoolIfExists": {"aws:SecureTransport": "true"}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}},
    {"Null": {"aws:username": "true"}},
]
NAMED = [
    "*",
    {"AWS": ACCOUNT},
    {"AWS": PRINCIPALS[0]},
    {"AWS": [PRINCIPALS[2], OTHER]},
    {"Service": "x.amazonaws.com"},
]


@st.composite
def statements(draw, *, effects=("Allow", "Deny"), named=False):
    statement = {"Effect": draw(st.sampled_from(effects))}
    statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(
        st.lists(st.sampled_from([*ACTIONS, "*", "s3:*", "s3:?et*"]), min_size=1, max_size=2)
    )
    statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2)
    )
    condition = draw(st.sampled_from(CONDITIONS))
    if condition:
        statement["Condition"] = condition
    if named:
        statement[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(st.sampled_from(NAMED))
    return statement


def documents(**options):
    return st.lists(statements(**options), max_size=3).map(lambda found: {"Version": "2012-10-17", "Statement": found})


def policies(**options):
    return documents(**options).map(lambda document: Policy(compile_document(document), "P"))


def several(**options):
    return st.lists(policies(**options), max_size=2).map(tuple)


@st.composite
def policy_sets(draw):
    return Policies(
        identity=draw(several()),
        resource=draw(st.none() | policies(named=True)),
        boundaries=draw(st.none() | several()),
        session=draw(st.none() | several()),
        scps=draw(st.none() | st.lists(several(), max_size=2).map(tuple)),
        rcps=draw(st.none() | st.lists(several(named=True, effects=("Deny",)), max_size=1).map(tuple)),
        vpce=draw(st.none() | several(named=True)),
    )


requests = st.builds(
    Request,
    principal=st.sampled_from(PRINCIPALS),
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    context=st.sampled_from(CONTEXTS),
    resource_account=st.sampled_from([None, None, ACCOUNT, OTHER]),
)
