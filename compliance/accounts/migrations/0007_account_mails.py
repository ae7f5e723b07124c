"""Mail about one's own account, which a worker sends."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_rate_limits")]

    operations = [
        migrations.CreateModel(
            name="AccountMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "next_attempt_at",
                    models.DateTimeField(
                        blank=True, default=None, help_text="Empty: at once.", null=True
                    ),
                ),
                (
                    "rung_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its id was last sent to the broker.",
                        null=True,
                    ),
                ),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("failed_because", models.TextField(blank=True)),
                ("recipient", models.EmailField(max_length=254)),
                (
                    "sealed",
                    models.TextField(help_text="What it says; empty once it was given up."),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "mail about an account",
                "verbose_name_plural": "mails about accounts",
                "ordering": ("id",),
            },
        ),
    ]
