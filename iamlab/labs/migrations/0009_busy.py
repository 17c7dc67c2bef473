from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('labs', '0008_broken'),
    ]

    operations = [
        migrations.AddField(
            model_name='attempt',
            name='busy',
            field=models.DateTimeField(null=True),
        ),
    ]
