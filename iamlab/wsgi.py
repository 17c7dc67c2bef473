"""The application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamlab.settings")
django = get_wsgi_application()

from iamlab.wire.middleware import entrance  # noqa: E402 - once Django is set up

application = entrance(django)
