"""What worlds that are gone leave behind is swept; what anybody still has is not."""

import pytest
from django.core.management import call_command

from iamlab.sandbox import lab_accounts, snapshots
from iamlab.sandbox.models import Chunk
from iamlab.services.accounts.models import Sandbox
from iamlab.services.s3.models import Body
from tests.services.cloud import ACCOUNT, Cloud

OTHER = "444455556666"


def bodies():
    return {bytes(data) for data in Body.objects.values_list("data", flat=True)}


def world(account):
    return Sandbox.objects.get(accounts=account)


@pytest.fixture
def s3(cloud):
    call_command("lab_sweep")  # what tests before this one left is none of its business
    made = cloud.client("s3")
    made.create_bucket(Bucket="bills")
    for name in ("only here", "in both"):
        made.put_object(Bucket="bills", Key=name, Body=name.encode())
    snapshots.take(world(ACCOUNT))
    return made


@pytest.fixture
def other(s3):
    made = Cloud(lab_accounts.open_account(OTHER, reset=True)).client("s3")
    made.create_bucket(Bucket="others-bills")
    made.put_object(Bucket="others-bills", Key="a", Body=b"in both")
    return made


def test_a_world_that_is_gone_leaves_nothing_that_others_lack(other, capsys):
    world(ACCOUNT).delete()
    assert bodies() >= {b"only here", b"in both"}
    call_command("lab_sweep")
    assert bodies() == {b"in both"}
    assert not Chunk.objects.exists()
    assert capsys.readouterr().out.splitlines()[-1].endswith(" 1 bodies of objects deleted.")


def test_what_a_snapshot_or_an_upload_has_stays(s3):
    upload = s3.create_multipart_upload(Bucket="bills", Key="part")["UploadId"]
    s3.upload_part(Bucket="bills", Key="part", UploadId=upload, PartNumber=1, Body=b"a part")
    for name in ("only here", "in both"):
        s3.delete_object(Bucket="bills", Key=name)
    call_command("lab_sweep")
    assert bodies() == {b"only here", b"in both", b"a part"}
    snapshots.restore(world(ACCOUNT).snapshots.get())
    assert s3.get_object(Bucket="bills", Key="only here")["Body"].read() == b"only here"
