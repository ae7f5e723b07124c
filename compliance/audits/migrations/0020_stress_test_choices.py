from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0019_schedule_ended'),
    ]

    operations = [
        migrations.AddField(
            model_name='stresstest',
            name='choices',
            field=models.JSONField(blank=True, default=dict, help_text='The values of parameters that take only some, by name.'),
        ),
    ]
