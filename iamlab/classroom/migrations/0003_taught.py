from django.db import migrations


def mark(apps, schema_editor):
    """Attempts at what was set in a class are those that somebody looks at."""
    work = apps.get_model('classroom', 'Work').objects.values('attempt')
    apps.get_model('labs', 'Attempt').objects.filter(pk__in=work).update(taught=True)


class Migration(migrations.Migration):

    dependencies = [
        ('classroom', '0002_rubric'),
        ('labs', '0005_time_used'),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
