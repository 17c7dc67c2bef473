"""What an `aws s3` transfer moves: the files or objects of its source, each with its target."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from iamlab.labs.commandline.errors import plain_error
from iamlab.labs.commandline.s3_calls import Steps, bucket_and_key, pages
from iamlab.labs.commandline.values import file_name

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Item:
    """One file or object: its path relative to the source, where it is, where it goes, its size where known."""

    name: str
    source: str
    target: str = ""
    size: int | None = None


def is_remote(path: str) -> bool:
    return path.startswith("s3://")


def items_of(verb: str, files: Files, source: str, whole: bool) -> Steps:
    """The items of a source. `whole`: all that is below it. Raises AwsError from listing or looking it up."""
    if is_remote(source):
        return (yield from _remote_items(verb, source, whole))
    return _local_items(files, source, whole)


def _local_items(files: Files, source: str, whole: bool) -> list[Item]:
    name = file_name(source)
    if not whole:
        if name not in files:
            raise plain_error(f"The user-provided path {source} does not exist.")
        return [Item(posixpath.basename(name), name, size=len(files[name]))]
    inside = f"{name}/" if name else ""
    found = [Item(f.removeprefix(inside), f, size=len(files[f])) for f in sorted(files) if f.startswith(inside)]
    if not found and inside:
        raise plain_error(f"The user-provided path {source} does not exist.")
    return found


def _remote_items(verb: str, source: str, whole: bool) -> Steps:
    bucket, key = bucket_and_key(source)
    if not whole:
        if not key:
            return []
        if verb == "rm":
            return [Item(posixpath.basename(key), source)]
        head = yield "s3:HeadObject", {"Bucket": bucket, "Key": key}
        return [Item(posixpath.basename(key), source, size=head.get("ContentLength"))]
    inside = key if not key or key.endswith("/") else f"{key}/"
    answers = yield from pages("s3:ListObjectsV2", {"Bucket": bucket, "Prefix": inside})
    listed = [item for page in answers for item in page.get("Contents", [])]
    # Folders made in the console are empty objects; only a delete takes them along.
    return [
        Item(found["Key"].removeprefix(inside), f"s3://{bucket}/{found['Key']}", size=found["Size"])
        for found in listed
        if verb == "rm" or not (found["Key"].endswith("/") and not found["Size"])
    ]


def passing(items: Iterable[Item], filters: list[tuple[bool, str]] | None) -> list[Item]:
    """The items that --include and --exclude leave: the last filter that matches decides."""

    def passes(item: Item) -> bool:
        matching = [included for included, pattern in filters or [] if fnmatchcase(item.name, pattern)]
        return matching[-1] if matching else True

    return [item for item in items if passes(item)]


def targeted(items: Iterable[Item], files: Files, target: str, whole: bool) -> list[Item]:
    """The items with where each of them goes."""
    return [replace(item, target=_target(item, files, target, whole)) for item in items]


def _target(item: Item, files: Files, target: str, whole: bool) -> str:
    if is_remote(target):
        bucket, key = bucket_and_key(target)
        inside = f"{key}/" if whole and key and not key.endswith("/") else key
        return f"s3://{bucket}/{inside}{item.name}" if whole or not key or key.endswith("/") else target
    name = file_name(target)
    in_folder = whole or target.endswith("/") or has_folder(files, target)
    return file_name(posixpath.join(name, item.name)) if in_folder else name


def has_folder(files: Files, path: str) -> bool:
    """Whether a local path is a folder: the current one, or one that some file is in."""
    name = file_name(path)
    return not name or any(known.startswith(f"{name}/") for known in files)


def surplus_of(items: Iterable[Item], there: Iterable[Item]) -> list[str]:
    """For sync --delete: where the target has what the source has not."""
    names = {item.name for item in items}
    return [item.source for item in there if item.name not in names]


def changed(items: Iterable[Item], there: Iterable[Item]) -> list[Item]:
    """For sync: the items that are missing or of another size at the target."""
    sizes = {item.name: item.size for item in there}
    return [item for item in items if sizes.get(item.name, -1) != item.size]
