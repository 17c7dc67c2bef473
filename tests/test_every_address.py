"""Every address of the site, asked for by who may not, and with what nobody should send: neither gets anywhere."""

import json
import random
import re
from html import unescape

import pytest
from django.db import transaction
from django.test import Client

from iamlab.classroom import work
from iamlab.classroom.models import Assignment, Class, Enrolment, OwnLab, Role
from iamlab.labs import selftest
from iamlab.people.models import Person, create_guest
from iamlab.sandbox import history
from tests import addresses
from tools import scratch
from tools.screenshots import READ, furnish

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
OPEN = {
    "landing", "start", "home", "progress", "review", "free-play", "lab-begin", "lab-rubric", "fidelity", "sign-in",
    "sign-out", "new-link", "admin-sign-in",
    "claim", "come-back", "components", "components_console", "components_confirm", "theme", "classes", "class-new",
    "class-join", "class-join-by", "class-invitation", "my-data", "my-data-export", "my-data-delete",
}  # fmt: skip
OWNED = sorted(set(addresses.templates()) - OPEN)
OF_MEMBERS = {"class", "assignment-begin"}  # what every learner of a class may do
OF_LEARNERS = {"my-work", "assignment-begin"}
# The labs have no figures and files, and no question of a statement that decides; Ada has not passed it; an author's
# preview has a server of its own.
NOT_HERE = {"lab-media", "own-lab-media", "lab-file", "lab-statements", "certificate"}
NOT_HERE |= {name for name in OWNED if name.startswith("lab-preview")}


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker):
    """Addresses of Ada's world and of her class, and the browsers of people who are no part of it or of her."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = scratch.world()
        names = furnish(world)
        own = json.dumps(READ)
        world.call("iam:PutUserPolicy", UserName="mario", PolicyName="Own", PolicyDocument=own)
        world.call("iam:PutGroupPolicy", GroupName="billing", PolicyName="Own", PolicyDocument=own)
        world.call("iam:PutRolePolicy", RoleName="Clerk", PolicyName="Own", PolicyDocument=own)
        klass = Class.objects.create(name="Cloud security", code="LEARN7")
        people = {"imani": (klass, Role.INSTRUCTOR), "ada": (klass, Role.LEARNER), "otto": (klass, Role.LEARNER)}
        people["olga"] = (Class.objects.create(name="Another class"), Role.INSTRUCTOR)
        for name, (place, role) in people.items():
            person, _ = Person.objects.get_or_create(username=name, is_instructor=role == Role.INSTRUCTOR)
            Enrolment.objects.create(klass=place, person=person, role=role, name=name)
        assignment = Assignment.objects.create(klass=klass, lab="first-bill", title="First bill")
        attempt = work.begin(world.person, work.tasks(world.person)[0])
        ada = Enrolment.objects.get(klass=klass, person=world.person)
        lab = attempt.lab_version.data
        selftest.solve(attempt, lab, [*lab["solution"][0]["lines"], {"as": "root", "run": "aws iam list-users"}])
        ready = OwnLab.objects.create(klass=klass, lab=f"c{klass.pk}_own", title="Own", data=lab, state="ready")
        names |= {
            "judged": history.events(attempt.sandbox).exclude(context="").latest("pk").event_id,
            "step": lab["steps"][0]["id"],
            "check": lab["steps"][0]["checks"][0]["id"],
            "question": lab["questions"][0]["id"],
            "key": "AKIAIOSFODNN7EXAMPLE",
            "klass": str(klass.pk),
            "assignment": str(assignment.pk),
            "work": str(attempt.pk),
            "learner": str(ada.pk),
            "own_lab": str(ready.pk),
        }
        begun = addresses.drafts(signed_in(world.person), names["session"])
        every = {
            name: addresses.filled(name, template, names, begun) for name, template in addresses.templates().items()
        }
        browsers = {
            "nobody": Client(),
            "guest": signed_in(create_guest()[0]),
            "fellow learner": signed_in(Person.objects.get(username="otto")),
            "instructor of another class": signed_in(Person.objects.get(username="olga")),
        }
        yield every, browsers, signed_in(world.person), signed_in(Person.objects.get(username="imani"))
        transaction.set_rollback(True)


@pytest.mark.parametrize("who", ["nobody", "guest", "fellow learner", "instructor of another class"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_finds_what_is_somebodys(cast, who, method):
    every, browsers, *_ = cast
    found = {}
    for name in OWNED:
        if who == "fellow learner" and name in OF_MEMBERS:
            continue
        response = getattr(browsers[who], method)(every[name])
        sent_away = response.status_code == 302 and response.url.startswith("/sign-in/?next=")
        if response.status_code not in (403, 404, 405) and not (who == "nobody" and sent_away):
            found[name] = response.status_code
    assert found == {}


def test_the_addresses_are_those_of_what_is_there(cast):
    """Who may find it does: what nobody else finds is not merely missing."""
    every, _, ada, imani = cast
    found = {}
    for name in set(OWNED) - NOT_HERE:
        browser = imani if every[name].startswith("/classroom/") and name not in OF_LEARNERS else ada
        status = browser.get(every[name]).status_code
        if status not in (200, 204, 302, 405):
            found[name] = status
    assert found == {}


HOSTILE = [
    "", "   ", "x" * 3000, "0", "-1", "²", "٣", "99999999999999999999", "NaN", "1e999", "null", "[]", "{}",
    '{"a":' * 900,
    '{"Version": "2012-10-17", "Statement": [1, null, {"Effect": [], "Action": {}, "Resource": 3}]}',
    '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"a": {"b": 1}}}}}',
    "a\r\nSet-Cookie: b=c", "{{ 7*7 }}{% load x %}", "%s%n{0}{a.b}", "<b id=hostile>\"'", "../../etc",
    "//elsewhere.example",
    "arn:aws:iam::1:user/../x", ":::::::", ",,,", "inline:", "User:", "\u202e\u2028\x0b\x85",
    "(a+)+$" + "a" * 30, "*" * 50,
    "00000000-0000-0000-0000-000000000000", "9999-12-31", "0001-01-01T00:00",
]  # fmt: skip
READ_NAMES = re.compile(r'\.get(?:list)?\(\s*"(\w+)"|"(\w+)" in (?:request\.)?(?:POST|GET|sent|look)\b')
SHOWN_NAMES = re.compile(r'<(?:input|textarea|select|button)\b[^>]*\bname="([^"]+)"')


def read_names() -> list[str]:
    """What views read out of requests by name."""
    sources = [path.read_text() for path in (scratch.ROOT / "iamlab").rglob("*.py")]
    return sorted({one or other for text in sources for one, other in READ_NAMES.findall(text)})


def undone(browser: Client, method: str, address: str, sent: dict[str, str] | None = None):
    """The answer to a request whose changes are taken back."""
    with transaction.atomic():
        response = getattr(browser, method)(address, sent)
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_sent_is_answered(cast, method, seed):
    """No failing view, and nothing that was sent stands in a page as markup."""
    every, _, ada, imani = cast
    names, chance = read_names(), random.Random(seed)
    found = {}
    for name, address in sorted(every.items()):
        browser = imani if address.startswith("/classroom/") and name not in OF_LEARNERS else ada
        page = b"".join(undone(browser, "get", address)).decode(errors="replace")
        own = [unescape(one) for one in SHOWN_NAMES.findall(page)]
        some = [*own, *(one for one in names if chance.random() < 0.4)]
        sent = {one: chance.choice(HOSTILE) for one in some if chance.random() < 0.8}
        try:
            response = undone(browser, method, address, sent)
        except Exception as error:  # noqa: BLE001  # all of them are told together
            found[name] = (repr(error), sent)
            continue
        if response.status_code >= 500 or b"<b id=hostile>" in b"".join(response):
            found[name] = (response.status_code, sent)
    assert found == {}


def test_an_address_that_is_no_text_is_answered(cast):
    every, _, ada, _ = cast
    for address in every.values():
        mark = "&" if "?" in address else "?"
        assert undone(ada, "get", f"{address}{mark}q=%ff%ed%a0%80&name=%c0%af&key=%f8").status_code < 500


@pytest.mark.parametrize("part", ["9" * 20, "x" * 300, "%E2%80%AE%F0%9F%98%80"])
def test_whatever_stands_in_an_address_is_answered(cast, part):
    """Each word of each address in turn, the others as they are."""
    every, _, ada, imani = cast
    found = {}
    for name, route in addresses.patterns():
        words = every[name].partition("?")[0].split("/")[1:]
        for place, word in enumerate(route.split("/")[: len(words)]):
            if "<" not in word or "session_id" in word:
                continue
            address = "/" + "/".join([*words[:place], part, *words[place + 1 :]])
            browser = imani if address.startswith("/classroom/") and name not in OF_LEARNERS else ada
            try:
                status = undone(browser, "get", address).status_code
            except Exception as error:  # noqa: BLE001  # all of them are told together
                status = repr(error)
            if not isinstance(status, int) or status >= 500:
                found[address] = status
    assert found == {}
