"""A bucket of tokens for each sandbox, in this process: one learner's storm does not slow the others."""

import threading
import time

from django.conf import settings

from iamlab.services.callers import World
from iamlab.services.operations import AwsError

MOST = 10_000  # sandboxes remembered; a forgotten one has a full bucket again

_lock = threading.Lock()
_buckets: dict[int, tuple[float, float]] = {}  # sandbox -> tokens left, at what time


def check(world: World) -> None:
    """Take a token. Raises Throttling. A bucket holds the requests of one second; 0 a second means no limit."""
    rate = settings.REQUESTS_PER_SECOND
    if not rate or not world.throttled:
        return
    now = time.monotonic()
    with _lock:
        tokens, at = _buckets.get(world.sandbox_id, (float(rate), now))
        tokens = min(float(rate), tokens + (now - at) * rate)
        refused = tokens < 1
        if len(_buckets) >= MOST and world.sandbox_id not in _buckets:
            _buckets.clear()
        _buckets[world.sandbox_id] = (tokens if refused else tokens - 1, now)
    if refused:
        raise AwsError("Throttling", "Rate exceeded", 400)
