"""The rows behind IAM: identities, policies, what is attached to whom, credentials. Every row hangs on an account."""

from django.db import models

from iamlab.services.accounts.models import Account

# The other tables name an identity by its unique id (AIDA, AGPA, AROA...), which is unique everywhere and never reused.


class Identity(models.Model):
    """What users, groups and roles have in common."""

    account = models.ForeignKey(Account, models.CASCADE)
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


class Group(Identity):
    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name_lower"], name="one_group_per_name")]


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


class Membership(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="a_member_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class Policy(models.Model):
    """A customer managed policy; AWS's own are in the catalogue."""

    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=128)
    name_lower = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    arn = models.CharField(max_length=700)
    unique_id = models.CharField(max_length=32, unique=True)
    description = models.CharField(max_length=1000, blank=True)
    default_version = models.PositiveIntegerField(default=1)
    last_version = models.PositiveIntegerField(default=1)  # numbers are never used again
    document = models.CharField(max_length=64)  # digest of the default version
    tags = models.JSONField(default=dict)
    created = models.DateTimeField()
    updated = models.DateTimeField()

    class Meta:
        verbose_name_plural = "policies"
        constraints = [models.UniqueConstraint(fields=["account", "name_lower"], name="one_policy_per_name")]
        indexes = [models.Index(fields=["account", "arn"], name="policy_arn")]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    policy = models.ForeignKey(Policy, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.CharField(max_length=64)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="one_version_per_number")]

    def __str__(self) -> str:
        return f"v{self.number}"


class Attachment(models.Model):
    """A managed policy attached to a user, group or role."""

    account = models.ForeignKey(Account, models.CASCADE)
    holder = models.CharField(max_length=32)  # unique id
    policy_arn = models.CharField(max_length=700)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "policy_arn"], name="attached_once")]
        indexes = [models.Index(fields=["account", "policy_arn"], name="attachment_policy")]

    def __str__(self) -> str:
        return f"{self.policy_arn} on {self.holder}"


class InlinePolicy(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    holder = models.CharField(max_length=32)
    name = models.CharField(max_length=128)
    document = models.CharField(max_length=64)
    created = models.DateTimeField()

    class Meta:
        verbose_name_plural = "inline policies"
        constraints = [models.UniqueConstraint(fields=["holder", "name"], name="one_inline_policy_per_name")]

    def __str__(self) -> str:
        return self.name


class LoginProfile(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    user = models.OneToOneField(User, models.CASCADE, related_name="login_profile")
    password = models.CharField(max_length=256)  # a hash
    previous = models.JSONField(default=list)  # hashes of passwords before this one, newest first
    reset_required = models.BooleanField(default=False)
    created = models.DateTimeField()
    changed = models.DateTimeField()

    def __str__(self) -> str:
        return f"password of {self.user_id}"


class AccessKey(models.Model):
    """A long-term key of a user, or of the root user (no user). The secret is derived, never stored."""

    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="access_keys")
    key_id = models.CharField(max_length=20, unique=True)
    active = models.BooleanField(default=True)
    created = models.DateTimeField()
    status_changed = models.DateTimeField()

    def __str__(self) -> str:
        return self.key_id


class MfaDevice(models.Model):
    """A virtual MFA device; unassigned until two codes were given. `holder` is a user's or the account's id."""

    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=226)
    path = models.CharField(max_length=512, default="/")
    serial = models.CharField(max_length=800)  # the device's ARN
    seed = models.BinaryField()  # encrypted
    holder = models.CharField(max_length=32, blank=True)
    enabled = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)  # the 30 s step of the last code taken: a code works once
    drift = models.IntegerField(default=0)  # steps that the device is ahead, set by a resync
    tags = models.JSONField(default=dict)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "serial"], name="one_device_per_serial")]

    def __str__(self) -> str:
        return self.serial


