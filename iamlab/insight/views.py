"""Why?, can X do Y?, who can?: pages over the door's judgements, in the console's frame."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from iamlab.console import pages
from iamlab.console.session import Session, console_page
from iamlab.door.judging import attachable, examiner_for, judge_as, principals
from iamlab.door.past import past_call
from iamlab.insight.evidence import page_data
from iamlab.insight.forms import QuestionForm, WhoCanForm
from iamlab.services.sts.messages import encoded


@console_page
@require_GET
def why(request: HttpRequest, session: Session, event_id: str) -> HttpResponse:
    """Why a call of this account was allowed or refused, as it was judged then."""
    past = past_call(session.caller, event_id)
    if past is None:
        raise Http404
    context: dict[str, Any] = {"record": past.record, "error": past.record.get("errorMessage", "")}
    if past.judgement is not None:
        context["decision"] = page_data(past.judgement, name_of(past.record))
        if not past.judgement.allowed:
            context["encoded"] = encoded(event_id)
        context["ask_again"] = ask_again(session, past.judgement.request, past.record)
    return pages.render(request, session, "insight/why.html", context, title="Why?", crumbs=[("Why?", None)])


def name_of(record: dict[str, Any]) -> str:
    """How sentences call the caller of a record."""
    who = record.get("userIdentity", {})
    return who.get("userName") or ("root" if who.get("type") == "Root" else who.get("arn", "").rpartition("/")[2])


def ask_again(session: Session, asked: Any, record: dict[str, Any]) -> str:
    """The evaluator with the same question, to try it under today's policies."""
    arn = record.get("userIdentity", {}).get("arn", "")
    issuer = record.get("userIdentity", {}).get("sessionContext", {}).get("sessionIssuer", {}).get("arn", "")
    return session.url("evaluator", principal=issuer or arn, actions=asked.action, resource=asked.resource)


@console_page
@require_GET
def evaluator(request: HttpRequest, session: Session) -> HttpResponse:
    """Can a principal do some actions on a resource? Asked by GET, so that a question is an address."""
    asker = examiner_for(session.caller)
    form = QuestionForm(request.GET if "principal" in request.GET else None, principals(asker))
    answers = []
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        who = dict(principals(asker))[data["principal"]].partition(" ")[0]
        possible = attachable(asker)
        for action in data["actions"]:
            judgement = judge_as(asker, data["principal"], action, data["resource"], data["context"])
            answers.append({"action": action, **page_data(judgement, who, possible)})
    context = {"form": form, "answers": answers, "only": answers[0] if len(answers) == 1 else None}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return pages.render(
        request,
        session,
        "insight/evaluator.html",
        context,
        title="Policy evaluator",
        crumbs=[("Policy evaluator", None)],
        status=status,
    )


@console_page
@require_GET
def who_can(request: HttpRequest, session: Session) -> HttpResponse:
    """Who can do an action on a resource, and through what."""
    asker = examiner_for(session.caller)
    form = WhoCanForm(request.GET if "action" in request.GET else None)
    rows = []
    if form.is_bound and form.is_valid():
        action, resource = form.cleaned_data["action"], form.cleaned_data["resource"]
        for arn, label in principals(asker):
            judgement = judge_as(asker, arn, action, resource)
            through = ", ".join(f"{entry.policy.name} ({entry.policy.via})" for entry in judgement.decision.statements)
            url = session.url("evaluator", principal=arn, actions=action, resource=resource)
            rows.append({"who": label, "allowed": judgement.allowed, "through": through, "url": url})
    context = {"form": form, "rows": sorted(rows, key=lambda row: not row["allowed"]), "asked": form.is_bound}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return pages.render(
        request, session, "insight/who_can.html", context, title="Who can?", crumbs=[("Who can?", None)], status=status
    )
