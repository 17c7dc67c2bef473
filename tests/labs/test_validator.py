"""A malformed lab is refused with file, line and reason."""

import os
import shutil
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db.migrations.executor import MigrationExecutor

from iamlab.labs import content, validator
from iamlab.labs.beginning import BEGINNING


@pytest.fixture
def folder(tmp_path):
    call_command("labs", "new", "readers", "--in", str(tmp_path), stdout=StringIO())
    return tmp_path / "readers"


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_new_lab_has_no_problems(folder):
    assert validator.problems(folder) == []


@pytest.mark.django_db
def test_a_database_that_is_behind_is_told(folder, monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one more"])
    with pytest.raises(CommandError, match=r"Run manage.py migrate"):
        call_command("labs", "check", str(folder))


@pytest.mark.slow
@pytest.mark.django_db
def test_new_lab_proves_itself(folder):
    out = StringIO()
    call_command("labs", "check", str(folder), stdout=out)
    assert "readers: good" in out.getvalue()


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("lab.yaml", "version: 1.0.0", "versoin: 1.0.0", "'versoin' is not known here"),
        ("lab.yaml", "weight: 10", "weight: -1", "a weight is not negative"),
        ("lab.yaml", "test: {exists: group/Readers}", "test: {exsits: group/Readers}", "there is no test 'exsits'"),
        ("lab.yaml", "test: {exists: group/Readers}", "test: {exists: club/Readers}", "there is no type 'club'"),
        ("lab.yaml", "{exists: group/Readers}", "{answer: nowhere}", "there is no question 'nowhere'"),
        (
            "lab.yaml",
            "{exists: group/Readers}",
            '{decision: {as: root, action: "s3:PutObjects", is: allow}}',
            "there is no action 's3:PutObjects'",
        ),
        (
            "lab.yaml",
            "{exists: group/Readers}",
            '{query: {call: "iam:CreateUser", path: User, value: 1}}',
            "checks only read",
        ),
        (
            "lab.yaml",
            "{exists: group/Readers}",
            "{field: {of: group/Readers, path: Path, op: matches, value: '(?=a)'}}",
            "this is no pattern as RE2 has them: invalid perl operator",
        ),
        ("lab.yaml", "{exists: group/Readers}", "{event: {name: MakeUser}}", "no operation 'MakeUser' is simulated"),
        ("lab.yaml", "{exists: group/Readers}", '{exists: "group/{{team}}"}', "{{team}} is bound nowhere"),
        ("lab.yaml", "latch: hold", "latch: always", "a latch is once or hold"),
        ("lab.yaml", "actor: the administrator", "needs: [nothing]", "there is no step 'nothing'"),
        ("lab.yaml", "text: steps/01-group.md", "text: steps/02.md", "there is no file 02.md"),
        ("lab.yaml", "text: steps/01-group.md", "text: ../../etc/passwd", "there is no file passwd"),
        ("lab.yaml", "code: name-case", "cod: name-case", "code is missing"),
        ("mistakes.yaml", "code: name-case", "code: other", "no mistake with the code 'other'"),
        ("mistakes.yaml", "check: exists", "check: exist", "has no check 'exist'"),
        ("solution.yaml", "as: root, ", "", "a line says as whom it is run"),
        ("steps/01-group.md", "A **group**", "{{nobody}} **group**", "{{nobody}} is bound nowhere"),
        ("steps/01-group.md", "A **group**", "![a plan](plan.svg) **group**", "there is no image media/plan.svg"),
        ("steps/01-group.md", "A **group**", "[A group](htps://aws/)", "htps://aws/ leads nowhere"),
        ("steps/01-group.md", "A **group**", "::where[A group](groupss)", "there is no control 'groupss'"),
        ("lab.yaml", "id: readers", "id: [readers", "this is not YAML"),
        ("lab.yaml", "concepts: [group]", "concepts: [{group: 1}]", "concepts has the wrong kind of value"),
        ("lab.yaml", "mode: guided", "mode: given", "a mode is one of guided, faded, challenge"),
        ("lab.yaml", "pass_at: 70", "pass_at: 170", "a lab is passed at 0 to 100 points"),
        ("lab.yaml", "minutes: 15", "minutes: true", "minutes has the wrong kind of value"),
        ("lab.yaml", "title: Make the first group", "title: ''", "title is empty"),
        ("lab.yaml", "{exists: group/Readers}", "{password_policy: {MinimumLength: 8}}", "there is no 'MinimumLength'"),
        (
            "lab.yaml",
            "{exists: group/Readers}",
            "{groups_of: {user: anna, count: {'=>': 1}}}",
            "there is no operator '=>'",
        ),
        (
            "lab.yaml",
            "{exists: group/Readers}",
            "{field: {of: group/Readers, path: 'Tags[?', value: 1}}",
            "this is no JMESPath",
        ),
        ("lab.yaml", "{exists: group/Readers}", "{event: {name: CreateGroup, by: anna}}", "'anna' makes no calls"),
        (
            "lab.yaml",
            "{exists: group/Readers}",
            "{event: {name: CreateGroup, count: few}}",
            "a count is a number, none",
        ),
        (
            "lab.yaml",
            "{exists: group/Readers}",
            '{decision: {as: root, action: "s3:GetObject", resource: bills, is: allow}}',
            "a resource is an ARN or *",
        ),
        (
            "lab.yaml",
            "{exists: group/Readers}",
            '{excess: {as: root, beyond: ["s3:GetObjects"]}}',
            "there is no action 's3:GetObjects'",
        ),
        ("solution.yaml", "as: root", "as: boss", "'boss' is nobody who runs a line"),
        ("solution.yaml", "run: aws iam create-group", "runs: aws iam create-group", "'runs' is not known here"),
        ("solution.yaml", "run: aws iam create-group", "save: group, error: aws iam", "a line has one of run"),
        ("solution.yaml", "--group-name Readers", "--named Readers", "this is no command of aws: aws: error"),
        ("solution.yaml", "as: root", 'as: "user/{{team}}"', "{{team}} is bound nowhere"),
        ("mistakes.yaml", "code: name-case", "code: name-case\n  at: nowhere", "there is no step 'nowhere'"),
    ],
)
def test_malformed_lab_is_refused_with_line_and_reason(folder, file, old, new, reason):
    line = change(folder, file, old, new)
    found = [problem for problem in validator.problems(folder) if reason in problem.message]
    assert found, [str(problem) for problem in validator.problems(folder)]
    assert found[0].file == file
    assert abs(found[0].line - line) <= 1


