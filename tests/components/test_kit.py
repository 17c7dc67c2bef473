"""Code views, denied boxes and every crispy layout object of the template pack."""

import time

import pytest
from crispy_forms import bootstrap, layout
from crispy_forms.helper import FormHelper
from django import forms
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory

from iamlab.components import markup
from iamlab.components.code import code_lines, difference
from iamlab.components.templatetags.components import register


def render(source, **context):
    return Template("{% load components crispy_forms_tags %}" + source).render(
        Context({"request": RequestFactory().get("/"), **context})
    )


def test_code_is_coloured_marked_and_escaped():
    lines = code_lines('{"Sid": "<script>",\n"n": 1}', marks=[{"first": 2, "kind": "deny", "note": "here"}])
    assert lines[0].startswith('<span class="line">{<span class="k">&quot;Sid&quot;</span>: <span class="s">')
    assert "<script>" not in lines[0] and "&lt;script&gt;" in lines[0]
    assert lines[1].startswith('<span class="line mark-deny">') and '<span class="note">here</span>' in lines[1]


@pytest.mark.parametrize("text", ["", "{", '"unclosed', "\\", "a\r\nb", "\x00"])
def test_what_is_not_json_is_shown_as_it_is(text):
    assert len(code_lines(text)) == text.count("\n") + 1


def test_a_string_that_never_closes_is_coloured_at_once():
    """In 0.1 s; a minute where each escaped quote begins a search of its own."""
    began = time.process_time()
    (line,) = code_lines('{"a": "' + '\\"' * 100_000)
    assert line.count("<span") == 3 and line.count("&quot;") == 100_003
    assert time.process_time() - began < 20


def test_two_versions_are_compared_line_by_line():
    assert difference("a\nb\nc", "a\nB\nc\nd") == (
        "a\nb\nB\nc\nd",
        [{"first": 2, "kind": "del"}, {"first": 3, "kind": "add"}, {"first": 5, "kind": "add"}],
    )


def test_a_download_is_a_plain_link():
    assert 'download hx-boost="false"' in markup.download("/users.csv", "Download .csv file")


def test_a_denial_is_copied_whole():
    shown = render(
        "{% denied d %}", d={"user": "arn:mario", "action": "s3:PutObject", "resource": "*", "context": "none"}
    )
    assert 'data-copy="User: arn:mario\nAction: s3:PutObject\nOn resource(s): *\nContext: none"' in shown


def test_a_secret_is_hidden_until_asked_for():
    shown = render('{% secret "hunter2" "password" %}')
    assert "<details" in shown and "<details open" not in shown


def test_content_of_a_block_is_escaped_once():
    shown = render('{% alert "error" header=h %}{{ h }}{% endalert %}', h="<b>&")
    assert shown.count("&lt;b&gt;&amp;") == 2 and "&amp;lt;" not in shown


class Everything(forms.Form):
    name = forms.CharField(help_text="Up to 64")
    secret = forms.CharField(widget=forms.PasswordInput, required=False)
    kind = forms.ChoiceField(choices=[("a", markup.tile("Tile", "Words")), ("b", "B")], widget=forms.RadioSelect)
    many = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    tick = forms.BooleanField(required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)


LAYOUTS = [
    layout.Div("name"),
    layout.Fieldset("Legend", "name"),
    layout.Row(layout.Column("name"), layout.Column("secret")),
    layout.MultiField("Label", "name", "secret"),
    layout.ButtonHolder(layout.Submit("go", "Go"), layout.Reset("no", "No"), layout.Button("b", "B")),
    layout.Hidden("x", "y"),
    layout.Field("kind", template="cloudscape/tiles.html"),
    bootstrap.FormActions(layout.Submit("go", "Go")),
    bootstrap.PrependedAppendedText("name", "https://", ".example"),
    bootstrap.InlineCheckboxes("many"),
    bootstrap.InlineRadios("kind"),
    bootstrap.FieldWithButtons("name", bootstrap.StrictButton("Go")),
    bootstrap.TabHolder(bootstrap.Tab("One", "name"), bootstrap.Tab("Two", "secret")),
    bootstrap.Accordion(bootstrap.AccordionGroup("One", "name"), bootstrap.AccordionGroup("Two", "secret")),
    bootstrap.Alert("Mind this"),
    bootstrap.UneditableField("name"),
    bootstrap.InlineField("name"),
    bootstrap.Modal("name", title="Title"),
]


@pytest.mark.parametrize("made", LAYOUTS, ids=lambda made: type(made).__name__)
def test_every_layout_object_has_its_template(made):
    form = Everything()
    form.helper = FormHelper()
    form.helper.layout = layout.Layout(made)
    shown = render("{% crispy form %}", form=form)
    words = {"name": 'name="name"', "kind": "Tile", "many": 'name="many"', "go": 'value="Go"'}
    assert any(word in shown for word in [*words.values(), "Mind this", 'name="x"', "Name"])


def test_a_wrong_field_points_at_its_error_and_its_help():
    shown = render("{{ form|crispy }}", form=Everything({"name": ""}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown and 'id="id_name_error"' in shown and 'aria-invalid="true"' in shown


def test_a_radio_group_is_a_fieldset_with_its_legend():
    shown = render("{{ form|crispy }}", form=Everything())
    assert "<legend>Kind</legend>" in shown and shown.count('type="radio"') == 2


def test_errors_of_the_whole_form_stand_above_it():
    form = Everything({})
    form.add_error(None, "<b>Taken</b>")
    shown = render("{% crispy form %}", form=form)
    assert shown.index("&lt;b&gt;Taken&lt;/b&gt;") < shown.index('name="name"')


@pytest.mark.parametrize("template", ["", "cloudscape/table_inline_formset.html"])
def test_a_formset_is_shown_with_its_management_form(template):
    formset = forms.formset_factory(Everything, extra=2)()
    helper = FormHelper()
    helper.template = template or None
    shown = render("{% crispy formset helper %}", formset=formset, helper=helper)
    assert 'name="form-TOTAL_FORMS"' in shown and 'name="form-1-name"' in shown


def test_secrets_typed_are_not_rendered_back():
    shown = render("{{ form|crispy }}", form=Everything({"name": "", "secret": "hunter2"}))
    assert "hunter2" not in shown


def test_long_versions_are_compared_in_no_time():
    """Hundreds of lines that are much alike: a list of actions of which each was renamed."""
    old, new = ("\n".join(f'"s3:{letter}{number:03}",' for number in range(400)) for letter in "AB")
    began = time.process_time()
    text, marks = difference(old, new)
    assert time.process_time() - began < 1
    assert text == f"{old}\n{new}" and len(marks) == 800


@pytest.mark.parametrize("tag", sorted(set(register.tags) - {"capture"}))  # which shows nothing by itself
def test_every_component_is_on_the_page_of_components(tag):
    """What is not there is neither looked at in both themes nor asked by axe."""
    source = get_template("components/index.html").template.source
    assert f"{{% {tag}" in source
