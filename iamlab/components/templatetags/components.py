"""Template tags of the component kit: {% load components %}. docs/components.md shows each with its inputs."""

from zlib import crc32

from django import template
from django.forms import BoundField, CheckboxSelectMultiple
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join

from iamlab.components import markup
from iamlab.components.asking import ASKS
from iamlab.components.code import code_lines, difference

register = template.Library()
LONG = 10_000  # characters

for leaf in (
    markup.icon,
    markup.status,
    markup.badge,
    markup.link,
    markup.copy,
    markup.denied_cell,
    markup.download,
    markup.branch,
):
    register.simple_tag(leaf)


# ---- components around content: {% container "Summary" %}...{% endcontainer %} ----


@register.simple_block_tag
def container(content, title="", counter=None, description="", actions="", id="", info=False):
    """A bordered card with a header. `actions` is HTML made with {% capture %} or a view."""
    return render_to_string("components/container.html", locals())


@register.simple_block_tag(end_name="endpage_header")
def page_header(content, title, counter=None, description="", info=False, lang=""):
    """The h1 (`lang`: its attribute) with its counter and description; the content is the buttons on the right."""
    return render_to_string("components/page_header.html", locals())


@register.simple_block_tag
def alert(content, kind="info", header="", dismissible=False):
    """A box inside the page; `kind` is info, success, warning or error."""
    return render_to_string("components/alert.html", locals())


@register.simple_block_tag
def expandable(content, title, description="", open=False):
    """A section that opens and closes, a native <details>."""
    return render_to_string("components/expandable.html", locals())


@register.simple_block_tag
def empty(content, title, text=""):
    """What a panel shows when there is nothing; the content is the buttons."""
    return render_to_string("components/empty.html", locals())


@register.simple_block_tag(end_name="enddropdown")
def dropdown(content, label, variant="", right=False):
    """A button that opens a list; the content is <li> elements with links or buttons."""
    return render_to_string("components/dropdown.html", locals())


@register.simple_block_tag(end_name="endform_footer")
def form_footer(content, cancel_url="", submit="", submit_name="", disabled=False):
    """Cancel, other buttons (the content), then the primary one."""
    return render_to_string("components/form_footer.html", locals())


@register.simple_block_tag(end_name="endhelp_panel")
def help_panel(content, title="Help"):
    """The panel that an Info link opens; put it into {% block help %}."""
    return render_to_string("components/help_panel.html", locals())


@register.simple_block_tag(takes_context=True, end_name="endtable")
def table(context, content, table):
    """A whole list (see iamlab.components.tables.table); the content is its buttons, form="{{ table.id }}-rows"."""
    return render_to_string("components/table.html", {**context.flatten(), "table": table, "actions": content})


@register.simple_block_tag
def capture(content):
    """Hands a piece of template on: {% capture as buttons %}...{% endcapture %}{% container "T" actions=buttons %}."""
    return content


# ---- components from data ----


@register.inclusion_tag("components/key_values.html")
def key_values(items, columns=3):
    """A grid of (key, value) pairs."""
    return {"items": items, "columns": columns}


@register.inclusion_tag("components/tabs.html")
def tabs(items, label="Sections"):
    """Links to the sections of a page: each {label, url, current, count}."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/segments.html")
def segments(items, label):
    """A choice among few views: each {label, url, current}."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/code.html")
def code(text, language="json", marks=None, title="", copy=True, numbers=True):
    """Numbered lines with marks (see iamlab.components.code.code_lines)."""
    lines = code_lines(text, language, marks)
    # A long text does not travel twice: it is copied from its lines, where no note stands among them.
    id = f"code-{crc32(text.encode()):x}" if copy and not marks and len(text) > LONG else ""
    return {
        "text": text, "lines": lines, "language": language, "title": title, "copy": copy, "numbers": numbers, "id": id,
    }  # fmt: skip


