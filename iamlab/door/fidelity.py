"""What of AWS is simulated: each operation of the models, read from the registry, and the differences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from iamlab.services.iam.refused import REFUSED
from iamlab.services.operations import REGISTRY, model

SERVICES = {
    "iam": "IAM",
    "sts": "AWS STS",
    "s3": "Amazon S3",
    "cloudtrail": "AWS CloudTrail",
    "organizations": "AWS Organizations",
    "budgets": "AWS Budgets",
    "ec2": "Amazon EC2",
}
PERFORMED, KEPT, NOT = "performed", "stored", "not simulated"
WORDS = {
    PERFORMED: "does what AWS documents, with its permissions, errors and event",
    KEPT: "is authorised, checked, kept, shown and recorded, but has no further effect",
    NOT: "is refused in the shape of its protocol",
}

# The first pattern that fits an operation's name tells why it is only stored.
STORED = {
    "iam": (
        (r".*(SSHPublicKey|SSHPublicKeys|ServiceSpecificCredentials?)$", "There is no Git or database to sign in to."),
        (r".*(ServerCertificates?|ServerCertificateTags|SigningCertificates?)$", "There is no load balancer or SOAP."),
    ),
    "s3": (
        (r"(Get|Put|Delete)BucketEncryption", "Bodies are not encrypted; headers say what AWS's would."),
        (r"(Get|Put|Delete)BucketWebsite", "Buckets are not web sites; the rules are kept."),
        (r"(Get|Put|Delete)BucketLifecycle(Configuration)?", "Objects do not age or move to other storage classes."),
        (r"(Get|Put|Delete)Bucket(Logging|NotificationConfiguration|Replication)", "Buckets send nothing out."),
        (
            r".*(Analytics|IntelligentTiering|Inventory|Metrics)Configurations?",
            "Nothing is counted for them.",
        ),
        (r"(Get|Put)Bucket(AccelerateConfiguration|RequestPayment)", "Nothing is nearer or paid for here."),
    ),
    "organizations": (
        (r".*AWSServiceAccess.*", "No service acts on its own in the accounts."),
        (
            r"(Register|Deregister|List)Delegated.*",
            "Services are not administered; an administrator may read the tree.",
        ),
    ),
}
# The same for those that are not simulated; IAM's stand in iamlab/services/iam/refused.py.
MISSING = {
    "sts": (
        ("AssumeRoot", "Central management of member accounts' root users is not simulated."),
        (".*", "Tokens for services outside AWS and for partners are not simulated."),
    ),
    "s3": (
        (r".*(Metadata|Annotation).*", "S3 Metadata tables are not simulated."),
        (r"CreateSession|ListDirectoryBuckets|RenameObject", "Directory buckets are not simulated."),
        (r"(Get|Put)BucketNotification|GetBucketLifecycle|PutBucketLifecycle", "Older forms of what is kept."),
        (r"GetObjectTorrent", "There are no torrents; AWS has none any more."),
        (r"UpdateObjectEncryption", "Bodies are not encrypted."),
        (r"SelectObjectContent", "S3 Select is closed to new accounts, and refused as AWS refuses it to them."),
        (r"WriteGetObjectResponse", "Object Lambda is not simulated."),
    ),
    "cloudtrail": (
        (r".*(EventDataStore|Query|Queries|QueryResults|Federation|Import|Dashboard|Channel).*", "There is no Lake."),
        (r".*Insight.*", "There are no Insights."),
        (r".*", "Not part of a lesson on access."),
    ),
    "organizations": (
        (r".*(Handshake|Invite|ResponsibilityTransfer).*|CreateGovCloudAccount|EnableAllFeatures",
         "Accounts are made in the organization with all features; nobody is invited or billed."),
        (r".*ResourcePolicy", "Delegation of Organizations itself by a policy is not simulated."),
        (r".*", "Not simulated yet."),
    ),
    "ec2": ((r".*", "Of EC2 only what shows how a role comes to a machine is simulated."),),
    "budgets": (
        (r".*BudgetAction.*", "Budget actions are not simulated: no alert is ever sent that could set one off."),
        (r"DescribeBudgetPerformanceHistory", "There is no spending to look back on."),
    ),
}  # fmt: skip

# Each a heading and what differs.
DIFFERENCES = (
    ("Event history lists S3's data events", "AWS shows reads and writes of objects in a trail only. Here Event "
     "history and LookupEvents list them too; their eventCategory is Data and managementEvent false."),
    ("Event history is immediate", "At AWS an event appears some minutes later. There is no eventual consistency "
     "anywhere: a policy counts from the next call on."),
    ("Sign-up, sign-in and role switching are simulated", "RegisterAccount, ConsoleLogin, SwitchRole, ExitRole and the "
     "billing switch are operations of iamlab's own service models. They are not on the wire."),
    ("Records of the console's calls", "As at AWS they tell `AWS Internal`, or S3's console, for userAgent, whatever "
     "browser one uses; the condition key aws:UserAgent is the browser's. The LoginTo of a sign-in is AWS's address."),
    ("A refusal's encoded message", "IAM, STS and S3 do not encode one at AWS. Here each refusal has one: in the "
     "header x-iamlab-encoded-message, in its event's additionalEventData.iamlabEncodedMessage and on the Why? page."
     " DecodeAuthorizationMessage answers AWS's JSON and iamlab's evidence under `iamlab`."),
    ("Cells of a list are one event", "Where the console fills a column by a call for each row, one event with "
     "additionalEventData.iamlabCells stands for all."),
    ("Identity tokens come from iamlab", "AssumeRoleWithWebIdentity takes tokens that iamlab itself signs (ES256) for "
     "the OIDC providers of an account: the Test identity "
     "provider page and `manage.py lab_identity_token` hand them out. No outside provider is asked, "
     "thumbprints are kept and not compared."),
    ("SAML responses may come from anywhere", "AssumeRoleWithSAML verifies the signature by the certificates of the "
     "provider's metadata. Who has no identity provider takes iamlab's: the Test SAML identity provider page, "
     "`manage.py lab_saml_metadata` and `manage.py lab_saml_assertion` hand out metadata and responses. "
     "Encrypted assertions are read where the key is encrypted with RSA-OAEP; RSA 1.5 is not."),
    ("Log files of trails", "They come every five minutes of the sandbox's clock, and are written when somebody reads "
     "the bucket or asks for the trail's status. CreateTrail takes a bucket without any policy, and refuses "
     "one whose policy keeps CloudTrail out; GetTrailStatus says AccessDenied for both. There are no digest files."),
    ("ACLs", "Canned ACLs and single grants are judged as statements beside the bucket policy. An object that another "
     "account wrote needs no grant of that account."),
    ("S3's keys and headers", "A KMS key is told by its ARN and is looked up nowhere. Keys of the client (SSE-C) "
     "are refused; of other headers none is passed over in silence. What is archived is restored at once. "
     "With ABAC on, PutBucketTagging is refused as at AWS; TagResource, which S3 Control has, is not simulated: ABAC "
     "is switched off to change a bucket's tags."),
    ("A new organization", "Service control policies are enabled from the start, resource control policies are not. "
     "CreateAccount is done when it answers. Without MaxResults a list is one page."),
    ("One endpoint", "Every service and Region answers under /aws, S3 path-style. Anonymous requests go to the "
     "sandbox's own address. Regions are names: what is made in one is kept there where the service is regional. A "
     "global service is called in us-east-1 whatever was signed for, which AWS would refuse. An S3 call's Region is "
     "the one that was signed for, the console's is the bucket's."),
    ("Budgets send no mail", "What a budget has seen is read from the simulated bill, 0.00: a hold on the card and its "
     "return. A notification's state says whether its threshold is passed; nobody gets a message. "
     "As at AWS a forecast needs an account of five weeks."),
    ("Account Management", "The account's name, its primary contact and its alternate contacts are simulated, with "
     "their permissions and events, each account's for itself: a management account that names a member by AccountId "
     "is refused. An account that was signed up for by the short form has no primary contact. AWS writes to nobody."),
    ("Billing is closed in the console", "Until root activates IAM access to billing, the console's billing pages, "
     "Budgets among them, refuse every IAM identity. The API of Budgets asks for policies only."),
    ("Instances do not run", "An EC2 instance holds an instance profile, tags and user data. What would run on it are "
     "a lab's actors, which call with the credentials of its role if EC2 may take that; there is no metadata service. "
     "Two images of made-up ids stand in every Region; network and key pairs are not simulated."),
    ("Limits of a sandbox", "Objects and sandboxes have the sizes that the operator sets; requests are throttled for "
     "each sandbox."),
    (
        "Passwords and codes",
        "Console passwords are for the simulation only. Virtual MFA devices are real TOTP. Root cannot set the password"
        " that it has, nor a user who must change it at sign-in: AWS does not document what it does then. Otherwise a"
        " user may set the present one again, unless the password policy prevents reuse.",
    ),
    ("Recordings outweigh documents", "Where AWS was recorded to answer otherwise than it documents, the recording "
     "counts: RemoveUserFromGroup of who is no member succeeds, DeleteOpenIDConnectProvider of what is gone fails."),
    ("Texts that AWS does not document", "Error codes are AWS's; where the exact text was never seen, it is plain "
     "English. Unknown behaviour is read strictly."),
    ("Contested points of evaluation", "docs/evaluation.md lists where AWS's documentation is silent or contradicts "
     "itself, and what is done."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: how it is simulated and, unless it is performed, why so."""

    service: str
    name: str
    how: str
    reason: str = ""


