from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0016_dispute_trigger"),
    ]

    operations = [
        migrations.AddField(
            model_name="shard",
            name="asking",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Of an endpoint: how often these items were asked by then.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="streamnewest",
            name="log10_e_violating",
            field=models.FloatField(
                help_text="Of the result, as much of it as the error budget counts."
            ),
        ),
        migrations.AlterField(
            model_name="streamnewest",
            name="first_log10_e_violating",
            field=models.FloatField(
                help_text="The same of the stream's first result, on which e-LOND decides once."
            ),
        ),
    ]
