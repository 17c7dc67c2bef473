"""`aws s3`: what it prints and what it does, through the door."""

import json
import re

import pytest


@pytest.fixture
def bills(machine):
    machine.prints("aws s3 mb s3://customer-bills")
    return machine


def keys_in(machine, bucket="customer-bills"):
    listed = json.loads(machine.prints(f"aws s3api list-objects-v2 --bucket {bucket}") or "{}")
    return [item["Key"] for item in listed.get("Contents", [])]


def test_buckets(machine):
    assert machine.prints("aws s3 mb s3://customer-bills") == "make_bucket: customer-bills\n"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d customer-bills\n", machine.prints("aws s3 ls"))
    assert machine.prints("aws s3 rb s3://customer-bills") == "remove_bucket: customer-bills\n"
    again = machine("aws s3 rb s3://customer-bills")
    assert again.exit_code == 1
    failed = "An error occurred (NoSuchBucket) when calling the DeleteBucket operation: "
    assert again.stderr.startswith(f"remove_bucket failed: s3://customer-bills {failed}")


def test_a_bucket_is_made_in_the_profiles_region(machine):
    machine.prints("aws configure set region eu-west-1")
    machine.prints("aws s3 mb s3://customer-bills")
    where = "aws s3api get-bucket-location --bucket customer-bills --query LocationConstraint --output text"
    assert machine.prints(where) == "eu-west-1\n"


def test_up_list_down(bills):
    upload = "upload: ./bill.txt to s3://customer-bills/bill.txt\n"
    assert bills.prints("aws s3 cp bill.txt s3://customer-bills") == upload
    assert bills.prints("aws s3 cp ./bill.txt s3://customer-bills/a/") == upload.replace("bills/bill", "bills/a/bill")
    listing = bills.prints("aws s3 ls s3://customer-bills")
    assert re.fullmatch(r" {27}PRE a/\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d          8 bill.txt\n", listing)
    everything = bills.prints("aws s3 ls s3://customer-bills --recursive --summarize --human-readable")
    assert re.findall(r"\d+ Bytes .*", everything) == ["8 Bytes a/bill.txt", "8 Bytes bill.txt"]
    assert everything.endswith("\nTotal Objects: 2\n   Total Size: 16 Bytes\n")
    assert bills.prints("aws s3 cp s3://customer-bills/bill.txt copy.txt") == (
        "download: s3://customer-bills/bill.txt to ./copy.txt\n"
    )
    assert bills.state.files["copy.txt"] == b"42 euro\n"
    bills.prints("aws s3 cp s3://customer-bills/bill.txt down/")
    assert bills.state.files["down/bill.txt"] == b"42 euro\n"
    assert bills.prints("aws s3 cp s3://customer-bills/bill.txt -") == "42 euro\n"
    head = "aws s3api head-object --bucket customer-bills --key bill.txt --query ContentType --output text"
    assert bills.prints(head) == "text/plain\n"


def test_what_is_not_there(bills):
    missing = bills("aws s3 cp nothing.txt s3://customer-bills")
    assert (missing.stderr, missing.exit_code) == ("\nThe user-provided path nothing.txt does not exist.\n", 255)
    missing = bills("aws s3 cp s3://customer-bills/none x")
    assert missing.exit_code == 1
    assert missing.stderr == (
        'fatal error: An error occurred (404) when calling the HeadObject operation: Key "none" does not exist\n'
    )
    assert bills("aws s3 ls s3://customer-bills/none").exit_code == 1
    missing = bills("aws s3 ls s3://nobodys-bucket-1")
    assert missing.exit_code == 254
    assert "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation" in missing.stderr


def test_folders_filters_and_removal(bills):
    bills.prints("aws s3 cp s3://customer-bills/x y --dryrun --quiet --recursive")
    for name in ("docs/a.txt", "docs/b.log", "docs/deep/c.txt"):
        bills.state = bills.state.__class__(bills.state.profiles, {**bills.state.files, name: name.encode()})
    assert bills.prints("aws s3 cp docs s3://customer-bills/in --recursive --exclude '*' --include '*.txt'") == (
        "upload: docs/a.txt to s3://customer-bills/in/a.txt\nupload: docs/deep/c.txt to s3://customer-bills/in/deep/c.txt\n"
    )
    assert bills.prints("aws s3 sync docs s3://customer-bills/in") == (
        "upload: docs/b.log to s3://customer-bills/in/b.log\n"
    )
    assert bills.prints("aws s3 sync docs s3://customer-bills/in") == ""
    assert bills.prints("aws s3 cp s3://customer-bills/in/a.txt s3://customer-bills/out/") == (
        "copy: s3://customer-bills/in/a.txt to s3://customer-bills/out/a.txt\n"
    )
    assert bills.prints("aws s3 mv s3://customer-bills/out/a.txt s3://customer-bills/z") == (
        "move: s3://customer-bills/out/a.txt to s3://customer-bills/z\n"
    )
    assert (
        bills.prints("aws s3 mv docs/b.log s3://customer-bills/") == "move: docs/b.log to s3://customer-bills/b.log\n"
    )
    assert "docs/b.log" not in bills.state.files
    assert bills.prints("aws s3 rm s3://customer-bills/z --dryrun") == "(dryrun) delete: s3://customer-bills/z\n"
    assert keys_in(bills) == ["b.log", "in/a.txt", "in/b.log", "in/deep/c.txt", "z"]
    assert bills.prints("aws s3 sync docs s3://customer-bills/in --delete") == "delete: s3://customer-bills/in/b.log\n"
    assert bills.prints("aws s3 rm s3://customer-bills/z") == "delete: s3://customer-bills/z\n"
    full = bills("aws s3 rb s3://customer-bills")
    assert "BucketNotEmpty" in full.stderr
    emptied = bills.prints("aws s3 rb s3://customer-bills --force")
    assert emptied.splitlines()[-1] == "remove_bucket: customer-bills"
    assert len(emptied.splitlines()) == 4


def test_options_reach_the_object(bills):
    bills.prints(
        "aws s3 cp bill.txt s3://customer-bills --content-type text/x-bill --cache-control no-store "
        "--metadata table=4,paid=no"
    )
    head = json.loads(bills.prints("aws s3api head-object --bucket customer-bills --key bill.txt"))
    assert (head["ContentType"], head["CacheControl"]) == ("text/x-bill", "no-store")
    assert head["Metadata"] == {"table": "4", "paid": "no"}


@pytest.mark.parametrize(
    ("line", "said", "code"),
    [
        ("aws s3 cp a b", "Error: Invalid argument type", 252),
        ("aws s3 rm bill.txt", "Error: Invalid argument type", 252),
        ("aws s3 mb customer-bills", "Error: Invalid argument type", 252),
        ("aws s3 rb s3://customer-bills/key", "Please specify a valid bucket name only", 252),
        ("aws s3 copy a s3://b", "argument subcommand: Invalid choice", 252),
        ("aws s3 cp bill.txt", "the following arguments are required: paths", 252),
        ("aws s3 ls --nonsense", "Unknown options: --nonsense", 252),
        ("aws s3 cp - s3://b/k", "no standard input", 255),
        ("aws s3 cp s3://b/k - --recursive", "Streaming currently is only compatible", 252),
    ],
)
def test_lines_that_cannot_run(machine, line, said, code):
    output = machine(line)
    assert said in output.stderr
    assert (output.stdout, output.exit_code) == ("", code)
