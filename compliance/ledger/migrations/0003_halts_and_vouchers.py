from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_timestamps'),
    ]

    operations = [
        migrations.CreateModel(
            name='Halt',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('reason', models.TextField(blank=True, help_text='Empty: it is signed.')),
                ('since', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='halt_only_one')],
            },
        ),
        migrations.AddIndex(
            model_name='cosignature',
            index=models.Index(fields=['witness', '-checkpoint'], name='cosignature_newest'),
        ),
    ]
