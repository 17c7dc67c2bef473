"""The terminal page, through Django's client."""

import html
import json
import re

import pytest
from django.urls import reverse

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.labs.models import Terminal
from iamlab.people.models import create_guest
from iamlab.people.views import BACKEND
from iamlab.sandbox import controls, lab_accounts
from iamlab.services.accounts.models import Sandbox
from iamlab.services.cloudtrail.models import Event

pytestmark = pytest.mark.django_db
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"


@pytest.fixture
def keys():
    return lab_accounts.open_account("111122223333", reset=True)


@pytest.fixture
def learner():
    return create_guest()[0]


@pytest.fixture
def url(learner):
    return reverse("terminal", args=[controls.create(learner, "mine").public_id])


@pytest.fixture
def terminal(client, learner, url):
    """terminal(line, ...) -> what the screen shows for these lines, in plain text."""
    client.force_login(learner, BACKEND)

    def run(*lines):
        response = client.post(url, {"line": "\n".join(lines)}, headers={"HX-Request": "true"})
        assert response.status_code == 200
        new = re.findall(r"<article data-new>(.*?)</article>", response.content.decode(), re.DOTALL)
        return html.unescape(re.sub(r"<button.*?</button>|<[^>]*>", "", "".join(new), flags=re.DOTALL))

    return run


def configured(keys):
    return ("aws configure", keys["AccessKeyId"], keys["SecretAccessKey"], "us-east-1", "json")


def test_pasted_keys_call_through_the_door(terminal, keys):
    terminal(*configured(keys))
    assert "arn:aws:iam::111122223333:root" in terminal("aws sts get-caller-identity --query Arn")
    event = json.loads(Event.objects.get(name="GetCallerIdentity").record)
    assert event["userAgent"] == "aws-cli/2.31 (iamlab terminal)"
    assert event["userIdentity"]["accessKeyId"] == keys["AccessKeyId"]


def test_a_page_without_scripts_shows_the_same(client, terminal, keys, url):
    response = client.post(url, {"line": "\n".join((*configured(keys), "aws sts get-caller-identity"))})
    assert (response.status_code, response["Location"]) == (302, f"{url}#prompt")
    assert "arn:aws:iam::111122223333:root" in client.get(url).content.decode()


def test_questions_are_asked_one_by_one_and_the_secret_is_typed_unseen(client, terminal, url):
    terminal("aws configure")
    page = client.get(url).content.decode()
    assert "AWS Access Key ID [None]: " in page
    assert 'type="password"' not in page
    terminal("AKIAIOSFODNN7EXAMPLE")
    assert 'type="password"' in client.get(url).content.decode()
    assert "********" in terminal(SECRET)
    page = client.get(url).content.decode()
    assert "Default region name [None]: " in page
    assert SECRET not in page
    terminal("")
    terminal("")
    assert "****************MPLE" in client.get(url).content.decode()


def test_a_secret_is_neither_shown_again_nor_kept_in_clear(client, terminal, url):
    terminal(f"aws configure set aws_secret_access_key {SECRET}")
    page = client.get(url).content.decode()
    assert "aws configure set aws_secret_access_key ********" in page
    assert SECRET not in page
    sealed = bytes(Terminal.objects.get().sealed)
    assert SECRET.encode() not in sealed
    assert b"bill.txt" not in sealed


def test_wrong_keys_are_refused_as_on_the_wire(terminal, keys):
    terminal("aws configure", keys["AccessKeyId"], "wrong", "us-east-1", "json")
    assert "(SignatureDoesNotMatch) when calling the ListUsers operation: The request signature" in terminal(
        "aws iam list-users"
    )
    assert "(InvalidSignatureException) when calling the LookupEvents operation" in terminal(
        "aws cloudtrail lookup-events"
    )
    terminal("aws configure set aws_access_key_id AKIAIOSFODNN7EXAMPLE")
    assert "(InvalidClientTokenId) when calling the ListUsers operation: The security token" in terminal(
        "aws iam list-users"
    )
    assert "(InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id" in terminal("aws s3 ls")
    assert not Event.objects.exists()


def test_without_keys_or_signature(terminal):
    assert "Unable to locate credentials" in terminal("aws iam list-users")
    assert "(MissingAuthenticationToken) when calling the ListUsers" in terminal("aws iam list-users --no-sign-request")


def test_files_go_to_s3_and_back(client, terminal, keys, url):
    terminal(*configured(keys), "aws s3 mb s3://customer-bills")
    assert "upload: ./bill.txt to s3://customer-bills/bill.txt" in terminal("aws s3 cp bill.txt s3://customer-bills")
    terminal("aws s3 cp s3://customer-bills/bill.txt copy.txt")
    assert "Pizza Margherita" in terminal("cat copy.txt")
    caller = authenticate.credentials(keys["AccessKeyId"]).caller
    assert b"Tiramisu" in call(caller, "s3:GetObject", {"Bucket": "customer-bills", "Key": "bill.txt"})["Body"]


def test_a_presigned_address_opens_the_object_for_who_has_it(client, terminal, keys):
    terminal(*configured(keys), "aws s3 mb s3://customer-bills")
    terminal("aws s3 cp bill.txt 's3://customer-bills/a b.txt'")
    address = re.search(r"http://\S+", terminal("aws s3 presign 's3://customer-bills/a b.txt' --expires-in 60")).group()
    assert address.startswith("http://testserver/aws/customer-bills/a%20b.txt?")
    client.logout()
    path = address.removeprefix("http://testserver")
    opened = client.get(path, headers={"Host": "testserver"})
    assert (opened.status_code, b"Tiramisu" in opened.content) == (200, True)
    assert client.get(path.replace("Expires=60", "Expires=90"), headers={"Host": "testserver"}).status_code == 403


