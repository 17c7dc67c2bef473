"""Settings of a project that is Django and one view: no middleware, no database."""

SECRET_KEY = "bench"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "bench.bare.plain_urls"
