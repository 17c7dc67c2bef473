"""The heat map of 200 learners by 25 steps beside a bare signed-in list: time, queries, size of an update."""

from datetime import timedelta
from typing import Any

from bench._load import Request, latency, medians, processor
from tools import scratch

LEARNERS, STEPS, CHECKS = 200, 25, 2


def run() -> list[tuple[str, str]]:
    with scratch.site("bench.bare.settings", ALLOWED_HOSTS="127.0.0.1,testserver"):
        from django.test import Client

        world = scratch.world()
        page = fill(world)
        cold, warm, update = queries(world, page)
        browser = Client()
        browser.force_login(world.person)
        mine, list_of_fifty = processor(browser, page, "/bare/users/")
        signed_in = {"Cookie": f"sessionid={world.cookie}"}
        with scratch.server() as base:
            heat = Request(page, headers=signed_in)
            bare = Request("/bare/users/", headers=signed_in)
            first = latency(base, heat, bare)
            quiet = Request(f"{page}live/?since=9000000000000000&learners={LEARNERS}", headers=signed_in, status=204)
            (asked,) = medians(base, quiet)
    return [
        (f"heat map, {LEARNERS} x {STEPS}", f"{mine:.1f} ms of processor time, {mine / list_of_fifty:.1f} x bare"),
        (f"heat map, {LEARNERS} x {STEPS}, served", first),
        ("heat map, nothing new", f"p50 {asked:.2f} ms"),
        ("heat map: queries", f"{cold} at first, {warm} again"),
        ("heat map: an update of one step of 60 learners", f"{update} bytes"),
    ]


def fill(world: scratch.World) -> str:
    """The address of the heat map of a class at work."""
    from django.utils import timezone

    from iamlab.classroom.models import Assignment, Class, Enrolment, Role, Work
    from iamlab.labs.models import Attempt, CheckFact, Happening, LabVersion, StepFact
    from iamlab.people.models import Person
    from iamlab.sandbox import controls

    checks: list[dict[str, Any]] = [{"id": f"check-{n}", "test": {"exists": "user/x"}} for n in range(CHECKS)]
    steps: list[dict[str, Any]] = [
        {"id": f"step-{n}", "title": f"Step number {n}", "weight": 4, "checks": checks} for n in range(STEPS)
    ]
    lab = {"id": "bench", "title": "Bench", "version": "1.0.0", "steps": steps, "questions": []}
    version = LabVersion.objects.create(lab="bench", version="1.0.0", digest="bench", data=lab)
    klass = Class.objects.create(name="Bench")
    Enrolment.objects.create(klass=klass, person=world.person, role=Role.INSTRUCTOR, name="Ada")
    assignment = Assignment.objects.create(klass=klass, lab="bench", title="Bench")
    now = timezone.now()
    for number in range(LEARNERS):
        person = Person.objects.create(username=f"learner-{number}")
        Enrolment.objects.create(klass=klass, person=person, name=f"Learner Number {number:03}")
        sandbox = controls.create(person, "bench")
        attempt = Attempt.objects.create(person=person, sandbox=sandbox, lab_version=version, lab="bench")
        Work.objects.create(assignment=assignment, attempt=attempt)
        done = number % STEPS
        StepFact.objects.bulk_create(
            StepFact(attempt=attempt, step=step["id"], begun=now, passed=now if n < done else None)
            for n, step in enumerate(steps)
        )
        facts = [
            CheckFact(
                attempt=attempt,
                step=step["id"],
                check_id=check["id"],
                status="pass" if n < done else "fail",
                code="" if n < done else "name-case",
                tries={"name-case": 1 + number % 3} if number % 3 else {},
                message="Your group is called *admins*; the task asks for *Admins*.",
            )
            for n, step in enumerate(steps)
            for check in checks
        ]
        CheckFact.objects.bulk_create(facts)
        Happening.objects.bulk_create(Happening(attempt=attempt, kind="check", step=fact.step) for fact in facts)
    return f"/classroom/{klass.pk}/assignments/{assignment.pk}/heat/"


def queries(world: scratch.World, page: str) -> tuple[int, int, int]:
    """Statements of the first look and of the second; bytes of the update after sixty learners did a step."""
    import re

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from iamlab.labs.models import Attempt, CheckFact

    browser = Client()
    browser.force_login(world.person)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(page)
        if answer.status_code != 200:
            raise RuntimeError(f"{page}: {answer.status_code}")
        counts.append(len(captured))
    later = timezone.now() + timedelta(seconds=5)
    some = Attempt.objects.filter(lab="bench").order_by("pk")[:60]
    keys = list(some.values_list("pk", flat=True))
    CheckFact.objects.filter(attempt__in=keys, step="step-3").update(changed=later)
    Attempt.objects.filter(pk__in=keys).update(active=later)
    since = int((later - timedelta(seconds=1)).timestamp() * 1_000_000)
    found = browser.get(f"{page}live/?since={since}&learners={LEARNERS}")
    if not re.search(r'id="c\d+-3"', found.content.decode()):
        raise RuntimeError("The update does not show the step.")
    return counts[0], counts[1], len(found.content)
