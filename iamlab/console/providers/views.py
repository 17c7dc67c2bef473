"""Identity providers: the list, one provider's page, adding, deleting."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, changes, pages, panels, refusals, tagging
from iamlab.console.changes import Change
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.providers.forms import AddForm
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page
from iamlab.console.tagging import Bearer
from iamlab.services.operations import AwsError

COLUMNS = [
    tables.column("provider", "Provider", sortable=True),
    tables.column("type", "Type"),
    tables.column("created", "Creation time"),
]
SAML_MARK = ":saml-provider/"


def name_of(arn: str) -> str:
    return arn.partition("-provider/")[2]


def type_of(arn: str) -> str:
    return "SAML" if SAML_MARK in arn else "OpenID Connect"


@require_safe
@console_page
def providers(request: HttpRequest, session: Session) -> HttpResponse:
    saml = panel(session, "iam:ListSAMLProviders")
    oidc = panel(session, "iam:ListOpenIDConnectProviders")
    created = {one["Arn"]: cells.moment(one["CreateDate"]) for one in saml.get("SAMLProviderList", [])}
    arns = [*created, *(one["Arn"] for one in oidc.get("OpenIDConnectProviderList", []))]
    ask = tables.asked(request, COLUMNS)
    cut = tables.arrange(sorted(arns, key=name_of), ask, text=name_of, order={"provider": name_of})
    refused = [one for one in (saml, oidc) if one.denial]
    table = tables.table(
        request,
        id="providers",
        title="Identity providers",
        columns=COLUMNS,
        rows=rows(session, cut["items"], created),
        total=cut["total"],
        found=cut["found"],
        ask=ask,
        heading="h1",
        info=True,
        select="many",
        denial=refused[0].denial if len(refused) == 2 else None,
        description="Use an identity provider to manage user identities outside of AWS, and give these identities "
        "permissions to use AWS resources in this account.",
        filter_label="Search",
        empty_text="No identity provider has been added.",
    )
    context = {"table": table, "refused": refused if len(refused) == 1 else []}
    title, template = "Identity providers", "console/providers/list.html"
    return pages.render(request, session, template, context, title=title, crumbs=[(title, None)])


def rows(session: Session, arns: list[str], created: dict[str, str]) -> list[dict[str, Any]]:
    """Only a provider itself tells when it was made, where it is of OpenID Connect: one call for all of them."""
    asked = [arn for arn in arns if arn not in created]
    answers = panels.cells(
        session, "iam:GetOpenIDConnectProvider", [{"OpenIDConnectProviderArn": arn} for arn in asked]
    )
    times: dict[str, Any] = dict(created)
    for arn, one in zip(asked, answers, strict=True):
        times[arn] = cells.moment(one["CreateDate"]) if one.stands else refused_cell(one)
    return [
        tables.row(arn, [markup.link(session.url("provider", arn), name_of(arn)), type_of(arn), times[arn]])
        for arn in arns
    ]


@require_http_methods(["GET", "POST"])
@console_page
def add(request: HttpRequest, session: Session) -> HttpResponse:
    sent = request.method == "POST" and "look" not in request.POST
    kind = (request.GET if request.method == "GET" else request.POST).get("kind", "")
    form = AddForm(request.POST, request.FILES, kind=kind) if sent else AddForm(kind=kind)
    denial = None
    if sent and form.is_valid():
        try:
            answer = session.call(form.operation, form.params())
        except AwsError as error:
            denial = refusals.told(session, form, error)
        else:
            arn = answer.get("SAMLProviderArn") or answer["OpenIDConnectProviderArn"]
            url = session.url("provider", arn)
            text = format_html('{} is added. <a class="btn" href="{}">View provider</a>', name_of(arn), url)
            return pages.done(request, session.url("providers"), text)
    title = "Add an identity provider"
    context = {"form": form, "denial": denial, "heading": title}
    crumbs = [("Identity providers", session.url("providers")), (title, None)]
    status, template = 422 if sent else 200, "console/providers/add.html"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs, status=status)


@require_safe
@console_page
def provider(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    saml = SAML_MARK in arn
    operation = "iam:GetSAMLProvider" if saml else "iam:GetOpenIDConnectProvider"
    found = panel(session, operation, {"SAMLProviderArn" if saml else "OpenIDConnectProviderArn": arn})
    name = name_of(arn) or arn
    missing = bool(found.failure)
    context = {
        "arn": arn,
        "name": name,
        "found": found,
        "summary": summary(arn, found) if found.stands else [],
        "audiences": audiences(request, found.get("ClientIDList", [])) if found.stands and not saml else None,
        "thumbprints": found.get("ThumbprintList", []),
        "metadata": found.get("SAMLMetadataDocument", ""),
        "tags": panel(session, f"iam:List{bearer(arn).kind}Tags", bearer(arn).who) if found.stands else None,
    }
    crumbs = [("Identity providers", session.url("providers")), (name, None)]
    status, template = 404 if missing else 200, "console/providers/detail.html"
    return pages.render(request, session, template, context, title=name, crumbs=crumbs, status=status)


def audiences(request: HttpRequest, names: list[str]) -> dict[str, Any]:
    return tables.table(
        request,
        id="audiences",
        title="Audiences",
        columns=[tables.column("name", "Audience")],
        rows=[tables.row(one, [one]) for one in names],
        select="many",
        tools=False,
        description="Also known as client IDs: the applications that the provider's tokens are for.",
        empty_text="No token of the provider is for this account.",
    )


def bearer(arn: str) -> Bearer:
    kind = "SAMLProvider" if SAML_MARK in arn else "OpenIDConnectProvider"
    return Bearer(kind, {f"{kind}Arn": arn})


@require_http_methods(["GET", "POST"])
@console_page
def tags(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    listing = ("Identity providers", session.url("providers"))
    return tagging.manage(request, session, bearer(arn), name_of(arn), session.url("provider", arn), listing)


def summary(arn: str, found: Panel) -> list[tuple[str, Any]]:
    rows = [
        ("Provider", name_of(arn)),
        ("Provider type", type_of(arn)),
        ("Creation time", cells.moment(found["CreateDate"])),
        ("ARN", markup.copy(arn, "ARN")),
    ]
    return [*rows, ("Valid until", cells.moment(found["ValidUntil"]))] if SAML_MARK in arn else rows


def removal(arn: str) -> Change:
    kind = "SAML" if SAML_MARK in arn else "OpenIDConnect"
    return Change(f"iam:Delete{kind}Provider", {f"{kind}ProviderArn": arn}, f"Delete {name_of(arn)}")


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    arns = changes.ticked(request)
    back = session.url("providers")
    if not arns:
        return redirect(back)
    phrase = name_of(arns[0]) if len(arns) == 1 else f"{len(arns)} providers"
    error = changes.confirmed(request, phrase) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        outcomes = changes.make(session, [removal(arn) for arn in arns])
        return changes.answer(request, session, outcomes, back, f"{phrase} deleted.", "Delete providers")
    confirm = {
        "title": f"Delete {phrase}?",
        "cancel_url": back,
        "submit": "Delete",
        "danger": "Roles that trust a deleted provider stay, and nobody can assume them through it any more.",
        "typed": phrase,
        "error": error,
        "hidden": [("selected", arn) for arn in arns],
    }
    sentences = [f"Permanently delete {', '.join(map(name_of, arns))}?"]
    return question(request, session, confirm, sentences, 422 if error else 200)
