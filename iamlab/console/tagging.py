"""Managing the tags of what bears them: what changed is put, what is gone is taken away."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse

from iamlab.console import changes, pages
from iamlab.console.changes import Change
from iamlab.console.editing import EditingForm, in_words
from iamlab.console.pickers import PickingForm
from iamlab.console.questions import picked
from iamlab.console.session import Session
from iamlab.console.tags import TagsField

Tag = dict[str, str]


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
    """Of what IAM has. `name` is what the page calls it, `listing` the crumb of its list."""
    now = session.call(f"iam:List{bearer.kind}Tags", bearer.who)["Tags"]
    write = partial(written, f"iam:Untag{bearer.kind}", f"iam:Tag{bearer.kind}", bearer.who)
    return edited(request, session, now, write, name, back, [listing, (name, back)], fold=bearer.fold)


# Makes the changes of tags that go and of tags that come.
Write = Callable[[list[Tag], list[Tag]], list[Change]]


def edited(
    request: HttpRequest,
    session: Session,
    now: list[Tag],
    write: Write,
    name: str,
    back: str,
    crumbs: pages.Crumbs,
    *,
    fold: bool = False,
) -> HttpResponse:
    """The page that manages the tags of anything."""
    form_class = FoldedTagsForm if fold else TagsForm
    form = picked(request, session, form_class, "Manage tags", back, crumbs, "Save changes", initial={"tags": now})
    if isinstance(form, HttpResponse):
        return form
    outcomes = changes.make(session, write(*difference(now, form.cleaned_data["tags"], fold)))
    return changes.answer(request, session, outcomes, back, f"Tags of {name} saved.", "Manage tags")


def difference(now: list[Tag], wanted: list[Tag], fold: bool) -> tuple[list[Tag], list[Tag]]:
    """The tags that go and those that come."""

    def same(key: str) -> str:
        return key.lower() if fold else key

    keys = {same(tag["Key"]) for tag in wanted}
    return [tag for tag in now if same(tag["Key"]) not in keys], [tag for tag in wanted if tag not in now]


def written(untag: str, tag: str, who: dict[str, Any], gone: list[Tag], new: list[Tag]) -> list[Change]:
    """By operations that take the keys away, as most services' do."""
    found = []
    if gone:
        keys = [one["Key"] for one in gone]
        found.append(Change(untag, {**who, "TagKeys": keys}, f"Remove {in_words(keys)}"))
    if new:
        found.append(Change(tag, {**who, "Tags": new}, f"Set {in_words([one['Key'] for one in new])}"))
    return found
