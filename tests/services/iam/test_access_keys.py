"""Access keys: two at most, shown once, last used by the record."""

from tests.services.iam.cast import ACCOUNT, EVERYTHING, document


def test_a_key_is_shown_with_its_secret_once(iam):
    iam.CreateUser(UserName="mario")
    key = iam.CreateAccessKey(UserName="mario")["AccessKey"]
    assert (key["UserName"], key["Status"], len(key["SecretAccessKey"])) == ("mario", "Active", 40)
    assert key["AccessKeyId"].startswith("AKIA")
    (listed,) = iam.ListAccessKeys(UserName="mario")["AccessKeyMetadata"]
    assert set(listed) == {"UserName", "AccessKeyId", "Status", "CreateDate"}


def test_two_keys_at_most_inactive_ones_counted(iam):
    iam.CreateUser(UserName="mario")
    first = iam.CreateAccessKey(UserName="mario")["AccessKey"]["AccessKeyId"]
    iam.UpdateAccessKey(UserName="mario", AccessKeyId=first, Status="Inactive")
    second = iam.CreateAccessKey(UserName="mario")["AccessKey"]["AccessKeyId"]
    refused = iam.refused("CreateAccessKey", UserName="mario")
    assert refused == ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
    keys = iam.ListAccessKeys(UserName="mario")["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["Status"]) for key in keys] == [(first, "Inactive"), (second, "Active")]


def test_a_missing_key_is_named(iam):
    iam.CreateUser(UserName="mario")
    missing = ("NoSuchEntity", "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.")
    key = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}
    assert iam.refused("DeleteAccessKey", UserName="mario", **key) == missing
    assert iam.refused("UpdateAccessKey", UserName="mario", Status="Inactive", **key) == missing
    what = "iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE"
    denied = ("AccessDenied", f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform {what}")
    assert iam.refused("GetAccessKeyLastUsed", **key) == denied


def test_another_users_key_is_out_of_reach(iam):
    iam.user("mario")
    luigi = iam.user("luigi")
    refused = iam.refused("DeleteAccessKey", UserName="mario", AccessKeyId=luigi.key_id)
    assert refused == ("NoSuchEntity", f"The Access Key with id {luigi.key_id} cannot be found.")


def test_users_manage_their_own_keys_without_naming_themselves(iam):
    mario = iam.user("mario", EVERYTHING)
    key = mario.CreateAccessKey()["AccessKey"]
    assert key["UserName"] == "mario"
    mario.UpdateAccessKey(AccessKeyId=key["AccessKeyId"], Status="Inactive")
    mario.DeleteAccessKey(AccessKeyId=key["AccessKeyId"])
    assert len(mario.ListAccessKeys()["AccessKeyMetadata"]) == 1


def test_the_root_user_has_keys_of_its_own(iam):
    assert [key["AccessKeyId"] for key in iam.ListAccessKeys()["AccessKeyMetadata"]] == [iam.key_id]
    iam.CreateAccessKey()
    assert iam.refused("CreateAccessKey")[0] == "LimitExceeded"


def test_last_use_is_that_of_the_last_call_refused_or_not(iam):
    mario = iam.user("mario", document("iam:GetUser"))
    unused = iam.GetAccessKeyLastUsed(AccessKeyId=mario.key_id)
    assert unused == {"UserName": "mario", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
    assert mario.refused("ListUsers")[0] == "AccessDenied"
    used = iam.GetAccessKeyLastUsed(AccessKeyId=mario.key_id)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("iam", "us-east-1")
    assert used["LastUsedDate"] >= iam.GetUser(UserName="mario")["User"]["CreateDate"]


def test_a_deleted_key_opens_nothing(iam):
    mario = iam.user("mario", EVERYTHING)
    iam.DeleteAccessKey(UserName="mario", AccessKeyId=mario.key_id)
    assert mario.refused("GetUser")[0] == "InvalidClientTokenId"
