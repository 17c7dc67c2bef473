"""Steps without checks are read once the learner goes on; those that were opened before that was noted, were."""

from django.db import migrations, models
from django.db.models import F


def note_read(apps, schema_editor):
    apps.get_model("labs", "StepFact").objects.filter(opened__isnull=False).update(read=F("opened"))


class Migration(migrations.Migration):

    dependencies = [
        ('labs', '0006_offered'),
    ]

    operations = [
        migrations.AddField(
            model_name='stepfact',
            name='read',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(note_read, migrations.RunPython.noop),
    ]
