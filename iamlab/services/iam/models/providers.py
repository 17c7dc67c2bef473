"""Identity providers and server certificates."""

from django.db import models

from iamlab.services.accounts.models import Account


class SamlProvider(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    name = models.CharField(max_length=128)
    unique_id = models.CharField(max_length=40, unique=True)  # its UUID
    metadata = models.TextField()
    valid_until = models.DateTimeField()
    encryption_mode = models.CharField(max_length=10, blank=True)
    private_keys = models.JSONField(
        default=list
    )  # [{"KeyId", "Timestamp" (ISO), "Key" (encrypted; older rows have none)}], newest first
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
