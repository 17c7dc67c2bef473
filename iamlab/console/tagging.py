"""Managing the tags of what bears them: what changed is put, what is gone is taken away."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse

from iamlab.console import changes, pages
from iamlab.console.changes import Change
from iamlab.console.editing import EditingForm
from iamlab.console.pickers import PickingForm
from iamlab.console.questions import picked
from iamlab.console.session import Session
from iamlab.console.tags import TagsField


class FoldedTagsForm(EditingForm, PickingForm):
    tags = TagsField()


class TagsForm(EditingForm, PickingForm):
    tags = TagsField(fold=False)


@dataclass(frozen=True)
class Bearer:
    """`kind` is that of the operations' names (ListUserTags), `who` the parameters that name one. `fold`: keys that
    differ by case alone are the same, as on users and roles."""

    kind: str
    who: dict[str, Any] = field(default_factory=dict)
    fold: bool = False


def manage(
    request: HttpRequest, session: Session, bearer: Bearer, name: str, back: str, listing: tuple[str, str]
) -> HttpResponse:
    """`name` is what the page calls it, `listing` the crumb of its list."""
    now = session.call(f"iam:List{bearer.kind}Tags", bearer.who)["Tags"]
    crumbs: pages.Crumbs = [listing, (name, back)]
    form_class = FoldedTagsForm if bearer.fold else TagsForm
    form = picked(request, session, form_class, "Manage tags", back, crumbs, "Save changes", initial={"tags": now})
    if isinstance(form, HttpResponse):
        return form
    outcomes = changes.make(session, difference(bearer, now, form.cleaned_data["tags"]))
    return changes.answer(request, session, outcomes, back, f"Tags of {name} saved.", "Manage tags")


def difference(bearer: Bearer, now: list[dict[str, str]], wanted: list[dict[str, str]]) -> list[Change]:
    def same(key: str) -> str:
        return key.lower() if bearer.fold else key

    keys = {same(tag["Key"]) for tag in wanted}
    gone = [tag["Key"] for tag in now if same(tag["Key"]) not in keys]
    new = [tag for tag in wanted if tag not in now]
    found = []
    if gone:
        found.append(Change(f"iam:Untag{bearer.kind}", {**bearer.who, "TagKeys": gone}, f"Remove {', '.join(gone)}"))
    if new:
        keys_set = ", ".join(tag["Key"] for tag in new)
        found.append(Change(f"iam:Tag{bearer.kind}", {**bearer.who, "Tags": new}, f"Set {keys_set}"))
    return found
