"""The account's alias and its counts."""

from tests.services.iam.cast import EC2, EVERYTHING


def test_a_new_alias_takes_the_place_of_the_old(iam):
    assert iam.ListAccountAliases() == {"AccountAliases": [], "IsTruncated": False}
    iam.CreateAccountAlias(AccountAlias="first-one")
    iam.CreateAccountAlias(AccountAlias="second-one")
    assert iam.ListAccountAliases()["AccountAliases"] == ["second-one"]
    refused = iam.refused("DeleteAccountAlias", AccountAlias="first-one")
    assert refused == ("NoSuchEntity", "The account alias first-one cannot be found.")
    iam.DeleteAccountAlias(AccountAlias="second-one")
    assert iam.ListAccountAliases()["AccountAliases"] == []


def test_an_alias_that_somebody_has_is_taken(iam):
    refused = iam.refused("CreateAccountAlias", AccountAlias="amazon")
    assert refused == ("EntityAlreadyExists", "The account alias amazon already exists.")


def test_what_is_no_alias(iam):
    for alias in ("Upper", "a--b", "-a-b", "123456789012", "ab"):
        assert iam.refused("CreateAccountAlias", AccountAlias=alias)[0] == "ValidationError"


def test_the_summary_counts(iam):
    iam.CreateUser(UserName="mario")
    iam.CreateGroup(GroupName="G")
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    iam.CreatePolicy(PolicyName="P", PolicyDocument=EVERYTHING)
    summary = iam.GetAccountSummary()["SummaryMap"]
    assert [summary[name] for name in ("Users", "Groups", "Roles", "Policies", "PolicyVersionsInUse")] == [1] * 5
    assert (summary["UsersQuota"], summary["AccountAccessKeysPresent"], summary["AccountMFAEnabled"]) == (5000, 1, 0)
