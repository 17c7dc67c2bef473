"""The classroom for the operator."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from iamlab.classroom import models


class EnrolmentInline(admin.TabularInline):
    model = models.Enrolment
    fields = ["person", "role", "name", "joined"]
    raw_id_fields = ["person"]
    extra = 0


@admin.register(models.Class)
class ClassAdmin(admin.ModelAdmin):
    list_display = ["name", "term", "code", "created", "archived", "anonymised"]
    list_filter = ["term", "archived"]
    search_fields = ["name", "code"]
    inlines = [EnrolmentInline]


@admin.register(models.Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ["name", "starts", "ends"]


@admin.register(models.Enrolment)
class EnrolmentAdmin(admin.ModelAdmin):
    list_display = ["name", "klass", "role", "person", "joined"]
    list_filter = ["role"]
    list_select_related = ["klass", "person"]
    search_fields = ["name", "person__username"]
    raw_id_fields = ["person", "klass"]


@admin.register(models.Invitation)
class InvitationAdmin(admin.ModelAdmin):
    list_display = ["name", "klass", "role", "made", "accepted_at"]
    list_select_related = ["klass"]
    search_fields = ["name"]
    raw_id_fields = ["klass", "accepted"]


@admin.register(models.Assignment)
class AssignmentAdmin(admin.ModelAdmin):
    list_display = ["title", "klass", "lab", "graded", "due", "late", "points"]
    list_select_related = ["klass"]
    search_fields = ["title", "lab"]
    raw_id_fields = ["klass", "needs"]


@admin.register(models.Extension)
class ExtensionAdmin(admin.ModelAdmin):
    list_display = ["assignment", "person", "due", "by", "at"]
    list_select_related = ["assignment", "person", "by"]
    raw_id_fields = ["assignment", "person", "by"]


@admin.register(models.Release)
class ReleaseAdmin(admin.ModelAdmin):
    list_display = ["assignment", "person", "by", "at"]
    list_select_related = ["assignment", "person", "by"]
    raw_id_fields = ["assignment", "person", "by"]


@admin.register(models.Work)
class WorkAdmin(admin.ModelAdmin):
    list_display = ["assignment", "attempt"]
    list_select_related = ["assignment", "attempt"]
    raw_id_fields = ["assignment", "attempt"]


@admin.register(models.RubricRow)
class RubricRowAdmin(admin.ModelAdmin):
    list_display = ["title", "assignment", "points"]
    list_select_related = ["assignment"]
    raw_id_fields = ["assignment"]


@admin.register(models.RubricMark)
class RubricMarkAdmin(admin.ModelAdmin):
    list_display = ["row", "attempt", "score", "by", "at"]
    list_select_related = ["row", "attempt", "by"]
    raw_id_fields = ["row", "attempt", "by"]


@admin.register(models.JoinFailure)
class JoinFailureAdmin(admin.ModelAdmin):
    list_display = ["address", "person", "at"]
    list_select_related = ["person"]
    raw_id_fields = ["person"]


@admin.register(models.OwnLab)
class OwnLabAdmin(admin.ModelAdmin):
    """What an instructor uploaded: to be looked at, or taken away."""

    list_display = ["title", "version", "lab", "klass", "state", "uploaded", "uploaded_by"]
    list_filter = ["state"]
    list_select_related = ["klass", "uploaded_by"]
    search_fields = ["title", "lab"]
    fields = ["klass", "lab", "title", "version", "state", "report", "warnings", "uploaded", "uploaded_by", "began"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.OwnLab]:
        return super().get_queryset(request).defer("data")
