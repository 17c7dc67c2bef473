"""`aws s3 cp`, `mv`, `rm` and `sync` between the virtual machine's files and S3."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from iamlab.labs.commandline.arguments import Parser
from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import FAILED_TRANSFER, plain_error, refusal
from iamlab.labs.commandline.s3_calls import Steps, bucket_and_key, parsed
from iamlab.labs.commandline.s3_items import (
    Item,
    changed,
    has_folder,
    is_remote,
    items_of,
    passing,
    surplus_of,
    targeted,
)
from iamlab.labs.commandline.state import Output, State
from iamlab.labs.commandline.values import load_json
from iamlab.services.operations import AwsError

TWO_PATHS = "<LocalPath> <S3Uri> or <S3Uri> <LocalPath> or <S3Uri> <S3Uri>"
# What PutObject and CopyObject are told by the options of the same name.
OBJECT_OPTIONS = {
    "acl": "ACL",
    "content-type": "ContentType",
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "storage-class": "StorageClass",
    "sse-kms-key-id": "SSEKMSKeyId",
    "website-redirect": "WebsiteRedirectLocation",
    "metadata-directive": "MetadataDirective",
}
FLAGS = ("dryrun", "quiet", "only-show-errors", "no-progress", "recursive", "no-guess-mime-type", "delete", "size-only")


class Filters(Parser):
    """A parser whose --include and --exclude are kept in the order in which they were written."""

    def __init__(self) -> None:
        super().__init__()
        self.add_argument("--include", action="append", dest="filters", type=lambda pattern: (True, pattern))
        self.add_argument("--exclude", action="append", dest="filters", type=lambda pattern: (False, pattern))


@dataclass
class Transfer:
    """A running transfer: the state as it changes and what has been printed."""

    verb: str
    options: Any
    files: dict[str, bytes]
    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    failed: bool = False

    def done(self, label: str, where: str, dry: bool = False) -> None:
        if not (self.options.quiet or self.options.only_show_errors):
            self.out.append(f"{'(dryrun) ' if dry else ''}{label}: {where}\n")

    def refuse(self, text: str) -> None:
        self.failed = True
        if not self.options.quiet:
            self.err.append(f"{text}\n")

    def output(self, state: State) -> Output:
        code = FAILED_TRANSFER if self.failed else 0
        return Output("".join(self.out), "".join(self.err), code, replace(state, files=self.files))


def transfer(command: Command, state: State, region: str) -> Steps:
    """Run cp, mv, rm or sync."""
    options = _options(command)
    this = Transfer(command.verb, options, dict(state.files))
    source, target = _paths(command.verb, options.paths)
    if "-" in (source, target):
        yield from _stream(this, source, target)
        return this.output(state)
    whole = options.recursive or command.verb == "sync"
    surplus: list[str] = []
    try:
        found = yield from items_of(command.verb, this.files, source, whole)
        items = passing(found, options.filters)
        if command.verb == "sync":
            there = yield from _at_target(this, target)
            items, surplus = changed(items, there), surplus_of(items, there) if options.delete else []
    except AwsError as error:
        operation = "s3:ListObjectsV2" if whole or not bucket_and_key(source)[1] else "s3:HeadObject"
        this.refuse(f"fatal error: {refusal(operation, error, bucket_and_key(source)[1])}")
        return this.output(state)
    for item in targeted(items, this.files, target, whole):
        yield from _move_one(this, item)
    for path in surplus:
        yield from _delete(this, path)
    return this.output(state)


def _at_target(this: Transfer, target: str) -> Steps:
    if not is_remote(target) and not has_folder(this.files, target):
        return []
    found = yield from items_of("sync", this.files, target, whole=True)
    return passing(found, this.options.filters)


def _options(command: Command) -> Any:
    parser = Filters()
    parser.add_argument("paths", nargs=1 if command.verb == "rm" else 2)
    for flag in FLAGS:
        parser.add_argument(f"--{flag}", action="store_true")
    for name in OBJECT_OPTIONS:
        parser.add_argument(f"--{name}")
    parser.add_argument("--metadata")
    parser.add_argument("--page-size", type=int)
    parser.add_argument("--sse", nargs="?", const="AES256", choices=["AES256", "aws:kms"])
    parser.add_argument("--source-region")
    return parsed(parser, command)


def _paths(verb: str, paths: list[str]) -> tuple[str, str]:
    """Source and target, a bare bucket with its slash. Raises CommandError if neither or the wrong one is in S3."""
    remote = [path.startswith("s3://") for path in paths]
    if not any(remote) or (verb == "rm" and not remote[0]):
        usage = "<S3Uri>" if verb == "rm" else TWO_PATHS
        raise plain_error(f"usage: aws s3 {verb} {usage}\nError: Invalid argument type", 252)
    whole = [
        f"{p}/" if is_s3 and not bucket_and_key(p)[1] and not p.endswith("/") else p
        for p, is_s3 in zip(paths, remote, strict=True)
    ]
    return whole[0], whole[-1]


def shown(path: str) -> str:
    """A path as the CLI prints it: local ones relative to the folder where the command runs."""
    if is_remote(path) or path == "-":
        return path
    return path if "/" in path else f"./{path}"


def _move_one(this: Transfer, item: Item) -> Steps:
    """Transfer one item, print the line of its success or failure, and for mv remove the source."""
    if this.verb == "rm":
        yield from _delete(this, item.source)
        return
    label = "move" if this.verb == "mv" else _label(item)
    where = f"{shown(item.source)} to {shown(item.target)}"
    if this.options.dryrun:
        this.done(label, where, dry=True)
        return
    operation = {"upload": "s3:PutObject", "download": "s3:GetObject", "copy": "s3:CopyObject"}[_label(item)]
    try:
        answer = yield operation, _parameters(this, item, operation)
        if operation == "s3:GetObject":
            this.files[item.target] = body(answer)
        if this.verb == "mv" and not is_remote(item.source):
            del this.files[item.source]
        elif this.verb == "mv":
            operation = "s3:DeleteObject"
            bucket, key = bucket_and_key(item.source)
            yield operation, {"Bucket": bucket, "Key": key}
    except AwsError as error:
        this.refuse(f"{label} failed: {where} {refusal(operation, error)}")
        return
    this.done(label, where)


def _label(item: Item) -> str:
    return ("copy" if is_remote(item.source) else "upload") if is_remote(item.target) else "download"


def _delete(this: Transfer, path: str) -> Steps:
    if this.options.dryrun:
        this.done("delete", shown(path), dry=True)
        return
    try:
        if is_remote(path):
            bucket, key = bucket_and_key(path)
            yield "s3:DeleteObject", {"Bucket": bucket, "Key": key}
        else:
            del this.files[path]
    except AwsError as error:
        this.refuse(f"delete failed: {shown(path)} {refusal('s3:DeleteObject', error)}")
        return
    this.done("delete", shown(path))


def _parameters(this: Transfer, item: Item, operation: str) -> dict[str, Any]:
    if operation == "s3:GetObject":
        bucket, key = bucket_and_key(item.source)
        return {"Bucket": bucket, "Key": key}
    bucket, key = bucket_and_key(item.target)
    params: dict[str, Any] = {"Bucket": bucket, "Key": key, **dict(_object_settings(this.options))}
    guessed = None if this.options.no_guess_mime_type else mimetypes.guess_type(item.source)[0]
    if operation == "s3:CopyObject":
        from_bucket, from_key = bucket_and_key(item.source)
        return {**params, "CopySource": f"{from_bucket}/{quote(from_key)}"}
    return {**({"ContentType": guessed} if guessed else {}), **params, "Body": this.files[item.source]}


def _object_settings(options: Any) -> Iterator[tuple[str, Any]]:
    for name, parameter in OBJECT_OPTIONS.items():
        value = getattr(options, name.replace("-", "_"))
        if value is not None:
            yield parameter, value
    if options.sse:
        yield "ServerSideEncryption", options.sse
    if options.metadata:
        yield "Metadata", _metadata(options.metadata)


def _metadata(text: str) -> dict[str, str]:
    if text.lstrip().startswith("{"):
        return load_json(text, "--metadata")
    pairs = [pair.partition("=") for pair in text.split(",")]
    if not all(key and equals for key, equals, _ in pairs):
        raise plain_error(
            f"Error parsing parameter '--metadata': Expected: '=', received: 'EOF' for input:\n{text}", 252
        )
    return {key: value for key, _, value in pairs}


def body(answer: dict[str, Any]) -> bytes:
    """The bytes of a GetObject, which may come as a stream."""
    found = answer.get("Body", b"")
    return found if isinstance(found, bytes) else found.read()


def _stream(this: Transfer, source: str, target: str) -> Steps:
    """`aws s3 cp s3://bucket/key -` prints the object. The other way there is no standard input to read."""
    if this.verb != "cp" or this.options.recursive:
        raise plain_error("Streaming currently is only compatible with non-recursive cp commands", 252)
    if source == "-":
        raise plain_error("There is no standard input here; copy a file instead.")
    bucket, key = bucket_and_key(source)
    operation = "s3:HeadObject"
    try:
        yield operation, {"Bucket": bucket, "Key": key}
        operation = "s3:GetObject"
        answer = yield operation, {"Bucket": bucket, "Key": key}
    except AwsError as error:
        this.refuse(f"download failed: {source} to - {refusal(operation, error)}")
        return
    this.out.append(body(answer).decode(errors="replace"))
