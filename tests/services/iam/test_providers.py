"""Identity providers: SAML and OpenID Connect."""

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from iamlab.services.iam.quotas import QUOTAS
from tests.services.iam.cast import ACCOUNT

METADATA = (
    """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"{more}>
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></EntityDescriptor>"""
    + " " * 1000
)
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/Idp"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example/path"
TAGS = [{"Key": "a", "Value": "1"}]


def metadata(more=""):
    return METADATA.replace("{more}", more)


def key():
    pem = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def test_a_saml_provider_is_made_read_and_deleted(iam):
    made = iam.CreateSAMLProvider(
        Name="Idp", SAMLMetadataDocument=metadata(' validUntil="2031-01-01T00:00:00Z"'), Tags=TAGS
    )
    assert made == {"SAMLProviderArn": SAML, "Tags": TAGS}
    got = iam.GetSAMLProvider(SAMLProviderArn=SAML)
    assert (got["SAMLMetadataDocument"][:17], got["ValidUntil"].year, got["Tags"]) == ("<EntityDescriptor", 2031, TAGS)
    (listed,) = iam.ListSAMLProviders()["SAMLProviderList"]
    assert listed == {"Arn": SAML, "ValidUntil": got["ValidUntil"], "CreateDate": got["CreateDate"]}
    iam.DeleteSAMLProvider(SAMLProviderArn=SAML)
    missing = ("NoSuchEntity", f"Manifest not found for arn {SAML}")
    assert iam.refused("GetSAMLProvider", SAMLProviderArn=SAML) == missing


def test_what_is_no_metadata_is_refused(iam):
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]>' + metadata()
    for text in ("a" * 1024, "<a/>" + " " * 1000, bomb, metadata().replace("entityID", "other")):
        refused = iam.refused("CreateSAMLProvider", Name="Idp", SAMLMetadataDocument=text)
        assert refused == ("InvalidInput", "Could not parse metadata")
    assert iam.refused("CreateSAMLProvider", Name="Idp", SAMLMetadataDocument="short")[0] == "ValidationError"


def test_a_saml_provider_comes_once(iam, monkeypatch):
    iam.CreateSAMLProvider(Name="Idp", SAMLMetadataDocument=metadata())
    assert iam.refused("CreateSAMLProvider", Name="Idp", SAMLMetadataDocument=metadata())[0] == "EntityAlreadyExists"
    monkeypatch.setitem(QUOTAS, "SAMLProvidersPerAccount", 1)
    assert iam.refused("CreateSAMLProvider", Name="Other", SAMLMetadataDocument=metadata())[0] == "LimitExceeded"


def test_private_keys_of_a_saml_provider(iam):
    """Messages: User Guide, "Troubleshoot SAML federation with IAM"."""
    iam.CreateSAMLProvider(Name="Idp", SAMLMetadataDocument=metadata())

    def update(**params):
        return iam.UpdateSAMLProvider(SAMLProviderArn=SAML, **params)

    def refused(**params):
        return iam.refused("UpdateSAMLProvider", SAMLProviderArn=SAML, **params)

    none = "Unable to set assertion encryption mode to Required because no private key is provided."
    assert refused(AssertionEncryptionMode="Required") == ("InvalidInput", none)
    nothing = "Unable to update identity provider. No updates are defined for metadata or encryption assertion."
    assert refused() == ("InvalidInput", nothing)
    assert refused(AddPrivateKey="no key") == ("InvalidInput", "Invalid private key.")
    update(AssertionEncryptionMode="Allowed")
    update(AddPrivateKey=key(), AssertionEncryptionMode="Required")
    update(AddPrivateKey=key())
    assert refused(AddPrivateKey=key()) == ("LimitExceeded", "Private key limit of 2 is reached.")
    got = iam.GetSAMLProvider(SAMLProviderArn=SAML)
    assert (got["AssertionEncryptionMode"], len(got["PrivateKeyList"])) == ("Required", 2)
    first, last = (one["KeyId"] for one in got["PrivateKeyList"])
    both = "Unable to add and remove private keys in the same request. Set a value for only one of the two parameters."
    assert refused(AddPrivateKey=key(), RemovePrivateKey=first) == ("InvalidInput", both)
    other = "Failed to remove private key because the Key ID does not match a private key."
    assert refused(RemovePrivateKey="A" * 26) == ("InvalidInput", other)
    update(RemovePrivateKey=first)
    assert iam.GetSAMLProvider(SAMLProviderArn=SAML)["PrivateKeyList"] == got["PrivateKeyList"][1:]
    assert refused(RemovePrivateKey=last) == ("InvalidInput", "Failed to remove private key.")
    update(RemovePrivateKey=last, AssertionEncryptionMode="Allowed")
    assert iam.GetSAMLProvider(SAMLProviderArn=SAML)["PrivateKeyList"] == []


