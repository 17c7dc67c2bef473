"""/fidelity/: what of AWS is simulated, for everybody."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from iamlab.door import fidelity


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All operations, or those of `?service=` and `?how=`. Values that are none of these show everything."""
    service = request.GET.get("service", "")
    service = service if service in fidelity.SERVICES else ""
    how = request.GET.get("how", "")
    how = how if how in fidelity.WORDS else ""
    kinds = {fidelity.PERFORMED: "success", fidelity.KEPT: "info", fidelity.NOT: "stopped"}
    context = {
        "services": [
            choice("All services", "service", "", service, how=how),
            *(choice(title, "service", name, service, how=how) for name, title in fidelity.SERVICES.items()),
        ],
        "hows": [
            choice("All", "how", "", how, service=service),
            *(choice(name.capitalize(), "how", name, how, service=service) for name in fidelity.WORDS),
        ],
        "counts": [(title, list(number.values())) for _, title, number in fidelity.counts()],
        "words": fidelity.WORDS.items(),
        "differences": fidelity.DIFFERENCES,
        "rows": [(row, fidelity.SERVICES[row.service], kinds[row.how]) for row in fidelity.rows(service, how)],
    }
    return render(request, "insight/fidelity.html", context)


def choice(label: str, key: str, value: str, current: str, **others: str) -> dict[str, object]:
    query = urlencode({name: given for name, given in {**others, key: value}.items() if given})
    return {"label": label, "url": f"{reverse('fidelity')}?{query}#operations", "current": value == current}
