"""An instructor sees which checks of their class's labs an author's fault stopped."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iamlab.labs.models import BrokenCheck, LabVersion

pytestmark = pytest.mark.django_db
TITLE = "Checks that broke"


@pytest.fixture
def overview(assignment):
    return reverse("class", args=[assignment.klass_id])


def fault(version, check, said):
    return BrokenCheck.objects.create(
        lab_version=version, step="policy", check_id=check, kind="TypeError", said=said, times=7
    )


def test_staff_see_what_broke_in_the_labs_of_the_class(teacher, pupil, attempt, overview):
    assert TITLE not in teacher.get(overview).content.decode()
    fault(attempt.lab_version, "allows", "TypeError: <b>no</b> number")
    other = LabVersion.objects.create(lab="another", version="2.0.0", digest="none", data={})
    fault(other, "elsewhere", "TypeError: of no concern")
    page = teacher.get(overview).content.decode()
    rows = page.partition(TITLE)[2].partition("</table>")[0]
    for told in (f"{attempt.lab} {attempt.lab_version.version}", "policy", "allows", ">7<"):
        assert told in rows
    assert "TypeError: &lt;b&gt;no&lt;/b&gt; number" in rows
    assert "of no concern" not in page
    assert TITLE not in pupil.get(overview).content.decode()


def test_many_faults_cost_as_many_queries_as_one(teacher, attempt, overview):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            teacher.get(overview)
        return len(captured)

    fault(attempt.lab_version, "first", "TypeError")
    one = asked()
    for number in range(30):
        fault(attempt.lab_version, f"check-{number}", "TypeError")
    assert asked() == one <= 15
