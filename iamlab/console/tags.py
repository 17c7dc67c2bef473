"""Tags in forms: rows of key and value."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from iamlab.console.forms import member, pattern_check

MOST = 50


class TagsWidget(forms.Widget):
    """Rows of two inputs each. The buttons `look=NAME:add` and `look=NAME:drop:N` add and take away rows."""

    use_fieldset = True

    def __init__(self, most: int = MOST, noun: str = "tag") -> None:
        super().__init__()
        self.most, self.noun = most, noun
        self.dropped = False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        if not isinstance(data, QueryDict):
            return data.get(name, [])
        pairs = list(zip(data.getlist(f"{name}-key"), data.getlist(f"{name}-value"), strict=False))
        wanted, _, what = data.get("look", "").partition(":")
        if wanted == name and what.startswith("drop:"):
            pairs = [pair for at, pair in enumerate(pairs) if str(at) != what[5:]]
            self.dropped = True
        rows = [{"Key": key.strip(), "Value": value.strip()} for key, value in pairs if key.strip() or value.strip()]
        return [*rows, {"Key": "", "Value": ""}] if wanted == name and what == "add" else rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = list(value or [])
        context = {"name": name, "rows": rows, "left": self.most - len(rows), "id": (attrs or {}).get("id", name)}
        return render_to_string("console/tags_input.html", {**context, "noun": self.noun, "dropped": self.dropped})


class TagsField(forms.Field):
    """A list of {"Key", "Value"}. `fold`: keys that differ in case alone are the same, as on users and roles. `noun` is
    what one is called."""

    def __init__(self, *, fold: bool = True, most: int = MOST, noun: str = "tag", **more: Any) -> None:
        self.fold, self.most = fold, most
        super().__init__(widget=TagsWidget(most, noun), required=False, **{"label": "Tags", **more})

    def clean(self, value: Any) -> list[dict[str, str]]:
        tags = [tag for tag in value or [] if tag["Key"] or tag["Value"]]
        if len(tags) > self.most:
            raise forms.ValidationError(f"A resource can have up to {self.most} tags.")
        seen = set()
        for tag in tags:
            check(tag)
            key = tag["Key"].lower() if self.fold else tag["Key"]
            if key in seen:
                raise forms.ValidationError(f"The key {tag['Key']} stands here twice.")
            seen.add(key)
        return tags


def check(tag: dict[str, str]) -> None:
    """The limits of a tag's key and value. Raises ValidationError."""
    shape = member("iam:TagUser", "Tags").member  # type: ignore[union-attr]
    if not tag["Key"]:
        raise forms.ValidationError(f"The value {tag['Value']} has no key.")
    if tag["Key"].lower().startswith("aws:"):
        raise forms.ValidationError("A key must not begin with aws: AWS keeps those for itself.")
    for name in ("Key", "Value"):
        limits = shape.members[name].metadata
        if len(tag[name]) > limits["max"]:
            raise forms.ValidationError(f"A tag's {name.lower()} has at most {limits['max']} characters.")
        if tag[name]:
            try:
                pattern_check(limits["pattern"])(tag[name])
            except forms.ValidationError as error:
                raise forms.ValidationError(f"{name} {tag[name]}: {error.message}") from error