def _reason(rules: tuple[tuple[str, str], ...], name: str) -> str:
    return next((reason for pattern, reason in rules if re.fullmatch(pattern, name)), "")


def row_of(service: str, name: str) -> Row:
    """Raises KeyError for an operation that is not simulated and for which nobody said why."""
    if f"{service}:{name}" in REGISTRY:
        reason = _reason(STORED.get(service, ()), name)
        return Row(service, name, KEPT if reason else PERFORMED, reason)
    reason = REFUSED.get(name, "") if service == "iam" else _reason(MISSING[service], name)
    if not reason:
        raise KeyError(f"{service}:{name}")
    return Row(service, name, NOT, reason)


def rows(service: str = "", how: str = "") -> list[Row]:
    """Every operation of the models, or those of one service, or of one kind; in the order of names."""
    wanted = [service] if service in SERVICES else list(SERVICES)
    found = [row_of(one, name) for one in wanted for name in sorted(model(one).operation_names)]
    return [row for row in found if not how or row.how == how]


def counts() -> list[tuple[str, str, dict[str, int]]]:
    """Of each service its name, title and the number of operations of each kind."""
    found = []
    for service, title in SERVICES.items():
        hows = [row.how for row in rows(service)]
        found.append((service, title, {how: hows.count(how) for how in WORDS}))
    return found


def document() -> str:
    """docs/fidelity.md."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from ("# Fidelity: what of AWS is simulated", "")
    yield "Written by `manage.py fidelity > docs/fidelity.md` from the registry of operations. The app shows it under"
    yield from ("`/fidelity/`.", "")
    yield from (f"- **{how}**: the operation {words}." for how, words in WORDS.items())
    yield from ("", "| Service | " + " | ".join(WORDS) + " |", "|---|---|---|---|")
    for _, title, number in counts():
        yield f"| {title} | " + " | ".join(str(number[how]) for how in WORDS) + " |"
    yield from ("", "## Known differences", "")
    yield from (f"- **{heading}.** {text}" for heading, text in DIFFERENCES)
    for service, title in SERVICES.items():
        yield from ("", f"## {title}")
        for how in WORDS:
            yield from _group(how, rows(service, how))


def _group(how: str, found: list[Row]) -> Iterator[str]:
    if found:
        yield from ("", f"### {how.capitalize()}", "")
    for reason in dict.fromkeys(row.reason for row in found):
        names = ", ".join(row.name for row in found if row.reason == reason)
        yield f"- {reason} {names}" if reason else names
