"""manage.py demo: a class with an instructor and thirty learners at different points, made once."""

from typing import Any

from django.core.management.base import BaseCommand

from iamlab.classroom import demo
from iamlab.people.demo import SIGN_INS


class Command(BaseCommand):
    help = "Make a demo class: an instructor and thirty learners at different points of the labs. Once."

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.made():
            demo.bring_up_to_date()
            self.stdout.write("The demo class is here already; its learners are at work again.")
        else:
            klass = demo.make(SIGN_INS)
            self.stdout.write(f"Made the class {klass} with {klass.enrolments.count() - 1} learners.")
        for one in SIGN_INS:
            self.stdout.write(f"  {one['username']} / {one['password']}: {one['about']}")
