"""Classes, who is in them, what they are set, and the few facts of grading that are not a lab's own."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from iamlab.classroom import codes
from iamlab.people import names

PERSON = settings.AUTH_USER_MODEL


class Term(models.Model):
    """A stretch of the year that classes belong to."""

    name = models.CharField(max_length=80, unique=True)
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-starts", "name"]

    def __str__(self) -> str:
        return self.name


class Class(models.Model):
    """People who learn together, and the code by which they join."""

    name = models.CharField(max_length=120)
    term = models.ForeignKey(Term, models.SET_NULL, null=True, blank=True, related_name="classes")
    code = models.CharField(max_length=6, unique=True, default=codes.new_code)
    code_expires = models.DateTimeField(null=True, blank=True)
    assistants_override = models.BooleanField("assistants may override marks", default=False)
    retention_days = models.PositiveIntegerField("days that names are kept after the class is archived", default=180)
    created = models.DateTimeField(default=timezone.now)
    archived = models.DateTimeField(null=True, blank=True)
    anonymised = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "classes"
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def called(self) -> dict[int, str]:
        """What its people are called, by their keys: one query."""
        return {place.person_id: str(place) for place in self.enrolments.all()}

    @property
    def code_is_open(self) -> bool:
        return self.archived is None and (self.code_expires is None or self.code_expires > timezone.now())


class Role(models.TextChoices):
    LEARNER = "learner", "Learner"
    ASSISTANT = "assistant", "Assistant"
    OBSERVER = "observer", "Observer"
    INSTRUCTOR = "instructor", "Instructor"


class Enrolment(models.Model):
    """A person's place in a class. `name` is what the class's staff see of them: a name or a pseudonym."""

    klass = models.ForeignKey(Class, models.CASCADE, related_name="enrolments", verbose_name="class")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="enrolments")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LEARNER)
    name = models.CharField(max_length=80, blank=True)
    joined = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["klass", "person"], name="one_place_per_class")]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name or f"learner {self.pk}"

    @property
    def order(self) -> tuple[tuple[str, str], int]:
        """What lists are sorted by."""
        return names.order(str(self)), self.pk


class Invitation(models.Model):
    """A line of a roster: somebody expected, who comes by a link of their own."""

    klass = models.ForeignKey(Class, models.CASCADE, related_name="invitations", verbose_name="class")
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LEARNER)
    made = models.DateTimeField(default=timezone.now)
    accepted = models.ForeignKey(Enrolment, models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["klass", "name"], name="invited_once")]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class JoinFailure(models.Model):
    """A class code that was wrong: too many from one person or one address, and the next waits."""

    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+")
    address = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.address


class Assignment(models.Model):
    """A lab set to a class. How late a work is, is judged at each look from these rules and the submission's time."""

    class Late(models.TextChoices):
        NONE = "none", "Late work counts in full"
        PER_DAY = "per_day", "A share is taken off for each day"
        CUT_OFF = "cut_off", "Late work counts nothing"

    class Counts(models.TextChoices):
        BEST = "best", "The best attempt counts"
        LAST = "last", "The last attempt counts"
        AVERAGE = "average", "The average of the attempts counts"

    klass = models.ForeignKey(Class, models.CASCADE, related_name="assignments", verbose_name="class")
    lab = models.SlugField(max_length=64)
    title = models.CharField(max_length=120)
    graded = models.BooleanField(default=True)
    opens = models.DateTimeField(null=True, blank=True)
    due = models.DateTimeField(null=True, blank=True)
    closes = models.DateTimeField(null=True, blank=True)
    late = models.CharField(max_length=8, choices=Late.choices, default=Late.NONE)
    late_per_day = models.PositiveSmallIntegerField("percent taken off for each day late", default=10)
    late_most = models.PositiveSmallIntegerField("at most so many percent", default=50)
    grace_hours = models.PositiveSmallIntegerField("hours of grace", default=0)
    attempts = models.PositiveSmallIntegerField("attempts allowed", null=True, blank=True)
    counts = models.CharField("which attempt counts", max_length=8, choices=Counts.choices, default=Counts.BEST)
    points = models.PositiveIntegerField(default=100)
    needs = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="needed_by")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["due", "pk"]

    def __str__(self) -> str:
        return self.title


class OwnLab(models.Model):
    """A version of a lab that instructors uploaded for their class. Only one that is ready is anybody's to begin."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not tested yet"
        TESTING = "testing", "Being tested"
        READY = "ready", "Ready"
        FAILED = "failed", "Does not prove itself"

    klass = models.ForeignKey(Class, models.CASCADE, related_name="own_labs", verbose_name="class")
    lab = models.SlugField(max_length=64)  # its id: see iamlab/classroom/own.py
    title = models.CharField(max_length=120)
    version = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    data = models.JSONField()
    warnings = models.JSONField(default=list)  # what the validator said: file, line, column, message
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    report = models.JSONField(default=list)  # what the self-test said, a sentence each
    uploaded = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    began = models.DateTimeField(null=True)  # the last self-test
    tested_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["title", "pk"]
        indexes = [models.Index(fields=["klass", "lab"], name="own_lab_of_class")]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def testing(self) -> bool:
        """Whether a self-test runs. One whose process died is over once its time is."""
        return self.state == self.State.TESTING and self.began is not None and self.began > self.latest_alive()

    @staticmethod
    def latest_alive() -> datetime:
        """Self-tests that began before it are over, whatever became of them."""
        return timezone.now() - timedelta(seconds=OwnLab.patience() + 30)

    @staticmethod
    def patience() -> int:
        """How many seconds a self-test may take by the clock: a machine has others to work for."""
        return int(3 * settings.LAB_TEST_SECONDS + 60)


class Extension(models.Model):
    """One learner's own due date."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="extensions")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+")
    due = models.DateTimeField()
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "person"], name="one_extension_each")]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.due:%Y-%m-%d %H:%M}"


class Work(models.Model):
    """Which assignment an attempt is for."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="works")
    attempt = models.OneToOneField("labs.Attempt", models.CASCADE, related_name="work")

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.attempt_id}"


class Release(models.Model):
    """A mark that the learner may see, from when on. The mark itself is derived."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="releases")
    person = models.ForeignKey(PERSON, models.CASCADE, related_name="+")
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "person"], name="released_once")]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.person_id}"


class RubricRow(models.Model):
    """A part of an assignment that a person marks, worth points of its own."""

    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="rubric")
    title = models.CharField(max_length=120)
    points = models.PositiveIntegerField(default=10)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class RubricMark(models.Model):
    """What a rubric row earned, 0 to 100 percent of its points."""

    row = models.ForeignKey(RubricRow, models.CASCADE, related_name="marks")
    attempt = models.ForeignKey("labs.Attempt", models.CASCADE, related_name="rubric_marks")
    score = models.FloatField()
    comment = models.TextField(blank=True)
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "attempt"], name="one_mark_per_row")]

    def __str__(self) -> str:
        return f"{self.row_id}: {self.score}"
