"""Who has a policy: the page that every managed policy has, AWS's own too."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.console import pages
from iamlab.console.session import Session, console_page
from iamlab.door.calls import call
from iamlab.door.holding import Holder, holders
from iamlab.door.judging import examiner_for
from iamlab.insight.forms import WhoHasForm
from iamlab.services.operations import AwsError

MOST = 500  # rows of the page
ATTACH = (("a user", "User", "user/*"), ("a group", "Group", "group/*"), ("a role", "Role", "role/*"))


@console_page
@require_safe
def page(request: HttpRequest, session: Session) -> HttpResponse:
    """Everybody in this account whom a managed policy concerns, and who could change or attach it."""
    asker = examiner_for(session.caller)
    form = WhoHasForm(request.GET if "policy" in request.GET else None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        arn = form.cleaned_data["policy"]
        try:
            policy = call(asker, "iam:GetPolicy", {"PolicyArn": arn})["Policy"]
        except AwsError as error:
            form.add_error("policy", error.message)
        else:
            found = holders(asker, arn, MOST)
            context |= {"policy": policy, "more": len(found) > MOST, "most": MOST, **links(session, arn)}
            context["rows"] = [row(session, one) for one in found[:MOST]]
    status = 422 if form.is_bound and not form.is_valid() else 200
    crumbs: pages.Crumbs = [("Who has it?", None)]
    return pages.render(
        request, session, "insight/who_has.html", context, title="Who has it?", crumbs=crumbs, status=status
    )


def row(session: Session, one: Holder) -> dict[str, str]:
    address = session.url(one.kind, one.name, "permissions")
    return {"name": one.name, "kind": one.kind, "how": ", ".join(one.ways), "url": address}


def links(session: Session, arn: str) -> dict[str, Any]:
    """Who can change it, "" for AWS's: nobody in an account can; and who can give it to whom."""
    own = not arn.startswith("arn:aws:iam::aws:")
    change = session.url("who-can", action="iam:CreatePolicyVersion", resource=arn) if own else ""
    key, account = f"iam:PolicyARN = {arn}", f"arn:aws:iam::{session.account.pk}"
    attach = [
        (whom, session.url("who-can", action=f"iam:Attach{kind}Policy", resource=f"{account}:{path}", context=key))
        for whom, kind, path in ATTACH
    ]
    return {"change": change, "attach": attach}
