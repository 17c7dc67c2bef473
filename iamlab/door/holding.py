"""Who has a managed policy: users, by themselves or through a group, and roles; and whose boundary it is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from iamlab.services.callers import Caller
from iamlab.services.iam.models import Attachment, Membership, Role, User


@dataclass(frozen=True, slots=True)
class Holder:
    kind: str  # user or role
    name: str
    ways: tuple[str, ...]  # "directly", "through group Admins", "as permissions boundary"


def holders(asker: Caller, arn: str, most: int) -> list[Holder]:
    """The first so many users and then roles by name, in as many queries whoever they are; one more if there are."""
    account = {"account_id": asker.account_id}
    attached = Attachment.objects.filter(**account, policy_arn=arn).values("holder")
    ways: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, model in (("user", User), ("role", Role)):
        rows: Any = model.objects.filter(**account).order_by("name")
        _add(ways, kind, rows.filter(unique_id__in=attached).values_list("name")[: most + 1], "directly")
        if kind == "user":
            members = Membership.objects.filter(**account, group__unique_id__in=attached)
            named = members.order_by("user__name", "group__name").values_list("user__name", "group__name")
            _add(ways, kind, named[: most + 1], "through group {}")
        _add(ways, kind, rows.filter(boundary=arn).values_list("name")[: most + 1], "as permissions boundary")
    found = sorted(ways, key=lambda one: (one[0] == "role", one[1].lower()))
    return [Holder(*one, tuple(ways[one])) for one in found[: most + 1]]


def _add(ways: dict[tuple[str, str], list[str]], kind: str, rows: Iterable[Any], way: str) -> None:
    for name, *through in rows:
        ways[kind, name].append(way.format(*through))
