"""Why?, can X do Y?, who can?: pages over the door's judgements, in the console's frame."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console import pages
from iamlab.console.session import Session, console_page
from iamlab.door.authorise import Judgement
from iamlab.door.instead import Roles, at_hand, found
from iamlab.door.judging import asked_as, attachable, examiner_for, judge_all, principals
from iamlab.door.judging import who_can as judged
from iamlab.door.past import past_call
from iamlab.door.unread import of_record
from iamlab.insight import applying
from iamlab.insight.drafts import DraftForm, with_draft
from iamlab.insight.evidence import page_data
from iamlab.insight.forms import QuestionForm, WhoCanForm
from iamlab.insight.instead import told
from iamlab.insight.keys import written
from iamlab.insight.paging import paged
from iamlab.services.operations import AwsError
from iamlab.services.sts.messages import encoded


@console_page
@require_safe
def why(request: HttpRequest, session: Session, event_id: str) -> HttpResponse:
    """Why a call of this account was allowed or refused, as it was judged then."""
    past = past_call(session.caller, event_id)
    if past is None:
        raise Http404
    context: dict[str, Any] = {"record": past.record, "error": past.record.get("errorMessage", "")}
    context["unread"] = of_record(past.record) if past.judgement is None else ""
    context["lost"] = past.lost
    if past.judgement is not None:
        context["decision"] = paged(request, then(session, past.judgement, past.record))
        if "json" in request.GET:
            return HttpResponse(context["decision"]["json"], content_type="application/json")
        if not past.judgement.allowed:
            context["encoded"] = encoded(event_id)
        context["ask_again"] = ask_again(session, past.judgement.request, past.record)
    return pages.render(request, session, "insight/why.html", context, title="Why?", crumbs=[("Why?", None)])


def then(session: Session, judgement: Judgement, record: dict[str, Any]) -> dict[str, Any]:
    """The decision of a call that was made; what would change it can be done as long as the same policies apply."""
    who, roles = name_of(record), still(session, judgement)
    instead = told(session, roles, found(roles, [judgement])[0], who) if roles and not judgement.allowed else None
    data = page_data(judgement, who, instead=instead)
    possible, same = data["possible"], roles is not None and not session.examined
    return {**data, "changes": applying.offered(session, judgement, possible) if same else applying.told(possible)}


def still(session: Session, judgement: Judgement) -> Roles | None:
    """The caller's roles of today, where the caller's policies of today are those of the judgement: a draft made from
    older ones would undo what came. Else None."""
    asked = judgement.request
    who = asked.session_issuer or asked.principal
    if not isinstance(who, str):
        return None
    try:
        caller = asked_as(examiner_for(session.caller), who)
    except AwsError:
        return None
    roles = at_hand(caller)
    today = judge_all(caller, [asked.action], asked.resource, {})[0]
    same = (today.policy_set, today.resource_policy) == (judgement.policy_set, judgement.resource_policy)
    return roles if same else None


def name_of(record: dict[str, Any]) -> str:
    """How sentences call the caller of a record."""
    who = record.get("userIdentity", {})
    return who.get("userName") or ("root" if who.get("type") == "Root" else who.get("arn", "").rpartition("/")[2])


def ask_again(session: Session, asked: Any, record: dict[str, Any]) -> str:
    """The evaluator with the same question, to try it under today's policies."""
    arn = record.get("userIdentity", {}).get("arn", "")
    issuer = record.get("userIdentity", {}).get("sessionContext", {}).get("sessionIssuer", {}).get("arn", "")
    question = {"principal": issuer or arn or "anonymous", "actions": asked.action, "resource": asked.resource}
    context = written(asked.context, of_session=bool(asked.session_issuer))
    return session.url("evaluator", **question, context=context) if context is not None else ""


@console_page
@require_http_methods(["GET", "POST"])
def evaluator(request: HttpRequest, session: Session) -> HttpResponse:
    """Can a principal do some actions on a resource? The question is an address; a draft to compare with is sent."""
    asker = examiner_for(session.caller)
    everybody = principals(asker)
    form = QuestionForm(request.GET if "principal" in request.GET else None, everybody)
    context: dict[str, Any] = {"form": form}
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        who = dict(everybody)[asked["principal"]].partition(" ")[0]
        caller = asked_as(asker, asked["principal"])
        roles = at_hand(caller)
        judgements = judge_all(caller, asked["actions"], asked["resource"], asked["context"])
        context |= answers(session, judgements, who, roles)
        if context["only"]:
            context["only"] = paged(request, context["only"])
            if "json" in request.GET:
                return HttpResponse(context["only"]["json"], content_type="application/json")
        for row in context["answers"]:
            row["url"] = session.url("evaluator", **{**request.GET.dict(), "actions": row["action"]})
        context |= comparison(request, judgements, context["answers"], who)
        draft_form = context["draft_form"]
        status = 422 if draft_form.is_bound and not draft_form.is_valid() else 200
    return pages.render(
        request,
        session,
        "insight/evaluator.html",
        context,
        title="Policy evaluator",
        crumbs=[("Policy evaluator", None)],
        status=status,
    )


def answers(session: Session, judgements: list[Judgement], who: str, roles: Roles) -> dict[str, Any]:
    """One decision in full, or several in a line each."""
    possible = attachable(examiner_for(session.caller))
    rows = []
    for judgement, takings in zip(judgements, found(roles, judgements), strict=True):
        instead = told(session, roles, takings, who) if not judgement.allowed else None
        decision = page_data(judgement, who, possible, instead)
        how = applying.told if session.examined else partial(applying.offered, session, judgement)
        rows.append({**decision, "action": judgement.request.action, "changes": how(decision["possible"])})
    return {"answers": rows, "only": rows[0] if len(rows) == 1 else None}


def comparison(
    request: HttpRequest, judgements: list[Judgement], decided: list[dict[str, Any]], who: str
) -> dict[str, Any]:
    """The form for a draft, and each action before and after where one was sent."""
    form = DraftForm(request.POST if request.method == "POST" else None, judgements[0], request.get_full_path())
    compared = []
    if form.is_bound and form.is_valid():
        for judgement, before in zip(judgements, decided, strict=True):
            drafted = with_draft(judgement, form.cleaned_data["place"], form.cleaned_data["PolicyDocument"])
            after = page_data(drafted, who)
            differs = before["allowed"] != after["allowed"]
            compared.append({"action": judgement.request.action, "before": before, "after": after, "differs": differs})
    return {"draft_form": form, "compared": compared}


@console_page
@require_safe
def who_can(request: HttpRequest, session: Session) -> HttpResponse:
    """Who can do an action on a resource, and through what."""
    asker = examiner_for(session.caller)
    form = WhoCanForm(request.GET if "action" in request.GET else None)
    rows = []
    if form.is_bound and form.is_valid():
        action, resource = form.cleaned_data["action"], form.cleaned_data["resource"]
        given = form.cleaned_data["context"]
        for arn, label, judgement in judged(asker, action, resource, given):
            through = ", ".join(f"{entry.policy.name} ({entry.policy.via})" for entry in judgement.decision.statements)
            more = {"context": form.data["context"]} if given else {}
            url = session.url("evaluator", principal=arn, actions=action, resource=resource, **more)
            rows.append({"who": label, "allowed": judgement.allowed, "through": through, "url": url})
    context = {"form": form, "rows": sorted(rows, key=lambda row: not row["allowed"]), "asked": form.is_bound}
    status = 422 if form.is_bound and not form.is_valid() else 200
    return pages.render(
        request, session, "insight/who_can.html", context, title="Who can?", crumbs=[("Who can?", None)], status=status
    )
