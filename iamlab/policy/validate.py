"""Findings on a policy document, in the manner of IAM Access Analyzer's ValidatePolicy."""

from dataclasses import dataclass

from .findings import (
    actions,
    delegation,
    empties,
    fit,
    grammar,
    keys,
    operators,
    organizations,
    principals,
    redundancy,
    resource_policies,
    resources,
    sizes,
    tags,
    trust,
    values,
    variables,
)
from .findings.codes import CODES, KINDS, OUR_OWN
from .findings.model import POLICY_TYPES, Found, Place, Policy, read_policy
from .findings.patterns import trim_actions
from .positions import JsonError, Lines, Path, parse

# Nothing that AWS would save is a quarter as long; ours stays answerable for what somebody pastes.
LONGEST = 200_000
MOST_FINDINGS = 500
REFERENCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `kind` is ERROR, SECURITY_WARNING, WARNING or SUGGESTION; `message` says what is wrong and `mend`
    what to do, a sentence each; the place is a JSON path and the text from line and column (both from 1) to the end,
    which is exclusive."""

    code: str
    kind: str
    message: str
    mend: str
    path: Path
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def json_path(self) -> str:
        """The path in writing: Statement[0].Action[1]."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps).removeprefix(".")

    @property
    def link(self) -> str:
        """Where AWS explains the finding; "" for the few that are iamlab's own."""
        if self.code in OUR_OWN:
            return ""
        anchor = f"access-analyzer-reference-policy-checks-{KINDS[self.kind]}-{self.code.lower().replace('_', '-')}"
        return f"{REFERENCE}#{anchor}"


def validate(text: str, policy_type: str = "identity", resource_type: str | None = None) -> list[Finding]:
    """The findings on the document `text`, errors first, then by place.

    `policy_type` is one of identity, resource, trust, scp, rcp, session; `resource_type` says of a resource policy
    what it is attached to, such as "AWS::S3::Bucket" (findings/resource_policies.py lists them). Raises ValueError for
    another policy type. Never raises for any text. AWS: "IAM Access Analyzer policy validation".
    """
    if policy_type not in POLICY_TYPES:
        raise ValueError(f"no such policy type: {policy_type}")
    if len(text) > LONGEST:
        message = f"The document has {len(text):,} characters; no policy may be as long as that."
        found = [Found("JSON_SYNTAX_ERROR", Place((), 0, 0), message, "Split it into several policies.")]
    else:
        found = _examine(text, policy_type, resource_type)
    weight = {kind: number for number, kind in enumerate(KINDS)}
    found = sorted(dict.fromkeys(found), key=lambda f: (weight[CODES[f.code]], f.place.start, f.code))
    lines = Lines(text)
    return [_finding(lines, item) for item in found[:MOST_FINDINGS]]


def _examine(text: str, policy_type: str, resource_type: str | None) -> list[Found]:
    try:
        root = parse(text)
    except JsonError as error:
        place = Place((), error.offset, min(error.offset + 1, len(text)))
        return [
            Found("JSON_SYNTAX_ERROR", place, error.message, "Mend the JSON at this place; the rest is read after.")
        ]
    if root.kind != "object":
        return list(grammar.check(Policy(text, root, policy_type, resource_type, None, [])))
    policy = read_policy(text, root, policy_type, resource_type)
    trim_actions(policy)
    return [found for check in CHECKS for found in check(policy)]


def _finding(lines: Lines, found: Found) -> Finding:
    line, column = lines.at(found.place.start)
    end_line, end_column = lines.at(found.place.end)
    kind = CODES[found.code]
    return Finding(found.code, kind, found.message, found.mend, found.place.path, line, column, end_line, end_column)


CHECKS = (
    grammar.check,
    empties.check,
    sizes.check,
    actions.check,
    resources.check,
    fit.check,
    principals.check,
    trust.check,
    resource_policies.check,
    organizations.check,
    operators.check,
    keys.check,
    values.check,
    tags.check,
    variables.check,
    delegation.check,
    redundancy.check,
)
