"""People for the operator: who may make classes, who is an operator; never a password or a recovery key."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from iamlab.people.models import Person


@admin.register(Person)
class PersonAdmin(UserAdmin):
    list_display = ["username", "display_name", "is_guest", "is_instructor", "is_staff", "is_active", "last_login"]
    list_filter = ["is_guest", "is_instructor", "is_staff", "is_active"]
    search_fields = ["username", "display_name", "email"]
    readonly_fields = ["last_login", "date_joined", "is_guest"]
    fieldsets = (
        (None, {"fields": ("username", "display_name", "email")}),
        ("May", {"fields": ("is_active", "is_instructor", "is_staff", "is_superuser")}),
        ("Seen", {"fields": ("is_guest", "date_joined", "last_login")}),
    )
