"""iamlab's settings, with the bare views beside its own."""

from iamlab.settings import *  # noqa: F403

ROOT_URLCONF = "bench.bare.urls"
REQUESTS_PER_SECOND = 1_000_000
