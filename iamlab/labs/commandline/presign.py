"""An address that carries a signature, of `aws s3 presign` and of whoever else wants one. It asks nobody; whether it
works shows when it is opened."""

from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningKey

from iamlab.labs.commandline.arguments import Parser
from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import plain_error
from iamlab.labs.commandline.profiles import Credentials
from iamlab.labs.commandline.s3_calls import bucket_and_key, parsed

HOUR = 3600
WEEK = 604_800


def presigned(command: Command, credentials: Credentials, endpoint: str, region: str) -> str:
    """The address of an object below `endpoint`, signed for a GET. Raises CommandError."""
    parser = Parser()
    parser.add_argument("path")
    parser.add_argument("--expires-in", type=int, default=HOUR)
    found = parsed(parser, command)
    bucket, key = bucket_and_key(found.path)
    if not bucket or not key:
        raise plain_error("Please specify an object. E.g. s3://bucket/key", 252)
    if not 0 < found.expires_in <= WEEK:
        raise plain_error(f"--expires-in must be between 1 and {WEEK} seconds", 252)
    return address(credentials, f"{endpoint}/{quote(bucket)}/{quote(key, safe='/~')}", region, found.expires_in)


def address(credentials: Credentials, url: str, region: str, seconds: int) -> str:
    """The address with a signature for a GET."""
    request = AWSRequest("GET", url)
    key_pair = SigningKey(credentials.access_key_id, credentials.secret_access_key, credentials.session_token or None)
    S3SigV4QueryAuth(key_pair, "s3", region, expires=seconds).add_auth(request)
    return request.url
