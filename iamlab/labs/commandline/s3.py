"""`aws s3 ls`, `mb` and `rb`; `cp`, `mv`, `rm` and `sync` are in s3_transfer.

The generators' protocol is told in s3_calls.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from iamlab.labs.commandline.arguments import Parser
from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import FAILED_TRANSFER, CommandError, plain_error, refusal
from iamlab.labs.commandline.profiles import DEFAULT_REGION
from iamlab.labs.commandline.s3_calls import Steps, bucket_and_key, bucket_of, pages, parsed
from iamlab.labs.commandline.s3_transfer import transfer
from iamlab.labs.commandline.state import Output, State
from iamlab.services.operations import AwsError

UNITS = ("KiB", "MiB", "GiB", "TiB")


def s3_command(command: Command, state: State, region: str) -> Steps:
    """The steps of an `aws s3` command. Raises CommandError for a line that cannot be run."""
    chooser = Parser()
    chooser.add_argument("subcommand", choices=[*VERBS, "presign", "help"])
    found, words = chooser.parse_known_args(list(command.words))
    if found.subcommand == "help":
        return _help(state)
    return VERBS[found.subcommand](replace(command, verb=found.subcommand, words=tuple(words)), state, region)


def _help(state: State) -> Steps:
    yield from ()
    return Output("Commands of aws s3:\n" + "".join(f"  {name}\n" for name in sorted([*VERBS, "presign"])), state=state)


def ls(command: Command, state: State, region: str) -> Steps:
    """List buckets, or the objects and common prefixes under a prefix."""
    parser = Parser()
    parser.add_argument("path", nargs="?", default="s3://")
    for flag in ("recursive", "human-readable", "summarize"):
        parser.add_argument(f"--{flag}", action="store_true")
    parser.add_argument("--page-size", type=int)
    parser.add_argument("--bucket-name-prefix")
    parser.add_argument("--request-payer", nargs="?", const="requester", choices=["requester"])
    found = parsed(parser, command)
    bucket, key = bucket_and_key(found.path)
    if not bucket:
        params = {"Prefix": found.bucket_name_prefix} if found.bucket_name_prefix else {}
        answers = yield from pages("s3:ListBuckets", params)
        lines = [f"{_moment(b['CreationDate'])} {b['Name']}\n" for page in answers for b in page.get("Buckets", [])]
        return Output("".join(lines), state=state)
    params = {"Bucket": bucket, "Prefix": key} | ({} if found.recursive else {"Delimiter": "/"})
    if found.page_size:
        params["MaxKeys"] = found.page_size
    answers = yield from pages("s3:ListObjectsV2", params)
    prefixes = [prefix["Prefix"] for page in answers for prefix in page.get("CommonPrefixes", [])]
    contents = [item for page in answers for item in page.get("Contents", [])]
    lines = [f"{'PRE':>30} {prefix.split('/')[-2]}/\n" for prefix in prefixes]
    lines += [_object_line(item, found) for item in contents]
    if found.summarize:
        total = sum(int(item["Size"]) for item in contents)
        lines += [f"\nTotal Objects: {len(contents)}\n", f"   Total Size: {size(total, found.human_readable)}\n"]
    missing = bool(key) and not prefixes and not contents
    return Output("".join(lines), exit_code=1 if missing else 0, state=state)


def _object_line(item: dict[str, Any], found: Any) -> str:
    name = item["Key"] if found.recursive else item["Key"].split("/")[-1]
    return f"{_moment(item['LastModified'])} {size(item['Size'], found.human_readable):>10} {name}\n"


def _moment(value: datetime | str) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def size(value: int, readable: bool) -> str:
    """A number of bytes, plain or in units of 1,024."""
    if not readable:
        return str(value)
    if value == 1:
        return "1 Byte"
    if value < 1024:
        return f"{value} Bytes"
    for power, unit in enumerate(UNITS, 1):
        if round(value / 1024**power, 1) < 1024 or unit == UNITS[-1]:
            return f"{value / 1024**power:.1f} {unit}"
    raise ValueError(value)


def mb(command: Command, state: State, region: str) -> Steps:
    """Make a bucket."""
    parser = Parser()
    parser.add_argument("path")
    parser.add_argument("--tags", action="append", nargs=2)
    found = parsed(parser, command)
    bucket = bucket_of(found.path, "mb <S3Uri>")
    configuration: dict[str, Any] = {}
    if region != DEFAULT_REGION:
        configuration["LocationConstraint"] = region
    if found.tags:
        configuration["Tags"] = [{"Key": key, "Value": value} for key, value in found.tags]
    params: dict[str, Any] = {"Bucket": bucket}
    if configuration:
        params["CreateBucketConfiguration"] = configuration
    try:
        yield "s3:CreateBucket", params
    except AwsError as error:
        text = f"make_bucket failed: {found.path} {refusal('s3:CreateBucket', error)}\n"
        return Output(stderr=text, exit_code=FAILED_TRANSFER, state=state)
    return Output(f"make_bucket: {bucket}\n", state=state)


def rb(command: Command, state: State, region: str) -> Steps:
    """Remove a bucket, with `--force` its objects first."""
    parser = Parser()
    parser.add_argument("path")
    parser.add_argument("--force", action="store_true")
    found = parsed(parser, command)
    bucket = bucket_of(found.path, "rb <S3Uri>")
    if bucket_and_key(found.path)[1].strip("/"):
        raise plain_error(f"Please specify a valid bucket name only. E.g. s3://{bucket}", 252)
    printed = Output(state=state)
    if found.force:
        everything = replace(command, verb="rm", words=(found.path, "--recursive"))
        printed = yield from transfer(everything, state, region)
        if printed.exit_code:
            text = "\nremove_bucket failed: Unable to delete all objects in the bucket, bucket will not be deleted.\n"
            raise CommandError(printed.stderr + text, 255)
    try:
        yield "s3:DeleteBucket", {"Bucket": bucket}
    except AwsError as error:
        text = f"remove_bucket failed: {found.path} {refusal('s3:DeleteBucket', error)}\n"
        return Output(printed.stdout, text, FAILED_TRANSFER, state)
    return Output(f"{printed.stdout}remove_bucket: {bucket}\n", state=state)


VERBS = {"ls": ls, "mb": mb, "rb": rb, "cp": transfer, "mv": transfer, "rm": transfer, "sync": transfer}
