"""How often something may be tried from the outside, in this process: guests made by a robot, passwords guessed."""

import threading
import time

from django.conf import settings

MINUTE = 60.0
MOST = 10_000  # names remembered; a forgotten one begins anew

_lock = threading.Lock()
_left: dict[str, tuple[float, float]] = {}  # name -> tries left, at what time


def allowed(name: str, a_minute: int, take: int = 1) -> bool:
    """Whether a name, such as an address, has a try left, and take it; 0 a minute means no limit."""
    if not a_minute:
        return True
    now = time.monotonic()
    with _lock:
        left, at = _left.get(name, (float(a_minute), now))
        left = min(float(a_minute), left + (now - at) * a_minute / MINUTE)
        if len(_left) >= MOST and name not in _left:
            _left.clear()
        _left[name] = (left - take if left >= 1 else left, now)
    return left >= 1


def may_start(address: str) -> bool:
    """Whether one more guest may come from an address; a class behind one address comes at once."""
    return allowed(f"start {address}", settings.GUESTS_PER_MINUTE)


def may_guess(username: str) -> bool:
    """Whether one more password may be tried for a user name. Right ones are no tries: many share a demo's."""
    return allowed(f"sign-in {username.lower()}", settings.SIGN_INS_PER_MINUTE, take=0)


def guessed_wrong(username: str) -> None:
    allowed(f"sign-in {username.lower()}", settings.SIGN_INS_PER_MINUTE)


def forget() -> None:
    """As when the process began."""
    with _lock:
        _left.clear()
