"""Server and signing certificates, SSH keys, service-specific credentials."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from iamlab.services.iam.quotas import QUOTAS
from tests.services.iam.cast import ACCOUNT


def certificate():
    """(certificate, private key) in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM).decode(), private.decode()


@pytest.fixture(scope="module")
def pair():
    return certificate()


@pytest.fixture(scope="module")
def ssh_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def upload(iam, pair, name="web", **more):
    body, private = pair
    return iam.UploadServerCertificate(ServerCertificateName=name, CertificateBody=body, PrivateKey=private, **more)


def test_a_server_certificate_is_uploaded_renamed_and_deleted(iam, pair):
    made = upload(iam, pair, Path="/a/")["ServerCertificateMetadata"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:server-certificate/a/web"
    assert made["ServerCertificateId"].startswith("ASCA")
    assert made["Expiration"] == datetime(2027, 1, 1, tzinfo=UTC)
    got = iam.GetServerCertificate(ServerCertificateName="WEB")["ServerCertificate"]
    assert got == {"ServerCertificateMetadata": made, "CertificateBody": pair[0]}
    iam.UpdateServerCertificate(ServerCertificateName="web", NewServerCertificateName="site", NewPath="/")
    listed = iam.ListServerCertificates()["ServerCertificateMetadataList"]
    assert [one["Arn"] for one in listed] == [f"arn:aws:iam::{ACCOUNT}:server-certificate/site"]
    iam.DeleteServerCertificate(ServerCertificateName="site")
    missing = ("NoSuchEntity", "The Server Certificate with name site cannot be found.")
    assert iam.refused("DeleteServerCertificate", ServerCertificateName="site") == missing


def test_a_server_certificate_must_fit_its_key(iam, pair):
    other = certificate()
    bad = {"ServerCertificateName": "web", "CertificateBody": pair[0]}
    assert iam.refused("UploadServerCertificate", **bad, PrivateKey=other[1])[0] == "KeyPairMismatch"
    assert iam.refused("UploadServerCertificate", **bad, PrivateKey="no key")[0] == "MalformedCertificate"
    bad["CertificateBody"] = "no certificate"
    assert iam.refused("UploadServerCertificate", **bad, PrivateKey=pair[1])[0] == "MalformedCertificate"


def test_server_certificates_come_once_and_not_for_ever(iam, pair, monkeypatch):
    upload(iam, pair)
    body, private = pair
    again = {"CertificateBody": body, "PrivateKey": private}
    refused = iam.refused("UploadServerCertificate", ServerCertificateName="Web", **again)
    assert refused == ("EntityAlreadyExists", "The Server Certificate with name Web already exists.")
    monkeypatch.setitem(QUOTAS, "ServerCertificatesPerAccount", 1)
    refused = iam.refused("UploadServerCertificate", ServerCertificateName="two", **again)
    assert refused == ("LimitExceeded", "Cannot exceed quota for ServerCertificatesPerAccount: 1")


def test_server_certificates_bear_tags(iam, pair):
    upload(iam, pair, Tags=[{"Key": "a", "Value": "1"}])
    iam.TagServerCertificate(ServerCertificateName="web", Tags=[{"Key": "A", "Value": "2"}])
    iam.UntagServerCertificate(ServerCertificateName="web", TagKeys=["a"])
    assert iam.ListServerCertificateTags(ServerCertificateName="web")["Tags"] == [{"Key": "A", "Value": "2"}]


def test_signing_certificates(iam, pair):
    iam.CreateUser(UserName="mario")
    made = iam.UploadSigningCertificate(UserName="mario", CertificateBody=pair[0])["Certificate"]
    assert (made["Status"], made["CertificateBody"], made["UserName"]) == ("Active", pair[0], "mario")
    again = iam.refused("UploadSigningCertificate", UserName="mario", CertificateBody=pair[0])
    assert again[0] == "DuplicateCertificate"
    assert iam.refused("UploadSigningCertificate", UserName="mario", CertificateBody="x")[0] == "MalformedCertificate"
    iam.UpdateSigningCertificate(UserName="mario", CertificateId=made["CertificateId"], Status="Inactive")
    assert iam.ListSigningCertificates(UserName="mario")["Certificates"] == [{**made, "Status": "Inactive"}]
    refused = iam.refused("DeleteUser", UserName="mario")
    assert refused == ("DeleteConflict", "Cannot delete entity, must remove referenced objects first.")
    iam.UploadSigningCertificate(UserName="mario", CertificateBody=certificate()[0])
    refused = iam.refused("UploadSigningCertificate", UserName="mario", CertificateBody=certificate()[0])
    assert refused == ("LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2")
    iam.DeleteSigningCertificate(UserName="mario", CertificateId=made["CertificateId"])
    refused = iam.refused("DeleteSigningCertificate", UserName="mario", CertificateId="x" * 32)
    assert refused == ("NoSuchEntity", f"The Certificate with id {'x' * 32} cannot be found.")


def test_ssh_keys(iam, ssh_key):
    iam.CreateUser(UserName="mario")
    made = iam.UploadSSHPublicKey(UserName="mario", SSHPublicKeyBody=ssh_key)["SSHPublicKey"]
    assert (made["Status"], made["SSHPublicKeyBody"], len(made["Fingerprint"])) == ("Active", ssh_key, 47)
    assert (made["SSHPublicKeyId"][:4], len(made["SSHPublicKeyId"])) == ("APKA", 20)
    named = {"UserName": "mario", "SSHPublicKeyId": made["SSHPublicKeyId"]}
    assert iam.GetSSHPublicKey(**named, Encoding="SSH")["SSHPublicKey"] == made
    pem = iam.GetSSHPublicKey(**named, Encoding="PEM")["SSHPublicKey"]["SSHPublicKeyBody"]
    assert pem.startswith("-----BEGIN PUBLIC KEY-----")
    again = iam.refused("UploadSSHPublicKey", UserName="mario", SSHPublicKeyBody=pem)
    assert again[0] == "DuplicateSSHPublicKey"
    iam.UpdateSSHPublicKey(**named, Status="Inactive")
    (listed,) = iam.ListSSHPublicKeys(UserName="mario")["SSHPublicKeys"]
    assert (listed["Status"], "SSHPublicKeyBody" in listed) == ("Inactive", False)
    iam.DeleteSSHPublicKey(**named)
    assert iam.refused("DeleteSSHPublicKey", **named)[0] == "NoSuchEntity"


def test_keys_that_are_not_taken(iam):
    iam.CreateUser(UserName="mario")
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    small = curve.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    refused = iam.refused("UploadSSHPublicKey", UserName="mario", SSHPublicKeyBody=small)
    assert refused[0] == "InvalidPublicKey"
    refused = iam.refused("UploadSSHPublicKey", UserName="mario", SSHPublicKeyBody="no key")
    assert refused[0] == "UnrecognizedPublicKeyEncoding"


def test_service_specific_credentials(iam):
    iam.CreateUser(UserName="mario")
    service = {"UserName": "mario", "ServiceName": "codecommit.amazonaws.com"}
    made = iam.CreateServiceSpecificCredential(**service)["ServiceSpecificCredential"]
    assert (made["ServiceUserName"], made["Status"]) == (f"mario-at-{ACCOUNT}", "Active")
    named = {"UserName": "mario", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    reset = iam.ResetServiceSpecificCredential(**named)["ServiceSpecificCredential"]
    assert reset["ServicePassword"] != made["ServicePassword"]
    iam.UpdateServiceSpecificCredential(**named, Status="Inactive")
    (listed,) = iam.ListServiceSpecificCredentials(UserName="mario")["ServiceSpecificCredentials"]
    assert (listed["Status"], "ServicePassword" in listed) == ("Inactive", False)
    iam.CreateServiceSpecificCredential(**service)
    assert iam.refused("CreateServiceSpecificCredential", **service)[0] == "LimitExceeded"
    assert len(iam.ListServiceSpecificCredentials(AllUsers=True)["ServiceSpecificCredentials"]) == 2
    iam.DeleteServiceSpecificCredential(**named)
    missing = ("NoSuchEntity", f"No such credential {made['ServiceSpecificCredentialId']} exists")
    assert iam.refused("DeleteServiceSpecificCredential", **named) == missing


def test_api_keys_of_services_may_expire(iam):
    iam.CreateUser(UserName="mario")
    service = {"UserName": "mario", "ServiceName": "bedrock.amazonaws.com", "CredentialAgeDays": 30}
    made = iam.CreateServiceSpecificCredential(**service)["ServiceSpecificCredential"]
    assert made["ExpirationDate"] - made["CreateDate"] == timedelta(days=30)
    assert {"ServiceCredentialAlias", "ServiceCredentialSecret"} <= set(made)


def test_a_service_without_credentials_of_its_own(iam):
    iam.CreateUser(UserName="mario")
    refused = iam.refused("CreateServiceSpecificCredential", UserName="mario", ServiceName="amazon.com")
    message = "No such service amazon.com is supported for Service Specific Credentials"
    assert refused == ("NotSupportedService", message)
