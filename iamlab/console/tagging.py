"""Managing the tags of a user or role: what changed is put, what is gone is taken away."""

from django.http import HttpRequest, HttpResponse

from iamlab.console import changes
from iamlab.console.changes import Change
from iamlab.console.pickers import PickingForm
from iamlab.console.questions import picked
from iamlab.console.session import Session
from iamlab.console.tags import TagsField


class TagsForm(PickingForm):
    tags = TagsField()


def manage(
    request: HttpRequest, session: Session, kind: str, name: str, back: str, listing: tuple[str, str]
) -> HttpResponse:
    """`kind` is User or Role, `listing` the crumb of its list."""
    now = session.call(f"iam:List{kind}Tags", {f"{kind}Name": name})["Tags"]
    crumbs = [listing, (name, back)]
    form = picked(request, session, TagsForm, "Manage tags", back, crumbs, "Save changes", initial={"tags": now})
    if isinstance(form, HttpResponse):
        return form
    outcomes = changes.make(session, difference(kind, name, now, form.cleaned_data["tags"]))
    return changes.answer(request, session, outcomes, back, f"Tags of {name} saved.", "Manage tags")


def difference(kind: str, name: str, now: list[dict[str, str]], wanted: list[dict[str, str]]) -> list[Change]:
    who = {f"{kind}Name": name}
    keys = {tag["Key"].lower() for tag in wanted}
    gone = [tag["Key"] for tag in now if tag["Key"].lower() not in keys]
    new = [tag for tag in wanted if tag not in now]
    found = []
    if gone:
        found.append(Change(f"iam:Untag{kind}", {**who, "TagKeys": gone}, f"Remove {', '.join(gone)}"))
    if new:
        keys_set = ", ".join(tag["Key"] for tag in new)
        found.append(Change(f"iam:Tag{kind}", {**who, "Tags": new}, f"Set {keys_set}"))
    return found
