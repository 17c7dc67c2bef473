"""What proves an identity: passwords, keys, devices, certificates; and the reports on them."""

from django.db import models

from iamlab.services.accounts.models import Account
from iamlab.services.iam.models.identities import User


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
