"""The application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamlab.settings")
django = get_wsgi_application()

from iamlab.wire.middleware import entrance  # noqa: E402 - once Django is set up

application = entrance(django)
# What is loaded by now stays, and a page makes some ten thousand objects that nearly all go by themselves: collecting
# at every 700, as Python does, took a fifteenth of a page's time.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)
