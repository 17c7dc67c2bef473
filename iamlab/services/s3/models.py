"""Buckets, objects with their versions, uploads in parts; bodies are kept once by content."""

import hashlib

from django.db import models

from iamlab.services.accounts.models import Account, Sandbox


class Bucket(models.Model):
    """One bucket; its name is unique in the sandbox, as it is unique in all of AWS."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)  # buckets_as_listed begins with it
    sandbox = models.ForeignKey(Sandbox, models.CASCADE)
    name = models.CharField(max_length=63)
    region = models.CharField(max_length=32, default="us-east-1")
    created = models.DateTimeField()
    policy = models.CharField(max_length=64, blank=True)  # digest of the bucket policy
    versioning = models.CharField(max_length=12, blank=True)  # "", Enabled, Suspended
    ownership = models.CharField(max_length=24, default="BucketOwnerEnforced", blank=True)
    block_public = models.JSONField(default=dict, blank=True)  # the four settings; {} when none were put
    encryption = models.JSONField(default=dict, blank=True)
    tags = models.JSONField(default=dict, blank=True)
    acl = models.JSONField(default=list, blank=True)  # grants besides the owner's
    settings = models.JSONField(default=dict, blank=True)  # what is only kept: cors, lifecycle ..., by its name

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="one_bucket_per_name")]
        indexes = [
            models.Index(fields=["account", "name"], name="buckets_as_listed"),
            models.Index(fields=["account", "created", "id"], name="buckets_by_age"),
        ]

    def __str__(self) -> str:
        return self.name


class AccountBlock(models.Model):
    """Block Public Access for a whole account."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    block_public = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"public access block of {self.account_id}"


class Body(models.Model):
    """The bytes of objects, kept once by SHA-256 and never changed: versions and snapshots only name them."""

    digest = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()

    class Meta:
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return self.digest


class Object(models.Model):
    """One version of an object, or a delete marker. `version` is "null" where versioning was never on."""

    account = models.ForeignKey(Account, models.CASCADE)  # the bucket's owner
    bucket = models.ForeignKey(Bucket, models.CASCADE, related_name="versions")
    key = models.CharField(max_length=1024)
    version = models.CharField(max_length=32, default="null")
    latest = models.BooleanField(default=True)
    marker = models.BooleanField(default=False)
    body = models.CharField(max_length=64, blank=True)  # a digest
    size = models.BigIntegerField(default=0)
    etag = models.CharField(max_length=64, blank=True)  # without quotes
    modified = models.DateTimeField()
    headers = models.JSONField(default=dict)  # ContentType, Metadata, StorageClass ... by API name
    tags = models.JSONField(default=dict)
    acl = models.JSONField(default=list)
    owner_id = models.CharField(max_length=12, blank=True)
    parts = models.JSONField(default=list)  # of an upload in parts: {PartNumber, Size, Checksum...} each

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bucket", "key", "version"], name="one_row_per_version"),
            models.UniqueConstraint(
                fields=["bucket", "key"], condition=models.Q(latest=True), name="one_latest_version"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Upload(models.Model):
    """An upload in parts that is not complete."""

    account = models.ForeignKey(Account, models.CASCADE)
    bucket = models.ForeignKey(Bucket, models.CASCADE, related_name="uploads")
    key = models.CharField(max_length=1024)
    upload_id = models.CharField(max_length=64, unique=True)
    started = models.DateTimeField()
    headers = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)
    acl = models.JSONField(default=list)
    algorithm = models.CharField(max_length=16, blank=True)  # the checksum that was asked for
    checksum_type = models.CharField(max_length=16, blank=True)
    owner_id = models.CharField(max_length=12, blank=True)
    over = models.BigIntegerField(null=True, blank=True)  # the row of the version that was current when it began

    def __str__(self) -> str:
        return self.upload_id


class Part(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    body = models.CharField(max_length=64)
    size = models.BigIntegerField()
    etag = models.CharField(max_length=64)
    modified = models.DateTimeField()
    checksum = models.JSONField(default=dict)  # as it was sent, by its API name

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_part_per_number")]

    def __str__(self) -> str:
        return f"part {self.number}"


def keep_body(data: bytes) -> str:
    """Store bytes and return their digest."""
    digest = hashlib.sha256(data).hexdigest()
    Body.objects.bulk_create([Body(digest=digest, data=data)], ignore_conflicts=True)
    return digest


def body_of(digest: str) -> bytes:
    return bytes(Body.objects.values_list("data", flat=True).get(pk=digest)) if digest else b""
