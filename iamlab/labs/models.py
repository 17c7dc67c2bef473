"""Facts of a learner's work at a lab: check results, hints used, answers, times. Marks are derived from them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from iamlab.sandbox.models import Snapshot

_labs: dict[str, Any] = {}
MOST_LABS = 50  # kept in a process


class LabVersion(models.Model):
    """One version of a lab as it was when somebody began it: attempts go on with what they began.

    Where `data` is deferred it is read once a process, for a digest stands for one content: it is some 100 KB of JSON.
    Nobody changes what is in it.
    """

    lab = models.CharField(max_length=64)
    version = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    data = models.JSONField()
    first_used = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.lab} {self.version}"

    @property
    def name(self) -> str:
        """The lab's id as its author wrote it, without the class that a lab of its own is named by."""
        return self.lab.rpartition("_")[2]

    def refresh_from_db(self, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """What Django loads a deferred field by."""
        if fields != ["data"]:
            super().refresh_from_db(using, fields, from_queryset)
            return
        if self.digest not in _labs:
            super().refresh_from_db(using, fields, from_queryset)
            if len(_labs) >= MOST_LABS:
                _labs.clear()
            _labs[self.digest] = self.data
        self.data = _labs[self.digest]


class Attempt(models.Model):
    """One learner's run of a lab in one sandbox. Times here are real ones."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    sandbox = models.OneToOneField("accounts.Sandbox", models.CASCADE, related_name="attempt")
    lab_version = models.ForeignKey(LabVersion, models.PROTECT)
    lab = models.CharField(max_length=64)
    number = models.PositiveIntegerField(default=1)
    graded = models.BooleanField(default=False)
    taught = models.BooleanField(default=False)  # somebody set it, and looks at it
    variant = models.CharField(max_length=32, blank=True)
    bound = models.JSONField(default=dict)  # names that the learner chose
    started = models.DateTimeField(default=timezone.now)
    active = models.DateTimeField(default=timezone.now)  # the last call
    used = models.FloatField(default=0)  # seconds of work: see runner.PAUSE
    current = models.CharField(max_length=64, blank=True)  # the step that is open
    examined = models.BigIntegerField(default=0)  # the last event that the checks have seen
    began_event = models.BigIntegerField(default=0)  # the last event before the start, and before each reset
    start = models.ForeignKey(Snapshot, models.SET_NULL, null=True, related_name="+")
    submitted = models.DateTimeField(null=True)
    frozen = models.JSONField(null=True)  # the facts at submission
    past = models.JSONField(default=dict)  # the way back: see iamlab/labs/past.py
    language = models.CharField(max_length=16, blank=True)  # of the lab's texts; English without one
    busy = models.DateTimeField(null=True)  # until when several calls of one press are made: see labs/working.py
    working = False  # no column: whether it is us who make them
    closed: datetime | None = None  # no column: the window's close, once a run of the checks met something after it
    faults: dict[tuple[str, str], tuple[str, str]]  # nor this: checks that a run was stopped in, see labs/broken.py

    class Meta:
        indexes = [models.Index(fields=["person", "lab"], name="attempt_person_lab")]

    def __str__(self) -> str:
        return f"{self.lab} by {self.person_id}"


class StepFact(models.Model):
    """When a step was opened, begun, passed, read or skipped, and what the learner noted."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="steps")
    step = models.CharField(max_length=64)
    opened = models.DateTimeField(null=True)
    begun = models.DateTimeField(null=True)  # the first related event
    passed = models.DateTimeField(null=True)  # the first time
    skipped = models.DateTimeField(null=True)
    read = models.DateTimeField(null=True)  # of a step without checks: when the learner went on from it
    unlocked = models.BooleanField(default=False)  # by an instructor
    offered = models.DateTimeField(null=True)  # the first hint, unasked, to who was slow
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "step"], name="one_fact_per_step")]

    def __str__(self) -> str:
        return self.step


