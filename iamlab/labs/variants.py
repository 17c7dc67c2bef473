"""Variants of a lab: the same task about other people and things, so that neighbours cannot copy from each other.

A lab gives some names several values under `variants`. The first of each together are its variant 1, the second ones
its variant 2. An attempt's variant is bound as what the learner chooses is, and stays for the attempt's whole life.
"""

from typing import Any
from xml.sax.saxutils import escape

from iamlab.labs.models import Attempt
from iamlab.labs.vocabulary import fill
from iamlab.people.models import Person

Lab = dict[str, Any]


def of(lab: Lab) -> list[str]:
    """The variants of a lab; the empty one alone where it has none."""
    lengths = [len(spec["of"]) for spec in (lab.get("variants") or {}).values()]
    return [str(number) for number in range(1, min(lengths) + 1)] if lengths else [""]


def names(lab: Lab, variant: str) -> dict[str, str]:
    """What a variant calls its people and things."""
    return {name: spec["of"][int(variant) - 1] for name, spec in (lab.get("variants") or {}).items()}


def figure(lab: Lab, variant: str, svg: str) -> str:
    """A figure of the lab with the names of a variant in it."""
    return fill(svg, {name: escape(value) for name, value in names(lab, variant).items()})


def draw(person: Person, lab: Lab) -> str:
    """The variant of a person's next attempt: not that of their last one, nor of who registered beside them."""
    known = of(lab)
    earlier = Attempt.objects.filter(person=person, lab=lab["id"]).count() if len(known) > 1 else 0
    return known[(person.pk + earlier) % len(known)]
