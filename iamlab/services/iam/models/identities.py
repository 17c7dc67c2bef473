"""Users, groups, roles, who is in which group, and what hands a role to a machine."""

from django.db import models

from iamlab.services.accounts.models import Account

# The other tables name an identity by its unique id (AIDA, AGPA, AROA...), which is unique everywhere and never
# reused.


class Identity(models.Model):
    """What users, groups and roles have in common."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)  # others begin with it
    name = models.CharField(max_length=128)
    name_lower = models.CharField(max_length=128)  # AWS compares names without regard to case
    path = models.CharField(max_length=512, default="/")
    unique_id = models.CharField(max_length=32, unique=True)
    created = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class User(Identity):
    tags = models.JSONField(default=dict)  # key -> value
    boundary = models.CharField(max_length=512, blank=True)  # a policy's ARN
    sessions_valid_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name_lower"], name="one_user_per_name")]
        indexes = [
            models.Index(fields=["account", "name"], name="users_as_listed"),
            models.Index(fields=["account", "created", "id"], name="users_by_age"),
        ]


class Group(Identity):
    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name_lower"], name="one_group_per_name")]
        indexes = [
            models.Index(fields=["account", "name"], name="groups_as_listed"),
            models.Index(fields=["account", "created", "id"], name="groups_by_age"),
        ]


class Role(Identity):
    trust = models.CharField(max_length=64)  # digest of the trust policy
    principals = models.JSONField(default=dict)  # users and roles that it names: unique id -> ARN in the text
    description = models.CharField(max_length=1000, blank=True)
    max_session = models.PositiveIntegerField(default=3600)  # seconds
    tags = models.JSONField(default=dict)
    boundary = models.CharField(max_length=512, blank=True)
    service_linked = models.CharField(max_length=128, blank=True)  # the service that owns it
    sessions_valid_from = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name_lower"], name="one_role_per_name")]
        indexes = [
            models.Index(fields=["account", "name"], name="roles_as_listed"),
        ]


class Membership(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="a_member_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class InstanceProfile(models.Model):
    """What hands a role to an EC2 instance."""

    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=128)
    name_lower = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    unique_id = models.CharField(max_length=32, unique=True)
    role = models.ForeignKey(Role, models.RESTRICT, null=True, related_name="instance_profiles")
    tags = models.JSONField(default=dict)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name_lower"], name="one_profile_per_name")]

    def __str__(self) -> str:
        return self.name


class DeletionTask(models.Model):
    """The deletion of a service-linked role: done at once, asked for later."""

    account = models.ForeignKey(Account, models.CASCADE)
    task_id = models.CharField(max_length=1000, unique=True)
    role_arn = models.CharField(max_length=700)

    def __str__(self) -> str:
        return self.task_id
