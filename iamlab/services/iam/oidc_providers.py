"""OpenID Connect identity providers. IAM User Guide: "Create an OpenID Connect (OIDC) identity provider in IAM"."""

from typing import Any
from urllib.parse import urlsplit

from iamlab.services.iam import quotas, tags
from iamlab.services.iam.loading import delete
from iamlab.services.iam.models import OidcProvider
from iamlab.services.operations import AwsError, Call, Target, operation

THUMBPRINTS_MOST = 5


def arn(account_id: str, url: str) -> str:
    return f"arn:aws:iam::{account_id}:oidc-provider/{url}"


def without_scheme(Url: str) -> str:
    """The host and path of a provider's address, which name it. Raises ValidationError for what is no such address."""
    parts = urlsplit(Url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise AwsError("ValidationError", "Invalid Open ID Connect Provider URL")
    return (parts.netloc + parts.path).rstrip("/")


def target(call: Call, OpenIDConnectProviderArn: str, **_: Any) -> Target:
    return bulk_targets([{"OpenIDConnectProviderArn": OpenIDConnectProviderArn}], call)[0]


def bulk_targets(many: list[dict[str, Any]], call: Call) -> list[Target]:
    """The providers that many calls name, in one query."""
    start = arn(call.account_id, "")
    arns = [params["OpenIDConnectProviderArn"] for params in many]
    named = OidcProvider.objects.filter(account_id=call.account_id, url__in=[one.removeprefix(start) for one in arns])
    rows = {start + row.url: row for row in named}
    return [Target(arn=one, row=rows.get(one), tags=rows[one].tags if one in rows else {}) for one in arns]


def new_target(call: Call, Url: str, Tags: tags.Given = None, **_: Any) -> list[Target]:
    return tags.at_birth(Target(arn=arn(call.account_id, without_scheme(Url))), Tags, "iam:TagOpenIDConnectProvider")


def existing(call: Call) -> OidcProvider:
    """The target's row. Raises NoSuchEntity."""
    if call.target.row is None:
        message = f"OpenIDConnect Provider not found for arn {call.params['OpenIDConnectProviderArn']}"
        raise AwsError("NoSuchEntity", message)
    return call.target.row


def deletable(call: Call) -> OidcProvider:
    """The same in the words of a deletion."""
    if call.target.row is None:
        message = f"OpenId connect Provider {call.params['OpenIDConnectProviderArn']} cannot be found."
        raise AwsError("NoSuchEntity", message)
    return call.target.row


def check_thumbprints(ThumbprintList: list[str]) -> None:
    if len(ThumbprintList) > THUMBPRINTS_MOST:
        raise AwsError("InvalidInput", "Thumbprint list must contain fewer than 5 entries.")


@operation("iam:CreateOpenIDConnectProvider", target=new_target)
def create_open_id_connect_provider(
    call: Call,
    Url: str,
    ClientIDList: list[str] | None = None,
    ThumbprintList: list[str] | None = None,
    Tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """Without thumbprints the list stays empty: there is no server out there to take one from."""
    given, url = tags.read(Tags, fold=False), without_scheme(Url)
    check_thumbprints(ThumbprintList or [])
    if len(ClientIDList or ()) > quotas.QUOTAS["ClientIdsPerOpenIdConnectProvider"]:
        raise quotas.exceeded("ClientIdsPerOpenIdConnectProvider")
    rows = OidcProvider.objects.filter(account_id=call.account_id)
    if rows.filter(url=url).exists():
        raise AwsError("EntityAlreadyExists", f"Provider with url {Url} already exists.")
    quotas.check_room("OpenIdConnectProvidersPerAccount", rows.count())
    row = OidcProvider.objects.create(
        account_id=call.account_id,
        url=url,
        client_ids=list(dict.fromkeys(ClientIDList or ())),
        thumbprints=ThumbprintList or [],
        tags=given,
        created=call.now,
    )
    answer: dict[str, Any] = {"OpenIDConnectProviderArn": arn(call.account_id, row.url)}
    return answer | tags.echoed(given)


@operation("iam:GetOpenIDConnectProvider", target=target, bulk=bulk_targets)
def get_open_id_connect_provider(call: Call, OpenIDConnectProviderArn: str) -> dict[str, Any]:
    row = existing(call)
    return {
        "Url": row.url,
        "ClientIDList": row.client_ids,
        "ThumbprintList": row.thumbprints,
        "CreateDate": row.created,
        "Tags": tags.shown(row.tags),
    }


@operation("iam:ListOpenIDConnectProviders")
def list_open_id_connect_providers(call: Call) -> dict[str, Any]:
    urls = OidcProvider.objects.filter(account_id=call.account_id).order_by("url").values_list("url", flat=True)
    return {"OpenIDConnectProviderList": [{"Arn": arn(call.account_id, url)} for url in urls]}


@operation("iam:AddClientIDToOpenIDConnectProvider", target=target)
def add_client_id_to_open_id_connect_provider(
    call: Call, OpenIDConnectProviderArn: str, ClientID: str
) -> dict[str, Any]:
    """Adding one again changes nothing."""
    row = existing(call)
    row.refresh_from_db(fields=["client_ids"])
    if ClientID not in row.client_ids:
        quotas.check_room("ClientIdsPerOpenIdConnectProvider", len(row.client_ids))
        row.client_ids = [*row.client_ids, ClientID]
        row.save(update_fields=["client_ids"])
    return {}


@operation("iam:RemoveClientIDFromOpenIDConnectProvider", target=target)
def remove_client_id_from_open_id_connect_provider(
    call: Call, OpenIDConnectProviderArn: str, ClientID: str
) -> dict[str, Any]:
    """Removing one that is not there changes nothing."""
    row = existing(call)
    row.refresh_from_db(fields=["client_ids"])
    row.client_ids = [client_id for client_id in row.client_ids if client_id != ClientID]
    row.save(update_fields=["client_ids"])
    return {}


@operation("iam:UpdateOpenIDConnectProviderThumbprint", target=target)
def update_open_id_connect_provider_thumbprint(
    call: Call, OpenIDConnectProviderArn: str, ThumbprintList: list[str]
) -> dict[str, Any]:
    row = existing(call)
    check_thumbprints(ThumbprintList)
    row.thumbprints = ThumbprintList
    row.save(update_fields=["thumbprints"])
    return {}


@operation("iam:DeleteOpenIDConnectProvider", target=target)
def delete_open_id_connect_provider(call: Call, OpenIDConnectProviderArn: str) -> dict[str, Any]:
    """Not idempotent, whatever the API Reference says: AWS refuses one that is gone."""
    delete(call, deletable)
    return {}


@operation("iam:TagOpenIDConnectProvider", target=target)
def tag_open_id_connect_provider(
    call: Call, OpenIDConnectProviderArn: str, Tags: list[dict[str, str]]
) -> dict[str, Any]:
    tags.put(existing(call), Tags, fold=False)
    return {}


@operation("iam:UntagOpenIDConnectProvider", target=target)
def untag_open_id_connect_provider(call: Call, OpenIDConnectProviderArn: str, TagKeys: list[str]) -> dict[str, Any]:
    tags.drop(existing(call), TagKeys, fold=False)
    return {}


@operation("iam:ListOpenIDConnectProviderTags", target=target)
def list_open_id_connect_provider_tags(
    call: Call, OpenIDConnectProviderArn: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return tags.page(existing(call).tags, Marker, MaxItems)
