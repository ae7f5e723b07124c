import django.db.models.deletion
from django.db import migrations, models

# The newest result of each stream that was recorded before it was kept.
FILL = """
INSERT INTO audits_streamnewest (stream_id, result_id, log10_e_violating)
SELECT DISTINCT ON (stream.id) stream.id, r.id, r.log10_e_violating
FROM audits_streamrow stream
JOIN audits_result r ON r.version_id = stream.version_id AND r.spec_digest = stream.spec_digest
JOIN audits_shard s ON s.id = r.shard_id AND (s.labelled_id IS NOT NULL) = stream.by_people
ORDER BY stream.id, r.recorded_at DESC
"""
# The same of each stress test on each version, leads too.
FILL_STANDINGS = """
INSERT INTO audits_standing (version_id, test_name, result_id, verdict)
SELECT DISTINCT ON (version_id, test_name) version_id, test_name, id, verdict
FROM audits_result ORDER BY version_id, test_name, recorded_at DESC
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0011_streams"),
    ]

    operations = [
        migrations.CreateModel(
            name="StreamNewest",
            fields=[
                (
                    "stream",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="head",
                        serialize=False,
                        to="audits.streamrow",
                    ),
                ),
                ("log10_e_violating", models.FloatField(help_text="Of the result.")),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audits.result",
                    ),
                ),
            ],
            options={
                "verbose_name": "newest result of a stream",
                "verbose_name_plural": "newest results of streams",
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("test_name", models.CharField(max_length=100)),
                (
                    "result",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standing",
                        to="audits.result",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(db_index=True, help_text="Of the result.", max_length=20),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="standings",
                        to="registry.version",
                    ),
                ),
            ],
            options={"ordering": ("version", "test_name")},
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.UniqueConstraint(
                fields=("version", "test_name"), name="standing_once"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FILL_STANDINGS, migrations.RunSQL.noop),
    ]
