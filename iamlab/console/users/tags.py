"""Managing a user's tags: what changed is put, what is gone is taken away."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import changes
from iamlab.console.changes import Change
from iamlab.console.pickers import PickingForm
from iamlab.console.questions import picked
from iamlab.console.session import Session, console_page
from iamlab.console.tags import TagsField


class TagsForm(PickingForm):
    tags = TagsField()


@require_http_methods(["GET", "POST"])
@console_page
def manage(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("user", name, "tags")
    now = session.call("iam:ListUserTags", {"UserName": name})["Tags"]
    crumbs = [("Users", session.url("users")), (name, back)]
    form = picked(request, session, TagsForm, "Manage tags", back, crumbs, "Save changes", initial={"tags": now})
    if isinstance(form, HttpResponse):
        return form
    outcomes = changes.make(session, difference(name, now, form.cleaned_data["tags"]))
    return changes.answer(request, session, outcomes, back, f"Tags of {name} saved.", "Manage tags")


def difference(name: str, now: list[dict[str, str]], wanted: list[dict[str, str]]) -> list[Change]:
    keys = {tag["Key"].lower() for tag in wanted}
    gone = [tag["Key"] for tag in now if tag["Key"].lower() not in keys]
    new = [tag for tag in wanted if tag not in now]
    found = []
    if gone:
        params = {"UserName": name, "TagKeys": gone}
        found.append(Change("iam:UntagUser", params, f"Remove {', '.join(gone)}"))
    if new:
        keys_set = ", ".join(tag["Key"] for tag in new)
        found.append(Change("iam:TagUser", {"UserName": name, "Tags": new}, f"Set {keys_set}"))
    return found
