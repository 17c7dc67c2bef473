"""What would change it, all actions, who can: by example. The laws are in test_properties.py."""

import pytest

from iamlab.policy.compile import compile_policy
from iamlab.policy.effective import difference, effective, known_actions
from iamlab.policy.evaluate import Policies, Request, evaluate
from iamlab.policy.masks import Universe
from iamlab.policy.whatif import changes
from iamlab.policy.who_can import Directory

ACCOUNT = "111122223333"
MARIO, LUIGI = (f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("mario", "luigi"))
BILL = "arn:aws:s3:::customer-bills/bill.txt"


def policy(name, *statements, via=None):
    return compile_policy({"Version": "2012-10-17", "Statement": list(statements)}, name, via=via)


def statement(effect="Allow", action="s3:PutObject", resource="arn:aws:s3:::customer-bills/*", **parts):
    return {"Sid": "Write", "Effect": effect, "Action": action, "Resource": resource, **parts}


def asked(action="s3:PutObject", resource=BILL, **context):
    return Request(MARIO, action, resource, context)


def found(policies, request=None, **options):
    request = request or asked()
    return [change.sentence for change in changes(request, policies, evaluate(request, policies), **options)]


def test_the_missing_resource_is_added_to_the_nearest_statement():
    held = Policies(identity=(policy("BillWrite", statement(resource="arn:aws:s3:::customer-bills")),))
    assert f'Add the resource "{BILL}" to statement Write of BillWrite.' in found(held)


def test_the_missing_action_is_added_to_the_nearest_statement():
    held = Policies(identity=(policy("BillRead", statement(action="s3:GetObject")),))
    assert 'Add the action "s3:PutObject" to statement Write of BillRead.' in found(held)


def test_a_policy_that_could_be_attached_comes_after_what_allows_less():
    full = policy("AmazonS3FullAccess", statement(action="s3:*", resource="*"))
    sentences = found(Policies(), attachable=[full, policy("Other", statement(action="ec2:*"))])
    assert sentences == [f"Allow s3:PutObject on {BILL} in an identity policy.", "Attach AmazonS3FullAccess."]


def test_a_condition_is_met_by_the_request():
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    held = Policies(identity=(policy("BillWrite", statement(Condition=condition)),))
    assert found(held)[0] == (
        "Have the request bring aws:MultiFactorAuthPresent as `true`, as statement Write of BillWrite demands."
    )


def test_a_deny_is_avoided_or_removed():
    unless = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    stop = policy("Stop", {**statement("Deny", Condition=unless), "Sid": "Mfa"})
    sentences = found(Policies(identity=(policy("BillWrite", statement()), stop)))
    assert sentences[0].startswith("Have the request bring aws:MultiFactorAuthPresent as `true`")
    assert "Remove statement Mfa of Stop." in sentences


def test_two_layers_need_two_steps():
    boundary = policy("OnlyRead", statement(action="s3:Get*"))
    steps = changes(asked(), Policies(boundaries=(boundary,)), evaluate(asked(), Policies(boundaries=(boundary,))))[
        0
    ].steps
    assert {step.layer for step in steps} == {"identity", "boundary"}


def test_a_slip_of_the_pen_is_corrected_before_anything_is_added():
    held = Policies(identity=(policy("BillWrite", statement(action=["s3:PutObjects", "s3:GetObject"])),))
    assert found(held)[0] == 'Correct the action "s3:PutObjects" to "s3:PutObject" in statement Write of BillWrite.'


def test_all_objects_of_a_bucket_come_after_the_one():
    held = Policies(identity=(policy("BillWrite", statement(resource="arn:aws:s3:::customer-bills")),))
    one, every = (
        f'Add the resource "{resource}" to statement Write of BillWrite.'
        for resource in (BILL, "arn:aws:s3:::customer-bills/*")
    )
    sentences = found(held)
    assert sentences.index(one) < sentences.index(every)


def test_the_caller_is_added_to_the_principals_of_a_bucket_policy():
    held = Policies(resource=policy("bills", statement(Principal={"AWS": LUIGI})))
    assert f'Add the principal "{MARIO}" to statement Write of bills.' in found(held)
    assert f"Allow s3:PutObject on {BILL} in the bucket's own policy." in found(held)


def test_the_caller_is_excepted_from_a_deny_with_not_principal():
    only = {"Effect": "Deny", "NotPrincipal": {"AWS": LUIGI}, "Action": "s3:*", "Resource": "*", "Sid": "Only"}
    held = Policies(identity=(policy("BillWrite", statement()),), resource=policy("bills", only))
    assert found(held)[0] == f'Except "{MARIO}" from statement Only of bills, in its NotPrincipal.'
    bounded = Policies(held.identity, held.resource, boundaries=(policy("All", statement(action="*", resource="*")),))
    assert found(bounded) == ["Remove statement Only of bills."]  # with a boundary no exception counts


def test_the_requests_value_is_added_to_a_condition():
    condition = {"StringEquals": {"aws:PrincipalTag/team": "billing"}}
    held = Policies(identity=(policy("BillWrite", statement(Condition=condition)),))
    request = asked(**{"aws:PrincipalTag/team": "sales"})
    assert 'Add the value "sales" to the condition on aws:PrincipalTag/team of statement Write of BillWrite.' in found(
        held, request
    )


