"""Identity providers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
METADATA = (
    '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">'
    f"<IDPSSODescriptor/><!-- {'padding ' * 130} --></EntityDescriptor>"
)


@pytest.fixture
def base(root):
    return f"/console/{root.id}/iam/identity-providers/"


def saml(text=METADATA, name="Corp"):
    return {"kind": "saml", "Name": name, "metadata": SimpleUploadedFile("metadata.xml", text.encode())}


def oidc(url="https://token.example.com", audience="sts.amazonaws.com"):
    return {"kind": "oidc", "Url": url, "audience": audience}


def test_both_kinds_are_added_listed_and_shown(browser_of, root, base):
    assert browser_of.post(f"{base}create/", saml()).url == base
    assert browser_of.post(f"{base}create/", oidc()).url == base
    rows = {row["key"]: row["cells"] for row in browser_of.get(base).context["table"]["rows"]}
    corp = "arn:aws:iam::111122223333:saml-provider/Corp"
    token = "arn:aws:iam::111122223333:oidc-provider/token.example.com"
    assert rows[corp][1] == "SAML" and rows[token][1] == "OpenID Connect" and "(UTC)" in rows[token][2]
    assert "idp.example.com" in browser_of.get(f"{base}details/{corp}/").content.decode()
    assert "sts.amazonaws.com" in browser_of.get(f"{base}details/{token}/").content.decode()


@pytest.mark.parametrize(
    ("sent", "field", "text"),
    [
        (saml(name=""), "Name", "required"),
        (saml(name="a b"), "Name", "not allowed"),
        (saml(name="a" * 129), "Name", "at most 128"),
        (saml("<x/>"), "metadata", "this one has 4"),
        (saml("no xml " * 200), "metadata", "Could not parse metadata"),
        ({"kind": "saml", "Name": "Corp"}, "metadata", "required"),
        (oidc("http://token.example.com"), "Url", "begins with https://"),
        (oidc("https://"), "Url", "Invalid Open ID Connect Provider URL"),
        (oidc("https://" + "a" * 255), "Url", "at most 255"),
        (oidc(audience=""), "audience", "required"),
        (oidc(audience="a" * 256), "audience", "at most 255"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(browser_of, root, base, sent, field, text):
    if "metadata" in sent:
        sent["metadata"].seek(0)
    response = browser_of.post(f"{base}create/", sent)
    assert response.status_code == 422
    assert text in " ".join(response.context["form"].errors[field])


@pytest.mark.parametrize(("make", "field"), [(saml, "Name"), (oidc, "Url")])
def test_sent_twice_one_is_added(browser_of, root, base, make, field):
    browser_of.post(f"{base}create/", make())
    again = browser_of.post(f"{base}create/", make())
    assert again.status_code == 422 and "already exists" in " ".join(again.context["form"].errors[field])
    assert len(browser_of.get(base).context["table"]["rows"]) == 1


def test_the_other_kind_shows_its_fields(browser_of, base):
    html = browser_of.get(f"{base}create/?kind=oidc").content.decode()
    assert 'name="Url"' in html and 'name="metadata"' not in html


def test_one_goes_once_its_name_is_typed(browser_of, root, base):
    browser_of.post(f"{base}create/", oidc())
    arn = "arn:aws:iam::111122223333:oidc-provider/token.example.com"
    assert browser_of.post(f"{base}delete/", {"selected": arn, "typed": "token"}).status_code == 422
    browser_of.post(f"{base}delete/", {"selected": arn, "typed": "token.example.com"})
    assert root.call("iam:ListOpenIDConnectProviders")["OpenIDConnectProviderList"] == []


def test_one_that_is_not_there_is_not_found(browser_of, base):
    assert browser_of.get(f"{base}details/arn:aws:iam::111122223333:saml-provider/None/").status_code == 404


def test_more_providers_cost_no_more_queries(browser_of, root, base):
    counts = []
    for number in range(0, 8, 4):
        for one in range(number, number + 4):
            root.call("iam:CreateOpenIDConnectProvider", {"Url": f"https://token{one}.example.com"})
        browser_of.get(base)
        with CaptureQueriesContext(connection) as queries:
            browser_of.get(base)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


@pytest.mark.parametrize("made", [saml, oidc])
def test_a_providers_tags_are_managed(browser_of, root, base, made):
    browser_of.post(f"{base}create/", made())
    (arn,) = [row["key"] for row in browser_of.get(base).context["table"]["rows"]]
    assert "No tags are associated with this provider." in browser_of.get(f"{base}details/{arn}/").content.decode()
    manage = root.url("provider-tags", arn)
    sent = {"tags-key": ["team", "Team", "old"], "tags-value": ["bills", "+ - =", "1"]}
    assert browser_of.post(manage, sent).url == f"{base}details/{arn}/"
    browser_of.post(manage, {"tags-key": ["team", "Team"], "tags-value": ["more", "+ - ="]})
    html = browser_of.get(f"{base}details/{arn}/").content.decode()
    assert "<td>team</td><td>more</td>" in html and "<td>Team</td><td>+ - =</td>" in html
    assert "<td>old</td>" not in html


TOKEN = "arn:aws:iam::111122223333:oidc-provider/token.example.com"
CORP = "arn:aws:iam::111122223333:saml-provider/Corp"


def token_provider(root):
    return root.call("iam:GetOpenIDConnectProvider", {"OpenIDConnectProviderArn": TOKEN})


def test_audiences_of_a_provider_are_added_and_removed(browser_of, root, base):
    browser_of.post(f"{base}create/", oidc())
    here = f"{base}details/{TOKEN}/"
    assert browser_of.post(f"{here}audiences/add/", {"ClientID": "app-2"}).url == here
    assert token_provider(root)["ClientIDList"] == ["sts.amazonaws.com", "app-2"]
    assert "app-2" in browser_of.get(f"{here}audiences/remove/?selected=app-2").content.decode()
    browser_of.post(f"{here}audiences/remove/", {"selected": ["app-2", "sts.amazonaws.com"]})
    assert token_provider(root)["ClientIDList"] == []
    assert "No audiences" in browser_of.get(here).content.decode()
    long = browser_of.post(f"{here}audiences/add/", {"ClientID": "a" * 256})
    assert long.status_code == 422 and "at most 255" in long.context["form"].errors["ClientID"][0]


@pytest.mark.parametrize(("text", "told"), [("abc", "40 hexadecimal"), ("\n".join(["a" * 40] * 6), "5 entries")])
def test_wrong_thumbprints_are_told_at_the_field(browser_of, root, base, text, told):
    browser_of.post(f"{base}create/", oidc())
    response = browser_of.post(f"{base}details/{TOKEN}/thumbprints/", {"ThumbprintList": text})
    assert response.status_code == 422
    assert told in response.context["form"].errors["ThumbprintList"][0]


def test_thumbprints_are_kept_one_a_line(browser_of, root, base):
    browser_of.post(f"{base}create/", oidc())
    here = f"{base}details/{TOKEN}/"
    browser_of.post(f"{here}thumbprints/", {"ThumbprintList": f"{'a' * 40}\r\n{'b' * 40}\r\n"})
    assert token_provider(root)["ThumbprintList"] == ["a" * 40, "b" * 40]
    assert "b" * 40 in browser_of.get(here).content.decode()
    assert browser_of.get(f"{here}thumbprints/").context["form"]["ThumbprintList"].value() == f"{'a' * 40}\n{'b' * 40}"


def test_the_metadata_of_a_provider_is_replaced(browser_of, root, base):
    browser_of.post(f"{base}create/", saml())
    here = f"{base}details/{CORP}/"
    assert 'enctype="multipart/form-data"' in browser_of.get(f"{here}metadata/").content.decode()
    new = SimpleUploadedFile("new.xml", METADATA.replace("idp.example", "login.example").encode())
    assert browser_of.post(f"{here}metadata/", {"metadata": new}).url == here
    assert "login.example.com" in root.call("iam:GetSAMLProvider", {"SAMLProviderArn": CORP})["SAMLMetadataDocument"]
    short = browser_of.post(f"{here}metadata/", {"metadata": SimpleUploadedFile("new.xml", b"<x/>")})
    assert short.status_code == 422 and "this one has 4" in short.context["form"].errors["metadata"][0]


@pytest.mark.parametrize("place", ["audiences/add/", "thumbprints/"])
def test_who_may_not_change_a_provider_is_refused(browser_of, root, base, user, place):
    browser_of.post(f"{base}create/", oidc())
    sent = {"ClientID": "x", "ThumbprintList": "a" * 40}
    here = f"/console/{user('nobody').id}/iam/identity-providers/details/{TOKEN}/{place}"
    assert browser_of.post(here, sent).status_code == 403
    assert token_provider(root)["ClientIDList"] == ["sts.amazonaws.com"]
