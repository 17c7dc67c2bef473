"""What labs keep, for the operator: to be looked at. Facts are made by work, not by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from iamlab.labs import models


class LookedAt(admin.ModelAdmin):
    """Nothing is added or changed here; an operator may delete."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.LabVersion)
class LabVersionAdmin(LookedAt):
    list_display = ["lab", "version", "digest", "first_used"]
    fields = ["lab", "version", "digest", "first_used"]


@admin.register(models.Attempt)
class AttemptAdmin(LookedAt):
    list_display = ["person", "lab", "number", "graded", "started", "active", "submitted"]
    list_filter = ["lab", "graded"]
    list_select_related = ["person"]
    search_fields = ["person__username", "lab"]
    fields = ["person", "lab", "number", "graded", "started", "active", "submitted", "current"]


class FactAdmin(LookedAt):
    """A row of an attempt."""

    list_select_related = ["attempt"]


FACTS: list[tuple[Any, list[str]]] = [
    (models.StepFact, ["attempt", "step", "opened", "begun", "passed", "skipped", "read", "unlocked"]),
    (models.CheckFact, ["attempt", "step", "check_id", "status", "code", "latched", "changed"]),
    (models.Happening, ["attempt", "kind", "step", "at"]),
    (models.HintUse, ["attempt", "step", "tier", "price", "at"]),
    (models.Answer, ["attempt", "question", "correct", "review", "at"]),
    (models.HelpCall, ["attempt", "step", "asked", "answered"]),
    (models.Override, ["attempt", "step", "score", "comment", "at"]),
    (models.Message, ["attempt", "sent", "read"]),
    (models.Dispute, ["attempt", "step", "check_id", "filed", "decided", "agreed"]),
]
for _model, _fields in FACTS:
    admin.site.register(
        _model, type(f"{_model.__name__}Admin", (FactAdmin,), {"list_display": _fields, "fields": _fields})
    )


@admin.register(models.BrokenCheck)
class BrokenCheckAdmin(LookedAt):
    """What authors have to mend."""

    list_display = ["lab_version", "step", "check_id", "said", "times", "first", "last"]
    list_filter = ["lab_version__lab"]
    list_select_related = ["lab_version"]
    fields = ["lab_version", "step", "check_id", "kind", "said", "times", "first", "last"]


@admin.register(models.Terminal)
class TerminalAdmin(LookedAt):
    list_display = ["sandbox", "changed"]
    list_select_related = ["sandbox"]
    fields = ["sandbox", "changed"]  # what it holds is sealed: keys
