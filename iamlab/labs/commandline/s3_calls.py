"""What the `aws s3` commands share: the protocol of their generators, their paths and their pages.

Each command is a generator: it yields an API call as (operation, params), is sent the response or thrown the AwsError,
and returns its Output.
"""

from collections.abc import Generator
from typing import Any

from iamlab.labs.commandline.arguments import Parser
from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import plain_error, unknown_options

Steps = Generator[tuple[str, dict[str, Any]], dict[str, Any], Any]


def parsed(parser: Parser, command: Command) -> Any:
    """The options of an s3 command. Raises CommandError for unknown ones."""
    found, unknown = parser.parse_known_args(list(command.words))
    if unknown:
        raise unknown_options(unknown)
    return found


def bucket_and_key(path: str) -> tuple[str, str]:
    """`s3://bucket/key` in two; the key is empty for a bucket. An access point's ARN counts as the bucket."""
    rest = path.removeprefix("s3://")
    if rest.startswith("arn:"):
        parts = rest.split("/")
        return "/".join(parts[:2]), "/".join(parts[2:])
    bucket, _, key = rest.partition("/")
    return bucket, key


def bucket_of(path: str, usage: str) -> str:
    if not path.startswith("s3://"):
        raise plain_error(f"usage: aws s3 {usage}\nError: Invalid argument type", 252)
    return bucket_and_key(path)[0]


def pages(operation: str, params: dict[str, Any]) -> Steps:
    """Call a ListObjectsV2 or ListBuckets page by page; returns the pages."""
    found = []
    while True:
        page = yield operation, params
        found.append(page)
        token = page.get("NextContinuationToken") if operation == "s3:ListObjectsV2" else page.get("ContinuationToken")
        if not token:
            return found
        params = {**params, "ContinuationToken": token}
