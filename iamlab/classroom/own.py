"""Labs of a class's own: kept in the database, so that every process has them, under ids that no other lab has."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from iamlab.classroom.models import Class, OwnLab, Role
from iamlab.labs import content
from iamlab.labs.places import Problem
from iamlab.people.models import Person
from iamlab.services.transactions import writing

Lab = dict[str, Any]
State = OwnLab.State
MOST = 30  # versions that a class keeps


class Refused(Exception):
    """What an instructor asked for cannot be done now; the message says why."""


def id_of(klass: Class, lab: Lab) -> str:
    """A class's own name for a lab. No shipped lab's id has an underscore."""
    return f"c{klass.pk}_{lab['id']}"


def keep(klass: Class, lab: Lab, warnings: list[Problem], by: Person) -> OwnLab:
    """An upload without errors, in place of those of the same lab that are not ready; sent twice, it is kept once.

    Raises Refused.
    """
    lab = {**lab, "id": id_of(klass, lab)}
    digest = hashlib.sha256(json.dumps(lab, sort_keys=True).encode()).hexdigest()
    with writing():
        Class.objects.select_for_update().get(pk=klass.pk)
        same = of_class(klass).filter(lab=lab["id"]).order_by("pk")
        twice = same.filter(digest=digest).first()
        if twice is not None:
            return twice
        if any(one.testing for one in same):
            raise Refused("Another version of this lab is being tested. Wait until that is over, then upload again.")
        same.exclude(state=State.READY).delete()
        if klass.own_labs.count() >= MOST:
            raise Refused(f"A class keeps {MOST} versions of labs of its own at most. Take one away first.")
        return OwnLab.objects.create(
            klass=klass, lab=lab["id"], title=lab["title"], version=lab["version"], digest=digest, data=lab,
            warnings=[[one.file, one.line, one.column, one.message] for one in warnings], uploaded_by=by,
        )  # fmt: skip


def lab_of(lab_id: str) -> Lab | None:
    """A lab that can be begun, by its id: a shipped one, or the newest that a class has ready."""
    shipped = content.catalogue().get(lab_id)
    if shipped is not None or "_" not in lab_id:
        return shipped
    return OwnLab.objects.filter(lab=lab_id, state=State.READY).order_by("-pk").values_list("data", flat=True).first()


def known(lab_ids: Iterable[str]) -> set[str]:
    """Those of some labs that can be begun: one query at most."""
    wanted = set(lab_ids)
    found = wanted & content.catalogue().keys()
    if wanted - found:
        ready = OwnLab.objects.filter(lab__in=wanted - found, state=State.READY)
        found |= set(ready.values_list("lab", flat=True))
    return found


def titles(klass: Class) -> tuple[dict[str, str], dict[str, str]]:
    """What can be set to a class, titles by ids: the shipped labs, and its own."""
    ready = OwnLab.objects.filter(klass=klass, state=State.READY).order_by("title", "pk")
    shipped = {lab["id"]: lab["title"] for lab in content.catalogue().values()}
    return shipped, dict(ready.values_list("lab", "title"))


def for_person(person: Person, lab_id: str) -> Lab | None:
    """A class's own lab for who is to know it: its staff, and its learners once it is set to them."""
    enrolled = person.enrolments.filter(klass__own_labs__lab=lab_id, klass__own_labs__state=State.READY)
    if "_" not in lab_id or not (
        enrolled.exclude(role=Role.LEARNER).exists() or enrolled.filter(klass__assignments__lab=lab_id).exists()
    ):
        return None
    return lab_of(lab_id)


def of_class(klass: Class) -> QuerySet[OwnLab]:
    """What a class has, without the labs themselves: one of them is some 100 KB."""
    return OwnLab.objects.filter(klass=klass).defer("data")


def settle(own: OwnLab, report: list[str]) -> bool:
    """Note what a self-test said, unless the lab was taken away or is tested anew; whether it was noted.

    A lab that is ready takes the place of its earlier versions. Who began one of those goes on with it.
    """
    state = State.FAILED if report else State.READY
    with writing():
        mine = OwnLab.objects.filter(pk=own.pk, state=State.TESTING, began=own.began)
        noted = bool(mine.update(state=state, report=report))
        if noted and state == State.READY:
            OwnLab.objects.filter(klass_id=own.klass_id, lab=own.lab, state=State.READY).exclude(pk=own.pk).delete()
    return noted


def claim(own: OwnLab, by: Person, most: int) -> OwnLab:
    """Have a self-test begin: one of an instructor's at a time, few in all. Raises Refused."""
    with writing():
        list(OwnLab.objects.select_for_update().order_by("pk").values_list("pk", flat=True)[:1])  # one claim at a time
        found = OwnLab.objects.filter(pk=own.pk).first()
        if found is None:
            raise Refused("That lab is not there any more.")
        running = OwnLab.objects.filter(state=State.TESTING, began__gt=OwnLab.latest_alive())
        if found.testing or found.state == State.READY:
            raise Refused("It is being tested already." if found.testing else "It has proved itself already.")
        if running.filter(tested_by=by).exists():
            raise Refused("Another lab of yours is being tested. Let this one be tested once that is over.")
        if running.count() >= most:
            raise Refused("The server is testing other labs. Let this one be tested in a minute.")
        found.state, found.began, found.tested_by, found.report = State.TESTING, timezone.now(), by, []
        found.save(update_fields=["state", "began", "tested_by", "report"])
    return found


def take_away(klass: Class, pk: int) -> OwnLab:
    """Remove a version of a lab; not the one that an assignment is begun from. Raises Refused, OwnLab.DoesNotExist."""
    with writing():
        Class.objects.select_for_update().get(pk=klass.pk)
        found = of_class(klass).get(pk=pk)
        if found.testing:
            raise Refused("It is being tested. Wait until that is over.")
        if found.state == State.READY and (set_as := klass.assignments.filter(lab=found.lab).first()) is not None:
            raise Refused(f"It is set as {set_as}. What somebody has begun keeps its lab: let it close instead.")
        found.delete()
    return found
