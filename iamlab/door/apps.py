"""The door learns the operations when Django starts."""

import importlib
import pkgutil

from django.apps import AppConfig


class DoorConfig(AppConfig):
    name = "iamlab.door"

    def ready(self) -> None:
        import iamlab.services

        for module in pkgutil.walk_packages(iamlab.services.__path__, "iamlab.services."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
