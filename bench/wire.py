"""GetUser and ListUsers over the wire, as Mario: signature verified, judged, recorded; beside a bare JSON view."""

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench._load import Request, compare
from tools import scratch

USERS = 100
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}'


def signed(base: str, key: dict[str, str], body: str) -> Request:
    request = AWSRequest("POST", f"{base}/aws", {"Content-Type": "application/x-www-form-urlencoded"}, body)
    SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "iam", "us-east-1").add_auth(request)
    return Request("/aws", "POST", dict(request.headers.items()), body)


def run() -> list[tuple[str, str]]:
    with scratch.site("bench.bare.settings"):
        world = scratch.world()
        for number in range(USERS - 1):
            world.call("iam:CreateUser", UserName=f"user-{number:03}")
        world.call("iam:CreateUser", UserName="mario")
        world.call("iam:PutUserPolicy", UserName="mario", PolicyName="all", PolicyDocument=POLICY)
        key = world.call("iam:CreateAccessKey", UserName="mario")["AccessKey"]
        with scratch.server() as base:
            bare = Request("/bare/json")
            calls = {
                "iam:GetUser": "Action=GetUser&UserName=mario&Version=2010-05-08",
                f"iam:ListUsers ({USERS})": f"Action=ListUsers&MaxItems={USERS}&Version=2010-05-08",
            }
            return [(label, compare(base, signed(base, key, body), bare)) for label, body in calls.items()]