class PasswordPolicy(models.Model):
    """An account's custom password policy; without a row the default one holds."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    minimum_length = models.PositiveIntegerField(default=6)
    symbols = models.BooleanField(default=False)
    numbers = models.BooleanField(default=False)
    uppercase = models.BooleanField(default=False)
    lowercase = models.BooleanField(default=False)
    users_may_change = models.BooleanField(default=False)
    max_age = models.PositiveIntegerField(default=0)  # days, 0 for never
    reuse_prevention = models.PositiveIntegerField(default=0)
    hard_expiry = models.BooleanField(null=True)

    class Meta:
        verbose_name_plural = "password policies"

    def __str__(self) -> str:
        return f"password policy of {self.account_id}"


class InstanceProfile(models.Model):
    """What hands a role to an EC2 instance."""

    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=128)
    name_lower = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    unique_id = models.CharField(max_length=32, unique=True)
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="instance_profiles")
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


class SamlProvider(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=128)
    unique_id = models.CharField(max_length=40, unique=True)  # its UUID
    metadata = models.TextField()
    valid_until = models.DateTimeField()
    encryption_mode = models.CharField(max_length=10, blank=True)
    private_keys = models.JSONField(
        default=list
    )  # [{"KeyId", "Timestamp" (ISO)}], newest first: a key itself is never kept
    tags = models.JSONField(default=dict)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_saml_provider_per_name")]

    def __str__(self) -> str:
        return self.name


class OidcProvider(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    url = models.CharField(max_length=255)  # without the scheme
    client_ids = models.JSONField(default=list)
    thumbprints = models.JSONField(default=list)
    tags = models.JSONField(default=dict)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "url"], name="one_oidc_provider_per_url")]

    def __str__(self) -> str:
        return self.url


class ServerCertificate(models.Model):
    """Its private key is checked against it and never kept."""

    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=128)
    name_lower = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    unique_id = models.CharField(max_length=32, unique=True)
    body = models.TextField()
    chain = models.TextField(blank=True)
    expires = models.DateTimeField()
    tags = models.JSONField(default=dict)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name_lower"], name="one_certificate_per_name")]

    def __str__(self) -> str:
        return self.name


class SigningCertificate(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, related_name="signing_certificates")
    certificate_id = models.CharField(max_length=40, unique=True)
    body = models.TextField()
    fingerprint = models.CharField(max_length=64)
    active = models.BooleanField(default=True)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "fingerprint"], name="one_signing_certificate_once")]

    def __str__(self) -> str:
        return self.certificate_id


class SshKey(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, related_name="ssh_keys")
    key_id = models.CharField(max_length=32, unique=True)
    body = models.TextField()  # in OpenSSH's form
    fingerprint = models.CharField(max_length=60)
    active = models.BooleanField(default=True)
    created = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "fingerprint"], name="one_ssh_key_once")]

    def __str__(self) -> str:
        return self.key_id


class ServiceCredential(models.Model):
    """A credential for one service. Its secret is derived from its id and how often it was reset."""

    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, related_name="service_credentials")
    credential_id = models.CharField(max_length=32, unique=True)
    service = models.CharField(max_length=128)
    user_name = models.CharField(max_length=200)  # the name that goes with the secret
    resets = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)
    expires = models.DateTimeField(null=True)
    created = models.DateTimeField()

    def __str__(self) -> str:
        return self.credential_id


class Report(models.Model):
    """A report that was asked for: the credential report, or a job on last access."""

    account = models.ForeignKey(Account, models.CASCADE)
    kind = models.CharField(max_length=20)  # credentials, access, organization
    job_id = models.CharField(max_length=36)
    subject = models.CharField(max_length=800, blank=True)  # an ARN or an entity path
    granularity = models.CharField(max_length=20, blank=True)
    content = models.TextField(blank=True)
    created = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "kind", "job_id"], name="report_by_job")]

    def __str__(self) -> str:
        return self.job_id
