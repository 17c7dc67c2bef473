"""So many requests a second for each sandbox: one learner's storm does not slow the others."""

from django.conf import settings

from iamlab.services import throttle
from iamlab.services.callers import World


def check(world: World) -> None:
    """Raises Throttling. 0 a second means no limit."""
    if throttle.on(world):
        throttle.take(world.sandbox_id, settings.REQUESTS_PER_SECOND)
