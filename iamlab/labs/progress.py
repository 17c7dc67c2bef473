"""How far a learner is: labs, steps, marks, misconceptions met and mended; questions to come back to; certificates."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from iamlab.labs import content, scoring, translations
from iamlab.labs.misconceptions import of_answers, of_mistakes
from iamlab.labs.models import Answer, Attempt, CheckFact
from iamlab.labs.questions import ON_THE_ACCOUNT
from iamlab.labs.texts import inline
from iamlab.labs.translations import lab_of
from iamlab.labs.vocabulary import fill
from iamlab.people.models import Person

REVIEWS = (timedelta(days=3), timedelta(days=10))  # after the first time that a question was missed
Row = dict[str, Any]


def passing(lab: dict[str, Any]) -> int:
    return int(lab.get("pass_at", 70))


def best(person: Person) -> list[Row]:
    """A row a lab: the attempt with the best mark, its steps and when it was passed. Seven queries."""
    attempts = list(Attempt.objects.filter(person=person).select_related("lab_version").order_by("pk"))
    marks = scoring.scores(attempts)
    chosen: dict[str, Attempt] = {}
    for attempt in attempts:
        before = chosen.get(attempt.lab)
        if before is None or marks[attempt.pk].effective >= marks[before.pk].effective:
            chosen[attempt.lab] = attempt
    return [_row(attempt, marks[attempt.pk]) for attempt in chosen.values()]


def _row(attempt: Attempt, mark: scoring.Score) -> Row:
    lab = lab_of(attempt)
    graded = [step for step in lab["steps"] if step.get("checks")]
    names = content.names(lab, attempt.bound)
    done = sum(mark.steps[step["id"]].effective > 0.999 for step in graded)
    return {
        "attempt": attempt,
        "title": lab["title"],
        "score": round(mark.effective),
        "passed": mark.effective >= passing(lab),
        "lang": translations.attribute(lab, attempt.language),
        "words": f"{round(mark.effective)} of 100 points, {done} of {len(graded)} steps with checks",
        "steps": [(fill(step["title"], names), round(mark.steps[step["id"]].effective * 100)) for step in graded],
    }


def misconceptions(person: Person) -> list[Row]:
    """Failure codes met, with whether every check that met one passes now: mended."""
    met: defaultdict[str, Row] = defaultdict(lambda: {"times": 0, "mended": True, "labs": set(), "say": ""})
    facts = CheckFact.objects.filter(attempt__person=person).exclude(tries={}).select_related("attempt__lab_version")
    for fact in facts:
        for code, times in fact.tries.items():
            row = met[code]
            row["times"] += times
            row["mended"] = row["mended"] and (fact.status == "pass" or fact.passed is not None)
            row["labs"].add(lab_of(fact.attempt)["title"])
            row["say"] = row["say"] or said(fact, code)
    rows = [{"code": code, "word": code.replace("-", " "), **row} for code, row in met.items()]
    return sorted(rows, key=lambda row: (row["mended"], row["code"]))


def said(fact: CheckFact, code: str) -> SafeString:
    """What a check says of a mistake, "" where its lab does not know it any more."""
    lab = lab_of(fact.attempt)
    names = content.names(lab, fact.attempt.bound)
    found = (
        told
        for step, check in content.checks_of(lab)
        if (step["id"], check["id"]) == (fact.step, fact.check_id)
        for known, told in chain(of_mistakes(check), of_answers(lab, check))
        if known == code
    )
    return inline(next(found, ""), names)


def due(person: Person, now: datetime | None = None) -> list[tuple[Attempt, dict[str, Any]]]:
    """Questions once missed that are to be asked again: 3 and 10 days after, what was tried last at the end."""
    now = now or timezone.now()
    answers = Answer.objects.filter(attempt__person=person).order_by("pk").select_related("attempt__lab_version")
    tries: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        tries[answer.attempt.lab, answer.question].append(answer)
    found = []
    for (_, question_id), given in tries.items():
        missed = next((one for one in given if not one.correct and not one.review), None)
        if missed is None:
            continue
        stage = 0
        for one in given:
            # What is answered at a lab's end, before its time, is no review after some days.
            stage += one.review and one.correct and stage < len(REVIEWS) and one.at >= missed.at + REVIEWS[stage]
        if stage < len(REVIEWS) and now >= missed.at + REVIEWS[stage]:
            attempt = given[-1].attempt
            lab = lab_of(attempt)
            question = next((one for one in lab["questions"] if one["id"] == question_id), None)
            if question is not None and question["kind"] not in ON_THE_ACCOUNT:
                found.append((given[-1].pk, attempt, question))
    return [(attempt, question) for _, attempt, question in sorted(found, key=lambda one: one[0])]


def missed_in(attempt: Attempt) -> list[tuple[Attempt, dict[str, Any]]]:
    """Questions missed in an attempt and not answered rightly since, what was tried last at the end."""
    answers = list(attempt.answers.order_by("pk"))
    tried = {one.question: one.pk for one in answers if one.review}
    missed = {one.question for one in answers if not one.correct and not one.review}
    missed -= {one.question for one in answers if one.correct and one.review}
    asked = (one for one in lab_of(attempt)["questions"] if one["id"] in missed)
    return [
        (attempt, one)
        for one in sorted(asked, key=lambda one: tried.get(one["id"], 0))
        if one["kind"] not in ON_THE_ACCOUNT
    ]
