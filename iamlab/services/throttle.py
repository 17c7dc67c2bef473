"""Buckets of tokens, in this process: how often something may be asked for in a second."""

import threading
import time
from collections.abc import Hashable

from django.conf import settings

from iamlab.services.callers import World
from iamlab.services.operations import AwsError

MOST = 10_000  # buckets remembered; a forgotten one is full again

_lock = threading.Lock()
_buckets: dict[Hashable, tuple[float, float]] = {}  # key -> tokens left, at what time


def on(world: World) -> bool:
    """Whether this world's requests are counted at all."""
    return bool(settings.REQUESTS_PER_SECOND) and world.throttled


def take(key: Hashable, rate: int, code: str = "Throttling") -> None:
    """Take a token. Raises Throttling, or `code`. A bucket holds the tokens of one second."""
    now = time.monotonic()
    with _lock:
        tokens, at = _buckets.get(key, (float(rate), now))
        tokens = min(float(rate), tokens + (now - at) * rate)
        refused = tokens < 1
        if len(_buckets) >= MOST and key not in _buckets:
            _buckets.clear()
        _buckets[key] = (tokens if refused else tokens - 1, now)
    if refused:
        raise AwsError(code, "Rate exceeded", 400)