def test_an_oidc_provider_is_made_read_and_deleted(iam):
    made = iam.CreateOpenIDConnectProvider(
        Url="https://idp.example/path", ClientIDList=["app"], ThumbprintList=["a" * 40], Tags=TAGS
    )
    assert made == {"OpenIDConnectProviderArn": OIDC, "Tags": TAGS}
    got = iam.GetOpenIDConnectProvider(OpenIDConnectProviderArn=OIDC)
    assert (got["Url"], got["ClientIDList"], got["ThumbprintList"]) == ("idp.example/path", ["app"], ["a" * 40])
    assert iam.ListOpenIDConnectProviders() == {"OpenIDConnectProviderList": [{"Arn": OIDC}]}
    iam.DeleteOpenIDConnectProvider(OpenIDConnectProviderArn=OIDC)
    missing = ("NoSuchEntity", f"OpenIDConnect Provider not found for arn {OIDC}")
    assert iam.refused("GetOpenIDConnectProvider", OpenIDConnectProviderArn=OIDC) == missing


def test_an_oidc_provider_comes_once_and_needs_an_address(iam):
    iam.CreateOpenIDConnectProvider(Url="https://idp.example")
    refused = iam.refused("CreateOpenIDConnectProvider", Url="https://idp.example")
    assert refused == ("EntityAlreadyExists", "Provider with url https://idp.example already exists.")
    refused = iam.refused("CreateOpenIDConnectProvider", Url="idp.example")
    assert refused == ("ValidationError", "Invalid Open ID Connect Provider URL")


def test_audiences_and_thumbprints_change(iam, monkeypatch):
    provider = {"OpenIDConnectProviderArn": OIDC}
    iam.CreateOpenIDConnectProvider(Url="https://idp.example/path")
    for _ in range(2):
        iam.AddClientIDToOpenIDConnectProvider(**provider, ClientID="app")
    iam.UpdateOpenIDConnectProviderThumbprint(**provider, ThumbprintList=["b" * 40])
    got = iam.GetOpenIDConnectProvider(**provider)
    assert (got["ClientIDList"], got["ThumbprintList"]) == (["app"], ["b" * 40])
    monkeypatch.setitem(QUOTAS, "ClientIdsPerOpenIdConnectProvider", 1)
    refused = iam.refused("AddClientIDToOpenIDConnectProvider", **provider, ClientID="other")
    assert refused == ("LimitExceeded", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 1")
    for _ in range(2):
        iam.RemoveClientIDFromOpenIDConnectProvider(**provider, ClientID="app")
    assert iam.GetOpenIDConnectProvider(**provider)["ClientIDList"] == []
    many = [str(number) * 40 for number in range(6)]
    refused = iam.refused("UpdateOpenIDConnectProviderThumbprint", **provider, ThumbprintList=many)
    assert refused == ("InvalidInput", "Thumbprint list must contain fewer than 5 entries.")


def test_providers_bear_tags(iam):
    iam.CreateOpenIDConnectProvider(Url="https://idp.example/path")
    iam.CreateSAMLProvider(Name="Idp", SAMLMetadataDocument=metadata())
    for kind, named in (
        ("OpenIDConnect", {"OpenIDConnectProviderArn": OIDC}),
        ("SAML", {"SAMLProviderArn": SAML}),
    ):
        getattr(iam, f"Tag{kind}Provider")(**named, Tags=[*TAGS, {"Key": "A", "Value": "2"}])
        getattr(iam, f"Untag{kind}Provider")(**named, TagKeys=["a"])
        assert getattr(iam, f"List{kind}ProviderTags")(**named)["Tags"] == [{"Key": "A", "Value": "2"}]