@pytest.mark.parametrize("line", ["s3://customer-bills", "s3://b/k --expires-in 0", "s3://b/k --expires-in 700000"])
def test_an_address_that_cannot_be_signed(terminal, keys, line):
    terminal(*configured(keys))
    assert "exit code 252" in terminal(f"aws s3 presign {line}")


def test_a_policy_is_written_by_heredoc_by_redirection_and_in_the_page(client, terminal, url):
    terminal("cat > a.json <<'EOF'", '{"a": "$x"}', "EOF", "echo '{}' > b.json")
    client.post(url, {"save": "1", "name": "c.json", "content": "{\r\n}"})
    assert terminal("cat a.json b.json c.json").split("c.json", 1)[1].split() == ['{"a":', '"$x"}', "{}", "{", "}"]
    page = client.get(f"{url}?file=a.json").content.decode()
    assert "\n{&quot;a&quot;: &quot;$x&quot;}\n</textarea>" in page
    client.post(url, {"delete": "a.json"})
    assert terminal("ls").split()[2:] == ["b.json", "bill.txt", "c.json"]


def test_limits_of_the_disk(client, terminal, url):
    for number in range(25):
        terminal(f"echo x > f{number}")
    assert "No space left on device" in terminal("echo x > one-more")
    assert len(terminal("ls").split()) == 2 + 20
    response = client.post(url, {"save": "1", "name": "bill.txt", "content": "x" * 600_000})
    assert response.status_code == 422
    assert "No space left on device" in response.content.decode()
    response = client.post(url, {"save": "1", "name": "<script>", "content": ""})
    assert response.status_code == 422
    assert "<script>&" not in response.content.decode()


def test_what_is_typed_and_printed_is_escaped(client, terminal, keys, url):
    terminal("echo '<script>alert(1)</script>'")
    page = client.get(f"{url}?line=<script>alert(2)</script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;script&gt;alert(2)" in page


def test_nobody_else_sees_it(client, url):
    assert client.get(url).status_code == 302
    client.force_login(create_guest()[0], BACKEND)
    assert client.get(url).status_code == 404
    assert client.post(url, {"line": "ls"}).status_code == 404
    assert client.get(reverse("terminal", args=["nothing"])).status_code == 404


def test_the_screen_is_cleared_and_history_stays(client, terminal, url):
    terminal("ls", "echo hello")
    assert client.post(url, {"clear": "1"}, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    page = client.get(url).content.decode()
    assert "<kbd>echo hello</kbd>" not in page
    history = re.search(r'data-history="([^"]*)"', page).group(1)
    assert json.loads(html.unescape(history)) == ["ls", "echo hello"]


def test_a_paste_has_an_end(terminal):
    assert "Only the first 30 lines were run." in terminal(*["ls"] * 40)
    assert "The text is too long." in terminal("x" * 50_000)
    assert "bill.txt" in terminal("ls")


def test_the_number_of_queries_does_not_grow(client, terminal, keys, url, django_assert_max_num_queries):
    terminal(*configured(keys), *["ls"] * 20)
    with django_assert_max_num_queries(8):
        client.get(url)


UNREAD = "Why? The request was refused before any policy was read: "


def made_key(keys):
    root = authenticate.credentials(keys["AccessKeyId"]).caller
    call(root, "iam:CreateUser", {"UserName": "mario"})
    return root, call(root, "iam:CreateAccessKey", {"UserName": "mario"})["AccessKey"]


@pytest.mark.parametrize(
    "line", ["aws iam list-users", "aws cloudtrail lookup-events", "aws s3 ls", "aws ec2 describe-images"]
)
def test_why_a_key_was_refused_unread_stands_beside_its_answer(terminal, keys, line):
    """No event would tell: AWS does not log what it cannot authenticate."""
    root, key = made_key(keys)
    terminal(*configured({**key, "SecretAccessKey": "wrong"}))
    assert UNREAD in terminal(line)
    terminal(*configured(key))
    assert UNREAD not in terminal(line)  # refused by policy, if at all: that has an event
    call(root, "iam:UpdateAccessKey", {"UserName": "mario", "AccessKeyId": key["AccessKeyId"], "Status": "Inactive"})
    before = Event.objects.count()
    assert f"{UNREAD}key inactive." in terminal(line)
    terminal(*configured({**key, "SecretAccessKey": "wrong"}))
    told = terminal(line)
    assert UNREAD in told and "key inactive." not in told  # who lacks the secret learns no more than AWS says
    assert Event.objects.count() == before


def test_an_expired_session_is_told_and_stays_on_the_screen(client, terminal, keys, url):
    root, key = made_key(keys)
    terminal(*configured(key))
    session = call(authenticate.credentials(key["AccessKeyId"]).caller, "sts:GetSessionToken", {})["Credentials"]
    terminal(*configured(session), f"aws configure set aws_session_token {session['SessionToken']}")
    assert UNREAD not in terminal("aws sts get-caller-identity")
    Sandbox.objects.filter(pk=root.world.sandbox_id).update(clock_offset=90_000)
    assert f"{UNREAD}session expired." in terminal("aws sts get-caller-identity")
    assert f"{UNREAD}session expired." in html.unescape(client.get(url).content.decode())