def test_image_without_text_is_refused(folder):
    (folder / "media").mkdir()
    (folder / "media" / "plan.svg").write_text("<svg/>")
    change(folder, "steps/01-group.md", "A **group**", "![](plan.svg)")
    assert "has no text for who cannot see it" in validator.problems(folder)[0].message


def test_failure_without_message_is_refused(folder):
    path = folder / "lab.yaml"
    path.write_text(
        "\n".join(line for line in path.read_text().splitlines() if not line.strip().startswith('say: "There'))
    )
    assert [problem.message for problem in validator.problems(folder)] == ["say is missing"]


def test_steps_that_need_each_other_are_refused(folder):
    change(folder, "lab.yaml", "actor: the administrator", "needs: [group]")
    assert "in a circle" in validator.problems(folder)[0].message


def test_command_ends_with_an_error(folder):
    change(folder, "lab.yaml", "weight: 10", "weight: -1")
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("labs", "check", str(folder), stdout=out)
    assert refused.value.returncode == 1
    assert "readers/lab.yaml:13:13: error: a weight is not negative" in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        (
            "start.yaml",
            'Long-and-good-1"}',
            'Long-and-good-1"}\n- {as: root, run: aws iam create-group --group-name Readers}',
            "the start scores 100",
        ),
        (
            "start.yaml",
            'Long-and-good-1"}',
            'Long-and-good-1"}\n- {as: root, run: aws iam create-group --group-name readers}',
            "the start is called wrong",
        ),
        ("solution.yaml", "group-name Readers", "group-name Writers", "the solution scores 0"),
        ("solution.yaml", "create-group", "create-gruop", "create-gruop"),
        ("mistakes.yaml", "group-name readers", "group-name writers", "came out as fail"),
        ("mistakes.yaml", BEGINNING["mistakes.yaml"].format(), "[]", "mistakes.yaml has no lines that make it"),
    ],
)
def test_lab_that_does_not_keep_its_word_is_refused(folder, file, old, new, reason):
    change(folder, file, old, new)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("labs", "check", str(folder), stdout=out)
    assert reason in out.getvalue()


def test_changed_lab_shows_at_the_next_look_where_authors_work(tmp_path, settings, monkeypatch):
    shutil.copytree(content.CONTENT / "scp", tmp_path / "scp")
    file = tmp_path / "scp" / "lab.yaml"
    monkeypatch.setattr(content, "CONTENT", tmp_path)
    content._catalogue.cache_clear()
    settings.DEBUG = True
    before = content.catalogue()["scp"]["title"]
    file.write_text(file.read_text().replace(before, "Another title"))
    later = file.stat().st_mtime_ns + 10**9
    os.utime(file, ns=(later, later))
    assert content.catalogue()["scp"]["title"] == "Another title"
    content._catalogue.cache_clear()


