"""Lines run through the door: answers, pages, refusals, profiles, roles."""

import json

import pytest

from iamlab.labs.commandline import State, run

ACCOUNT = "111122223333"


def test_a_call_and_its_answer(machine):
    created = json.loads(machine.prints("aws iam create-user --user-name mario --tags Key=team,Value=ops"))
    assert created["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/mario"
    assert created["User"]["CreateDate"].endswith("+00:00")
    assert machine.prints("aws iam get-user --user-name mario --query User.UserName --output text") == "mario\n"
    assert machine.prints("aws iam delete-user --user-name mario") == ""


def test_a_refusal_is_told_as_the_cli_tells_it(machine):
    output = machine("aws iam get-user --user-name nobody")
    assert output.stdout == ""
    assert output.exit_code == 254
    assert output.stderr == (
        "\nAn error occurred (NoSuchEntity) when calling the GetUser operation: "
        "The user with name nobody cannot be found.\n"
    )


def test_pages_are_put_together(machine):
    for number in range(5):
        machine.prints(f"aws iam create-user --user-name user{number}")
    names = "--query Users[].UserName"
    everybody = [f"user{number}" for number in range(5)]
    assert json.loads(machine.prints(f"aws iam list-users --page-size 2 {names}")) == everybody
    assert (
        machine.prints(f"aws iam list-users --page-size 2 {names} --output text")
        == "user0\tuser1\nuser2\tuser3\nuser4\n"
    )
    first = json.loads(machine.prints("aws iam list-users --max-items 3"))
    assert [user["UserName"] for user in first["Users"]] == everybody[:3]
    rest = json.loads(machine.prints(f"aws iam list-users --starting-token {first['NextToken']} {names}"))
    assert rest == everybody[3:]
    page = json.loads(machine.prints("aws iam list-users --no-paginate --max-items 2"))
    assert (len(page["Users"]), page["IsTruncated"]) == (2, True)
    broken = machine("aws iam list-users --starting-token a___b___c")
    assert (broken.stdout, broken.exit_code) == ("", 255)
    assert "Bad starting token: a___b___c" in broken.stderr


def test_what_streams_back_becomes_a_file(machine):
    machine.prints("aws s3api create-bucket --bucket customer-bills")
    machine.prints("aws s3api put-object --bucket customer-bills --key bill.txt --body bill.txt")
    answer = json.loads(machine.prints("aws s3api get-object --bucket customer-bills --key bill.txt back.txt"))
    assert (answer["ContentLength"], "Body" in answer) == (8, False)
    assert machine.state.files["back.txt"] == b"42 euro\n"


def test_a_head_has_only_its_status(machine):
    machine.prints("aws s3 mb s3://customer-bills")
    output = machine("aws s3api head-object --bucket customer-bills --key none")
    assert output.stderr == "\nAn error occurred (404) when calling the HeadObject operation: Not Found\n"


def test_without_keys_nothing_is_called():
    output = run("aws iam list-users", state=State(), connect=lambda credentials, region: pytest.fail("called"))
    assert output.exit_code == 253
    assert output.stderr == (
        '\nUnable to locate credentials. You can configure credentials by running "aws configure".\n'
    )
    output = run("aws iam list-users --profile nobody", state=State(), connect=lambda *_: pytest.fail("called"))
    assert (output.stderr, output.exit_code) == ("\nThe config profile (nobody) could not be found\n", 255)


def test_wrong_keys_are_refused_by_name_of_the_call(machine):
    machine.prints("aws configure set aws_secret_access_key wrong")
    assert machine("aws iam list-users").stderr.startswith(
        "\nAn error occurred (SignatureDoesNotMatch) when calling the ListUsers operation"
    )
    machine.prints("aws configure set aws_access_key_id AKIANOBODY")
    assert machine("aws sts get-caller-identity").stderr.startswith(
        "\nAn error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation"
    )


def test_given_a_call_no_keys_are_needed():
    made = []

    def call(operation, params):
        made.append((operation, dict(params)))
        return {"User": {"UserName": "mario"}, "ResponseMetadata": {}}

    output = run("aws iam create-user --user-name mario --output yaml --profile whoever", call)
    assert output.stdout == "User:\n  UserName: mario\n"
    assert made == [("iam:CreateUser", {"UserName": "mario"})]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("aws help", "Commands to begin with: configure, iam, sts, s3, s3api, cloudtrail"),
        ("aws iam help", "create-user"),
        ("aws iam create-user help", "--user-name <string>  (required)"),
        ("aws s3 help", "  sync\n"),
        ("aws --version", "aws-cli/2"),
        ("aws configure help", "aws configure set"),
        ("aws iam create-user --generate-cli-skeleton", '"UserName": ""'),
    ],
)
def test_help_needs_no_keys(line, said):
    output = run(line, state=State(), connect=lambda *_: pytest.fail("called"))
    assert said in output.stdout
    assert output.exit_code == 0


@pytest.mark.parametrize("line", ["", "   ", "# a comment"])
def test_nothing_to_do(line):
    output = run(line, state=State(), connect=lambda *_: pytest.fail("called"))
    assert (output.stdout, output.stderr, output.exit_code) == ("", "", 0)


def test_user_data_is_encoded_on_its_way(machine):
    """As the SDK under the CLI does it: what is typed is text, what the API takes and gives is base64."""
    launched = machine.prints(
        "aws ec2 run-instances --image-id ami-0abcdef1234567890 --user-data 'echo hello' "
        "--query Instances[0].InstanceId --output text"
    ).strip()
    asked = f"aws ec2 describe-instance-attribute --instance-id {launched} --attribute userData"
    assert machine.prints(f"{asked} --query UserData.Value --output text") == "ZWNobyBoZWxsbw==\n"


def test_ec2_refuses_in_its_own_words(machine):
    output = machine("aws ec2 terminate-instances --instance-ids i-0123456789abcdef0 --dry-run")
    assert "(InvalidInstanceID.NotFound) when calling the TerminateInstances operation" in output.stderr
