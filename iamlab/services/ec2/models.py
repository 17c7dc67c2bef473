"""Instances: of EC2 only what shows how a role comes to a machine."""

from django.db import models

from iamlab.services.accounts.models import Account


class Instance(models.Model):
    """An instance. Nothing runs: it is a holder of an instance profile, of tags and of user data."""

    account = models.ForeignKey(Account, models.CASCADE)
    region = models.CharField(max_length=32)
    instance_id = models.CharField(max_length=19, unique=True)
    reservation_id = models.CharField(max_length=19)
    client_token = models.CharField(max_length=64, blank=True)
    image_id = models.CharField(max_length=21)
    kind = models.CharField(max_length=40)  # InstanceType
    private_ip = models.CharField(max_length=15)
    settings = models.JSONField(default=dict)  # what else RunInstances was given, by its API names
    tags = models.JSONField(default=dict)
    profile_arn = models.CharField(max_length=700, blank=True)
    profile_id = models.CharField(max_length=32, blank=True)  # the instance profile's unique id
    association_id = models.CharField(max_length=40, blank=True)
    associated = models.DateTimeField(null=True)
    launched = models.DateTimeField()
    terminated = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "region", "id"], name="instance_order")]

    def __str__(self) -> str:
        return self.instance_id

    @property
    def arn(self) -> str:
        return f"arn:aws:ec2:{self.region}:{self.account_id}:instance/{self.instance_id}"
