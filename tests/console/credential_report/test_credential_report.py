"""The credential report's page and file."""

import csv
import io

import pytest

from iamlab.sandbox import controls

pytestmark = pytest.mark.django_db
HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)


@pytest.fixture
def base(root):
    return f"/console/{root.id}/iam/credential-report/"


def test_the_file_has_awss_columns_and_a_row_for_each_user(browser_of, root, base):
    root.call("iam:CreateUser", {"UserName": "mario"})
    root.call("iam:CreateAccessKey", {"UserName": "mario"})
    response = browser_of.post(f"{base}download/")
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="status_reports_2')
    text = response.content.decode()
    assert text.split("\n")[0] == HEADER
    rows = {row["user"]: row for row in csv.DictReader(io.StringIO(text))}
    assert list(rows) == ["<root_account>", "mario"]
    assert rows["mario"]["access_key_1_active"] == "true" and rows["mario"]["password_enabled"] == "false"


def test_looking_makes_no_report_and_downloading_does(browser_of, root, base):
    html = browser_of.get(base).content.decode()
    assert "No report has been made yet." in html and "Last report" not in html
    browser_of.post(f"{base}download/")
    html = browser_of.get(base).content.decode()
    assert "Last report" in html and "&lt;root_account&gt;" in html


def test_within_four_hours_the_last_report_is_downloaded_again(browser_of, root, base):
    browser_of.post(f"{base}download/")
    root.call("iam:CreateUser", {"UserName": "late"})
    assert "late" not in browser_of.post(f"{base}download/").content.decode()
    controls.move_clock(root.account.sandbox, 4 * 3600)
    assert "late" in browser_of.post(f"{base}download/").content.decode()


def test_who_may_only_read_it_may_not_make_one(browser_of, user):
    allow = '{"Effect": "Allow", "Action": "iam:GetCredentialReport", "Resource": "*"}'
    policy = f'{{"Version": "2012-10-17", "Statement": {allow}}}'
    session = user("mario", Own=policy)
    response = browser_of.post(f"/console/{session.id}/iam/credential-report/download/")
    assert response.status_code == 403 and "iam:GenerateCredentialReport" in response.content.decode()


def test_downloading_takes_a_post(browser_of, base):
    assert browser_of.get(f"{base}download/").status_code == 405


def test_strangers_download_nothing(client, stranger, base):
    client.force_login(stranger)
    assert client.post(f"{base}download/").status_code == 404