@register.inclusion_tag("components/code.html")
def compare(old, new, language="json", title=""):
    """Two texts as one, lines that went and came marked."""
    text, marks = difference(old, new)
    return {"lines": code_lines(text, language, marks), "language": language, "title": title, "diff": True}


@register.inclusion_tag("components/cli.html")
def cli(lines):
    """The `aws` command lines of what the page does, closed at first."""
    return {"text": "\n".join(lines)}


@register.inclusion_tag("components/calls.html")
def calls(calls):
    """The API calls that a wizard is about to make, in order: each {operation, params (text) or "", cli}."""
    return {"calls": calls}


@register.inclusion_tag("components/flow.html")
def flow(steps, label):
    """The layers of a decision: each {label, kind: allow|deny|silent|skipped, text, current}."""
    return {"steps": steps, "label": label}


@register.inclusion_tag("components/denied.html")
def denied(denial):
    """The box of a refused call: {user, action, resource, context, service?, why_url?, text?}."""
    names = (
        ("User", "user"),
        ("Service", "service"),
        ("Action", "action"),
        ("On resource(s)", "resource"),
        ("Context", "context"),
    )
    facts = [(name, denial[key]) for name, key in names if denial.get(key)]
    return {"denial": denial, "facts": facts, "text": "\n".join(f"{name}: {value}" for name, value in facts)}


@register.inclusion_tag("components/secret.html")
def secret(value, label="secret"):
    """A value hidden until asked for, then copyable."""
    return {"value": value, "label": label}


@register.inclusion_tag("components/progress.html")
def progress(value, label, maximum=100, text=""):
    """A bar with its value in words."""
    return {"value": value, "label": label, "maximum": maximum, "text": text or f"{value} of {maximum}"}


@register.inclusion_tag("components/tokens.html")
def tokens(items, label):
    """Removable values: each {label, remove_url?}."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/dropzone.html")
def dropzone(field, hint="", folder=False):
    """A bound file field as a drop zone with a progress bar, inside a multipart form."""
    return {"field": field, "hint": hint, "folder": folder}


@register.inclusion_tag("components/flash.html")
def flash(kind, text, dismissible=True):
    """One message over the content; `kind` is success, error, warning, info or progress."""
    return {"kind": kind, "text": text, "dismissible": dismissible}


@register.inclusion_tag("components/identity.html")
def identity(identity):
    """Who acts, by colour and word: {kind: root|user|role|federated, label, account_label, colour?}."""
    return {"identity": identity}


@register.inclusion_tag("components/modal_button.html")
def modal_button(label, url, variant="", form="", needs="", icon_name=""):
    """A button whose page opens as a modal (as a page without JavaScript). `form` sends a table's selection along, by
    POST: it may be longer than an address can be."""
    url = asking_url(url) if form else url
    return {"label": label, "url": url, "variant": variant, "form": form, "needs": needs, "icon_name": icon_name}


def asking_url(url):
    """The address of a page that reads what is sent to it by POST as a GET."""
    return f"{url}{'&' if '?' in url else '?'}{ASKS}=1"


@register.inclusion_tag("components/chosen_button.html")
def chosen_button(label, url, form, needs="some"):
    """A menu's button to a page with the rows that are ticked: several go by POST, one stands in the address."""
    many = needs == "some"
    return {"label": label, "url": asking_url(url) if many else url, "form": form, "needs": needs, "many": many}


register.filter(markup.unturned)


@register.filter
def spans(text):
    """A sentence with its `names in backticks` as code; everything is escaped."""
    parts = str(text).split("`")
    pieces = (format_html("<code>{}</code>" if at % 2 else "{}", part) for at, part in enumerate(parts))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether a field may be said to be optional: not the boxes of a group, which everybody may leave, nor a field that
    a box opens, which is needed once the box is ticked (the form's `opened_by`)."""
    boxes = isinstance(field.field.widget, CheckboxSelectMultiple)
    return not (field.field.required or boxes or field.name in getattr(field.form, "opened_by", {}))
