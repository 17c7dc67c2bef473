"""What every page's frame needs of the request alone."""

from django.http import HttpRequest

THEMES = ("light", "dark", "system")


def frame(request: HttpRequest) -> dict:
    """Context processor: `theme`, as the person chose it ("" or "system": as their machine says)."""
    chosen = request.COOKIES.get("theme", "")
    return {"theme": chosen if chosen in THEMES else ""}
