"""What every page's frame needs of the request alone."""

from django.http import HttpRequest

THEMES = ("light", "dark", "system")


def frame(request: HttpRequest) -> dict:
    """Context processor: `theme` as chosen ("" or "system": the machine's) and `panel_closed`, as it was left."""
    chosen = request.COOKIES.get("theme", "")
    return {"theme": chosen if chosen in THEMES else "", "panel_closed": request.COOKIES.get("panel") == "closed"}
