"""A lab in the learner's language: chosen by them, English where a text is not translated, and validated."""

import re
import shutil
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from iamlab.labs import attempts, content, runner, scoring, translations, validator
from iamlab.labs.models import Attempt, CheckFact
from iamlab.people.views import BACKEND
from tests.labs.conftest import step

pytestmark = pytest.mark.slow

GERMAN = {
    "title": "Gemacht",
    "steps": {
        "group": {
            "title": "Die Gruppe",
            "checks": {"it": {"say": "Es gibt keine Gruppe.", "mistakes": {"name-case": "Klein in {{account}}."}}},
        }
    },
}
MISTAKES = [{"when": {"exists": "group/readers"}, "code": "name-case", "say": "Small in {{account}}."}]


@pytest.fixture
def site(client, learner):
    client.force_login(learner, BACKEND)
    return client


@pytest.fixture
def translated(begin):
    """translated(language) -> an attempt at a lab with one step, half of it translated into German."""

    def begun(language):
        group = step("group", {"exists": "group/Readers"}, check={"mistakes": MISTAKES}, markdown="Make the *group*.")
        attempt = begin(group, i18n={"de": GERMAN})
        if language:
            attempts.speak(attempt, language)
        return attempt

    return begun


def panel(site, attempt):
    return site.get(reverse("attempt", args=[attempt.pk])).content.decode()


@pytest.mark.django_db
def test_panel_speaks_the_language_chosen_and_english_where_a_text_is_missing(site, translated):
    page = panel(site, translated("de"))
    assert 'id="lab-step-title" lang="de">Die Gruppe</h2>' in page
    assert re.search(r'<summary>.*<span lang="de">', page)
    assert "Es gibt keine Gruppe." in page
    assert "Make the <em>group</em>." in page


@pytest.mark.django_db
def test_page_of_the_attempt_is_headed_in_the_language_chosen(site, translated):
    page = site.get(reverse("attempt", args=[translated("de").pk])).content.decode()
    assert re.findall(r"<h1[^>]*>", page) == ['<h1 lang="de">']
    page = site.get(reverse("attempt", args=[translated("en").pk])).content.decode()
    assert re.findall(r"<h1[^>]*>", page) == ["<h1>"]


def test_language_is_a_button_of_the_panel(site, translated):
    attempt = translated("")
    page = panel(site, attempt)
    assert 'name="language" value="de" lang="de">Deutsch</button>' in page
    assert "There is no" not in page
    site.post(reverse("lab-language", args=[attempt.pk]), {"language": "de"})
    page = panel(site, attempt)
    assert "Die Gruppe" in page
    assert 'name="language" value="en" lang="en">English</button>' in page


@pytest.mark.django_db
def test_language_that_the_lab_does_not_speak_is_refused(site, translated):
    attempt = translated("de")
    page = site.post(reverse("lab-language", args=[attempt.pk]), {"language": "uk"}, follow=True).content.decode()
    assert "not told in that language" in page
    attempt.refresh_from_db()
    assert attempt.language == "de"


@pytest.mark.django_db
def test_mistake_answers_in_the_language_of_its_learner(translated, do):
    attempt = translated("de")
    do(attempt, "iam create-group --group-name readers")
    assert CheckFact.objects.get().message == f"Klein in {attempt.bound['account']}."


@pytest.mark.django_db
def test_what_was_said_is_said_again_in_the_new_language_and_no_try_is_counted(translated, do):
    attempt = translated("")
    do(attempt, "iam create-group --group-name readers")
    before = attempt.happenings.count()
    attempts.speak(attempt, "de")
    fact = CheckFact.objects.get()
    assert (fact.message, fact.tries) == (f"Klein in {attempt.bound['account']}.", {"name-case": 1})
    runner.examine(attempt)
    assert CheckFact.objects.get().tries == {"name-case": 1}
    assert attempt.happenings.count() == before


@pytest.mark.django_db
def test_marks_are_the_same_in_every_language(translated, do):
    attempt = translated("de")
    do(attempt, "iam create-group --group-name Readers")
    assert scoring.score(attempt).auto == 100


@pytest.mark.django_db
def test_answer_may_be_given_in_the_learners_language_or_in_english(begin):
    question = {"id": "q", "kind": "text", "text": "Who?", "accept": ["nobody"], "why": "Nobody."}
    asked = {**step("s", {"answer": "q"}), "questions": ["q"]}
    german = {"questions": {"q": {"text": "Wer?", "accept": ["niemand"]}}}
    attempt = begin(asked, questions=[question], i18n={"de": german})
    attempts.speak(attempt, "de")
    told = content.question_of(translations.lab_of(attempt), "q")
    assert told["text"] == "Wer?"
    assert attempts.answer(attempt, told, "niemand").correct
    assert attempts.answer(attempt, told, "Nobody").correct


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "language"),
    [("de-AT,de;q=0.9,en;q=0.8", "de"), ("en-GB,de;q=0.5", "en"), ("xx,*;q=0.1", "en"), ("", "en")],
)
def test_first_lab_begins_in_the_browsers_language(site, accepted, language):
    site.post(reverse("lab-begin", args=["scp"]), headers={"Accept-Language": accepted})
    assert Attempt.objects.get().language == language