def test_bonus_is_of_few_points(folder):
    lab = folder / "lab.yaml"
    lab.write_text(lab.read_text().replace("latch: hold", "latch: hold\n        bonus: 9", 1))
    assert any("a bonus is above 0 and at most 5 points" in str(one) for one in validator.problems(folder))


def test_lab_with_an_error_never_reaches_learners_and_takes_no_other_along(tmp_path, monkeypatch, caplog):
    for name in ("scp", "abac", "way-up"):
        shutil.copytree(content.CONTENT / name, tmp_path / name)
    change(tmp_path / "scp", "lab.yaml", "minutes: 20", "minutes: soon")
    change(tmp_path / "abac", "lab.yaml", "title:", "title: [")
    monkeypatch.setattr(content, "CONTENT", tmp_path)
    content._catalogue.cache_clear()
    assert list(content.catalogue()) == ["way-up"]
    content._catalogue.cache_clear()
    assert "Lab scp is left out: lab.yaml:5:10: error: minutes has the wrong kind of value" in caplog.text
    assert "Lab abac is left out: lab.yaml:" in caplog.text


@pytest.mark.parametrize("value", [None, 1, True, "x", [], {}, [[]], [{}], [None], {"a": {}}], ids=repr)
@pytest.mark.slow
def test_no_value_at_any_place_is_more_than_the_validator_can_take(folder, value):
    """Whatever an author wrote there: it is told, or allowed, and the author's file is not the end of the program."""
    for name in ("lab", "start", "solution", "mistakes", "questions"):
        file = folder / f"{name}.yaml"
        good = yaml.safe_load(file.read_text()) if file.exists() else QUESTIONS
        for way in ways(good):
            file.write_text(yaml.safe_dump(put(good, way, value)))
            assert all(problem.message for problem in validator.problems(folder)), way
        file.write_text(yaml.safe_dump(good))


QUESTIONS = [
    {"id": "one", "kind": "single", "text": "Which?", "options": [
        {"id": "a", "text": "A", "why": "So.", "right": True}, {"id": "b", "text": "B", "why": "No."}]},
    {"id": "two", "kind": "match", "text": "What?", "pairs": [{"id": "p", "text": "P", "match": "c"}],
     "choices": [{"id": "c", "text": "C"}], "why": "So."},
    {"id": "three", "kind": "order", "text": "How?", "items": [{"id": "i", "text": "I"}], "order": ["i"], "why": "So."},
    {"id": "four", "kind": "fix", "text": "Mend it.", "test": {"not": {"exists": "user/x"}}, "why": "So."},
]  # fmt: skip


def ways(data, way=()):
    """The way to each value within."""
    yield way
    for key, value in data.items() if isinstance(data, dict) else enumerate(data if isinstance(data, list) else ()):
        yield from ways(value, (*way, key))


def put(data, way, value):
    """A copy with another value there."""
    if not way:
        return value
    copied = data.copy()
    copied[way[0]] = put(data[way[0]], way[1:], value)
    return copied


def test_fault_of_ours_in_one_lab_takes_no_other_along(monkeypatch, folder):
    def broken(_):
        raise RuntimeError("ours")

    monkeypatch.setattr(validator, "problems", broken)
    assert content.is_sound(folder) is False


STATEMENT = """- id: q
  kind: statement
  text: "Which statement?"
  decision: {as: "user/mario", action: "s3:PutObject", resource: "arn:aws:s3:::bills/*"}
  options:
    - {id: own, text: "His own.", why: "He has none."}
  why: "That is it."
  wrong: "Look once more."
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("s3:PutObject", "s3:PutObjects", "there is no action 's3:PutObjects'"),
        ('as: "user/mario", ', "", "as is missing"),
        ('why: "He has none."', 'why: "He has none.", right: true', "the evaluator says which is right"),
        ('  wrong: "Look once more."\n', "", "a question of kind statement has wrong"),
        ("  decision: ", "  decison: ", "'decison' is not known here"),
        ("user/mario", "user/{{who}}", "{{who}} is bound nowhere"),
    ],
)
def test_a_question_for_the_deciding_statement_is_checked(folder, old, new, reason):
    path = folder / "questions.yaml"
    path.write_text(STATEMENT)
    assert validator.problems(folder) == []
    path.write_text(STATEMENT.replace(old, new))
    assert [one for one in validator.problems(folder) if reason in one.message]
