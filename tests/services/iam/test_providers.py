"""Identity providers: SAML and OpenID Connect."""

from cryptography.hazmat.primitives.asymmetric import ec
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
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
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
    iam.CreateSAMLProvider(Name="Idp", SAMLMetadataDocument=metadata())
    refused = iam.refused("UpdateSAMLProvider", SAMLProviderArn=SAML, AssertionEncryptionMode="Required")
    assert refused[0] == "InvalidInput"
    assert iam.refused("UpdateSAMLProvider", SAMLProviderArn=SAML, AddPrivateKey="no key")[0] == "InvalidInput"
    iam.UpdateSAMLProvider(SAMLProviderArn=SAML, AddPrivateKey=key(), AssertionEncryptionMode="Required")
    iam.UpdateSAMLProvider(SAMLProviderArn=SAML, AddPrivateKey=key())
    assert iam.refused("UpdateSAMLProvider", SAMLProviderArn=SAML, AddPrivateKey=key())[0] == "LimitExceeded"
    got = iam.GetSAMLProvider(SAMLProviderArn=SAML)
    assert (got["AssertionEncryptionMode"], len(got["PrivateKeyList"])) == ("Required", 2)
    iam.UpdateSAMLProvider(SAMLProviderArn=SAML, RemovePrivateKey=got["PrivateKeyList"][0]["KeyId"])
    assert iam.GetSAMLProvider(SAMLProviderArn=SAML)["PrivateKeyList"] == got["PrivateKeyList"][1:]


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
