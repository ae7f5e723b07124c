"""What is counted against limits of calls; not logged, as nothing is lost with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_dispute_grants")]

    operations = [
        migrations.CreateModel(
            name="RateLimit",
            fields=[
                (
                    "key",
                    models.CharField(max_length=120, primary_key=True, serialize=False),
                ),
                (
                    "arrival",
                    models.DateTimeField(
                        help_text="The theoretical arrival time of the next call."
                    ),
                ),
            ],
            options={"verbose_name": "rate limit"},
        ),
        migrations.RunSQL(
            "ALTER TABLE accounts_ratelimit SET UNLOGGED",
            "ALTER TABLE accounts_ratelimit SET LOGGED",
        ),
    ]