@pytest.mark.django_db
def test_next_lab_begins_in_the_language_chosen_last(site, translated):
    translated("de")
    site.post(reverse("lab-begin", args=["scp"]), headers={"Accept-Language": "en"})
    assert Attempt.objects.get(lab="scp").language == "de"


@pytest.mark.django_db
def test_catalogue_speaks_the_browsers_language_where_a_lab_does(site):
    page = site.get(reverse("home"), headers={"Accept-Language": "de"}).content.decode()
    assert '<h3 lang="de">Marios erste Rechnung</h3>' in page
    assert "<h3>Users, groups, roles" not in page
    english = site.get(reverse("home"), headers={"Accept-Language": "en"}).content.decode()
    assert "<h3>Mario&#x27;s first bill</h3>" in english
    assert 'Also in <span lang="de">Deutsch</span>.' in english


def test_shipped_translation_is_whole():
    lab = content.read(content.CONTENT / "first-bill")
    german = lab["i18n"]["de"]
    assert [way for way, _, _ in translations.texts(lab) if not translations.found(german, way)] == []


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(content.CONTENT / "first-bill", tmp_path / "first-bill")
    return tmp_path / "first-bill"


GERMAN_FOLDER = "i18n/de"


@pytest.mark.parametrize(
    ("file", "old", "new", "reason", "severity"),
    [
        ("lab.yaml", "  register:", "  registre:", "the lab has no text steps/registre/title", "error"),
        (
            "lab.yaml",
            "      account:",
            "      acount:",
            "no text steps/register/checks/acount/title",
            "error",
        ),
        ("lab.yaml", "          name-case:", "          name-cas:", "mistakes/name-cas", "error"),
        ("lab.yaml", 'actor: "{{admin}}"', 'actor: "{{verwalter}}"', "the names to fill in are not those", "error"),
        ("lab.yaml", "title: Marios", "titel: Marios", "the lab has no text titel", "error"),
        ("lab.yaml", "title: Marios", "title: [Marios", "this is not YAML", "error"),
        ("lab.yaml", "summary: Von", "#: Von", "summary is not translated and stays English", "warning"),
        ("lab.yaml", "endet, dazu", "`x` endet, dazu", "what stands in `code` is not", "warning"),
        ("lab.yaml", "title: Ein Konto eröffnen", "title: 7", "a translation is a text", "error"),
        (
            "questions.yaml",
            "    trust:",
            "    trsut:",
            "no text questions/explain/options/trsut/text",
            "error",
        ),
        ("steps/08-policy.md", "```json", "", "the number of code blocks are not", "error"),
        ("steps/05-sign-in.md", "{{admin}}", "{{verwalter}}", "the names to fill in are not", "error"),
    ],
)
def test_translation_that_does_not_fit_is_told_with_file_and_line(folder, file, old, new, reason, severity):
    path = folder / GERMAN_FOLDER / file
    text = path.read_text()
    path.write_text(text.replace(old, new, 1))
    line = text[: text.index(old)].count("\n") + 1
    found = [one for one in validator.problems(folder) if reason in one.message]
    assert found, [str(problem) for problem in validator.problems(folder)]
    assert (found[0].file, found[0].severity) == (f"{GERMAN_FOLDER}/{file}", severity)
    if file.endswith(".yaml") and severity == "error":
        assert abs(found[0].line - line) <= 2


def test_missing_step_text_is_a_warning_and_one_too_many_an_error(folder):
    steps = folder / GERMAN_FOLDER / "steps"
    (steps / "02-root.md").rename(steps / "02-wurzel.md")
    found = {(one.file, one.severity) for one in validator.problems(folder)}
    assert found == {(f"{GERMAN_FOLDER}/steps/02-root.md", "warning"), (f"{GERMAN_FOLDER}/steps/02-wurzel.md", "error")}


def test_folder_of_no_language_is_refused(folder):
    (folder / "i18n" / "de").rename(folder / "i18n" / "deutsch")
    assert ["this is no folder of a language" in str(one) for one in validator.problems(folder)] == [True]


def test_warning_alone_leaves_a_lab_good(folder):
    shutil.rmtree(folder / GERMAN_FOLDER / "steps")
    out = StringIO()
    call_command("labs", "check", str(folder), "--no-test", stdout=out)
    assert "first-bill/i18n/de/steps/01-register.md:1:1: warning: is not there" in out.getvalue()
    assert "first-bill: good" in out.getvalue()