class CheckFact(models.Model):
    """How a check stands now. `latched` checks have passed once and for all."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="checks")
    step = models.CharField(max_length=64)
    check_id = models.CharField(max_length=64)
    status = models.CharField(max_length=8, default="open")  # open, pass, fail, blocked, error
    code = models.CharField(max_length=64, blank=True)
    message = models.TextField(blank=True)
    latched = models.BooleanField(default=False)
    passed = models.DateTimeField(null=True)  # the first time
    undone = models.JSONField(default=dict)  # what made a passed check fail: event, by, time, object
    tries = models.JSONField(default=dict)  # failure code -> how often it was met
    event = models.BigIntegerField(default=0)  # the last event that changed it
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "step", "check_id"], name="one_fact_per_check")]

    def __str__(self) -> str:
        return f"{self.step}/{self.check_id}"


class BrokenCheck(models.Model):
    """A fault of an author's that stopped a check, and how often: of one kind at a check, what was said of it last."""

    lab_version = models.ForeignKey(LabVersion, models.CASCADE, related_name="broken")
    step = models.CharField(max_length=64)
    check_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)  # the exception's name, or "too long"
    said = models.CharField(max_length=500)
    times = models.PositiveIntegerField(default=0)
    first = models.DateTimeField(default=timezone.now)
    last = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lab_version", "step", "check_id", "kind"], name="one_row_per_fault")
        ]

    def __str__(self) -> str:
        return f"{self.step}/{self.check_id}: {self.kind}"


class Happening(models.Model):
    """One thing of a timeline that is no call: a check's change, a hint, an answer, a reset, an act of others."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="happenings")
    kind = models.CharField(max_length=24)  # check, hint, answer, reset, override ...
    step = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    event = models.BigIntegerField(default=0)  # the last event before it: its place in the order
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["attempt", "id"], name="happening_order")]

    def __str__(self) -> str:
        return self.kind


class HintUse(models.Model):
    """A hint that was opened, with the price on its button then. Tier 4 is show me."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="hints")
    step = models.CharField(max_length=64)
    tier = models.PositiveSmallIntegerField()
    price = models.FloatField(default=0)  # share of the step's points
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "step", "tier"], name="a_hint_once")]

    def __str__(self) -> str:
        return f"{self.step} hint {self.tier}"


class Answer(models.Model):
    """A question answered; every try is a row."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers")
    question = models.CharField(max_length=64)
    given = models.JSONField()
    correct = models.BooleanField()
    sure = models.BooleanField(null=True)
    review = models.BooleanField(default=False)  # given in a later review
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.question


class HelpCall(models.Model):
    """A hand up."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="help_calls")
    step = models.CharField(max_length=64, blank=True)
    text = models.CharField(max_length=500, blank=True)
    asked = models.DateTimeField(default=timezone.now)
    answered = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.step


class Override(models.Model):
    """An instructor's mark for a step, or for the whole lab (no step), with the comment that the learner sees."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="overrides")
    step = models.CharField(max_length=64, blank=True)
    score = models.FloatField()  # 0 to 100
    comment = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "step"], name="one_override_per_step")]

    def __str__(self) -> str:
        return f"{self.step}: {self.score}"


class Message(models.Model):
    """From an instructor to a learner."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="messages")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=2000)
    sent = models.DateTimeField(default=timezone.now)
    read = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.text[:40]


class Dispute(models.Model):
    """My answer is right: the snapshot and the check, for an instructor to agree or not."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="disputes")
    step = models.CharField(max_length=64)
    check_id = models.CharField(max_length=64)
    text = models.CharField(max_length=2000, blank=True)
    snapshot = models.ForeignKey(Snapshot, models.SET_NULL, null=True, related_name="+")
    filed = models.DateTimeField(default=timezone.now)
    decided = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)
    reply = models.CharField(max_length=2000, blank=True)

    def __str__(self) -> str:
        return f"{self.step}/{self.check_id}"


class Terminal(models.Model):
    """The virtual machine behind a sandbox's terminal page. What it holds is encrypted: profiles have keys in them."""

    sandbox = models.OneToOneField("accounts.Sandbox", models.CASCADE, related_name="terminal")
    sealed = models.BinaryField()
    changed = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"terminal of {self.sandbox_id}"