def test_a_number_below_the_limit_is_brought():
    fresh = {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}
    held = Policies(identity=(policy("BillWrite", statement(Condition=fresh)),))
    assert found(held, asked(**{"aws:MultiFactorAuthAge": "7200"}))[0] == (
        "Have the request bring aws:MultiFactorAuthAge as `3599`, as statement Write of BillWrite demands."
    )


def test_what_allows_less_comes_first():
    held = Policies(identity=(policy("Much", statement(action=["s3:GetObject", "s3:DeleteObject"], resource="*")),))
    sentences = found(held)
    narrow = f"Allow s3:PutObject on {BILL} in an identity policy."
    assert sentences == [narrow, 'Add the action "s3:PutObject" to statement Write of Much.']


def test_what_would_take_it_away():
    sentences = found(Policies(identity=(policy("BillWrite", statement()),)))
    assert sentences[0] == "Remove statement Write of BillWrite."


def test_what_would_take_it_away_from_root():
    """Identity policies do not bind the root user: only the bucket's policy and the organisation's do."""
    root = Request(f"arn:aws:iam::{ACCOUNT}:root", "s3:PutObject", BILL, resource_account=ACCOUNT)
    read = policy("bills", statement(action="s3:GetObject", Principal={"AWS": LUIGI}))
    full = policy("FullAWSAccess", statement(action="*", resource="*"))
    assert found(Policies(resource=read, scps=((full,),)), root) == [
        f"Deny s3:PutObject on {BILL} in the bucket's own policy.",
        f"Deny s3:PutObject on {BILL} in the organisation's policy.",
    ]
    assert found(Policies(), root) == []


def test_nothing_changes_what_belongs_to_aws():
    request = asked("iam:DeletePolicy", "arn:aws:iam::aws:policy/AdministratorAccess")
    everything = Policies(identity=(policy("All", statement(action="*", resource="*")),))
    assert found(everything, request) == []


READ = policy("Read", statement(action="s3:Get*", resource="*"))


def test_permissions_by_service_and_access_level():
    permissions = effective(asked(resource="*"), Policies(identity=(READ,)), known_actions())
    by_service = {service: allowed for service, allowed, _ in permissions.by_service() if allowed}
    by_level = {(service, level): allowed for service, level, allowed, _ in permissions.by_level() if allowed}
    assert set(by_service) == {"s3", "sts"}  # no policy controls GetCallerIdentity and GetSessionToken
    assert all(name.startswith(("s3:Get", "sts:Get")) for name in permissions.names())
    assert sum(by_level.values()) == len(permissions.names()) == sum(by_service.values())
    assert by_level["s3", "Read"] > 10 and ("s3", "Write") not in by_level


def test_what_is_allowed_on_some_resource():
    held = Policies(
        identity=(policy("BillWrite", statement()), policy("Stop", statement("Deny", "s3:*", "arn:aws:s3:::x")))
    )
    universe = known_actions()
    assert "s3:PutObject" not in effective(asked(resource="*"), held, universe).names()
    assert "s3:PutObject" in effective(asked(resource="*"), held, universe, any_resource=True).names()


def test_difference_names_what_is_gained_and_lost():
    write = policy("Write", statement(action=["s3:PutObject", "s3:GetObject"], resource="*"))
    change = difference(asked(resource="*"), Policies(identity=(READ,)), Policies(identity=(write,)), known_actions())
    assert change.gained == ["s3:PutObject"]
    assert "s3:GetObject" not in change.lost and "s3:GetBucketPolicy" in change.lost


def test_who_can_and_through_what():
    through = policy("BillWrite", statement(), via="group billing")
    directory = Directory([(MARIO, Policies(identity=(through,))), (LUIGI, Policies(identity=(READ,)))])
    assert directory.who_can(asked()) == [MARIO]
    assert directory.who_can(asked("s3:GetObject")) == [LUIGI]
    assert [(held.via, one.name) for held, one in directory.through(asked(), MARIO)] == [("group billing", "Write")]
    assert directory.through(asked(), LUIGI) == []


def test_who_can_counts_the_resource_policy():
    directory = Directory([(MARIO, Policies()), (LUIGI, Policies())])
    bucket = policy("bucket policy", statement(Principal={"AWS": LUIGI}))
    assert directory.who_can(asked(), bucket) == [LUIGI]


EVERYTHING = statement(action="*", resource="*")
ONLY_LUIGI = {"Effect": "Deny", "NotPrincipal": {"AWS": LUIGI}, "Action": "*", "Resource": "*"}
NOT_MARIO = {"Effect": "Deny", "Principal": {"AWS": MARIO}, "Action": "*", "Resource": "*"}
HELD = policy("All", EVERYTHING)
NAMING = [
    Policies(resource=policy("bills", statement(resource="*", Principal={"AWS": LUIGI}))),
    Policies(identity=(HELD,), resource=policy("bills", NOT_MARIO)),
    Policies(identity=(HELD,), rcps=((policy("rcp", NOT_MARIO),),)),
    Policies(identity=(HELD,), vpce=(policy("endpoint", EVERYTHING, ONLY_LUIGI),)),
]


@pytest.mark.parametrize("held", NAMING)
def test_two_who_share_policies_are_told_apart_where_one_is_named(held):
    directory = Directory([(MARIO, held), (LUIGI, held)])
    assert directory.who_can(asked(resource="*")) == [LUIGI]
    universe = Universe(["s3:PutObject"])
    assert directory.permissions(universe) == {MARIO: 0, LUIGI: universe.everything}
