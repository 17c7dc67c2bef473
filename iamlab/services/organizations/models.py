"""An organization of accounts: its tree, its policies, what is attached where. Rows hang on the management account."""

from django.db import models
from django.utils.functional import cached_property

from iamlab.services.accounts.models import Account


class Organization(models.Model):
    account = models.OneToOneField(Account, models.CASCADE, related_name="organization")  # the management account
    id = models.CharField(max_length=34, primary_key=True)  # o-...
    root_id = models.CharField(max_length=34, unique=True)  # r-...
    scps = models.BooleanField(default=True)  # service control policies are on
    rcps = models.BooleanField(default=False)
    created = models.DateTimeField()
    tags = models.JSONField(default=dict)  # of the root, units, accounts and policies, by id
    requests = models.JSONField(default=list)  # the accounts that were asked for, as DescribeCreateAccountStatus tells
    services = models.JSONField(default=dict)  # trusted service principals, and when they were enabled
    delegates = models.JSONField(default=dict)  # accounts, the services that each administers, and since when

    def __str__(self) -> str:
        return self.id

    # What the reads of a page share.

    @cached_property
    def all_units(self) -> "dict[str, Unit]":
        """By id, in the order of their names."""
        return {row.pk: row for row in self.units.order_by("name")}

    @cached_property
    def all_members(self) -> "list[Member]":
        """With their accounts, in the order in which they joined: the management account first, also of one second."""
        rows = self.members.select_related("account").order_by("joined", "pk")
        return sorted(rows, key=lambda member: member.pk != self.account_id)

    @cached_property
    def all_policies(self) -> "list[OrganizationPolicy]":
        """In the order of their names."""
        return list(self.policies.order_by("name"))

    @cached_property
    def all_attached(self) -> dict[str, list[str]]:
        """The ids of the policies at each place, in the order in which they were attached."""
        found: dict[str, list[str]] = {}
        for target, policy_id in self.attachments.order_by("pk").values_list("target", "policy_id"):
            found.setdefault(target, []).append(policy_id)
        return found


class Unit(models.Model):
    """An organizational unit. `parent` is the id of the root or of another unit."""

    account = models.ForeignKey(Account, models.CASCADE)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="units")
    id = models.CharField(max_length=68, primary_key=True)  # ou-...
    name = models.CharField(max_length=128)
    parent = models.CharField(max_length=68)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parent", "name"], name="one_unit_per_name")]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """An account's place in the tree; the management account has one too."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="place")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="members")
    parent = models.CharField(max_length=68)
    method = models.CharField(max_length=8, default="CREATED")
    joined = models.DateTimeField()

    def __str__(self) -> str:
        return self.account_id


class OrganizationPolicy(models.Model):
    """A service control or resource control policy of the organization's own; AWS's own have no row."""

    account = models.ForeignKey(Account, models.CASCADE)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="policies")
    id = models.CharField(max_length=130, primary_key=True)  # p-...
    name = models.CharField(max_length=128)
    description = models.CharField(max_length=512, blank=True)
    kind = models.CharField(max_length=32)  # SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY
    document = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "organization policies"
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "name"], name="one_policy_per_kind_and_name")
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationAttachment(models.Model):
    """A policy at the root, a unit or an account."""

    account = models.ForeignKey(Account, models.CASCADE)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="attachments")
    policy_id = models.CharField(max_length=130)
    target = models.CharField(max_length=68)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy_id", "target"], name="policy_attached_once")]

    def __str__(self) -> str:
        return f"{self.policy_id} at {self.target}"
